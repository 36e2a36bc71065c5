"""Gaps on a real database: grouped by meaning, counted honestly, forgotten with their conversation, opened again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.postgres.knowledge.test_knowledge import WordVectors
from tests.unit.egress.house import NOBODY
from tests.unit.knowledge.test_questions import DOES_NOT_KNOW

from flowyte.agents.publish import create, publish
from flowyte.agents.store import delete_agent
from flowyte.egress.client import Egress
from flowyte.jobs.queue import JobRef
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.kit.settings import Settings
from flowyte.knowledge import gaps, sources
from flowyte.knowledge.gaps import Gap
from flowyte.knowledge.ingest import INDEX_SOURCE, index_source
from flowyte.objects.objects import Objects
from flowyte.observe import store as observe
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.store import CONVERSATION_ENDED
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.worker import BROKEN, tasks_of

Said = tuple[str, float, str | None]  # the question, its best score, and the source that answered it
BOATS: Said = ("do you sell boats", 0.1, None)


class Town:
    """An agent that is asked, and the worker that folds what was asked."""

    def __init__(self, database: Database, owner: Principal, keys: FileKeys, data_dir: Path) -> None:
        clock = SystemClock()
        self.database, self.owner, self.sealer = database, owner, Sealer(keys)
        self.keeper = Keeper(database=database, sealer=self.sealer, clock=clock, data_dir=data_dir)
        self.base = Foundation(
            settings=Settings(data_dir=data_dir), clock=clock, database=database, keys=keys,  # type: ignore[arg-type]
            objects=Objects.local(data_dir), peppers=Peppers(keys), sealer=self.sealer, signer=UrlSigner(keys, clock),
        )  # fmt: skip
        self.egress = Egress(trust=NOBODY)
        self.tasks = tasks_of(self.base, WordVectors(), self.egress)
        self.agent = self.version = ""

    async def settle(self, source_ids: list[str] | None = None) -> None:
        async with self.database.tenant(self.owner) as tx:
            if not self.agent:
                self.agent = (await create(tx, self.owner, {"name": "harbour"})).id
            version = await publish(tx, self.owner, self.agent, note="", more={"sourceIds": source_ids or []})
            self.version = version.id

    async def asked(self, *questions: Said, draft: bool = False) -> str:
        """A conversation in which this is asked; it is folded when it is over."""
        opening = Opening(
            id=new_id("cnv"), agent_id=self.agent, agent_name="harbour", version_id=None if draft else self.version,
            version_number=None if draft else 1, channel="chat", line="api", draft=draft,
        )  # fmt: skip
        evidence = await self.keeper.begin(self.owner, opening)
        for number, (text, score, source) in enumerate(questions):
            found = [{"sourceId": source, "score": score}] if source else []
            evidence.event("user_utterance", number * 100, {"text": text})
            evidence.event("kb_retrieval", number * 100 + 1, {"query": text, "passages": found, "topScore": score})
            answer = "Yes." if source else DOES_NOT_KNOW
            evidence.event("agent_message", number * 100 + 2, {"text": answer, "kind": "answer"})
        await evidence.finish("reader_ended")
        await self.tasks[CONVERSATION_ENDED](JobRef(org=self.owner.org, id=opening.id))
        return opening.id

    async def gaps(self, now: datetime | None = None) -> list[Gap]:
        async with self.database.tenant(self.owner) as tx:
            return await gaps.list_gaps(tx, self.sealer, now=now or datetime.now(UTC), agent_id=self.agent)

    async def delete(self, conversation_id: str) -> None:
        async with self.database.tenant(self.owner) as tx:
            await observe.delete_conversation(tx, conversation_id)

    async def answer(self, gap: Gap, question: str, answer: str, live: tuple[str, ...] = ()) -> str:
        async with self.database.tenant(self.owner) as tx:
            source = await gaps.answer_gap(
                tx, self.sealer, self.agent, gap.counted.id, question=question, answer=answer, live=live,
                now=datetime.now(UTC),
            )  # fmt: skip
        return source.id

    async def index(self, source_id: str) -> None:
        await self.tasks[INDEX_SOURCE](JobRef(org=self.owner.org, id=source_id))


@pytest.fixture
async def town(database: Database, organization: Principal, keys: FileKeys, tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(database, organization, keys, tmp_path)
    await made.settle()
    yield made
    await made.egress.close()


async def test_what_was_not_known_is_grouped_by_meaning(town: Town) -> None:
    """By likeness to the gap's first question; the one that more callers asked comes first."""
    await town.asked(BOATS, ("where can i park my car", 0.4, None), ("do you sell boats now", 0.12, None))
    await town.asked(("do you sell any boats", 0.1, None))
    first, second = await town.gaps()
    assert (first.query, first.counted.count, first.counted.distinct_calls) == ("do you sell boats", 3, 2)
    assert (second.query, second.counted.count) == ("where can i park my car", 1)
    assert first.counted.signals == ("asked_again", "left", "not_found", "said_unknown")
    assert (first.classification, second.classification) == ("TRUE_GAP", "RETRIEVAL_MISS")
    assert first.counted.first_seen < first.counted.last_seen
    assert first.counted.status == "open"


async def test_the_rank_halves_in_two_weeks_and_counts_a_conversation_once(town: Town) -> None:
    """A caller who asks ten times is one caller; who left without an answer weighs half as much again."""
    await town.asked(*[BOATS] * 4, ("thanks and hello", 0.9, "src_1"))
    (gap,) = await town.gaps()
    assert gap.counted.rank == pytest.approx(1.0, abs=0.01)
    (later,) = await town.gaps(datetime.now(UTC) + timedelta(days=14))
    assert later.counted.rank == pytest.approx(0.5, abs=0.01)
    await town.asked(BOATS)
    (gap,) = await town.gaps()
    assert gap.counted.rank == pytest.approx(2.5, abs=0.01)


async def test_drafts_are_not_counted_and_folding_twice_changes_nothing(town: Town) -> None:
    """A test is no caller; a job that is taken up again finds its work done."""
    await town.asked(BOATS, draft=True)
    assert await town.gaps() == []
    conversation = await town.asked(BOATS)
    await town.tasks[CONVERSATION_ENDED](JobRef(org=town.owner.org, id=conversation))
    assert [gap.counted.count for gap in await town.gaps()] == [1]


async def test_a_conversation_that_is_over_is_folded_by_a_job_of_its_own(town: Town) -> None:
    """Queued in the transaction that closes it, so that nothing of it is done while somebody waits."""
    conversation = await town.asked(BOATS)
    async with town.database.tenant(town.owner) as tx:
        waiting = await tx.fetchval(
            "SELECT count(*) FROM pgqueuer WHERE entrypoint = $1 AND position($2 IN convert_from(payload, 'UTF8')) > 0",
            CONVERSATION_ENDED, conversation,
        )  # fmt: skip
    assert waiting == 1


async def test_a_deleted_conversation_is_counted_no_more(town: Town) -> None:
    """Its words are gone, the next question names the gap, and a gap without any is none."""
    first = await town.asked(BOATS)
    second = await town.asked(("do you sell boats here", 0.1, None))
    await town.delete(first)
    (gap,) = await town.gaps()
    assert (gap.query, gap.counted.count, gap.counted.distinct_calls) == ("do you sell boats here", 1, 1)
    third = await town.asked(BOATS)
    assert [gap.counted.count for gap in await town.gaps()] == [2]
    await town.delete(second)
    await town.delete(third)
    assert await town.gaps() == []
    async with town.database.tenant(town.owner) as tx:
        for table in ("knowledge_gaps", "knowledge_questions"):
            assert await tx.fetchval(f"SELECT count(*) FROM {table}") == 0
    await town.tasks[CONVERSATION_ENDED](JobRef(org=town.owner.org, id=first))  # deleted before it was folded


async def test_what_callers_said_is_sealed(town: Town) -> None:
    """Neither the words nor what they mean can be read in the database."""
    await town.asked(BOATS)
    async with town.database.tenant(town.owner) as tx:
        row = await tx.fetchrow("SELECT asked, vector FROM knowledge_questions")
    assert row is not None
    assert b"boats" not in row["asked"]
    assert WordVectors().embed(["do you sell boats"])[0].tobytes() not in row["vector"]


async def test_an_agent_takes_its_gaps_along(town: Town) -> None:
    """Its conversations stay, as they always did."""
    await town.asked(BOATS, ("price?", 0.9, "src_1"))
    async with town.database.tenant(town.owner) as tx:
        await delete_agent(tx, town.agent)
        assert await tx.fetchval("SELECT count(*) FROM knowledge_questions") == 0
        assert await tx.fetchval("SELECT count(*) FROM knowledge_gaps") == 0


async def test_an_answer_becomes_a_faq_and_covers_the_gap_once_it_is_found(town: Town) -> None:
    """Not before it is indexed; a source is made when the agent has no FAQ."""
    await town.asked(BOATS)
    (gap,) = await town.gaps()
    source_id = await town.answer(gap, "Do you sell boats?", "No, we only repair them.")
    assert [(g.counted.status, g.counted.source_id) for g in await town.gaps()] == [("in_progress", source_id)]
    await town.index(source_id)
    assert [(g.counted.status, g.counted.source_id) for g in await town.gaps()] == [("covered", source_id)]
    async with town.database.tenant(town.owner) as tx:
        source = await sources.get_source(tx, town.agent, source_id)
    assert (source.name, source.faq[0].answer) == (gaps.ANSWERS, "No, we only repair them.")


async def test_an_answer_that_does_not_answer_leaves_the_gap(town: Town) -> None:
    """Each of the newest wordings is asked anew."""
    await town.asked(BOATS, ("do you sell boats or motors today", 0.1, None))
    (gap,) = await town.gaps()
    await town.index(await town.answer(gap, "Opening on holidays", "We are closed."))
    assert [g.counted.status for g in await town.gaps()] == ["in_progress"]


async def test_what_is_written_elsewhere_covers_a_gap_as_well(town: Town) -> None:
    """An operator may add a text and never look at the list."""
    await town.asked(BOATS)
    async with town.database.tenant(town.owner) as tx:
        entry = {"question": "do you sell boats", "answer": "No."}
        source = await sources.create_source(tx, agent_id=town.agent, kind="faq", name="Shop", faq=[entry])
    await town.index(source.id)
    assert [g.counted.status for g in await town.gaps()] == ["covered"]


async def test_a_gap_that_is_asked_again_after_it_was_covered_opens_again(town: Town) -> None:
    """Unless the version that was asked is older than the answer; what was dismissed stays dismissed."""
    await town.asked(BOATS)
    (gap,) = await town.gaps()
    source_id = await town.answer(gap, "do you sell boats", "No.")
    await town.index(source_id)
    await town.asked(BOATS)  # of a version that was published without the source
    assert [g.counted.status for g in await town.gaps()] == ["covered"]
    await town.settle([source_id])
    await town.asked(BOATS)
    assert [(g.counted.status, g.counted.source_id, g.counted.count) for g in await town.gaps()] == [("open", None, 3)]
    async with town.database.tenant(town.owner) as tx:
        now = datetime.now(UTC)
        await gaps.set_gap_status(tx, town.sealer, town.agent, gap.counted.id, "dismissed", now)
    await town.asked(BOATS)
    assert [g.counted.status for g in await town.gaps()] == ["dismissed"]


async def test_an_answer_goes_where_callers_hear_it(town: Town) -> None:
    """Into a FAQ of the live version rather than another one; bad words are refused by field."""
    await town.asked(BOATS)
    (gap,) = await town.gaps()
    entry = [{"question": "Who are you?", "answer": "The harbour."}]
    async with town.database.tenant(town.owner) as tx:
        _, live = [
            await sources.create_source(tx, agent_id=town.agent, kind="faq", name=name, faq=entry)
            for name in ("Draft", "Live")
        ]
    assert await town.answer(gap, "Do you sell boats?", "No.", live=(live.id,)) == live.id
    async with town.database.tenant(town.owner) as tx:
        assert len((await sources.get_source(tx, town.agent, live.id)).faq) == 2
    for question, answer, field in (("", "No.", "question"), ("Boats?", " ", "answer"), ("x" * 501, "No.", "question")):
        with pytest.raises(Invalid) as refused:
            await town.answer(gap, question, answer)
        assert [error.field for error in refused.value.fields] == [field]
    with pytest.raises(NotFound):
        await town.answer(replace(gap, counted=replace(gap.counted, id="gap_none")), "Boats?", "No.")


async def test_a_source_tells_how_much_it_answers(town: Town) -> None:
    """Of the questions of thirty days; nothing before anything was asked."""
    async with town.database.tenant(town.owner) as tx:
        assert await gaps.coverage(tx, town.agent, datetime.now(UTC)) is None
    await town.asked(("price?", 0.9, "src_1"), ("hours?", 0.8, "src_1"), ("care?", 0.7, "src_2"), BOATS)
    async with town.database.tenant(town.owner) as tx:
        assert await gaps.coverage(tx, town.agent, datetime.now(UTC)) == {"src_1": 0.5, "src_2": 0.25}
        assert await gaps.coverage(tx, town.agent, datetime.now(UTC) + timedelta(days=31)) is None


async def test_an_agent_keeps_its_newest_gaps(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that nobody can read helps nobody."""
    monkeypatch.setattr(gaps, "MOST_GAPS", 2)
    for thing in ("boats", "violins", "umbrellas"):
        await town.asked((f"{thing} {thing}?", 0.1, None))
    assert {gap.query for gap in await town.gaps()} == {"violins violins?", "umbrellas umbrellas?"}


async def test_a_fault_of_ours_while_indexing_is_told(town: Town) -> None:
    """The job fails for the log, and the source says so instead of being read for ever."""

    class Broken:
        def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
            raise MemoryError

    async with town.database.tenant(town.owner) as tx:
        source = await sources.create_source(tx, agent_id=town.agent, kind="text", name="About", content="We are here.")
    with pytest.raises(MemoryError):
        await tasks_of(town.base, Broken(), town.egress)[INDEX_SOURCE](JobRef(org=town.owner.org, id=source.id))
    async with town.database.tenant(town.owner) as tx:
        told = await sources.get_source(tx, town.agent, source.id)
    assert (told.status, told.error_message) == ("failed", BROKEN)


async def test_two_organizations_have_gaps_of_their_own(
    town: Town, database: Database, other_organization: Principal
) -> None:
    """The other one sees none of it."""
    await town.asked(BOATS)
    async with database.tenant(other_organization) as tx:
        assert await gaps.list_gaps(tx, town.sealer, now=datetime.now(UTC)) == []
        assert await gaps.open_gaps(tx) == {}
    async with town.database.tenant(town.owner) as tx:
        assert await gaps.open_gaps(tx) == {town.agent: 1}
        await index_source(tx, WordVectors(), "src_none")
