"""Keys, sealed values and signed addresses; and how requests reach this installation."""

import re
import secrets
from collections.abc import Mapping

from flowyte.observe import access
from flowyte.tenancy.organizations import system_principal
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing
from flowyte.vault.keyring import SealBroken
from flowyte.vault.sign import InvalidToken

KEY = re.compile(r"flowyte_sk_(live|test)_[0-9A-Za-z]{36}")
LONGEST_TTL_S = 300
MUTATIONS = 64  # of one signed address at each look; the build's tests try every character


async def key_files_are_closed(house: House) -> Seen:
    """Nobody else with an account on this machine may read what opens everything."""
    folder = house.data_dir / "keys"
    if not house.key_files:
        return nothing("The keys that wrap are not files of this machine.")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        return bad("The folder of keys is empty.")
    for path in (folder, *files):
        if path.stat().st_mode & 0o077:
            return bad(f"{path.name} of the folder of keys may be read by other accounts of this machine.")
    return good(f"Key files, closed to every other account: {len(files)}.")


async def sealed_values_stay_where_they_are(house: House) -> Seen:
    """A value that is sealed now opens in its own place, and in no other row, column or organization."""
    orgs = await store.organizations_with_keys(house.database)
    if not orgs:
        return nothing("Nothing was sealed here yet.")
    canary = secrets.token_bytes(24)
    async with house.database.tenant(system_principal(orgs[0])) as own:
        sealed = await house.sealer.seal(own, "trust_probe", "value", "1", canary)
        if await house.sealer.open(own, "trust_probe", "value", "1", sealed) != canary:
            return bad("A sealed value did not open again.")
        if canary in sealed:
            return bad("A sealed value stands in the clear.")
        for place in (("trust_probe", "value", "2"), ("trust_probe", "other", "1"), ("other", "value", "1")):
            try:
                await house.sealer.open(own, *place, sealed)
            except SealBroken:
                continue
            return bad("A sealed value opened in another place than its own.")
    if len(orgs) > 1:
        async with house.database.tenant(system_principal(orgs[1])) as other:
            try:
                await house.sealer.open(other, "trust_probe", "value", "1", sealed)
            except SealBroken:
                pass
            else:
                return bad("A sealed value of one organization opened in another.")
    return good("AES-256-GCM: a canary opened in its own place alone.")


async def keys_are_kept_as_digests(house: House) -> Seen:
    """No column holds a key that was shown once: the newest rows of keys and of remembered answers are looked at."""
    looked = 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as own:
            lines = [*await store.lines_of_keys(own), *await store.remembered_answers(own, house.sealer)]
        looked += len(lines)
        if any(KEY.search(line) for line in lines):
            return bad("A secret key that was shown once can be read again.")
    return good(f"Rows of keys and remembered answers: {looked}, and none holds a key.")


async def recording_addresses_are_short_lived(house: House) -> Seen:
    """An address signed now is refused when it is changed in any way, and when its time is over."""
    if access.TTL_S > LONGEST_TTL_S:
        return bad(f"Addresses of recordings are signed for {access.TTL_S} seconds.")
    claims = {"o": "probe", "c": "cnv_probe", "g": 1, "i": True}
    token = house.signer.sign(access.PURPOSE, claims, ttl_s=access.TTL_S)
    house.signer.verify(access.PURPOSE, token)
    step = max(1, len(token) // MUTATIONS)
    changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token), step)]
    old = house.signer.sign(access.PURPOSE, claims, ttl_s=-2)
    for purpose, text in [*((access.PURPOSE, text) for text in (*changed, old)), ("other", token)]:
        try:
            house.signer.verify(purpose, text)
        except InvalidToken:
            continue
        return bad("A changed or outdated address of a recording was taken.")
    return good(f"{access.TTL_S} seconds; {len(changed)} changed addresses and an outdated one were refused just now.")


async def requests_come_by_tls(house: House) -> Seen:
    """Its own certificate, a declared proxy, or no way in from elsewhere."""
    reach = house.reach
    if reach.own_tls:
        return good("This installation serves https itself, with HSTS.")
    if reach.proxy and reach.address.startswith("https://"):
        return good("A declared proxy takes https in front; whatever reached it by plain HTTP is turned away.")
    if reach.loopback:
        return nothing("This installation is reached from its own machine only.")
    return bad("Requests from elsewhere can come by plain HTTP.")


PROBES: Mapping[str, Probe] = {
    "key_files_are_closed": key_files_are_closed,
    "sealed_values_stay_where_they_are": sealed_values_stay_where_they_are,
    "keys_are_kept_as_digests": keys_are_kept_as_digests,
    "recording_addresses_are_short_lived": recording_addresses_are_short_lived,
    "requests_come_by_tls": requests_come_by_tls,
}
