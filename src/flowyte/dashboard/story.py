"""A timeline as a person reads it: what was said, and between it what was decided and done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowyte.observe.model import Event
from flowyte.redact.model import MARK

NAMES = {"card": "card number", "ssn": "social security number", "account": "account number", "phone": "phone number"}
LAST_LINE_MS = 60_000  # the last line has no next one to end at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`at_ms` counts from the call's begin; `who` is user, agent or note."""

    who: str
    text: str
    at_ms: int
    seek_ms: int = 0
    """The same in the recording; negative for what was said before it began."""
    until_ms: int = 0
    """Where the next line begins in the recording."""
    cut: bool = False
    tone: str = ""
    redacted: bool = False
    """What stands in brackets was taken out before it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A stretch of the recording, in its own time, that was silenced before it was stored."""

    from_ms: int
    to_ms: int
    caller_only: bool

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms


def silences_of(events: Sequence[Event], recording_from: int) -> list[Silence]:
    return [
        Silence(
            from_ms=max(0, int(str(event.data["fromMs"])) - recording_from),
            to_ms=int(str(event.data["toMs"])) - recording_from,
            caller_only=event.data.get("track") == "caller",
        )
        for event in events
        if event.type == "silenced"
    ]


def pieces_of(text: str) -> list[tuple[str, bool]]:
    """The text in pieces; the marks of what was taken out without their brackets, and told apart."""
    found = []
    for place, piece in enumerate(MARK.split(text)):
        found.append((NAMES.get(piece, piece), True) if place % 2 else (piece, False))
    return [(piece, taken) for piece, taken in found if piece]


def lines_of(events: Sequence[Event], recording_from: int) -> list[Line]:
    """Spoken lines and notes in the order of time."""
    found = [line for event in events if (line := _line(event)) is not None]
    found.sort(key=lambda line: line.at_ms)
    spoken = [line.at_ms for line in found if line.who != "note"]
    return [
        Line(
            who=line.who,
            text=line.text,
            at_ms=line.at_ms,
            seek_ms=line.at_ms - recording_from,
            until_ms=next((at for at in spoken if at > line.at_ms), line.at_ms + LAST_LINE_MS) - recording_from,
            cut=line.cut,
            tone=line.tone,
            redacted=line.redacted,
        )
        for line in found
    ]


def _line(event: Event) -> Line | None:
    text = str(event.data.get("text") or "")
    redacted = bool(event.data.get("redacted"))
    if event.type == "user_utterance" and text:
        return _at(event, "user", text, redacted=redacted)
    if event.type in ("agent_message", "filler") and text:
        return _at(event, "agent", text, cut=bool(event.data.get("cut")), redacted=redacted)
    if event.type == "silenced":
        return _silenced(event)
    words = _words(event.type, event.data)
    return _at(event, "note", words[1], tone=words[0]) if words else None


def _at(event: Event, who: str, text: str, *, cut: bool = False, tone: str = "", redacted: bool = False) -> Line:
    return Line(who=who, text=text, at_ms=event.at_ms, cut=cut, tone=tone, redacted=redacted)


def _silenced(event: Event) -> Line:
    """Where it begins, not where it was told."""
    began, ended = int(str(event.data["fromMs"])), int(str(event.data["toMs"]))
    whose = "the caller's side of the recording" if event.data.get("track") == "caller" else "the recording"
    seconds = max(0.1, (ended - began) / 1000)
    return Line(who="note", text=f"{seconds:.1f} s of {whose} were silenced before it was stored", at_ms=began)


def _words(type_: str, data: Mapping[str, object]) -> tuple[str, str] | None:
    """Tone and words of what stands between the lines; None for what only the receipt tells."""
    match type_:
        case "consent" | "recording":
            return _consented(data) if type_ == "consent" else _recorded(data)
        case "tool_call":
            return _tool(data)
        case "kb_retrieval":
            return _searched(data)
        case "call_started" if data.get("continues"):
            return "attention", f"Back from {data.get('unanswered')}, where nobody answered"
        case "handoff":
            return _handed(data)
        case "verification" | "guardrail":
            return "attention", f"{type_.capitalize()}: {data.get('outcome') or data.get('decision')}"
        case "error" if data.get("cause") == "model_fallback":
            return "danger", f"The language model failed ({data.get('detail')}); the built-in mind took over"
        case "error":
            return "danger", f"Error: {str(data.get('cause', '')).replace('_', ' ')}"
        case "barge_in":
            return "", "The caller interrupted"
        case _:
            return None


def _consented(data: Mapping[str, object]) -> tuple[str, str]:
    """What was asked or said about being recorded, and what follows from it."""
    if data.get("asked"):
        return "", "Asked whether the call may be recorded"
    recorded = "the call is recorded" if data.get("recording") else "the call is not recorded"
    how = " by staying on the line" if data.get("stayed") and data.get("recording") else ""
    tone = "attention" if data.get("outcome") in ("denied", "withdrawn") else ""
    return tone, f"Consent {data.get('outcome')}{how}: {recorded}"


def _recorded(data: Mapping[str, object]) -> tuple[str, str]:
    by = "the caller" if data.get("by") == "caller" else "a person of yours"
    match data.get("phase"):
        case "paused":
            return "attention", f"The recording was paused by {by}"
        case "resumed":
            return "", f"The recording went on, by {by}"
        case "erased":
            return "attention", f"The recording was stopped by {by}, and what there was of it erased"
        case _:
            return "attention", f"The recording was stopped by {by}"


def _searched(data: Mapping[str, object]) -> tuple[str, str] | None:
    passages = data.get("passages")
    titles = [str(entry.get("title")) for entry in passages] if isinstance(passages, list) else []
    if titles:
        return "", f"Found: {titles[0]}"
    return ("", f"Not answered: {data['doubt']}") if data.get("doubt") else None


def _handed(data: Mapping[str, object]) -> tuple[str, str]:
    """A caller who was to be handed over: to whom, and what became of it."""
    label = str(data.get("label") or "a person")
    match data.get("outcome"):
        case "transferred":
            return "good", f"Put through to {label}"
        case "answered":
            seconds = f" and spoke for {data['seconds']} s" if "seconds" in data else ""
            return "good", f"Answered: {label}{seconds}"
        case "unanswered":
            return "danger", f"Nobody answered: {label} ({str(data.get('cause', '')).replace('-', ' ')})"
        case "told":
            return "attention", f"Told how to reach {label}: this line puts nobody through"
        case "message":
            return "attention", f"A message instead of {label}, who could not be reached from here"
        case "withdrawn":
            return "attention", f"Stayed here instead of being put through to {label}"
        case "failed":
            return "danger", f"Could not be put through to {label}"
        case _:
            return "attention", "A person was asked for, and none can be reached from here"


def _tool(data: Mapping[str, object]) -> tuple[str, str] | None:
    match data.get("phase"):
        case "captured":
            return "", f"Noted {data.get('slot')}: {data.get('display')}"
        case "returned" if data.get("result") == {"ordered": True}:
            return None  # a transfer: its own event tells more
        case "returned" if data.get("ok"):
            return "good", f"Done: {str(data.get('name')).replace('_', ' ')}"
        case "returned":
            return "danger", f"Failed: {str(data.get('name')).replace('_', ' ')}"
        case _:
            return None
