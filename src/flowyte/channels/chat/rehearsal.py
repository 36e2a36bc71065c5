"""A conversation with a draft that leaves nothing behind: no record is kept and no skill is carried out.

The mind, the guardrails, the playbooks and the knowledge are those that callers meet. A skill is judged, and instead of
being carried out it brings `{"simulated": true}`. Nobody can be verified: accounts are neither fetched nor counted.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from flowyte.agents.publish import Pinned
from flowyte.conversation.reply import MindContext
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FieldError, Invalid
from flowyte.kit.ids import new_id
from flowyte.live.chat import ChatFrame, ChatSession
from flowyte.live.ports import Mind
from flowyte.tenancy.principal import Principal

MOST_MESSAGES = 50  # of the caller: more than the longest call has turns, and each costs a model's answer
MOST_CHARACTERS = 4_000  # of one message, as in a chat


class Unkept:
    """Fulfils `live.ports.Evidence` and keeps nothing."""

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        """Shown as it happens, to who rehearses."""

    def start_recording(self, rate: int) -> None:
        """There is no sound."""

    def erase_recording(self) -> None:
        """There is no sound."""

    def audio(self, caller: bytes, agent: bytes) -> None:
        """There is no sound."""

    async def finish(self, cause: str) -> None:
        """There is nothing to bring to rest."""


async def rehearse(
    mind: Mind, clock: Clock, principal: Principal, version: Pinned, said: Sequence[str]
) -> AsyncGenerator[ChatFrame]:
    """What happens when a caller says all this, one message after the other. Invalid for messages that are none."""
    if not said or len(said) > MOST_MESSAGES:
        raise Invalid(fields=[FieldError(field="transcript", message=f"1 to {MOST_MESSAGES} messages of the user")])
    for number, message in enumerate(said):
        if not message.strip() or len(message) > MOST_CHARACTERS:
            where = f"transcript.{number}.content"
            raise Invalid(fields=[FieldError(field=where, message=f"text of 1 to {MOST_CHARACTERS} characters")])
    agent = version.on("chat")
    context = MindContext(
        org=principal.org,
        conversation_id=new_id("cnv"),
        agent=agent,
        channel="chat",
        language=str(agent["primaryLanguage"]),
        simulated=True,
    )
    session = ChatSession(mind=mind, context=context, evidence=Unkept(), clock=clock)
    for frame in session.begin(greeting=str(agent.get("greeting") or "")):
        yield frame
    for message in said:
        async with aclosing(session.send(message)) as frames:
            async for frame in frames:
                yield frame
        if session.ended:
            return
