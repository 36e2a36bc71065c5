"""Whom an agent may put callers through to: the list that its owner wrote, by place. Pure.

A mind names a place in this list, never a number, so a number that a model makes up reaches nobody. The places are
those of the whole list; who of it can be reached depends on the hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers

from flowyte.agents.hours import closed
from flowyte.skills.address import destination

TEAM = "the team"
ON_CALL = "the number for after hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`destination` is E.164 or a SIP address. `when` says which callers are theirs, as the owner wrote it."""

    place: int
    label: str
    when: str
    destination: str
    usual: bool = False
    """Who is meant when nobody is named."""
    after_hours: bool = False


def people_of(agent: Mapping[str, Any]) -> tuple[Person, ...]:
    """The whole list: the rules in their order, the usual destination, the number for after hours."""
    handoff, after = agent.get("handoffConfig") or {}, (agent.get("businessHours") or {}).get("afterHours") or {}
    usual = destination(str(handoff.get("transferDestination") or ""))
    on_call = destination(str(after.get("number") or ""))
    found: list[Person] = []

    def add(label: str, when: str, where: str | None, **more: bool) -> None:
        if where:
            found.append(Person(place=len(found) + 1, label=label, when=when, destination=where, **more))

    for rule in handoff.get("transferRules") or ():
        where = destination(str(rule.get("destination") or ""))
        add(str(rule.get("label") or TEAM), str(rule.get("when") or ""), where, usual=where == usual)
    if not any(person.usual for person in found):
        add(TEAM, "", usual, usual=True)
    if on_call and on_call not in {person.destination for person in found}:
        add(ON_CALL, "", on_call, after_hours=True)
    return tuple(found)


def reachable(agent: Mapping[str, Any], now: datetime) -> tuple[Person, ...]:
    """Who can be put through to now: while the business is closed nobody, unless its owner allows it, and where they
    named a number for that time it alone."""
    everybody, shut = people_of(agent), closed(agent, now)
    if shut is None:
        return tuple(person for person in everybody if not person.after_hours)
    if not shut.transfers:
        return ()
    on_call = destination(shut.number)
    return tuple(person for person in everybody if on_call is None or person.destination == on_call)


def usual(people: tuple[Person, ...]) -> Person | None:
    """Who is meant when nobody is named."""
    return next((person for person in people if person.usual), people[0] if people else None)


def named(people: tuple[Person, ...], name: str) -> Person | None:
    """By a label or a destination, as a playbook names them."""
    wanted, where = name.strip().casefold(), destination(name)
    return next(
        (person for person in people if person.label.casefold() == wanted or (where and person.destination == where)),
        None,
    )


def masked(where: str) -> str:
    """As a receipt keeps it: the end of a number, the host of a SIP address."""
    if where.lower().startswith(("sip:", "sips:")):
        return f"sip:…@{where.rpartition('@')[2] if '@' in where else where.partition(':')[2]}"
    return f"…{where[-4:]}"


def written(where: str) -> str:
    """For a reader: +1 202-555-0142."""
    if not where.startswith("+"):
        return where
    number = phonenumbers.parse(where)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
