"""Guardrails over the real policy mind: what is denied leaves no row behind."""

from tests.postgres.minds.test_grounded import NoMeaning

from flowyte.conversation.reply import Judged, MindContext, Reply, Sentence, UserTurn
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

DIALOGUE = ("Please take a message", "Ann Lee", "202 555 0142", "yes", "My crown fell out.")


async def test_a_message_that_a_person_must_decide_on_is_not_filed(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """The whole conversation goes on as before; at the filing the caller is told, and no message is there."""
    sealer, clock = Sealer(keys), VirtualClock()
    guards = [{"policyType": "write_gate", "config": {"alwaysEscalate": ["take_message"]}}]
    for guardrails, filed in ((guards, 0), ([], 1)):
        agent = {"id": "agt_1", "name": "clinic", "sourceIds": [], "guardrails": guardrails}
        runner = Runner(database, sealer, clock, inside={TAKE_MESSAGE: filing(sealer)}, outside={})
        async with runner.running():
            mind = JudgedMind(PolicyMind(database, NoMeaning(), clock), clock, runner)
            thinking = mind.open(
                MindContext(
                    org=organization.org, conversation_id="cnv_1", agent=agent, channel="chat", language="en-US"
                )
            )
            parts: list[Reply] = []
            for turn, text in enumerate(DIALOGUE, start=1):
                parts = [part async for part in thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=turn))]
                thinking.heard(" ".join(part.text for part in parts if isinstance(part, Sentence)))
        said = " ".join(part.text for part in parts if isinstance(part, Sentence))
        assert ("I have filed your message" in said) == bool(filed)
        assert any(isinstance(part, Judged) for part in parts) == (not filed)
        async with database.tenant(organization) as tx:
            messages, _ = await list_messages(tx, sealer)
        assert len(messages) == filed
