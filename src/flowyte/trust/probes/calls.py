"""Calls: that notice comes before capture, that recordings open, and that none is left of who is not recorded."""

import asyncio
import stat
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from flowyte.compliance.consent import AI_NOTICE, Consent, consent_for, disclosure
from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation.permission import Permission
from flowyte.conversation.settings import MachineSettings
from flowyte.kit.errors import FlowyteError
from flowyte.objects import store as places
from flowyte.observe.access import open_recording
from flowyte.observe.recording import recording_path
from flowyte.tenancy.organizations import system_principal
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing
from flowyte.vault.stream import MAGIC

NEWEST = 5  # calls of each organization, their recordings opened at both ends


async def notice_comes_first(house: House) -> Seen:
    """Every live version's opening words say that it is an AI, and that it records where it does; before them nothing
    may be captured."""
    fresh = Consent(recording=True), Consent(recording=True, asks=True).announced_to_end()
    if any(each.may_capture or each.may_record for each in fresh):
        return bad("A call may be captured before the notice was played.")
    count = 0
    async for version in _live(house):
        count += 1
        words = disclosure(version)
        if AI_NOTICE not in words or (consent_for(version).recording and words == AI_NOTICE):
            return bad("A published agent opens without saying that it is an AI or that it records.")
    if not count:
        return nothing("No agent is published here yet.")
    return good(f"The platform speaks the notice of {count} published agents, before anything is captured.")


async def a_no_is_heeded(house: House) -> Seen:
    """The rule that calls have, asked now: without a yes nothing is recorded, and "stop recording" stops it."""
    settings = MachineSettings()
    asked = Permission(settings=settings)
    steps = [asked.announced(ev.Consented(outcome="asked")), asked.turn("No, thank you.")]
    if any(isinstance(command, do.Capture) for step in steps if step for command in step.commands):
        return bad("A caller who was asked and said no would be recorded.")
    told = Permission(settings=settings)
    told.announced(ev.Consented(outcome="granted"))
    for words in ("Please stop recording.", "I do not want to be recorded."):
        step = replace(told).turn(words)
        if step is None or do.Record(to="stop") not in step.commands:
            return bad("A caller who takes their consent back would go on being recorded.")
    return good("A no to the question and a no later on were understood just now, and stop the recording.")


async def recordings_rest_on_consent(house: House) -> Seen:
    """The newest recorded calls have a consent that was granted, and perhaps taken back later."""
    looked = 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            consents = await store.consents_of_recorded(tenant, limit=NEWEST)
        looked += len(consents)
        if not set(consents) <= {"granted", "withdrawn"}:
            return bad("A call was recorded without a consent that was granted.")
    if not looked:
        return nothing("No call was recorded here yet.")
    return good(f"The {looked} newest recordings began with a consent that was granted.")


async def recordings_open(house: House) -> Seen:
    """The newest recordings are there, and open with their keys at both ends."""
    opened = 0
    async for org, conversation, state in _calls(house, recorded=True):
        if state == "recording":
            continue
        try:
            async with house.database.tenant(system_principal(org)) as tx:
                recording = await open_recording(tx, house.sealer, house.objects, conversation)
            await asyncio.to_thread(recording.read, 0, 64)
            await asyncio.to_thread(recording.read, max(0, recording.length - 64), 64)
            if state == "ready" and not recording.complete:
                return bad("A recording that was whole has lost its end.")
        except (FlowyteError, OSError) as error:
            return bad(f"A recording could not be opened ({type(error).__name__}).")
        opened += 1
    if not opened:
        return nothing("No call was recorded here yet.")
    return good(f"The {opened} newest recordings opened at both ends.")


async def nothing_is_left_of_the_unrecorded(house: House) -> Seen:
    """Of calls that were not recorded there is no sound on the disk."""
    looked = 0
    async for org, conversation, _ in _calls(house, recorded=False):
        looked += 1
        if recording_path(house.data_dir, org, conversation).exists():
            return bad("There is sound of a call that was not to be recorded.")
    if not looked:
        return nothing("Every call here was recorded so far; recording is switched off for each agent by itself.")
    return good(f"The {looked} newest calls that were not recorded: no byte of sound.")


async def sound_is_nobodys_to_list(house: House) -> Seen:
    """The folder of recordings is closed to other accounts, and no address serves it."""
    folder = house.data_dir / "objects"
    if not folder.is_dir():
        return nothing("Nothing was recorded here yet.")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return bad("The folder of recordings may be listed by other accounts of this machine.")
    served = [route.path for route in house.routes() if "objects" in route.path]
    if served:
        return bad(f"{served[0]} serves the folder of recordings.")
    return good("The folder of recordings is closed, and no address leads into it.")


async def what_left_is_sealed(house: House) -> Seen:
    """The newest recordings that were moved to the bucket are there, whole, and sealed."""
    home, looked = house.objects.home, 0
    if home is None:
        return nothing("This installation has no bucket; recordings stay in its own folder.")
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            found = await places.some_stored(tenant, limit=NEWEST)
        for stored in found:
            looked += 1
            try:
                source = house.objects.bucket(stored.region, stored.bucket).source(stored.key, stored.size)
                begin = await asyncio.to_thread(source.read, 0, len(MAGIC))
            except (FlowyteError, OSError) as error:
                return bad(f"A recording in the bucket could not be read ({type(error).__name__}).")
            if begin != MAGIC:
                return bad("There is something in the bucket that is not sealed.")
    if not looked:
        return nothing("Nothing was moved to the bucket yet.")
    return good(f"The {looked} newest recordings in the bucket are there and sealed.")


async def _calls(house: House, *, recorded: bool) -> AsyncIterator[tuple[uuid.UUID, str, str]]:
    """Organization, id and state of the recording."""
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            found = await store.newest_calls(tenant, recorded=recorded, limit=NEWEST)
        for conversation, state in found:
            yield org, conversation, state


async def _live(house: House) -> AsyncIterator[Mapping[str, Any]]:
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            found = await store.live_snapshots(tenant)
        for snapshot in found:
            yield snapshot


PROBES: Mapping[str, Probe] = {
    "notice_comes_first": notice_comes_first,
    "a_no_is_heeded": a_no_is_heeded,
    "recordings_rest_on_consent": recordings_rest_on_consent,
    "recordings_open": recordings_open,
    "nothing_is_left_of_the_unrecorded": nothing_is_left_of_the_unrecorded,
    "sound_is_nobodys_to_list": sound_is_nobodys_to_list,
    "what_left_is_sealed": what_left_is_sealed,
}
