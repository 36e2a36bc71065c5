"""A language model in front, the policy mind behind it: whatever the model does, the caller gets an answer.

The policy takes the turn when the model fails, is too slow to its first words or says what is not so, and the
following turns until the breaker lets one try. What was said by then is not said again. While a message is being
taken every turn is the policy's, so its state is never stale.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from flowyte.conversation.reply import Expect, Fallback, MindContext, Reply, Sentence, UserTurn
from flowyte.kit import log
from flowyte.kit.errors import VendorFailed
from flowyte.minds.breaker import Breaker
from flowyte.minds.grounded import PolicyMind, PolicyThinking
from flowyte.minds.hands import Hands
from flowyte.minds.history import History
from flowyte.minds.masked import masked
from flowyte.minds.model import ModelThinking, Wire
from flowyte.minds.speakable import Unfounded

logger = log.get(__name__)
BROKE_OFF = "I am sorry, I lost the thread there. What else would you like to know?"
# A sentence most of whose words were just said would be heard as a repetition.
REPEATS = 0.7


@dataclass(slots=True)
class ModelMind:
    """Fulfils `live.ports.Mind`. One for a process, and so is its breaker."""

    chat: Wire
    policy: PolicyMind
    patience_s: float
    breaker: Breaker = field(default_factory=Breaker)

    def open(self, context: MindContext, hands: Hands) -> "GuardedThinking":
        return GuardedThinking(self, context, hands)


class GuardedThinking:
    """One conversation, with the model and without it."""

    def __init__(self, mind: ModelMind, context: MindContext, hands: Hands) -> None:
        self._mind = mind
        self._clock = mind.policy.clock
        self._conversation = context.conversation_id
        self._history = History.of(context.history)
        self._policy: PolicyThinking = mind.policy.open(context, hands)
        self._model = ModelThinking(
            masked(mind.chat, context.agent),
            context,
            policy=self._policy,
            history=self._history,
            clock=self._clock,
            hands=hands,
        )

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        self._history.user(turn)
        if self._policy.collecting(turn) or not self._mind.breaker.allows(self._clock.monotonic_ms()):
            async with aclosing(self._policy.respond(turn)) as answer:
                async for part in answer:
                    yield part
            return
        said: list[str] = []
        reason = ""
        async with aclosing(self._tried(turn)) as parts:
            async for part in parts:
                if isinstance(part, Sentence):
                    said.append(part.text)
                elif isinstance(part, Fallback):
                    reason = part.reason
                yield part
        if reason:
            for part in await self._instead(turn, " ".join(said), claimed=reason == "claimed_message"):
                yield part

    def taking_message(self, turn: UserTurn) -> bool:
        return self._policy.collecting(turn)

    def take_message(self, turn: UserTurn) -> list[Reply]:
        return self._policy.take_message(turn)

    def heard(self, spoken: str) -> None:
        self._history.agent(spoken)
        self._policy.heard(spoken)

    async def _tried(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """The model's reply; ends with `Fallback` when it failed. The breaker hears of it in any case."""
        breaker = self._mind.breaker
        learned = False
        try:
            async with aclosing(self._model.respond(turn)) as answer:
                async for part in _begun_within(answer, self._mind.patience_s):
                    yield part
            learned = True
            breaker.worked()
        except VendorFailed as error:
            learned = True
            breaker.failed(self._clock.monotonic_ms())
            logger.warning("model.failed", conversation=self._conversation, kind=error.kind)
            yield Fallback(reason=error.kind)
        except Unfounded as error:
            learned = True
            breaker.worked()  # the server did its part
            logger.warning("model.unfounded", conversation=self._conversation, kind=error.kind)
            yield Fallback(reason=error.kind)
        finally:
            if not learned:
                breaker.given_up()

    async def _instead(self, turn: UserTurn, said: str, *, claimed: bool) -> list[Reply]:
        """The policy's answer to this turn, without what was said. A claimed message is really taken."""
        if claimed:
            return self._policy.take_up(name="", phone="", body="")
        parts = [part async for part in self._policy.respond(turn)]
        if not said:
            return parts
        if self._policy.state.flow == "offered":
            # "I do not know that" after half an answer would take that half back.
            self._policy.begin(turn)
            kept = [part for part in parts if not isinstance(part, Sentence | Expect)]
            return [*kept, Sentence(text=BROKE_OFF)]
        left = [part for part in parts if not (isinstance(part, Sentence) and _repeats(part.text, said))]
        if not any(isinstance(part, Sentence) for part in left):
            left.append(Sentence(text="Is there anything else?"))
        return left


async def _begun_within(answer: AsyncGenerator[Reply, None], patience_s: float) -> AsyncIterator[Reply]:
    """Passes everything on; VendorFailed when there is no sentence, nor the end, by then."""
    deadline: float | None = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                part = await anext(answer, None)
        except TimeoutError as error:
            raise VendorFailed("The language model was too slow.", kind="slow") from error
        if part is None:
            return
        if isinstance(part, Sentence):
            deadline = None
        yield part


def _repeats(text: str, said: str) -> bool:
    words, before = (set(re.findall(r"[a-z0-9']+", each.lower())) for each in (text, said))
    return len(words & before) >= REPEATS * len(words)
