"""The policy mind on a real database: a message is filed once, sealed, and survives a turn that is replaced."""

import numpy as np
import numpy.typing as npt

from flowyte.conversation.reply import MindContext, Reply, Sentence, SkillReturned, UserTurn
from flowyte.kit.db import Database
from flowyte.minds.grounded import PolicyMind
from flowyte.minds.judged import JudgedMind
from flowyte.skills.kinds.messages import filing
from flowyte.skills.messages import list_messages
from flowyte.skills.registry import TAKE_MESSAGE
from flowyte.skills.runner import Runner
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer


class NoMeaning:
    async def embed_off_loop(self, texts: list[str]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), 384), np.float32)
        rows[:, 0] = 1
        return rows


async def test_a_message_is_filed_once_even_when_its_turn_is_replaced(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """The caller goes on speaking before the answer is heard: one message, under one intent."""
    sealer, clock = Sealer(keys), VirtualClock()
    agent = {"id": "agt_1", "name": "clinic", "sourceIds": []}
    runner = Runner(database, sealer, clock, inside={TAKE_MESSAGE: filing(sealer)}, outside={})
    async with runner.running():
        mind = JudgedMind(PolicyMind(database, NoMeaning(), clock), clock, runner)
        thinking = mind.open(
            MindContext(org=organization.org, conversation_id="cnv_1", agent=agent, channel="voice", language="en-US")
        )

        async def say(text: str, turn: int) -> list[Reply]:
            parts = [part async for part in thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=turn))]
            thinking.heard(" ".join(part.text for part in parts if isinstance(part, Sentence)))
            return parts

        for turn, text in enumerate(("Please take a message", "Ann Lee", "202 555 0142", "yes"), start=1):
            await say(text, turn)
        await say("My crown fell out.", 5)
        parts = await say("My crown fell out. Please hurry.", 5)
        assert any(part.ok for part in parts if isinstance(part, SkillReturned))
    async with database.tenant(organization) as tx:
        messages, _ = await list_messages(tx, sealer)
    assert [(m.name, m.phone, m.body) for m in messages] == [("Ann Lee", "+12025550142", "My crown fell out.")]
