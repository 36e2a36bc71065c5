"""One person goes through every channel, is deleted, and is then looked for in every byte that the product wrote.

The product runs as it does for everybody. The person says their number on the telephone and in the chat, leaves a
message, is asked for it by a skill, writes on a website and through OpenAI's wire, is mistyped into addresses, and is
searched for by the organization. Another caller is there too, and has to stay.
"""

import io
import json
import shutil
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from flowyte.kit import postgres
from flowyte.kit.errors import SetupError
from flowyte.proof.product import Product, Service, running, service
from flowyte.proof.scan import scan, sound_of, written_as

NAME, PHONE, MAIL = "Zephyrine Quillfeather", "2025550142", "zephyrine.quillfeather@example.org"
SPOKEN = "Two zero two, five five five, zero one four two."
DONE_S = 90
SKILL = {
    "name": "order_status", "description": "The caller asks where their order is.", "skillType": "http_webhook",
    "parametersSchema": {"type": "object", "properties": {"phone": {
        "type": "string", "description": "Their telephone number", "x-ask": "What is your telephone number?",
        "x-slot": "phone", "x-source": ["caller"],
    }}},
    "requiredParams": ["phone"],
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Erased:
    """`met` counts conversations that spoke of the person before; `hits` what was found of them afterwards."""

    met: int = 0
    looked_for: int = 0
    files: int = 0
    hits: int = 0
    findings: list[str] = field(default_factory=list)

    def hit(self, words: str) -> None:
        self.hits += 1
        self.findings.append(words)


Hear = Callable[[bytes, int], str]
"""What a listener hears in mono PCM of a rate, in small letters."""


def prove(folder: Path, say: Callable[[str], None], hear: Hear | None) -> Erased:
    """In `folder`, which is empty. SetupError when the person could not be brought in at all. Without `hear` nobody
    speaks, which is a minute shorter and no proof about sound."""
    found, root, kept = Erased(), folder / "product", folder / "kept"
    root.mkdir()
    kept.mkdir()
    patterns = _patterns()
    with service() as served:
        with running(root, served.port) as product:
            say("A person calls, writes, leaves a message and is searched for")
            agent = _house(product, served)
            conversations = _everywhere(product, agent, kept if hear else None, found)
            sound = _sound_of(product, conversations["a call"], hear, found) if hear else {}
            other = _another(product, agent, kept if hear else None)
            shutil.copytree(root / "data" / "objects", kept / "objects", dirs_exist_ok=True)
            say(f"{found.met} conversations speak of the person; they ask to be forgotten")
            _forget(product, found)
            _is_gone(product, conversations, found)
            _stays(product, other, hear, found)
        _in_rows(root / "data", patterns, found)
    say("Looking through every byte that was written")
    found.files = sum(path.is_file() for path in root.rglob("*"))
    found.looked_for = len(patterns) + len(sound)
    for hit in scan([root, kept / "objects"], patterns, exact=sound):
        found.hit(f"{hit.file} at byte {hit.offset}: {hit.how}")
    for how, raw in patterns.items():
        if raw in served.sent_to("/events").lower():
            found.hit(f"an event that was sent out: {how}")
    _bites(folder, patterns, sound, found)
    return found


def _patterns() -> dict[str, bytes]:
    return {
        f"{what}, {how}": raw
        for what, value in (("the name", NAME), ("the number", PHONE), ("the address", MAIL))
        for how, raw in written_as(value).items()
    }


# ---- before


def _house(product: Product, served: Service) -> str:
    """An agent with a skill, and an endpoint for events; the agent's id."""
    base = f"http://127.0.0.1:{served.port}"
    agent: str = product.data_of("POST", "/agents", {"name": "desk", "greeting": "Quiet Plumbing."})["id"]
    config = {"url": f"{base}/orders", "say": "It is {status}.", "examples": ["Where is my order?"]}
    product.data_of("POST", f"/agents/{agent}/skills", {**SKILL, "executionConfig": config})
    product.data_of("POST", f"/agents/{agent}/publish", {"note": "First"})
    product.data_of("POST", "/webhooks/endpoints", {"url": f"{base}/events"})
    return agent


def _everywhere(product: Product, agent: str, kept: Path | None, found: Erased) -> dict[str, str]:
    """Every way in; by its name the conversation's id. Without `kept`, where a call's sound goes, nobody speaks."""
    met = {
        "a chat": _chat(product, "clinic", "Can you take a message?", f"My name is {NAME}.", PHONE, "Yes.",
                        f"Please write to {MAIL}, the crown of {NAME} is loose."),
        "a skill": _chat(product, agent, "Where is my order?", f"({PHONE[:3]}) {PHONE[3:6]}-{PHONE[6:]}", "Yes."),
        "a question": _chat(product, agent, f"Does {NAME} at {MAIL} or +1{PHONE} still have credit?"),
        "a website": _visit(product, agent, f"I am {NAME}, {MAIL}, {PHONE}."),
    }  # fmt: skip
    if kept is not None:
        call = ("Can you take a message?", "My name is Maria Lopez.", SPOKEN, "Yes, that is right.",
                "Please call me about my crown.")  # fmt: skip
        met["a call"] = product.call("clinic", kept / "call", *call)["conversationId"]
    asked = [{"role": "user", "content": f"I am {NAME}, call +1{PHONE}."}]
    product.ask("POST", "/chat/completions", {"model": agent, "messages": asked},
                headers={"Idempotency-Key": "canary-completion"})  # fmt: skip
    product.ask("POST", f"/agents/{agent}/simulate", {"transcript": asked})
    product.ask("GET", f"/conversations?q={NAME.replace(' ', '+')}")
    product.ask("GET", f"/conversations/{MAIL}")
    product.ask("POST", "/chat/sessions", {"agentId": agent, "visitor": {"email": MAIL, "phone": PHONE}})
    product.send("GET", f"/{PHONE}/{MAIL}", keyed=False)
    product.send("POST", "/api/v1/agents", f'{{"name": "{NAME}')
    for way, conversation in met.items():
        text = json.dumps(product.ask("GET", f"/conversations/{conversation}/receipt")).lower()
        said = _digits_of(text)
        if PHONE in said or MAIL in text:
            found.met += 1
        else:
            found.findings.append(f"{way} does not speak of the person: nothing would be proved by it")
    return met


def _digits_of(text: str) -> str:
    from flowyte.slots.spoken import digits

    return "".join(mark for mark in text if mark.isdigit()) + (digits(text) or "")


def _chat(product: Product, agent: str, *lines: str) -> str:
    found = agent if agent.startswith("agt_") else _agent_called(product, agent)
    session: str = product.data_of("POST", "/chat/sessions", {"agentId": found})["id"]
    for number, line in enumerate(lines):
        product.data_of("POST", f"/chat/sessions/{session}/messages", {"content": line},
                        headers={"Idempotency-Key": f"{session}-{number}"})  # fmt: skip
    product.data_of("POST", f"/chat/sessions/{session}/end")
    return session


def _agent_called(product: Product, name: str) -> str:
    found = {each["name"]: each["id"] for each in product.data_of("GET", "/agents?limit=100")}
    return str(found[name])


def _visit(product: Product, agent: str, line: str) -> str:
    key = product.data_of(
        "POST", f"/agents/{agent}/publishable-keys", {"name": "Site", "allowedOrigins": ["https://example.com"]}
    )["key"]
    site = {"Origin": "https://example.com"}
    visit = product.data_of("POST", "/chat/widget/sessions", {}, headers={**site, "Authorization": f"Bearer {key}"})
    own = {**site, "Authorization": f"Bearer {visit['visitorToken']}"}
    path = f"/chat/widget/sessions/{visit['conversationId']}"
    product.data_of("POST", f"{path}/messages", {"content": line}, headers=own)
    product.data_of("POST", f"{path}/end", headers=own)
    conversation: str = visit["conversationId"]
    return conversation


def _sound_of(product: Product, call: str, hear: Hear, found: Erased) -> dict[str, bytes]:
    """Pieces of the person's own recording, in the ways in which it could lie about; it is listened to first."""
    with wave.open(io.BytesIO(product.ask("GET", f"/conversations/{call}/recording"))) as sound:
        both, rate = sound.readframes(sound.getnframes()), sound.getframerate()
    caller = b"".join(both[at : at + 2] for at in range(0, len(both), 4))
    if "crown" not in hear(caller, rate):
        found.findings.append("the person is not heard on their recording: nothing would be proved by its sound")
    pieces = {"the recording": both, "the caller's track": caller}
    return {f"{what}, {how}": raw for what, pcm in pieces.items() for how, raw in sound_of(pcm).items()}


def _another(product: Product, agent: str, kept: Path | None) -> dict[str, str]:
    """Who was there too, and has asked for nothing."""
    there = {"chat": _chat(product, agent, "My number is 202 555 0143. Where is my order?")}
    if kept is not None:
        placed = product.call("clinic", kept / "another", "What time do you open on Saturday?")
        there["call"] = placed["conversationId"]
    return there


# ---- the deletion, and after it


def _forget(product: Product, found: Erased) -> None:
    """By number and by address, as the form takes it."""
    for who in ({"phone": f"+1{PHONE}"}, {"email": MAIL}):
        request = product.data_of("POST", "/privacy/requests", {"kind": "deletion", **who})["id"]
        path = f"/privacy/requests/{request}"
        product.data_of("POST", f"{path}/verify", {"how": "Called back on the number on file."})
        product.data_of("POST", f"{path}/run")
        end = time.monotonic() + DONE_S  # noqa: TID251 - of a proof that waits for another process
        while (state := product.data_of("GET", path))["state"] != "done":
            if time.monotonic() > end:  # noqa: TID251
                raise SetupError(f"The deletion is not done after {DONE_S} s.")
            time.sleep(0.3)
        left = [store for store in state["report"]["stores"] if store.get("left")]
        if left:
            found.hit(f"the manifest says that something is left: {left}")


def _is_gone(product: Product, conversations: dict[str, str], found: Erased) -> None:
    """Nothing that the organization may ask answers with any of it."""
    for way, conversation in conversations.items():
        for path in ("", "/transcript", "/receipt", "/receipt/file", "/recording"):
            answer = product.ask("GET", f"/conversations/{conversation}{path}")
            if not (isinstance(answer, dict) and answer.get("status") == 404):
                found.hit(f"{way} still answers at {path or 'its own address'}")
    lists = ("/conversations?limit=100", "/messages?limit=100", "/audit-events?limit=100",
             "/privacy/requests?limit=100", "/knowledge/gaps?limit=100")  # fmt: skip
    for path in lists:
        text = json.dumps(product.ask("GET", path)).lower()
        for how, raw in _patterns().items():
            if raw.decode("latin-1") in text:
                found.hit(f"{path} has {how}")


def _stays(product: Product, other: dict[str, str], hear: Hear | None, found: Erased) -> None:
    """Somebody else's conversations are whole; their sound has nothing of the person."""
    for way, conversation in other.items():
        if not product.data_of("GET", f"/conversations/{conversation}/transcript")["turns"]:
            found.findings.append(f"another caller's {way} went with it")
    if hear is None:
        return
    with wave.open(io.BytesIO(product.ask("GET", f"/conversations/{other['call']}/recording"))) as sound:
        both = sound.readframes(sound.getnframes())
        heard = hear(b"".join(both[at : at + 2] for at in range(0, len(both), 4)), sound.getframerate())
    if "saturday" not in heard:
        found.findings.append("another caller is not heard on their recording any more")
    if "crown" in heard or "lopez" in heard:
        found.hit("the person is heard on another caller's recording")


def _in_rows(data: Path, patterns: dict[str, bytes], found: Erased) -> None:
    """Every row as PostgreSQL reads it: its files may hold values compressed."""
    import asyncio

    async def look() -> None:
        cluster = await postgres.start(data / "postgres")
        try:
            connection = await asyncpg.connect(cluster.admin_dsn)
            try:
                await _look(connection)
            finally:
                await connection.close()
        finally:
            cluster.stop()

    async def _look(connection: Any) -> None:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for table in tables:
            for row in await connection.fetch(f"SELECT t::text AS line FROM {table['name']} t"):
                line = row["line"].lower().encode()
                for how, raw in patterns.items():
                    if raw in line:
                        found.hit(f"a row of {table['name']}: {how}")

    asyncio.run(look())


def _bites(folder: Path, patterns: dict[str, bytes], sound: dict[str, bytes], found: Erased) -> None:
    """The search finds what is there: each pattern, put down in a file among others."""
    planted = folder / "planted"
    planted.mkdir()
    for number, raw in enumerate((*patterns.values(), *sound.values())):
        (planted / str(number)).write_bytes(b"\1" * 100 + raw + b"\1" * 100)
    seen = {hit.file for hit in scan([planted], patterns, exact=sound)}
    missed = len(patterns) + len(sound) - len(seen)
    if missed:
        found.findings.append(f"the search misses {missed} of the patterns where they were put down")
