"""A timeline as a person reads it: what was said, and between it what was decided and done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowyte.observe.model import Event

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
        )
        for line in found
    ]


def _line(event: Event) -> Line | None:
    text = str(event.data.get("text") or "")
    if event.type == "user_utterance" and text:
        return _at(event, "user", text)
    if event.type in ("agent_message", "filler") and text:
        return _at(event, "agent", text, cut=bool(event.data.get("cut")))
    words = _words(event.type, event.data)
    return _at(event, "note", words[1], tone=words[0]) if words else None


def _at(event: Event, who: str, text: str, *, cut: bool = False, tone: str = "") -> Line:
    return Line(who=who, text=text, at_ms=event.at_ms, cut=cut, tone=tone)


def _words(type_: str, data: Mapping[str, object]) -> tuple[str, str] | None:
    """Tone and words of what stands between the lines; None for what only the receipt tells."""
    match type_:
        case "consent":
            recorded = "the call is recorded" if data.get("recording") else "the call is not recorded"
            return "", f"Consent {data.get('outcome')}: {recorded}"
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
