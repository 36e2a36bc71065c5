"""Whom callers can be put through to: the owner's list, by place, at this hour."""

from datetime import UTC, datetime
from typing import Any

import pytest

from flowyte.agents.definition import as_dict, read
from flowyte.agents.handoff import masked, named, people_of, reachable, usual, written
from flowyte.agents.checks import check_destinations
from flowyte.kit.errors import Invalid

OPEN, SHUT = datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 22, tzinfo=UTC)
RULES = [
    {"label": "billing", "when": "questions about an invoice", "destination": "(202) 555-0143"},
    {"label": "the front desk", "when": "", "destination": "+12025550142"},
]


def agent(**after: Any) -> dict[str, Any]:
    hours = {"timezone": "UTC", "weekly": {"mon": [{"start": "09:00", "end": "17:00"}]}, "afterHours": after}
    handoff = {"transferDestination": "+12025550142", "transferRules": RULES}
    return as_dict(read({"name": "A", "handoffConfig": handoff, "businessHours": hours}))


def test_the_list_is_the_rules_and_who_is_usual() -> None:
    """In the owner's order, numbers as they are dialled; the usual destination is not there twice."""
    found = people_of(agent())
    assert [(p.place, p.label, p.destination, p.usual) for p in found] == [
        (1, "billing", "+12025550143", False),
        (2, "the front desk", "+12025550142", True),
    ]
    assert usual(found) == found[1]
    alone = people_of({"handoffConfig": {"transferDestination": "sip:desk@example.com"}})
    assert [(p.label, p.destination) for p in alone] == [("the team", "sip:desk@example.com")]
    assert people_of({}) == ()


def test_a_destination_that_cannot_be_called_is_in_no_list() -> None:
    """Also in a version that was frozen by other rules than today's."""
    rules = [{"label": "x", "when": "", "destination": "the desk"}, {"label": "y", "destination": "+12025550142"}]
    assert [p.label for p in people_of({"handoffConfig": {"transferRules": rules}})] == ["y"]


def test_after_hours_nobody_unless_the_owner_says_so() -> None:
    """`allowHumanTransfer` lets everybody be reached; with a number of its own for that time, it alone."""
    assert [p.label for p in reachable(agent(), OPEN)] == ["billing", "the front desk"]
    assert reachable(agent(), SHUT) == ()
    assert reachable(agent(number="+12025550199"), SHUT) == ()
    assert [p.place for p in reachable(agent(allowHumanTransfer=True), SHUT)] == [1, 2]
    on_call = agent(allowHumanTransfer=True, number="202 555 0199")
    assert [(p.place, p.destination) for p in reachable(on_call, SHUT)] == [(3, "+12025550199")]
    assert [p.place for p in reachable(on_call, OPEN)] == [1, 2]


def test_a_name_finds_a_label_or_a_destination_and_nothing_else() -> None:
    """A number that is not in the list reaches nobody."""
    found = people_of(agent())
    assert named(found, "The Front Desk") == found[1]
    assert named(found, "202-555-0143") == found[0]
    assert named(found, "+12025550100") is None
    assert named(found, "") is None


def test_a_receipt_keeps_the_end_of_a_number() -> None:
    """A reader is shown the whole, where it is meant for them."""
    assert masked("+12025550142") == "…0142"
    assert masked("sip:ann@pbx.example.com") == "sip:…@pbx.example.com"
    assert masked("sip:pbx.example.com") == "sip:…@pbx.example.com"
    assert written("+12025550142") == "+1 202-555-0142"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"handoffConfig": {"transferRules": [{"label": "a", "when": "", "destination": "x"}]}},
         "handoffConfig.transferRules[0].destination"),
        ({"handoffConfig": {"transferRules": [{"label": " ", "when": "", "destination": "+12025550142"}]}},
         "handoffConfig.transferRules[0].label"),
        ({"businessHours": {"afterHours": {"number": "nobody"}}}, "businessHours.afterHours.number"),
        ({"businessHours": {"afterHours": {"mode": "transfer"}}}, "businessHours.afterHours.allowHumanTransfer"),
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_by_its_path(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({"name": "A", **values})
    assert [fault.field for fault in refused.value.fields] == [field]


@pytest.mark.parametrize(
    ("named_there", "refused"), [("", False), ("billing", False), ("+12025550142", False), ("+12025550100", True)]
)
def test_a_version_names_nobody_outside_its_list(named_there: str, refused: bool) -> None:
    """A skill or a playbook that did is found when the version is frozen, while somebody can mend it."""
    node = {"id": "to", "type": "transfer", "data": {"destination": named_there}}
    playbook = {"name": "P", "graph": {"nodes": [node], "connections": []}}
    skill = {"name": "s", "skillType": "transfer", "executionConfig": {"destination": named_there}}
    for more in ({"playbooks": [playbook]}, {"skills": [skill]}):
        off = {kind: [each | {"isEnabled": False} for each in parts] for kind, parts in more.items()}
        check_destinations(agent(), off)
        if refused:
            with pytest.raises(Invalid):
                check_destinations(agent(), more)
        else:
            check_destinations(agent(), more)
