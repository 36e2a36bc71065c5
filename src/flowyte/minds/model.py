"""The model mind: one turn of the caller, answered by a language model with the business's knowledge in its hands.

It searches before it asks, so most turns take one request. Its tools look something up, take a message or end the
call. A message is the policy's from there on: names and numbers are read back from what was stored, never from the
model's memory, and it is filed exactly once. VendorFailed when the server fails, Unfounded when the model says what
is not so; who answers instead is decided by `fallback`.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowyte.conversation.reply import EndCall, MindContext, Reply, Retrieved, Sentence, UserTurn
from flowyte.kit.clock import Clock
from flowyte.kit.errors import VendorFailed
from flowyte.minds import prompt, toolbox
from flowyte.minds.grounded import PolicyThinking
from flowyte.minds.hands import Hands, Use
from flowyte.minds.history import History
from flowyte.minds.speakable import Thoughts, check, plain
from flowyte.providers.openai_chat.model import Delta, Finished, Manner, TextDelta, Tool, ToolCall
from flowyte.providers.openai_chat.sentences import Sentences
from flowyte.skills.registry import END_CALL, REPEAT, TAKE_MESSAGE

# Requests in one turn: the caller waits for each. One answers, one more follows a look-up, the third mends a slip
# (an unknown tool, a poor query); the last is offered no tools, so that it must speak.
MOST_ROUNDS = 3
MOST_TOKENS = 400  # a spoken answer of half a minute has about 100
GOODBYE = "Thank you for calling. Goodbye."

Message = Mapping[str, object]


class Wire(Protocol):
    """`providers.openai_chat.Chat` by shape."""

    def reply(
        self, messages: Sequence[Message], *, tools: Sequence[Tool], manner: Manner
    ) -> AsyncGenerator[Delta, None]: ...


@dataclass(slots=True)
class Round:
    """What one request has brought so far: the words, and what the model wants done."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    thoughts: Thoughts = field(default_factory=Thoughts)
    sentences: Sentences = field(default_factory=Sentences)

    def take(self, delta: Delta) -> list[str]:
        """The sentences that are complete now."""
        match delta:
            case TextDelta(text=text):
                return self._words(self.thoughts.add(text))
            case ToolCall():
                self.calls.append(delta)
                return []
            case Finished():
                return [*self._words(self.thoughts.end()), *self.sentences.end()]

    def called(self, name: str) -> ToolCall | None:
        return next((call for call in self.calls if call.name == name), None)

    def _words(self, text: str) -> list[str]:
        self.text += text
        return self.sentences.add(text)


class ModelThinking:
    """One conversation. The policy keeps the state of a message, and the history is what was heard."""

    def __init__(
        self, chat: Wire, context: MindContext, *, policy: PolicyThinking, history: History, clock: Clock, hands: Hands
    ) -> None:
        self._chat = chat
        self._context = context
        self._policy = policy
        self._history = history
        self._clock = clock
        self._manner = manner_of(context.agent)
        self._hands = hands
        self._names = frozenset(held.skill.name for held in hands.skills())
        self._tools = (*toolbox.offered(context.agent), *toolbox.skills(hands.skills()))

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """The history has this turn already. Closing the iterator closes the request."""
        self._policy.answered_by_another(turn)
        found = await self._policy.look_up(turn.text)
        yield found
        messages = self._opening(turn, found)
        spoke = False
        for number in range(MOST_ROUNDS):
            asked = Round()
            last = number == MOST_ROUNDS - 1
            async with aclosing(self._ask(asked, messages, () if last else self._tools)) as sentences:
                async for sentence in sentences:
                    spoke = True
                    yield sentence
            for part in self._act(asked, spoke=spoke):
                yield part
            if not asked.calls or asked.called(TAKE_MESSAGE) or asked.called(END_CALL):
                spoke = spoke or bool(asked.calls)
                break
            messages.append(_assistant(asked))
            for call in asked.calls:
                answered = Answered()
                async with aclosing(self._answered(call, answered)) as parts:
                    async for part in parts:
                        yield part
                if answered.refused:
                    return  # the caller is told why by whoever refused, or to whom they are put through
                told = prompt.result_message(answered.text)
                messages.append({"role": "tool", "tool_call_id": call.id, "content": told})
        if not spoke:
            raise VendorFailed("The language model said nothing.", kind="empty")

    def _opening(self, turn: UserTurn, found: Retrieved) -> list[Message]:
        context = self._context
        told = prompt.system_prompt(
            context.agent, channel=context.channel, language=context.language, now=self._clock.now()
        )
        asked = prompt.caller_message(turn.text, found.passages, self._policy.hours_said(turn.text))
        if done := self._hands.already():
            asked += "\n" + prompt.result_message(toolbox.done_before(done))
        history = self._history.before_this_turn()
        return [{"role": "system", "content": told}, *history, {"role": "user", "content": asked}]

    async def _ask(
        self, asked: Round, messages: Sequence[Message], tools: Sequence[Tool]
    ) -> AsyncGenerator[Sentence, None]:
        """A question is held until it is clear that no message is taken: the policy asks its own."""
        given = "\n".join(str(message.get("content") or "") for message in messages)
        held = ""
        async with aclosing(self._chat.reply(messages, tools=tools, manner=self._manner)) as deltas:
            async for delta in deltas:
                for said in filter(None, map(plain, asked.take(delta))):
                    check(said, given=given, filed=self._policy.state.filed > 0)
                    if held:
                        yield Sentence(text=held)
                    held = said if said.endswith("?") else ""
                    if not held:
                        yield Sentence(text=said)
        if held and not asked.called(TAKE_MESSAGE):
            yield Sentence(text=held)

    def _act(self, asked: Round, *, spoke: bool) -> list[Reply]:
        """What ends the model's part in this turn."""
        if call := asked.called(TAKE_MESSAGE):
            name, phone, body = (toolbox.text_of(call, each) for each in ("name", "phone", "message"))
            return self._policy.take_up(name=name, phone=phone, body=body)
        if asked.called(END_CALL):
            words: list[Reply] = [] if spoke else [Sentence(text=GOODBYE)]
            return [*words, EndCall(reason="the caller was done")]
        return []

    async def _answered(self, call: ToolCall, answered: "Answered") -> AsyncGenerator[Reply, None]:
        """Knowledge, or a skill by way of the hands."""
        query = toolbox.text_of(call, "query").strip()
        if call.name == toolbox.LOOK_UP and query:
            found = await self._policy.look_up(query)
            answered.text = toolbox.passages_as_result(found.passages)
            yield found
            return
        if call.name not in self._names:
            answered.text = "There is no such tool. Answer the caller."
            return
        if self._hands.held(call.name).action == REPEAT:
            answered.text = "Say what you said last once more, in the same words."
            return
        use = Use()
        async with aclosing(self._hands.use(use, call.name, call.arguments)) as parts:
            async for part in parts:
                yield part
        answered.refused = use.refused is not None or self._hands.handing is not None
        answered.text = (
            f"Not done: {use.fault}. Ask the caller for what is missing." if use.fault else toolbox.outcome(use)
        )


@dataclass(slots=True)
class Answered:
    """What a tool call is answered with, unless it was refused."""

    text: str = ""
    refused: bool = False


def manner_of(agent: Mapping[str, Any]) -> Manner:
    temperature = agent.get("llmTemperature")
    return Manner(
        model=str(agent.get("llmModel") or ""),
        temperature=float(temperature) if isinstance(temperature, int | float) else None,
        max_tokens=MOST_TOKENS,
    )


def _assistant(asked: Round) -> Message:
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
        for call in asked.calls
    ]
    return {"role": "assistant", "content": asked.text or None, "tool_calls": calls}
