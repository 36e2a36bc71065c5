"""Measures how long a question takes in a large database: `python -m bench.retrieval_scale [--total 1000000]`.

An embedded PostgreSQL is filled with generated chunks in a temporary folder: one agent with 10,000 chunks of three
probes, and many other organizations' agents with one probe a chunk up to the total (1,000,000 take about 5 GB of disk
and ten minutes; all is removed at the end). Then questions are asked through the product's own search, as the
application's role with row security on, first embedding a sentence as the preview does. Printed are times, how much
processor time a question took (of this process and the database's, on Linux), which does not depend on what else the
machine does, and how many of the best five of an exact search the fast one found.

The agent's vectors stand in clusters, as those of a real text do, and a question lies near one of them. The words are
made up and spread as words are (Zipf).
"""

import argparse
import asyncio
import json
import os
import statistics
import struct
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import numpy.typing as npt

from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import start
from flowyte.kit.settings import load
from flowyte.knowledge.search import search
from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.store.fetch import resolve
from flowyte.tenancy.organizations import create_organization, system_principal

DIMENSIONS = 384
SOURCES = 5  # of the measured agent
BATCH = 5_000  # chunks sent at once
WORDS = 20_000
COMPARED = 5  # one question in so many is also asked exactly, which takes ten times as long
TABLES = ("knowledge_sources", "knowledge_chunks", "knowledge_probes", "knowledge_terms")
SENTENCE = "how much is it to have my teeth cleaned on a saturday"

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Agent:
    """Whose chunks they are, and how many."""

    org: uuid.UUID
    id: str
    chunks: int
    probes: int
    words: int


class Generated:
    """Texts and vectors, the same in every run."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(20)
        syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
        picked = self._random.integers(len(syllables), size=(WORDS, 3))
        self._words = ["".join(syllables[n] for n in row) for row in picked]
        chance = 1 / np.arange(2, WORDS + 2)
        self._chance = np.cumsum(chance / chance.sum())
        self._middles = self._random.standard_normal((2_000, DIMENSIONS), np.float32)

    def texts(self, count: int, words: int) -> list[str]:
        drawn = np.searchsorted(self._chance, self._random.random((count, words)))
        return [" ".join(self._words[min(n, WORDS - 1)] for n in row) for row in drawn]

    def vectors(self, count: int) -> Vectors:
        middles = self._middles[self._random.integers(len(self._middles), size=count)]
        return unit(middles + 0.7 * self._random.standard_normal((count, DIMENSIONS), np.float32))

    def near(self, vector: Vectors) -> Vectors:
        return unit(vector + 0.04 * self._random.standard_normal(DIMENSIONS, np.float32))

    def pick(self, items: list[Any], count: int) -> list[int]:
        return [int(n) for n in self._random.choice(len(items), count, replace=False)]


def unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def probe_rows(agent: Agent, ids: list[str], sources: list[str], vectors: Vectors) -> bytes:
    """PostgreSQL's binary COPY format, written as one array: a row has six fields, each after its length."""
    asked = b"a wording that is compared with a question, as long as many are"
    text = len(ids[0])
    row = np.dtype(
        [("fields", ">i2"), ("l0", ">i4"), ("org", "S16"), ("l1", ">i4"), ("source", f"S{len(sources[0])}"),
         ("l2", ">i4"), ("chunk", f"S{text}"), ("l3", ">i4"), ("number", ">i4"), ("l4", ">i4"),
         ("asked", f"S{len(asked)}"), ("l5", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("vector", ">f2", DIMENSIONS)]
    )  # fmt: skip
    rows = np.zeros(len(vectors), row)
    rows["fields"], rows["l0"], rows["l3"], rows["l4"] = 6, 16, 4, len(asked)
    rows["l1"], rows["l2"], rows["l5"] = len(sources[0]), text, 4 + 2 * DIMENSIONS
    rows["org"], rows["asked"], rows["dim"] = np.frombuffer(agent.org.bytes, "S16")[0], asked, DIMENSIONS
    rows["source"] = np.repeat(np.array(sources, dtype="S"), agent.probes)
    rows["chunk"] = np.repeat(np.array(ids, dtype="S"), agent.probes)
    rows["number"] = np.tile(np.arange(agent.probes), len(ids))
    rows["vector"] = vectors
    return rows.tobytes()


async def copied(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    yield b"PGCOPY\n\xff\r\n\x00" + bytes(8)
    for piece in pieces:
        yield piece
    yield struct.pack(">h", -1)


async def fill(owner: asyncpg.Connection, made: Generated, agent: Agent) -> tuple[list[str], Vectors]:
    """Rows of one agent; returns the chunks' texts, and the vector of each one's first probe."""
    sources = [f"src_{agent.id[4:]}_{n}" for n in range(SOURCES)]
    await owner.execute("SELECT set_config('app.org', $1, false)", str(agent.org))  # for the audit log's own rows
    for source in sources:
        await owner.execute(
            "INSERT INTO knowledge_sources (org_id, id, agent_id, kind, name, status, chunk_count) "
            "VALUES ($1, $2, $3, 'text', 'Generated', 'indexed', $4)",
            agent.org, source, agent.id, agent.chunks // SOURCES,
        )  # fmt: skip
    texts: list[str] = []
    firsts = []
    for begin in range(0, agent.chunks, BATCH):
        count = min(BATCH, agent.chunks - begin)
        ids = [f"chk_{agent.id[4:]}_{begin + n:07}" for n in range(count)]
        whose = [sources[(begin + n) * SOURCES // agent.chunks] for n in range(count)]
        bodies = made.texts(count, agent.words)
        await owner.executemany(
            "INSERT INTO knowledge_chunks (org_id, id, source_id, position, title, body, words) "
            "VALUES ($1, $2, $3, $4, '', $5, to_tsvector('english', $5))",
            [(agent.org, *row) for row in zip(ids, whose, range(begin, begin + count), bodies, strict=True)],
        )
        vectors = made.vectors(count * agent.probes)
        await owner.copy_to_table(
            "knowledge_probes", source=copied(iter([probe_rows(agent, ids, whose, vectors)])), format="binary",
            columns=["org_id", "source_id", "chunk_id", "number", "asked", "embedding"],
        )  # fmt: skip
        texts += bodies
        firsts.append(vectors[:: agent.probes])
    await owner.execute(
        "INSERT INTO knowledge_terms (org_id, source_id, term, chunks, chunk_ids) "
        "SELECT org_id, source_id, t.term, count(*), CASE WHEN count(*) <= 500 THEN array_agg(id) END "
        "FROM knowledge_chunks CROSS JOIN LATERAL unnest(tsvector_to_array(words)) AS t (term) "
        "WHERE org_id = $1 GROUP BY org_id, source_id, t.term",
        agent.org,
    )
    return texts, np.concatenate(firsts)


async def backend(database: Database, agent: Agent) -> int:
    async with database.tenant(system_principal(agent.org)) as tx:
        return int(await tx.fetchval("SELECT pg_backend_pid()"))


def spent(pid: int) -> float:
    """Seconds of processor time, of this process and of the database's that works for it."""
    stat = Path(f"/proc/{pid}/stat")
    fields = stat.read_text().rsplit(")", 1)[1].split() if stat.exists() else ["0"] * 13
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def ask(
    database: Database, agent: Agent, made: Generated, texts: list[str], firsts: Vectors, count: int, embedder: MiniLm
) -> dict[str, Any]:
    owner = system_principal(agent.org)
    embedding, searching, both, processor, same, first, compared = [], [], [], [], 0, 0, 0
    pid = await backend(database, agent)
    for round_, n in enumerate(made.pick(texts, count + 5)):
        words = " ".join(texts[n].split()[:6])
        vector = made.near(firsts[n]).tolist()
        took, began = spent(pid), time.perf_counter()
        embedder.embed([SENTENCE])
        embedded = time.perf_counter()
        async with database.tenant(owner) as tx:
            fast = await search(tx, agent_id=agent.id, source_ids=None, query=words, embedding=vector)
        done = time.perf_counter()
        if round_ < 5:
            continue  # the first ones find an empty cache
        embedding.append(embedded - began)
        searching.append(done - embedded)
        both.append(done - began)
        processor.append(spent(pid) - took)
        if round_ % COMPARED:
            continue
        async with database.tenant(owner) as tx:
            exact = await search(
                tx, agent_id=agent.id, source_ids=None, query=words, embedding=vector, nearest=10_000_000
            )
        same += len({p.chunk_id for p in fast} & {p.chunk_id for p in exact})
        first += fast[0].chunk_id == exact[0].chunk_id
        compared += 1
    return {
        "embedding": percentiles(embedding),
        "search": percentiles(searching),
        "both": percentiles(both),
        "processorMean": round(1_000 * statistics.mean(processor), 1),
        "sameOfBestFive": same / (5 * max(1, compared)),
        "sameFirst": first / max(1, compared),
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=20)
    return {"p50": round(1_000 * statistics.median(seconds), 1), "p95": round(1_000 * cuts[-1], 1)}


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    settings, _ = load()
    embedder = MiniLm(resolve("minilm-l6-v2", settings.models_dir))
    made = Generated()
    with tempfile.TemporaryDirectory() as folder:
        cluster = await start(Path(folder) / "database")
        try:
            await migrate(cluster.owner_dsn)
            database = await Database.open(cluster.app_dsn, size=1)
            owner = await asyncpg.connect(cluster.owner_dsn)
            for table in TABLES:  # the owner fills them; nothing is measured before row security is forced again
                await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            agent = Agent((await create_organization(database, "Measured")).org, "agt_measured", options.chunks, 3, 40)
            began, filled = time.perf_counter(), 0
            while filled < options.total - options.chunks:
                other = Agent((await create_organization(database, "Other")).org, f"agt_{filled:08}", 10_000, 1, 15)
                await fill(owner, made, other)
                filled += other.chunks
                print(f"{filled:,} chunks of others after {time.perf_counter() - began:.0f} s", flush=True)
            texts, firsts = await fill(owner, made, agent)
            for table in TABLES:
                await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
                await owner.execute(f"VACUUM ANALYZE {table}")
            size = await owner.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
            print(f"{options.total:,} chunks, {size} on disk, after {time.perf_counter() - began:.0f} s", flush=True)
            result = await ask(database, agent, made, texts, firsts, options.questions, embedder)
            await owner.close()
            await database.close()
        finally:
            cluster.stop()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000, help="of the agent that is asked")
    parser.add_argument("--total", type=int, default=1_000_000, help="chunks in the whole database")
    parser.add_argument("--questions", type=int, default=200)
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=1))


if __name__ == "__main__":
    main()
