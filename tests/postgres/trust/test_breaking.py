"""A control is switched off, and its claim turns red: one test a control, on a running installation's own parts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.postgres.trust.conftest import call

from flowyte.compliance import consent
from flowyte.guardrails import engine
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.migrate import migrations_dir, move_installation, move_organization
from flowyte.kit.postgres import Cluster
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.objects.folder import Folder
from flowyte.objects.model import RECORDING, key_of
from flowyte.objects.move import Mover
from flowyte.objects.objects import LOCAL
from flowyte.observe import access
from flowyte.observe.recording import recording_path
from flowyte.receipts.advance import advance
from flowyte.skills import arguments
from flowyte.tenancy.idempotency import place_of_answer
from flowyte.tenancy.organizations import create_organization, only_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.trust import board as boards
from flowyte.trust import processors
from flowyte.trust import security_txt as security
from flowyte.trust.board import Board
from flowyte.trust.claims import CLAIMS
from flowyte.trust.house import House, Reach, Route
from flowyte.trust.model import Judged
from flowyte.trust.papers.controls import Control
from flowyte.trust.probes import PROBES, calls, disclosure, papers, reporting
from flowyte.vault.sign import UrlSigner


async def looked(house: House, *ids: str) -> dict[str, Judged]:
    """Those claims, or all of them."""
    claims = [claim for claim in CLAIMS if claim.id in ids or not ids]
    return {each.claim.id: each for each in await Board(house, claims, PROBES, None).look()}


async def test_on_a_whole_installation_nothing_is_broken(house: House, furnished: Principal) -> None:
    """And what has a probe is kept, but for what is still being built."""
    seen = await looked(house)
    assert {name: each.reason for name, each in seen.items() if each.status == "broken"} == {}
    kept = {name for name, each in seen.items() if each.status == "kept"}
    assert kept >= {
        "T1",
        "T2",
        "T3",
        "T4",
        "T5",
        "T6",
        "T7",
        "T8",
        "T9",
        "T10",
        "T11",
        "T12",
        "T13",
        "T16",
        "T18",
        "T21",
        "T23",
        "T24",
    }


@asynccontextmanager
async def altered(cluster: Cluster, done: str, undone: str) -> AsyncIterator[None]:
    """The schema as somebody might leave it, and as it was."""
    connection = await asyncpg.connect(cluster.owner_dsn)
    try:
        await connection.execute(done)
        yield
    finally:
        await connection.execute(undone)
        await connection.close()


SCHEMA = {
    "a table without an organization": (
        "T1", "CREATE TABLE stray (id text PRIMARY KEY); GRANT SELECT ON stray TO flowyte_app", "DROP TABLE stray",
    ),
    "an index without it": ("T1", "CREATE UNIQUE INDEX oracle ON messages (id)", "DROP INDEX oracle"),
    "row security is off": (
        "T3", "ALTER TABLE messages DISABLE ROW LEVEL SECURITY", "ALTER TABLE messages ENABLE ROW LEVEL SECURITY",
    ),
    "row security is not forced": (
        "T3", "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY", "ALTER TABLE agents FORCE ROW LEVEL SECURITY",
    ),
    "a policy more": (
        "T3", "CREATE POLICY all_may ON agents FOR SELECT USING (true)", "DROP POLICY all_may ON agents",
    ),
    "ids read from elsewhere": (
        "T4", "CREATE POLICY all_may ON conversations FOR SELECT USING (true)", "DROP POLICY all_may ON conversations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("control", SCHEMA)
async def test_a_hole_in_the_schema_turns_its_claim_red(
    house: House, furnished: Principal, cluster: Cluster, control: str
) -> None:
    """Somebody dropped a policy, or added a table by hand."""
    claim, done, undone = SCHEMA[control]
    async with altered(cluster, done, undone):
        assert (await looked(house, claim))[claim].status == "broken"
    assert (await looked(house, claim))[claim].status == "kept"


async def test_a_role_that_is_too_strong_turns_it_red(house: House, furnished: Principal, cluster: Cluster) -> None:
    """The probe opens the database as it serves; a role that owns the tables passes every policy that is not forced."""
    strong = await Database.open(cluster.owner_dsn, size=1, check=False)
    try:
        with pytest.raises(SetupError):
            await strong.refuse_unsafe_role()
        assert (await looked(replace(house, database=strong), "T3"))["T3"].status == "broken"
    finally:
        await strong.close()


def _open_route(house: House, _patch: pytest.MonkeyPatch) -> House:
    routes = [*house.routes(), Route(path="/api/v1/all", scope=None, public=None)]
    return replace(house, routes=lambda: routes)


def _long_life(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(access, "TTL_S", 86_400)
    return house


def _no_mac(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(UrlSigner, "_mac", lambda *_: b"\0" * 32)
    return house


def _open_objects(house: House, _patch: pytest.MonkeyPatch) -> House:
    (house.data_dir / "objects").chmod(0o755)
    return house


def _no_notice(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(calls, "disclosure", lambda _agent: "Hello.")
    return house


def _capture_at_once(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(consent.Consent, "may_capture", property(lambda _self: True))
    return house


def _deaf_to_no(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(calls.Permission, "turn", lambda *_args, **_more: None)
    return house


def _plain_http(house: House, _patch: pytest.MonkeyPatch) -> House:
    return replace(house, reach=Reach(address="http://flowyte.example.com", loopback=False, own_tls=False, proxy=""))


def _readable_key(house: House, _patch: pytest.MonkeyPatch) -> House:
    next(path for path in (house.data_dir / "keys").iterdir() if path.is_file()).chmod(0o644)
    return house


def _unbound_seal(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr("flowyte.vault.seal.place_of", lambda *_: b"anywhere")
    return house


def _takes_anything(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(disclosure, "wrong", lambda schema, given, required: arguments.wrong(
        {**schema, "properties": {name: {} for name in given}}, given, required))  # fmt: skip
    return house


def _tells_all(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(disclosure, "split", lambda result, *_, **__: (dict(result), {}))
    return house


def _judges_nothing(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(disclosure, "judge", lambda _policies, act, situation: engine.judge(
        (engine.RateLimit(per_minute=9, per_conversation=9),), act, situation))  # fmt: skip
    return house


def _finds_nothing(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr("flowyte.redact.conversation.find", lambda *_, **__: [])
    return house


def _holds_nothing_back(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr("flowyte.live.withheld.Stretch.holds", lambda *_: False)
    return house


def _stale_contact(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(security, "LIFE", timedelta(days=-1))
    return house


def _no_agreement(house: House, _patch: pytest.MonkeyPatch) -> House:
    routes = [route for route in house.routes() if route.path != "/trust/dpa.pdf"]
    return replace(house, routes=lambda: routes)


def _says_too_much(house: House, patch: pytest.MonkeyPatch) -> House:
    patch.setattr(papers, "CONTROLS", [Control(id="CC1.1", title="We are SOC 2 compliant", left="")])
    return house


def _no_form(house: House, _patch: pytest.MonkeyPatch) -> House:
    routes = [route for route in house.routes() if route.path != "/security/report"]
    return replace(house, routes=lambda: routes)


def _fails(house: House, patch: pytest.MonkeyPatch) -> House:
    def gone(*_: object) -> str:
        raise RuntimeError

    patch.setattr(reporting, "security_txt", gone)
    return house


def _undeclared_party(house: House, patch: pytest.MonkeyPatch) -> House:
    settings = Settings(smtp_url=SecretText("smtps://mail.example.com"), mail_from="desk@example.org")
    patch.setattr(processors, "PARTIES", [each for each in processors.PARTIES if each.id != "mail"])
    return replace(house, undeclared=lambda: processors.undeclared(settings))


OFF: dict[str, tuple[str, Callable[[House, pytest.MonkeyPatch], House]]] = {
    "a route that asks nobody": ("T2", _open_route),
    "signed addresses live for a day": ("T6", _long_life),
    "signatures are not checked": ("T6", _no_mac),
    "the folder of recordings is open": ("T6", _open_objects),
    "no notice": ("T7", _no_notice),
    "capture before the notice": ("T7", _capture_at_once),
    "a no that nobody hears": ("T7", _deaf_to_no),
    "plain HTTP from elsewhere": ("T9", _plain_http),
    "a key file that others read": ("T10", _readable_key),
    "seals that are bound to no place": ("T10", _unbound_seal),
    "undeclared fields are taken": ("T11", _takes_anything),
    "everything is disclosed": ("T12", _tells_all),
    "effects are not judged": ("T12", _judges_nothing),
    "no number is found": ("T24", _finds_nothing),
    "no sound is held back": ("T24", _holds_nothing_back),
    "security.txt has run out": ("T23", _stale_contact),
    "the form is gone": ("T23", _no_form),
    "a party that nobody declared": ("T16", _undeclared_party),
    "the agreement on data is gone": ("T21", _no_agreement),
    "SOC 2 says more than in progress": ("T20", _says_too_much),
    "a probe that fails": ("T23", _fails),
}


@pytest.mark.parametrize("control", OFF)
async def test_a_control_that_is_off_turns_its_claim_red(
    house: House, furnished: Principal, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    """What was kept before is broken now, with a reason in words."""
    claim, switch = OFF[control]
    assert (await looked(house, claim))[claim].status in ("kept", "in_progress")
    seen = (await looked(switch(house, monkeypatch), claim))[claim]
    assert seen.status == "broken"
    assert seen.reason.endswith(".")


async def test_a_key_that_is_kept_readable_turns_it_red(house: House, furnished: Principal) -> None:
    """A later change remembers an answer with its secret."""
    key = "flowyte_sk_live_" + "a" * 36
    async with house.database.tenant(furnished) as tx:
        await tx.execute(
            "INSERT INTO api_keys (org_id, id, name, digest, pepper, prefix, last_four, scopes, created_by) "
            "VALUES ($1, 'key_x', $2, 'x', 1, '', '', '{}', 'x')", tx.org, key,
        )  # fmt: skip
    assert (await looked(house, "T13"))["T13"].status == "broken"


async def test_an_answer_that_is_remembered_with_its_key_turns_it_red(house: House, furnished: Principal) -> None:
    """Sealed, and still there to be read again by a retry."""
    answer = b'{"data": {"key": "flowyte_sk_live_' + b"a" * 36 + b'"}}'
    async with house.database.tenant(furnished) as tx:
        sealed = await house.sealer.seal(tx, "idempotency", "body", place_of_answer("key_1", "k"), answer)
        await tx.execute(
            "INSERT INTO idempotency (org_id, principal, key, request, status, body) "
            "VALUES ($1, 'key_1', 'k', '', 201, $2)", tx.org, sealed,
        )  # fmt: skip
    assert (await looked(house, "T13"))["T13"].status == "broken"


async def test_a_recording_that_was_altered_turns_it_red(house: House, furnished: Principal) -> None:
    """One bit of it."""
    recorded = await call(house, furnished, recorded=True)
    path = recording_path(house.data_dir, furnished.org, recorded)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert (await looked(house, "T5"))["T5"].status == "broken"


async def test_a_recording_without_consent_turns_it_red(house: House, furnished: Principal, cluster: Cluster) -> None:
    """Whoever changes the row, or whatever let it begin."""
    assert (await looked(house, "T7"))["T7"].status == "kept"
    async with house.database.tenant(furnished) as tx:
        await tx.execute("UPDATE conversations SET consent = 'denied' WHERE recording_state = 'ready'")
    assert (await looked(house, "T7"))["T7"].status == "broken"


async def test_sound_of_an_unrecorded_call_turns_it_red(house: House, furnished: Principal) -> None:
    """A leg that writes although recording is off."""
    silent = await call(house, furnished, recorded=False)
    path = recording_path(house.data_dir, furnished.org, silent)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"sound")
    assert (await looked(house, "T8"))["T8"].status == "broken"


async def test_an_event_that_was_changed_turns_it_red(house: House, furnished: Principal, cluster: Cluster) -> None:
    """Somebody with the owner's access sets the time of an event back. Who can write rows cannot write history."""
    async with house.database.tenant(furnished) as tx:
        await advance(tx, house.sealer, house.clock)
    assert (await looked(house, "T5"))["T5"].status == "kept"
    change = (
        "ALTER TABLE timeline NO FORCE ROW LEVEL SECURITY; "
        "UPDATE timeline SET at = at - interval '1 hour' WHERE type = 'call_ended'; "
        "ALTER TABLE timeline FORCE ROW LEVEL SECURITY"
    )
    async with altered(cluster, change, change.replace("-", "+")):
        assert (await looked(house, "T5"))["T5"].status == "broken"
    assert (await looked(house, "T5"))["T5"].status == "kept"


async def test_a_log_that_nobody_continues_turns_it_red(house: House, furnished: Principal) -> None:
    """The worker stands still: what ended minutes ago has no place yet."""
    async with house.database.tenant(furnished) as tx:
        await tx.execute("UPDATE conversations SET ended_at = now() - interval '5 minutes' WHERE org_id = $1", tx.org)
    assert (await looked(house, "T5"))["T5"].status == "broken"


async def test_a_sweeper_that_stopped_turns_it_red(house: House, furnished: Principal) -> None:
    """A window of a day, and a call of three days ago that is still there."""
    async with house.database.tenant(furnished) as tx:
        await tx.execute("INSERT INTO retention_windows (org_id, transcripts_days) VALUES ($1, 1)", tx.org)
        await tx.execute("UPDATE conversations SET ended_at = now() - interval '3 days' WHERE org_id = $1", tx.org)
    assert (await looked(house, "T14"))["T14"].status == "broken"


async def test_a_process_of_another_region_turns_it_red(house: House, furnished: Principal, cluster: Cluster) -> None:
    """The database was moved under a process that still believes to be where it was."""
    assert (await looked(house, "T14"))["T14"].status == "kept"
    await move_installation(cluster.owner_dsn, "eu")
    try:
        assert (await looked(house, "T14"))["T14"].status == "broken"
    finally:
        await move_installation(cluster.owner_dsn, "local")


async def test_an_object_in_another_region_turns_it_red(house: House, furnished: Principal) -> None:
    """Somebody copied a bucket to where it was cheaper."""
    moved = await call(house, furnished, recorded=True)
    async with house.database.tenant(furnished) as tx:
        await tx.execute(
            "INSERT INTO stored_objects (org_id, conversation_id, kind, region, bucket, key, size, sha256, state) "
            "VALUES ($1, $2, 'recording', 'eu', 'rec-eu', 'x', 1, sha256(''), 'stored')", tx.org, moved,
        )  # fmt: skip
    assert (await looked(house, "T14"))["T14"].status == "broken"


async def test_an_organization_that_opens_in_the_wrong_region_turns_it_red(
    house: House, furnished: Principal, cluster: Cluster
) -> None:
    """The refusal was taken out of the schema."""
    away = (await create_organization(house.database, "Elsewhere")).org
    await move_organization(cluster.owner_dsn, away, "eu")
    assert (await looked(house, "T14"))["T14"].status == "kept"
    undone = next(migrations_dir().glob("0066*")).read_text()
    begin = undone.index("CREATE FUNCTION refuse_elsewhere")
    again = undone[begin : undone.index("END $$;", begin) + 7].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    off = "CREATE OR REPLACE FUNCTION refuse_elsewhere() RETURNS void LANGUAGE sql STABLE AS ''"
    async with altered(cluster, off, again):
        assert (await looked(house, "T14"))["T14"].status == "broken"


async def test_a_table_that_nobody_declared_turns_it_red(house: House, furnished: Principal, cluster: Cluster) -> None:
    """Nobody has thought about how a person's data leave it."""
    make = "CREATE TABLE diary (org_id uuid NOT NULL, id text, PRIMARY KEY (org_id, id)); CALL protect('diary')"
    async with altered(cluster, make, "DROP TABLE diary"):
        assert (await looked(house, "T15"))["T15"].status == "broken"


async def test_what_a_bucket_keeps_too_long_turns_it_red(house: House, furnished: Principal) -> None:
    """Deleted three hours ago, and the bucket has not shown that it is gone."""
    async with house.database.tenant(furnished) as tx:
        await tx.execute(
            "INSERT INTO object_removals (org_id, bucket, key, region, conversation_id, asked_at) "
            "VALUES ($1, 'rec', 'x', 'local', 'cnv_1', now() - interval '3 hours')", tx.org,
        )  # fmt: skip
    assert (await looked(house, "T15"))["T15"].status == "broken"


async def test_an_unsealed_object_in_the_bucket_turns_it_red(
    house: House, furnished: Principal, tmp_path: Path
) -> None:
    """Somebody put another file in its place."""
    moved = await call(house, furnished, recorded=True)
    bucket = Folder(tmp_path / "bucket")
    house = replace(house, objects=replace(house.objects, buckets={LOCAL: bucket}))
    assert await Mover(house.database, house.clock, house.objects).move(furnished, moved, bucket)
    assert (await looked(house, "T10"))["T10"].status == "kept"
    bucket.path(key_of(furnished.org, moved, RECORDING)).write_bytes(b"RIFF" + bytes(2_000))
    assert (await looked(house, "T10"))["T10"].status == "broken"


async def test_a_person_who_waits_too_long_turns_it_red(house: House, furnished: Principal) -> None:
    """A request that was due yesterday."""
    async with house.database.tenant(furnished) as tx:
        await tx.execute(
            "INSERT INTO privacy_requests (org_id, id, kind, regime, person, digest, state, received_at, due_at) "
            "VALUES ($1, 'prv_1', 'access', 'gdpr', '', '', 'received', now(), now() - interval '1 day')", tx.org,
        )  # fmt: skip
    assert (await looked(house, "T21"))["T21"].status == "broken"


async def test_an_accepted_text_that_was_exchanged_turns_it_red(house: House, furnished: Principal) -> None:
    """What stands with the acceptance is the digest of another text."""
    async with house.database.tenant(system_principal(await only_organization(house.database))) as tx:
        await tx.execute("INSERT INTO nda_texts VALUES ($1, $2, '1', 'Anything goes.', now())", tx.org, "0" * 64)
    assert (await looked(house, "T16"))["T16"].status == "broken"


async def test_letters_that_nobody_sends_turn_it_red(house: House, furnished: Principal) -> None:
    """A worker that stopped; a mailbox that refuses is not our fault."""
    async with house.database.tenant(system_principal(await only_organization(house.database))) as tx:
        content = {"parties": {}, "names": ""}
        await tx.execute("INSERT INTO subprocessor_lists VALUES ($1, 1, 'd', now(), $2)", tx.org, content)
        await tx.execute("INSERT INTO subprocessor_subscribers VALUES ($1, 'sub_1', 'x', '', now())", tx.org)
        await tx.execute(
            "INSERT INTO subprocessor_letters (org_id, id, number, subscriber_id, made_at) "
            "VALUES ($1, 'ltr_1', 1, 'sub_1', now() - interval '3 hours')", tx.org,
        )  # fmt: skip
    assert (await looked(house, "T16"))["T16"].status == "broken"
    async with house.database.tenant(system_principal(await only_organization(house.database))) as tx:
        await tx.execute("UPDATE subprocessor_letters SET attempts = 1 WHERE org_id = $1", tx.org)
    assert (await looked(house, "T16"))["T16"].status != "broken"


async def test_a_break_is_seen_within_the_published_time(house: House, furnished: Principal) -> None:
    """What was seen is remembered for a minute and no longer; who asks meanwhile waits for nothing."""
    clock = VirtualClock()
    watched = replace(house, clock=clock)
    board = Board(watched, CLAIMS, PROBES, None)

    async def state() -> Any:
        return next(each.status for each in await board.claims() if each.claim.id == "T6")

    assert await state() == "kept"
    (house.data_dir / "objects").chmod(0o755)
    clock.advance(boards.EVERY_S * 1000 - 1)
    assert await state() == "kept"
    clock.advance(1)
    assert await state() == "broken"


Probe = Callable[[House], Awaitable[Any]]


async def test_a_probe_that_hangs_is_a_bad_one(
    house: House, furnished: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are looked at all the same."""
    monkeypatch.setattr(boards, "PROBE_S", 0.05)

    async def hangs(_house: House) -> Any:
        await asyncio.sleep(60)

    seen = {
        each.claim.id: each for each in await Board(house, CLAIMS, {**PROBES, "recordings_open": hangs}, None).look()
    }
    assert seen["T5"].status == "broken"
    assert seen["T9"].status == "kept"
