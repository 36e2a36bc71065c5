"""How one agent's calls take turns: the numbers and sentences the machine needs, read once from the snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from flowyte.conversation import lines
from flowyte.conversation.reply import HandOff, Opening

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSettings:
    """Times in milliseconds. The defaults are those of an agent that says nothing about it."""

    notice: str = lines.NOTICE
    greeting: str = ""
    record: bool = True
    max_call_ms: int = 600_000
    max_duration_message: str = lines.MAX_DURATION
    idle_delay_ms: int = 10_000
    idle_interval_ms: int = 10_000
    max_idle_reminders: int = 2
    on_no_response: Literal["end", "transfer"] = "end"
    hand_off: HandOff | None = None  # whom the greeting leads to, where nobody answers at this hour
    silent: HandOff | None = None  # who takes over from a caller that says nothing
    on_denial: Literal["unrecorded", "transfer", "end"] = "unrecorded"
    on_withdrawal: Literal["keep", "erase"] = "keep"
    refused: HandOff | None = None  # who takes over from a caller that is not to be recorded
    end_call_phrases: bool = True
    # Voice over the agent's speech that lasts this long is an interruption. Shorter is a cough or a click; much longer
    # and people complain of not being able to stop it (the goal is 220 ms until silence).
    barge_in_ms: int = 200
    max_silence_ms: int = 1_600

    def __post_init__(self) -> None:
        if not self.notice.strip():
            raise ValueError("a call begins with a notice; it cannot be empty")
        if min(self.max_call_ms, self.idle_delay_ms, self.idle_interval_ms, self.barge_in_ms) <= 0:
            raise ValueError("times must be positive")

    @classmethod
    def from_agent(
        cls, agent: Mapping[str, object], *, notice: str = lines.NOTICE, opening: Opening | None = None
    ) -> "MachineSettings":
        """From an agent version with the field names of the API. `notice` is what compliance rendered for it, and
        `opening` how this hour's conversations begin."""
        control, recording = section(agent, "callControl"), section(agent, "recording")
        transfer = control.get("onNoResponseAction") == "transfer"
        return cls(
            notice=notice,
            greeting=opening.greeting if opening is not None else text(agent, "greeting", ""),
            hand_off=opening.hand_off if opening is not None else None,
            silent=opening.silent if opening is not None else None,
            refused=opening.refused if opening is not None else None,
            record=flag(recording, "enabled", True) and recording.get("consentMode") != "none",
            on_denial=one_of(recording, "onDenial", "unrecorded", "transfer", "end"),
            on_withdrawal=one_of(recording, "onWithdrawal", "keep", "erase"),
            max_call_ms=milliseconds(control, "maxCallSeconds", 600),
            max_duration_message=text(control, "maxDurationMessage", lines.MAX_DURATION),
            idle_delay_ms=milliseconds(control, "idleReminderDelaySeconds", 10),
            idle_interval_ms=milliseconds(control, "idleReminderIntervalSeconds", 10),
            max_idle_reminders=int(number(control, "maxIdleReminders", 2)),
            on_no_response="transfer" if transfer else "end",
            end_call_phrases=flag(control, "endCallPhrasesEnabled", True),
            max_silence_ms=int(number(section(agent, "endpointing"), "maxSilenceMs", 1_600)),
        )


def section(agent: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A nested object of the snapshot, empty when it is absent or null."""
    value = agent.get(name)
    return value if isinstance(value, Mapping) else {}


def text(values: Mapping[str, object], name: str, default: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) and value.strip() else default


def one_of(values: Mapping[str, object], name: str, default: Choice, *others: Choice) -> Choice:
    """A word of a short list."""
    return next((word for word in others if word == values.get(name)), default)


def flag(values: Mapping[str, object], name: str, default: bool) -> bool:
    value = values.get(name)
    return value if isinstance(value, bool) else default


def number(values: Mapping[str, object], name: str, default: float) -> float:
    value = values.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else default


def milliseconds(values: Mapping[str, object], name: str, default_s: float) -> int:
    """Seconds of the API as milliseconds; zero and nonsense mean the default."""
    return int(1000 * number(values, name, default_s)) or int(1000 * default_s)
