"""Skills: what is taken, what is refused and by which field, and what a model is offered."""

from typing import Any

import pytest

from flowyte.kit.errors import Invalid
from flowyte.skills.registry import NotAvailableYet, action_of, offers
from flowyte.skills.spec import plain, read_skill

TAKE: dict[str, Any] = {
    "name": "take_message",
    "description": "The caller wants to leave a message.",
    "skillType": "builtin",
    "executionConfig": {"action": "take_message"},
}
HOOK = {
    "name": "lookup",
    "description": "x",
    "skillType": "http_webhook",
    "executionConfig": {"url": "https://example.com"},
}


def test_a_skill_survives_being_stored() -> None:
    """Its JSON reads back as the same skill."""
    skill = read_skill(TAKE)
    assert read_skill(plain(skill)) == skill
    assert plain(skill)["skillType"] == "builtin"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Take Message"}, "name"),
        ({"description": " "}, "description"),
        ({"skillType": "telepathy"}, "skillType"),
        ({"colour": "red"}, "colour"),
        ({"executionConfig": {}}, "executionConfig.action"),
        ({"executionConfig": {"action": "dance"}}, "executionConfig.action"),
        ({"parametersSchema": {"type": "array"}}, "parametersSchema"),
        ({"parametersSchema": {"properties": {"a": 5}}}, "parametersSchema.properties.a"),
        ({"parametersSchema": {"properties": {"a": {"type": "poem"}}}}, "parametersSchema.properties.a"),
        ({"requiredParams": ["b"]}, "requiredParams"),
        ({"expectedLatencyMs": -1}, "expectedLatencyMs"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    """The path is the API's own."""
    with pytest.raises(Invalid) as refused:
        read_skill({**TAKE, **change})
    assert [error.field for error in refused.value.fields] == [field]


def test_a_deep_schema_is_refused() -> None:
    """Nesting has a bottom."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(8):
        schema = {"type": "array", "items": schema}
    with pytest.raises(Invalid):
        read_skill({**TAKE, "parametersSchema": {"properties": {"a": schema}}})


def test_secrets_in_headers_are_not_taken_yet() -> None:
    """Until they are sealed, none may be stored."""
    with pytest.raises(Invalid):
        read_skill({**HOOK, "executionConfig": {"url": "https://example.com", "headers": {"X-Key": "s"}}})


def test_a_kind_that_is_only_stored_is_not_offered() -> None:
    """It is kept and checked, called it says that it is not available, and a model never hears of it."""
    hook, take = read_skill(HOOK), read_skill(TAKE)
    with pytest.raises(NotAvailableYet):
        action_of(hook)
    (offer,) = offers([hook, take, read_skill({**TAKE, "name": "off", "isEnabled": False})], channel="voice")
    assert (offer.name, offer.action) == ("take_message", "take_message")
    assert offer.parameters["required"] == ["name", "phone", "message"]
    assert offers([take], channel="sms") == ()
