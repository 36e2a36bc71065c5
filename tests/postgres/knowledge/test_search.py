"""The search's three steps on a real database, with vectors that know nothing: each text has its own random one."""

import hashlib

import numpy as np
import numpy.typing as npt

from flowyte.kit.db import Database, TenantTx
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.search import candidates, search
from flowyte.knowledge.sources import create_source, patch_source
from flowyte.tenancy.principal import Principal

AGENT = "agt_one"
ROOMS = 120


class RandomVectors:
    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(384) for seed in seeds])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


async def guide(tx: TenantTx, agent_id: str = AGENT) -> str:
    """A house of many rooms, one of which is called the Orangery."""
    rooms = [f"# House\n\n## Room {n}\n\nThis room is on floor {n % 7}." for n in range(ROOMS)]
    content = "\n\n".join([*rooms, "## A hall\n\nThe Orangery is behind the garden."])
    source = await create_source(tx, agent_id=agent_id, kind="text", name="Guide", content=content)
    await index_source(tx, RandomVectors(), source.id)
    return source.id


async def first(tx: TenantTx, query: str, near: str, nearest: int) -> str:
    vector = RandomVectors().embed([near])[0].tolist()
    _, found = await candidates(
        tx, agent_id=AGENT, source_ids=None, query=query, embedding=vector, nearest=nearest
    )  # fmt: skip
    return max(found, key=lambda one: one.meaning).title


async def test_sketches_find_what_an_exact_search_finds(database: Database, organization: Principal) -> None:
    """Of some 360 probes, five are compared exactly, and the nearest is among them; the words have no part in it."""
    async with database.tenant(organization) as tx:
        await guide(tx)
        for n in range(0, ROOMS, 10):
            near = f"Room {n}. This room is on floor {n % 7}."
            assert await first(tx, "zebra", near, 5) == f"Room {n}"


async def test_a_rare_word_finds_its_chunk_whatever_the_vectors_say(
    database: Database, organization: Principal
) -> None:
    """A name that no vector knows is looked up; a word that the change of the source took away no longer is."""
    async with database.tenant(organization) as tx:
        source_id = await guide(tx)
        vector = RandomVectors().embed(["anything"])[0].tolist()

        async def titles(query: str) -> set[str]:
            found = await search(
                tx, agent_id=AGENT, source_ids=None, query=query, embedding=vector, nearest=3, limit=20
            )
            return {passage.title for passage in found}

        assert "A hall" in await titles("where is the orangery please")
        await patch_source(tx, AGENT, source_id, content="## A hall\n\nThe library is upstairs.\n\n## B\n\nNo.")
        await index_source(tx, RandomVectors(), source_id)
        question, _ = await candidates(
            tx, agent_id=AGENT, source_ids=None, query="orangery or library", embedding=vector
        )
        assert {term: found_in for term, (found_in, _) in question.terms.items()} == {"orangeri": 0, "librari": 1}


async def test_words_of_other_agents_and_organizations_count_for_nothing(
    database: Database, organization: Principal, other_organization: Principal
) -> None:
    """A word's weight and the chunks under it are those of the agent that is asked."""
    async with database.tenant(other_organization) as tx:
        await guide(tx)
    async with database.tenant(organization) as tx:
        await guide(tx, "agt_other")
        own = await create_source(tx, agent_id=AGENT, kind="text", name="Own", content="## Us\n\nWe sell tea.")
        await index_source(tx, RandomVectors(), own.id)
        vector = RandomVectors().embed(["tea"])[0].tolist()
        question, found = await candidates(
            tx, agent_id=AGENT, source_ids=None, query="tea in the orangery", embedding=vector
        )
    assert {one.source_id for one in found} == {own.id}
    assert (question.chunks, question.terms["orangeri"][0], question.terms["tea"][0]) == (1, 0, 1)
