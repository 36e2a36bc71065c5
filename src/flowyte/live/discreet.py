"""What leaves a live conversation, for storage or a screen, with what its agent's owner does not want kept taken out.

It stands before whoever keeps the evidence, so what is stored never held it. The conversation itself goes on with the
words as they were: what a skill needs reaches the skill.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flowyte.conversation.events import Heard, SpeechStarted, TurnEnded
from flowyte.conversation.reply import Passage
from flowyte.live.ports import Evidence
from flowyte.live.withheld import Silences, Stretch, Withheld
from flowyte.redact.conversation import Redactor
from flowyte.redact.model import Redacted
from flowyte.redact.settings import OPERATORS, settings_of

AS_THEY_ARE = frozenset({"call_started", "latency", "barge_in", "language_switch", "call_ended"})
"""Entries of the platform's own making, without a word of anybody."""

SAID = frozenset({"text", "said", "intended", "query", "arguments", "result", "value", "display", "reason", "detail"})
"""Fields that hold what somebody said, or what was made of it; the others are the platform's."""


class Discreet:
    """Fulfils `live.ports.Evidence` around another, and says what captions may show."""

    def __init__(self, evidence: Evidence, agent: Mapping[str, Any]) -> None:
        settings = settings_of(agent)
        self._evidence = evidence
        self._redactor = Redactor(settings.entities)
        both, caller = (Silences(partial(self._silenced, track)) for track in ("both", "caller"))
        self._held = Withheld(evidence.audio, both) if settings.silences else None
        self._private = caller
        self._reading: dict[int, Stretch] = {}
        self._keys: Stretch | None = None
        self._now_ms = 0
        if settings.entities:
            for name in OPERATORS:
                self._redactor.public(str(agent.get(name) or ""))

    # ---- words

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> Mapping[str, object]:
        """Hands the entry on, and gives it back as it was handed on."""
        if type == "call_ended":
            self._flush()
        kept = self._kept(type, at_ms, data)
        if type == "user_utterance" and self._keys is not None and self._held is not None:
            self._held.end(self._keys, self._now_ms)
            self._keys = None
        self._evidence.event(type, at_ms, kept)
        return kept

    def agent_says(self, text: str, at_ms: int) -> None:
        """The agent begins to say this: what it asks for decides what the next words are."""
        self._redactor.agent(text, at_ms=at_ms)

    def expects(self, kind: str, at_ms: int) -> None:
        self._redactor.expects(kind, at_ms=at_ms)

    def found(self, passages: Sequence[Passage]) -> None:
        """Knowledge that the agent may quote."""
        for passage in passages:
            self._redactor.public(f"{passage.title}. {passage.text}")

    def caption(self, role: str, text: str, at_ms: int, *, final: bool = True) -> str:
        if role == "agent":
            return self._redactor.said(text).text
        return self._peek(text, at_ms, final=final).text

    def _peek(self, text: str, at_ms: int, *, final: bool) -> Redacted:
        return self._redactor.heard(text, at_ms=at_ms) if final else self._redactor.peek(text, at_ms=at_ms)

    def _kept(self, type: str, at_ms: int, data: Mapping[str, object]) -> Mapping[str, object]:
        if not self._redactor.entities or type in AS_THEY_ARE or data.get("private"):
            return data
        text = data.get("text")
        if type == "user_utterance" and isinstance(text, str):
            said = self._redactor.caller(text, at_ms=at_ms)
            if not said.spans:
                return data
            others = {name: value for name, value in data.items() if name != "keys"}
            return others | {"text": said.text, "redacted": _labels(said)}
        key = str(data.get("slot") or "")  # a captured value is known by the name of its slot
        kept: dict[str, Any] = {
            name: self._redactor.data(value, key=key if name in ("value", "display") else "") if name in SAID else value
            for name, value in data.items()
        }
        if isinstance(text, str) and kept["text"] != text:
            return {**kept, "redacted": _labels(self._redactor.said(text))}
        return kept

    # ---- sound

    def start_recording(self, rate: int) -> None:
        self._evidence.start_recording(rate)

    def erase_recording(self) -> None:
        if self._held is not None:
            self._held.drop()
        self._evidence.erase_recording()

    def audio(self, caller: bytes, agent: bytes, now_ms: int, *, private: bool = False) -> None:
        """`private`: what the caller says or keys now is kept in no form."""
        self._now_ms = now_ms
        self._private.frame(now_ms, silent=private)
        caller = bytes(len(caller)) if private else caller
        if self._held is None:
            self._evidence.audio(caller, agent)
        else:
            self._held.add(caller, agent, now_ms)

    def heard(self, event: Heard) -> None:
        """The ears' events, before the entries that they lead to."""
        if self._held is None:
            return
        match event:
            case SpeechStarted(at_ms=at_ms):
                self._held.voice(at_ms)
            case TurnEnded(text=text, began_ms=began, ended_ms=ended):
                said = self._redactor.heard(text, at_ms=ended)
                self._held.judged(began, ended, silent=bool(said.spans) or self._redactor.open)
            case _:
                pass

    def keyed(self, now_ms: int) -> None:
        """A key's tone is a digit to whoever decodes it, however long it is held: where a number is being given, all is
        silent to the turn's end."""
        if self._held is None:
            return
        if self._redactor.open and self._keys is None:
            self._keys = self._held.silence(now_ms, None)
        else:
            self._held.silence(now_ms, now_ms)

    def sounds(self, say_id: int, text: str, now_ms: int) -> None:
        """The agent's words begin to sound."""
        if self._held is not None and self._redactor.said(text).spans:
            self._reading[say_id] = self._held.silence(now_ms, None)

    def sounded(self, say_id: int, now_ms: int) -> None:
        stretch = self._reading.pop(say_id, None)
        if stretch is not None and self._held is not None:
            self._held.end(stretch, now_ms)

    def _silenced(self, track: str, began_ms: int, ended_ms: int) -> None:
        """The receipt says where the recording was silenced, and on whose side."""
        self._evidence.event("silenced", ended_ms, {"fromMs": began_ms, "toMs": ended_ms, "track": track})

    def _flush(self) -> None:
        if self._held is not None:
            self._held.flush()
        self._private.end()

    async def finish(self, cause: str) -> None:
        self._flush()
        await self._evidence.finish(cause)


def _labels(said: Redacted) -> list[str]:
    return list(dict.fromkeys(span.entity for span in said.spans))
