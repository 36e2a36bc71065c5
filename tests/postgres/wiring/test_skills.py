"""The runner as wiring opens it: every kind that is offered is carried out, knowledge by a real search."""

from pathlib import Path

import numpy as np
import pytest
from tests.postgres.knowledge.test_knowledge import FAQ, WordVectors
from tests.unit.skills.orders import order

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.sources import create_source
from flowyte.objects.objects import Objects
from flowyte.skills.registry import CARRIED_OUT, TAKE_MESSAGE
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.skills import open_runner, ports_of


class OffLoop(WordVectors):
    async def embed_off_loop(self, texts: list[str]) -> np.ndarray:
        return self.embed(texts)


def base_of(database: Database, keys: FileKeys) -> Foundation:
    clock = SystemClock()
    return Foundation(
        settings=Settings(data_dir=Path("/nowhere")), clock=clock, database=database, keys=keys,  # type: ignore[arg-type]
        objects=Objects.local(Path("/nowhere")), peppers=Peppers(keys), sealer=Sealer(keys),
        signer=UrlSigner(keys, clock),
    )  # fmt: skip


async def test_every_kind_that_is_offered_is_carried_out(database: Database, keys: FileKeys) -> None:
    async with open_runner(base_of(database, keys), None, OffLoop()) as runner:  # type: ignore[arg-type]
        assert runner.actions() >= CARRIED_OUT | {TAKE_MESSAGE}


async def test_a_text_is_not_sent_and_says_why(database: Database, organization: Principal, keys: FileKeys) -> None:
    text = order("sms", {"to": "{name}", "body": "x"}, {"name": "A"}, principal=organization)
    async with open_runner(base_of(database, keys), None, OffLoop()) as runner:  # type: ignore[arg-type]
        outcome = await runner.run(text, "sms")
    assert (outcome.state, outcome.error) == ("failed", "not_registered")


async def test_knowledge_is_searched_in_the_sources_that_are_named(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys
) -> None:
    """Those of the skill that its version has; all of the version where it names none; nothing of another's."""
    async with database.tenant(organization) as tx:
        source = (await create_source(tx, agent_id="agt_1", kind="faq", name="Questions", faq=FAQ)).id
        await index_source(tx, WordVectors(), source)
    asked = {"query": "Do you treat children?"}
    agent = {"sourceIds": [source]}
    async with open_runner(base_of(database, keys), None, OffLoop()) as runner:  # type: ignore[arg-type]

        async def found(config: dict[str, list[str]], agent: dict[str, list[str]], who: Principal, n: int) -> bool:
            one = order("knowledge_query", config, asked, principal=who, agent=agent, is_write=False, occasion=str(n))
            outcome = await runner.run(one, "knowledge_query")
            assert outcome.ok
            return any("From two years on." in str(passage) for passage in outcome.result["found"])

        assert await found({}, agent, organization, 1)
        assert await found({"sourceIds": [source]}, agent, organization, 2)
        assert await found({"sourceIds": [source]}, {}, organization, 3)
        assert not await found({"sourceIds": ["src_other"]}, agent, organization, 4)
        assert not await found({"sourceIds": [source]}, {"sourceIds": []}, organization, 5)
        assert not await found({}, agent, other_organization, 6)


@pytest.mark.parametrize("text", ["web", "0", "70000", "80;443", "-1"])
def test_what_is_no_port_is_said_at_the_start(text: str) -> None:
    with pytest.raises(SetupError):
        ports_of(Settings(egress_ports=text))
    assert ports_of(Settings(egress_ports="8443, 9000")) == {80, 443, 8443, 9000}
