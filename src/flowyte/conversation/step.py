"""What follows from a decision about the whole call: what is written down, commanded and said, and how it goes on.

Such decisions are made beside the machine, which only carries them out: `permission` on being recorded, and here what
happens when nobody speaks or a transfer has been answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flowyte.conversation import lines
from flowyte.conversation.commands import Cause, Command, EntryType, SayKind
from flowyte.conversation.events import PutThrough
from flowyte.conversation.floor import Agent, Caller
from flowyte.conversation.reply import ExpectKind, HandOff
from flowyte.conversation.settings import MachineSettings
from flowyte.conversation.timeline import entry_of

Entries = tuple[tuple[EntryType, Mapping[str, object]], ...]
FAILURES = 3  # of the mouth or the mind in a row, after which the call cannot go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`words` are said as `kind`; `greets` says the greeting after them. `finish` ends the call with the words as its
    last, `hand_off` puts the caller through after them. `rest` is what of the caller's words is still to be answered,
    and `whole` whether they were meant for the platform alone, so that what the agent was saying goes on."""

    entries: Entries = ()
    commands: tuple[Command, ...] = ()
    words: str = ""
    kind: SayKind = "recording"
    greets: bool = False
    finish: Cause | None = None
    hand_off: HandOff | None = None
    expect: ExpectKind | None = None
    rest: str = ""

    @property
    def whole(self) -> bool:
        return not self.rest and self.finish is None and self.hand_off is None


def nobody_speaks(caller: Caller, settings: MachineSettings) -> Step:
    """The idle time is over: a reminder, and after the last one the end, or the person who takes over."""
    if caller.reminders < settings.max_idle_reminders:
        caller.reminders += 1
        return Step(words=lines.REMINDERS[(caller.reminders - 1) % len(lines.REMINDERS)], kind="reminder")
    if settings.silent is not None:
        words = lines.SILENT_TRANSFER.format(label=settings.silent.label)
        return Step(words=words, kind="reminder", hand_off=settings.silent)
    asked = settings.on_no_response == "transfer"
    entries: Entries = (("handoff", HandOff(reason="no_response").data()),) if asked else ()
    return Step(entries=entries, words=lines.NO_RESPONSE, finish="no_response")


def mind_failed(agent: Agent, cause: str, *, free: bool) -> Step:
    """The mind gave nothing usable: say so, unless the caller is speaking, or give up when it goes on like this."""
    agent.mind_failures += 1
    entries: Entries = (("error", {"cause": "mind_failed", "detail": cause}),)
    if agent.mind_failures >= FAILURES:
        return Step(entries=entries, words=lines.GIVING_UP, finish="service_failed")
    return Step(entries=entries, words=lines.APOLOGY if free else "", kind="apology")


def put_through(event: PutThrough, hand_off: HandOff | None, settings: MachineSettings, *, free: bool) -> Step:
    """The line has answered; `free`: the caller is not speaking, so that they can be told that it failed."""
    entries: Entries = tuple(entry_of(told) for told in event.told)
    if hand_off is None:
        return Step(entries=entries)
    entries += (("handoff", hand_off.data("transferred" if event.ok else "failed")),)
    if event.ok:
        return Step(entries=entries, finish="handed_off")
    if hand_off == settings.silent:
        return Step(entries=entries, finish="no_response", words=lines.NO_RESPONSE)
    return Step(entries=entries, words=lines.NOT_PUT_THROUGH if free else "", kind="apology")
