"""The way to report a vulnerability, and the way that letters take."""

from collections.abc import Mapping
from datetime import datetime

from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing
from flowyte.trust.security_txt import security_txt

ADDRESSES = ("/.well-known/security.txt", "/security", "/security/report")


async def security_txt_holds(house: House) -> Seen:
    """The text as it is served now has a contact and ends in the future (RFC 9116); the pages behind it are there."""
    now = house.clock.now()
    lines = dict(line.split(": ", 1) for line in security_txt(house.reach.address, now).splitlines() if ": " in line)
    if not lines.get("Contact") or not lines.get("Policy"):
        return bad("security.txt names no contact or no policy.")
    ends = datetime.fromisoformat(lines["Expires"].replace("Z", "+00:00"))
    if ends <= now:
        return bad("security.txt is out of date.")
    served = {route.path for route in house.routes()}
    missing = [path for path in ADDRESSES if served and path not in served]
    if missing:
        return bad(f"{missing[0]} is not served.")
    return good(f"security.txt holds until {ends:%d %B %Y}; reports are taken and answered with a number.")


async def mail_is_connected(house: House) -> Seen:
    """Whether letters can leave at all; that they arrive is shown by the tests of the build."""
    if not house.mail:
        return nothing("No mail server is connected: no letter leaves this installation.")
    return good("Letters go to the one mail server that the operator connected.")


PROBES: Mapping[str, Probe] = {"security_txt_holds": security_txt_holds, "mail_is_connected": mail_is_connected}
