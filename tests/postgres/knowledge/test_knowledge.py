"""Sources, indexing and search on a real database, with an embedder whose vectors are counted words."""

import hashlib

import numpy as np
import numpy.typing as npt
import pytest

from flowyte.conversation.reply import Passage
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Invalid, NotFound
from flowyte.knowledge.ingest import INDEX_SOURCE, begin_indexing, index_again, index_source
from flowyte.knowledge.model import EDITION, Website
from flowyte.knowledge.search import REJECT_BELOW, search
from flowyte.knowledge.sources import create_source, delete_source, get_source, list_sources, patch_source
from flowyte.tenancy.principal import Principal

AGENT = "agt_one"
FAQ: list[dict[str, object]] = [
    {
        "question": "Do you treat children?",
        "answer": "From two years on.",
        "alternatives": ["Can I bring my kid?"],
    },
    {"question": "How much is whitening?", "answer": "Whitening costs 350 dollars."},
]


class WordVectors:
    """Texts with the same words lie close together; enough to tell whether vectors reach the search."""

    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        rows = np.full((len(texts), 384), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace("?", " ").replace(".", " ").split():
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 384] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


async def faq(tx: TenantTx, agent_id: str = AGENT) -> str:
    source = await create_source(tx, agent_id=agent_id, kind="faq", name="Questions", faq=FAQ)
    await index_source(tx, WordVectors(), source.id)
    return source.id


async def ask(tx: TenantTx, query: str, source_ids: list[str] | None = None) -> tuple[Passage, ...]:
    vector = WordVectors().embed([query])[0].tolist()
    return await search(tx, agent_id=AGENT, source_ids=source_ids, query=query, embedding=vector)


async def test_an_upgrade_indexes_again_what_was_cut_before(database: Database, organization: Principal) -> None:
    """By itself and once; what was found before is found until then."""
    queued = "SELECT count(*) FROM pgqueuer WHERE entrypoint = $1 AND position($2 IN convert_from(payload, 'UTF8')) > 0"
    async with database.tenant(organization) as tx:
        source_id = await faq(tx)
        await index_again(tx)
        assert await tx.fetchval(queued, INDEX_SOURCE, source_id) == 0
        await tx.execute("UPDATE knowledge_sources SET edition = 0 WHERE id = $1", source_id)
        await index_again(tx)
        await index_again(tx)
        assert await tx.fetchval(queued, INDEX_SOURCE, source_id) == 1
        assert await ask(tx, "Do you treat children?")
        await index_source(tx, WordVectors(), source_id)
        assert (await get_source(tx, AGENT, source_id)).edition == EDITION


async def test_a_source_goes_from_pending_to_indexed(database: Database, organization: Principal) -> None:
    """A source says where it stands and how many chunks came of it."""
    async with database.tenant(organization) as tx:
        source = await create_source(tx, agent_id=AGENT, kind="text", name="About", content="# Us\n\nWe are kind.")
        assert (source.status, source.chunk_count) == ("pending", 0)
        await begin_indexing(tx, source.id)
        assert (await get_source(tx, AGENT, source.id)).status == "indexing"
        await index_source(tx, WordVectors(), source.id)
        done = await get_source(tx, AGENT, source.id)
    assert (done.status, done.chunk_count, done.progress_current, done.progress_total) == ("indexed", 1, 1, 1)


async def test_a_question_finds_its_answer(database: Database, organization: Principal) -> None:
    """The passage is the authored answer under its question, above the threshold; another wording finds it too."""
    async with database.tenant(organization) as tx:
        await faq(tx)
        best, other = await ask(tx, "do you treat children")
        alternative, *_ = await ask(tx, "can i bring my kid")
    assert (best.title, best.text) == ("Do you treat children?", "From two years on.")
    assert best.score > REJECT_BELOW > other.score
    assert alternative.chunk_id == best.chunk_id


async def test_nothing_to_do_with_it_scores_low(database: Database, organization: Principal) -> None:
    """A question about something else stays under the threshold; no words at all are no error."""
    async with database.tenant(organization) as tx:
        await faq(tx)
        assert all(passage.score < REJECT_BELOW for passage in await ask(tx, "repair my motorbike tomorrow"))
        assert len(await ask(tx, "the of a \x00")) == 2


async def test_a_version_finds_only_the_sources_it_was_published_with(
    database: Database, organization: Principal
) -> None:
    """A later source is found by the draft and not by the version that does not list it."""
    async with database.tenant(organization) as tx:
        published = await faq(tx)
        later = await create_source(tx, agent_id=AGENT, kind="text", name="Parking", content="Park behind the house.")
        await index_source(tx, WordVectors(), later.id)
        assert (await ask(tx, "park behind house"))[0].source_id == later.id
        assert {p.source_id for p in await ask(tx, "park behind house", [published])} == {published}
        assert await ask(tx, "park behind house", []) == ()


async def test_a_deleted_source_is_gone_at_once(database: Database, organization: Principal) -> None:
    """Also for a version that was published with it."""
    async with database.tenant(organization) as tx:
        source_id = await faq(tx)
        await delete_source(tx, AGENT, source_id)
        assert await ask(tx, "do you treat children", [source_id]) == ()
        assert await list_sources(tx, AGENT) == ()
        assert await index_source(tx, WordVectors(), source_id) is None


async def test_a_changed_source_answers_with_the_old_text_until_it_is_indexed(
    database: Database, organization: Principal
) -> None:
    """A live conversation never meets an empty source."""
    async with database.tenant(organization) as tx:
        source_id = await faq(tx)
        changed = [{"question": "Do you treat children?", "answer": "From one year on."}]
        assert (await patch_source(tx, AGENT, source_id, faq=changed)).status == "pending"
        assert (await ask(tx, "do you treat children"))[0].text == "From two years on."
        await index_source(tx, WordVectors(), source_id)
        assert [p.text for p in await ask(tx, "do you treat children")] == ["From one year on."]


async def test_what_was_embedded_before_is_not_embedded_again(database: Database, organization: Principal) -> None:
    """Only the wordings that are new; what is found stays the same."""
    asked: list[str] = []

    class Counted(WordVectors):
        def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
            asked.extend(texts)
            return super().embed(texts)

    async with database.tenant(organization) as tx:
        source_id = await faq(tx)
        before = await ask(tx, "how much is whitening")
        added: list[dict[str, object]] = [*FAQ, {"question": "Do you park?", "answer": "Behind the house."}]
        await patch_source(tx, AGENT, source_id, faq=added)
        await index_source(tx, Counted(), source_id)
        after = await ask(tx, "how much is whitening")
        assert (await ask(tx, "do you park"))[0].text == "Behind the house."
    assert asked == ["Do you park?", "Do you park? Behind the house."]
    assert after[0].text == before[0].text
    assert after[0].score == pytest.approx(before[0].score, abs=0.05)  # a word is rarer among more


async def test_another_organization_finds_nothing(
    database: Database, organization: Principal, other_organization: Principal
) -> None:
    """The same agent id and source id in another organization lead nowhere."""
    async with database.tenant(organization) as tx:
        source_id = await faq(tx)
    async with database.tenant(other_organization) as tx:
        assert await ask(tx, "do you treat children", [source_id]) == ()
        with pytest.raises(NotFound):
            await get_source(tx, AGENT, source_id)
        with pytest.raises(NotFound):
            await delete_source(tx, AGENT, source_id)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "url", "name": "Site"}, "url"),
        ({"kind": "url", "name": "Site", "website": Website(url="file:///etc/passwd", most_pages=1, refresh_s=None)},
         "url"),
        ({"kind": "url", "name": "Site", "website": Website(url="https://a:b@example.com", most_pages=1,
                                                            refresh_s=None)}, "url"),
        ({"kind": "url", "name": "Site", "website": Website(url="example.com", most_pages=201, refresh_s=None)},
         "maxPages"),
        ({"kind": "url", "name": "Site", "website": Website(url="example.com", most_pages=1, refresh_s=86_399)},
         "refreshSeconds"),
        ({"kind": "file", "name": "Site"}, "kind"),
        ({"kind": "poem", "name": "Site"}, "kind"),
        ({"kind": "text", "name": " ", "content": "x"}, "name"),
        ({"kind": "text", "name": "Empty", "content": "  "}, "content"),
        ({"kind": "faq", "name": "Empty", "faq": []}, "faq"),
        ({"kind": "faq", "name": "Half", "faq": [{"question": "Why?"}]}, "faq[0].answer"),
        ({"kind": "faq", "name": "Odd", "faq": [{"question": "A", "answer": "B", "alternatives": "C"}]},
         "faq[0].alternatives"),
    ],
)  # fmt: skip
async def test_bad_sources_are_refused_by_field(
    database: Database, organization: Principal, fields: dict[str, object], named: str
) -> None:
    """The field is named; a website is read once a day at most."""
    async with database.tenant(organization) as tx:
        with pytest.raises(Invalid) as refused:
            await create_source(tx, agent_id=AGENT, **fields)  # type: ignore[arg-type]
    assert [error.field for error in refused.value.fields] == [named]


async def test_a_source_without_words_fails_with_a_reason(database: Database, organization: Principal) -> None:
    """Headings alone hold nothing to quote."""
    async with database.tenant(organization) as tx:
        source = await create_source(tx, agent_id=AGENT, kind="text", name="Bare", content="# Title\n\n## Another")
        await index_source(tx, WordVectors(), source.id)
        failed = await get_source(tx, AGENT, source.id)
    assert (failed.status, failed.error_message) == ("failed", "There is no text in this source.")
