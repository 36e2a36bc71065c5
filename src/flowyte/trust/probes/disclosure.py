"""What a mind may learn and a skill may collect: the engine that serves is asked, with a case that must be refused."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flowyte.guardrails.acts import Effect, Situation
from flowyte.guardrails.disclosure import Disclosure, split
from flowyte.guardrails.engine import ALWAYS, NoPolicies, judge
from flowyte.skills.arguments import wrong
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def undeclared_is_not_collected(_house: House) -> Seen:
    """A skill that declares a day is given a day and an account number: the whole call is refused."""
    schema = {"type": "object", "properties": {"day": {"type": "string"}}}
    if wrong(schema, {"day": "Monday", "account_number": "4471"}, ()) is None:
        return bad("A skill took a field that it does not declare.")
    if wrong(schema, {"day": "Monday"}, ()) is not None:
        return bad("A skill refused a field that it declares.")
    return good("A field that a skill does not declare was refused just now.")


async def unverified_learn_nothing(_house: House) -> Seen:
    """A balance for verified callers, at both levels; and an effect that asks for a verified caller."""
    policies = [Disclosure(fields={"city": "anyone", "balance": "verified"})]
    result = {"city": "Springfield", "balance": 112, "pin": "0000"}
    released, withheld = split(result, policies, skill_type="db_query", level=0)
    if released != {"city": "Springfield"} or set(withheld) != {"balance", "pin"}:
        return bad("A caller who is not verified learned a protected field.")
    effect = Effect(skill="close", skill_type="http_webhook", is_write=True, needs_level=1)
    if judge(ALWAYS, effect, Situation(now=NOON, level=0, confirmed=True)).outcome == "allow":
        return bad("An effect for verified callers was allowed to somebody else.")
    try:
        judge((), effect, Situation(now=NOON))
    except NoPolicies:
        return good("Protected fields were withheld and an effect was refused at the unverified level just now.")
    return bad("An act was judged by no policy at all.")


PROBES: Mapping[str, Probe] = {
    "undeclared_is_not_collected": undeclared_is_not_collected,
    "unverified_learn_nothing": unverified_learn_nothing,
}
