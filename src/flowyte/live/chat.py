"""A conversation in text: the same mind and the same timeline, without sound and without turns to judge.

`send` takes a message and yields the entries of the timeline as they happen, which is what a stream to a browser
needs. A second message waits for the first to be answered. Closing the iterator stops the mind; what it had said by
then stays said.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from flowyte.conversation import lines
from flowyte.conversation.commands import EntryType
from flowyte.conversation.privacy import without_words
from flowyte.conversation.reply import EndCall, Expect, HandOff, MindContext, Reply, Retrieved, Sentence, UserTurn
from flowyte.conversation.timeline import entry_of
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.live.discreet import Discreet
from flowyte.live.ports import Evidence, Mind, is_private, opening_of

logger = log.get(__name__)
YES_NO = ("Yes", "No")  # both are understood as answers to what was read back
SILENCE_S = 30  # between two parts of an answer: a reader waits longer than a caller, but not for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFrame:
    """One entry of the timeline, or `delta`: a sentence of the answer that is still growing (`data.text`)."""

    type: EntryType | str
    at_ms: int
    data: Mapping[str, object]


class ChatSession:
    """`began_ms` is how old the conversation is when it is taken up again by this process."""

    def __init__(
        self, *, mind: Mind, context: MindContext, evidence: Evidence, clock: Clock, began_ms: int = 0
    ) -> None:
        self._thinking = mind.open(context)
        self._evidence = Discreet(evidence, context.agent)
        self._clock = clock
        self._origin = clock.monotonic_ms() - began_ms
        self._turns = sum(turn.role == "user" for turn in context.history)
        self._lock = asyncio.Lock()
        self._offered: tuple[str, ...] = ()
        self.ended: str | None = None

    def begin(self, *, greeting: str = "") -> list[ChatFrame]:
        """The first frames of a new conversation; a chat is told that it is talking to an AI by the page or the API.

        `greeting` is the agent's own; at some hours its mind begins with other words."""
        frames = [self._entry("call_started", {"recording": False})]
        opening = opening_of(self._thinking)
        greeting = opening.greeting if opening is not None else greeting
        if greeting:
            self._thinking.heard(greeting)
            self._evidence.agent_says(greeting, self._now())
            frames.append(self._entry("agent_message", {"text": greeting, "kind": "greeting", "cut": False}))
        return frames

    async def send(self, message: str) -> AsyncGenerator[ChatFrame]:
        """Answer `message`. After an answer that ends the conversation, `ended` holds the cause."""
        async with self._lock:
            self._turns += 1
            turn = UserTurn(text=message, ts_ms=self._now(), turn_index=self._turns)
            said: dict[str, object] = {"text": message, "confidence": 1.0}
            yield self._entry("user_utterance", without_words(said) if is_private(self._thinking) else said)
            parts: list[str] = []
            self._offered = ()
            try:
                async with aclosing(self._answer(turn, parts)) as frames:
                    async for frame in frames:
                        yield frame
            finally:
                closing = self._close(turn, parts)
            for frame in closing:
                yield frame
            if self.ended:
                yield ChatFrame(type="call_ended", at_ms=self._now(), data={"cause": self.ended})

    async def finish(self, cause: str) -> None:
        """The conversation is over, by the reader, an operator or its age."""
        self.ended = self.ended or cause
        self._entry("call_ended", {"cause": self.ended, "turns": self._turns})
        await self._evidence.finish(self.ended)

    async def _answer(self, turn: UserTurn, said: list[str]) -> AsyncGenerator[ChatFrame]:
        parts = self._thinking.respond(turn)
        try:
            while True:
                async with asyncio.timeout(SILENCE_S):
                    part = await anext(parts, None)
                if part is None:
                    return
                if (frame := self._frame(part, said)) is not None:
                    yield frame
        except Exception as error:  # the edge of a call: a mind may fail in any way
            logger.warning("chat.mind_failed", error=type(error).__name__, exc_info=True)
            yield self._entry("error", {"cause": "mind_failed", "detail": type(error).__name__})
            said.append(lines.APOLOGY)
            yield ChatFrame(type="delta", at_ms=self._now(), data={"text": lines.APOLOGY})
        finally:
            if isinstance(parts, AsyncGenerator):
                await parts.aclose()  # a reader who left stops the mind now, not when it is collected

    def _frame(self, part: Reply, said: list[str]) -> ChatFrame | None:
        match part:
            case Sentence(text=text, kind=kind):
                if kind == "filler":
                    return self._entry("filler", {"text": text})
                said.append(text)
                shown = self._evidence.caption("agent", text, self._now())
                return ChatFrame(type="delta", at_ms=self._now(), data={"text": shown})
            case EndCall():
                self.ended = "agent_ended"
                return None
            case HandOff(outcome=outcome):
                if outcome == "put_through":  # said by a mind of a line that could: here nobody is put through
                    return self._entry("handoff", part.data("not_available"))
                return self._entry("handoff", part.data())
            case Expect(kind=kind, choices=choices):  # a reader's next message needs no endpointing
                self._evidence.expects(kind, self._now())
                self._offered = choices or (YES_NO if kind == "yes_no" else ())
                return None
            case Retrieved(passages=passages):
                self._evidence.found(passages)
                return self._entry(*entry_of(part))
            case _:
                return self._entry(*entry_of(part))

    def _close(self, turn: UserTurn, said: list[str]) -> list[ChatFrame]:
        text = " ".join(said)
        self._thinking.heard(text)
        self._evidence.agent_says(text, self._now())
        if not text:
            return []
        offered = () if self.ended else self._offered
        spent = {"turn": turn.turn_index, "replyMs": self._now() - turn.ts_ms}
        answer: dict[str, object] = {"text": text, "kind": "answer", "cut": False}
        if offered:
            answer["quickReplies"] = list(offered)
        message = self._entry("agent_message", answer)
        return [message, self._entry("latency", spent)]

    def _now(self) -> int:
        return self._clock.monotonic_ms() - self._origin

    def _entry(self, type_: EntryType, data: Mapping[str, object]) -> ChatFrame:
        at_ms = self._now()
        return ChatFrame(type=type_, at_ms=at_ms, data=self._evidence.event(type_, at_ms, data))
