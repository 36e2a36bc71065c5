"""A screenplay: what is said, what happens meanwhile and what must have come of it, read from a text file.

    Caller: When are you open on Saturday?
    Agent: On Saturday we are open from nine …
    [no skill was called]

`…` in what the agent says stands for any words. A line that is indented goes on with the line before it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal

import msgspec

from flowyte.kit.errors import FlowyteError

Channel = Literal["voice", "chat"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_BYTES = 64 * 1024  # of a screenplay: an hour's talk
MOST_LINES = 1_000


class BadScreenplayError(FlowyteError):
    """A screenplay that cannot be read. The message begins with file and line."""

    code = "bad_screenplay"


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """When it begins, where the business is. A day of the week is the next one from a fixed Monday on."""

    clock: time
    day: date | str


@dataclass(frozen=True, slots=True)
class Says:
    who: Literal["Caller", "Agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Interrupts:
    """The caller's next words begin when the agent has said this."""

    after: str


@dataclass(frozen=True, slots=True)
class Waits:
    seconds: int


@dataclass(frozen=True, slots=True)
class Presses:
    keys: str


@dataclass(frozen=True, slots=True)
class HangsUp:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the service behind a skill does from now on."""

    skill: str
    how: Literal["answers", "is silent", "breaks off", "answers nonsense", "answers without end"] = "answers"
    status: int = 200
    body: Any = None
    after_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What the language model does when it is asked next; the last is done again and again."""

    how: Literal["says", "calls", "is silent", "breaks off", "answers nonsense", "fails"]
    text: str = ""
    tool: str = ""
    arguments: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """Whether the voice can be made."""

    works: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expects:
    """What must be so by now. `what` is a name in `expectations.LOOKS`."""

    what: str
    name: str = ""
    times: int = 0
    values: Mapping[str, str] | None = None


Step = Says | Interrupts | Waits | Presses | HangsUp | Answers | Model | Voice | Expects


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    step: Step
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenplay:
    name: str
    channels: tuple[Channel, ...]
    at: At
    lines: Sequence[Line]


def read_screenplay(name: str, text: str) -> Screenplay:
    """BadScreenplayError says where and what instead."""
    if len(text.encode()) > MOST_BYTES or text.count("\n") > MOST_LINES:
        raise BadScreenplayError(f"{name}: longer than {MOST_LINES} lines or {MOST_BYTES // 1024} kB")
    channels: tuple[Channel, ...] = ("voice",)
    at = At(clock=time(10), day="Tuesday")
    lines: list[Line] = []
    for number, written in _logical(name, text):
        step = _step(name, number, written)
        if isinstance(step, tuple | At) and lines:
            raise BadScreenplayError(f"{name}:{number}: stands at the beginning, before anything is said")
        match step:
            case tuple():
                channels = step
            case At():
                at = step
            case _:
                lines.append(Line(number, step, written))
    if not any(isinstance(line.step, Says) and line.step.who == "Caller" for line in lines):
        raise BadScreenplayError(f"{name}: nobody says anything. Write a line such as `Caller: Are you open now?`")
    play = Screenplay(name=name, channels=channels, at=at, lines=lines)
    _fit_channels(play)
    return play


def fits(pattern: str, text: str) -> bool:
    """Whether `text` is `pattern` word for word, with anything where `…` stands."""
    first, *others = [" ".join(part.split()) for part in pattern.replace("...", "…").split("…")]
    text = " ".join(text.split())
    if not others:
        return first == text
    if not text.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(others[-1]) and text.endswith(others[-1])


def _logical(name: str, text: str) -> list[tuple[int, str]]:
    """Lines with their numbers, comments left out, indented ones joined to the one before."""
    found: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if raw[0] in " \t":
            if not found:
                raise BadScreenplayError(f"{name}:{number}: goes on with a line that is not there")
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
        else:
            found.append((number, line))
    return found


def _step(name: str, number: int, line: str) -> Step | At | tuple[Channel, ...]:
    where = f"{name}:{number}"
    if said := re.fullmatch(r"(Caller|Agent):\s*(.*)", line):
        if not said[2]:
            raise BadScreenplayError(f"{where}: the {said[1].lower()} says nothing here")
        return Says("Caller" if said[1] == "Caller" else "Agent", said[2])
    if not (line.startswith("[") and line.endswith("]")):
        raise BadScreenplayError(f"{where}: a line begins with `Caller:`, `Agent:` or `[`, or is indented")
    inner = " ".join(line[1:-1].split())
    for pattern, build in DIRECTIONS:
        if found := re.fullmatch(pattern, inner):
            try:
                step: Step | At | tuple[Channel, ...] = build(found)
                return step
            except (ValueError, msgspec.DecodeError) as error:
                raise BadScreenplayError(f"{where}: {inner}: {error}") from error
    raise BadScreenplayError(f"{where}: `[{inner}]` is no direction; docs/howto/screenplays.md lists them")


def _fit_channels(play: Screenplay) -> None:
    """A caller is not cut into by themselves, and a chat has no sound."""
    before: Step | None = None
    for line in play.lines:
        where = f"{play.name}:{line.number}"
        if "chat" in play.channels and isinstance(line.step, Interrupts | Presses | Voice):
            raise BadScreenplayError(f"{where}: there is no such thing in a chat; say `[by voice]`")
        caller = isinstance(line.step, Says) and line.step.who == "Caller"
        if caller and "voice" in play.channels and isinstance(before, Says) and before.who == "Caller":
            raise BadScreenplayError(f'{where}: before it `Agent: …` or `[the caller interrupts after "…"]`')
        if not isinstance(line.step, Expects):
            before = line.step


def _by(found: "re.Match[str]") -> tuple[Channel, ...]:
    both: tuple[Channel, ...] = ("voice", "chat")
    return both if "and" in found[1] else ("voice",) if found[1] == "voice" else ("chat",)


def _at(found: "re.Match[str]") -> At:
    day = found[2] if found[2] in DAYS else date.fromisoformat(found[2])
    return At(clock=time.fromisoformat(found[1].rjust(5, "0")), day=day)


def _answers(found: "re.Match[str]") -> Answers:
    body = msgspec.json.decode(found["body"]) if found["body"] else None
    return Answers(
        skill=found["skill"], status=int(found["status"] or 200), body=body, after_s=float(found["after"] or 0)
    )


def _model_calls(found: "re.Match[str]") -> Model:
    return Model(how="calls", tool=found[1], arguments=found[2] or "{}")


def _values(text: str | None) -> dict[str, str]:
    found = {}
    for pair in (text or "").split(";"):
        name, equals, value = pair.partition("=")
        if pair.strip() and not (equals and name.strip()):
            raise ValueError(f"`{pair.strip()}` is no name=value")
        if pair.strip():
            found[name.strip()] = value.strip()
    return found


def _called(found: "re.Match[str]") -> Expects:
    counts = {"once": 1, "twice": 2}
    times = counts.get(found[2]) or int(found[2].split()[0])
    return Expects(what="called", name=found[1], times=times, values=_values(found[3]))


_JSON = r"(?P<body>[{\[].*)"
DIRECTIONS: tuple[tuple[str, Callable[["re.Match[str]"], Any]], ...] = (
    (r"by (voice|chat|voice and chat)", _by),
    (rf"at (\d{{1,2}}:\d\d) on (?:an? )?({'|'.join(DAYS)}|\d{{4}}-\d\d-\d\d)", _at),
    (r'the caller interrupts after "(.+)"', lambda found: Interrupts(found[1])),
    (r"the caller says nothing for (\d{1,4}) s", lambda found: Waits(int(found[1]))),
    (r"the caller presses ([0-9*# ]+)", lambda found: Presses(found[1].replace(" ", ""))),
    (r"the caller hangs up", lambda found: HangsUp()),
    (r"the voice (breaks|is back)", lambda found: Voice(found[1] == "is back")),
    (r'the model says "(.+)"', lambda found: Model(how="says", text=found[1])),
    (r"the model calls (\w+)(?: (\S.*))?", _model_calls),
    (r"the model answers (\d{3})", lambda found: Model(how="fails", status=int(found[1]))),
    (r"the model (is silent|breaks off|answers nonsense)", lambda found: Model(how=found[1])),  # type: ignore[arg-type]
    (rf"(?P<skill>\w+) answers(?: after (?P<after>\d+(?:\.\d+)?) s)?(?: (?P<status>\d{{3}}))?(?: {_JSON})?", _answers),
    (r"(\w+) (is silent|breaks off|answers nonsense|answers without end)",
     lambda found: Answers(skill=found[1], how=found[2])),  # type: ignore[arg-type]
    (r"a message was taken: (.+)", lambda found: Expects(what="message", times=1, values=_values(found[1]))),
    (r"no message was taken", lambda found: Expects(what="message")),
    (r"no skill was called", lambda found: Expects(what="no_skill")),
    (r"(\w+) was called (once|twice|\d+ times)(?: with (.+))?", _called),
    (r"(\w+) was not called", lambda found: Expects(what="called", name=found[1], values={})),
    (r"nothing was disclosed", lambda found: Expects(what="undisclosed")),
    (r'"(.+)" was not said', lambda found: Expects(what="unsaid", name=found[1])),
    (r"the caller is (not )?verified", lambda found: Expects(what="verified", times=0 if found[1] else 1)),
    (r"a guardrail stepped in: (\w+)", lambda found: Expects(what="guardrail", name=found[1])),
    (r"the agent was interrupted", lambda found: Expects(what="interrupted")),
    (r"a provider failed", lambda found: Expects(what="provider")),
    (r"the answer was found in \"(.+)\"", lambda found: Expects(what="found", name=found[1])),
    (r"nothing was found", lambda found: Expects(what="found")),
    (r"the conversation ended: (\w+)", lambda found: Expects(what="ended", name=found[1])),
    (r"the conversation goes on", lambda found: Expects(what="ended")),
)  # fmt: skip
