"""Skills: what is taken, what is refused and by which field, and what a model is offered."""

from typing import Any

import pytest

from flowyte.kit.errors import Invalid
from flowyte.skills.registry import NotAvailableYet, action_of, available, offers
from flowyte.skills.spec import plain, read_skill, thawed

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


def of(kind: str, config: dict[str, Any], properties: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": "a",
        "description": "x",
        "skillType": kind,
        "executionConfig": config,
        "parametersSchema": {"type": "object", "properties": properties or {"name": {"type": "string"}}},
    }


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("http_webhook", {"url": "https://example.com/a/{name}?b={name}", "method": "GET", "timeout_ms": 20_000}),
    ("http_webhook", {"url": "http://example.com?b={name}", "headers": {"X-Key": {"sealed": True}}}),
    ("db_query", {"sql_template": "SELECT a FROM t WHERE n = {name}", "connection": {"sealed": True}}),
    ("transfer", {"destination": "+12025550142"}),
    ("transfer", {"destination": "sip:desk@pbx.example.com:5061"}),
    ("email", {"to": "desk@example.com, {name}", "subject": "For {name}", "reply_to": "{name}"}),
    ("sms", {"to": "{name}", "body": "Dear {name}"}),
    ("calendar", {"calendar_id": "c", "action": "book_appointment", "timezone": "America/New_York"}),
    ("google_sheets", {"spreadsheet_id": "s", "tab": "t", "columns": {"A": "name"}}),
    ("crm", {"provider": "hubspot", "action": "create_contact", "mapping": {"name": "firstname"}}),
    ("knowledge_query", {"sourceIds": ["src_1"]}),
    ("knowledge_query", {}),
    ("playbook", {"playbookId": "pbk_1"}),
    ("builtin", {"action": "repeat"}),
    ("geo", {"action": "check_service_area", "origin_address": "10000 Main St, Cambridge MA 02139"}),
    ("geo", {"action": "check_service_area", "origin_address": "42.36, -71.1", "radius_miles": 7.5}),
    ("geo", {"action": "find_nearest_location", "locations": [{"name": "A", "postcode": "02139"}]}),
    ("geo", {"action": "find_nearest_location", "locations": [{"name": "A", "lat": 42.36, "lng": -71.1}]}),
    ("mcp", {"server": "https://example.com/mcp", "tool": "look_up", "headers": {"X-Key": {"sealed": True}}}),
    ("native_sql", {}),
]


DEFAULTS: dict[str, Any] = {"method": "POST"}


@pytest.mark.parametrize(("kind", "config"), RIGHT)
def test_each_kind_is_kept_as_it_was_written(kind: str, config: dict[str, Any]) -> None:
    """With what any kind may have besides: words for both outcomes, and examples."""
    more = {**config, "say": "It is {status}.", "sayFailed": "I could not.", "examples": ["Where is my order?"]}
    kept = plain(read_skill(of(kind, more)))["executionConfig"]
    assert kept == {name: value for name, value in more.items() if value != DEFAULTS.get(name)}
    assert read_skill(of(kind, kept)).execution_config == kept


def test_a_destination_is_kept_as_e164() -> None:
    assert read_skill(of("transfer", {"destination": "(202) 555-0142"})).execution_config == {
        "destination": "+12025550142"
    }


WEB = {"url": "https://example.com/"}
SQL = "SELECT a FROM t WHERE n = {name}"


@pytest.mark.parametrize(
    ("kind", "config", "path"),
    [
        ("http_webhook", {}, "url"),
        ("http_webhook", {"url": ""}, "url"),
        ("http_webhook", {"url": "ftp://example.com/"}, "url"),
        ("http_webhook", {"url": "example.com"}, "url"),
        ("http_webhook", {"url": "https://{name}/"}, "url"),
        ("http_webhook", {"url": "https://{name}.example.com/"}, "url"),
        ("http_webhook", {"url": "https://example.com{name}/"}, "url"),
        ("http_webhook", {"url": "https://example.com:{name}/"}, "url"),
        ("http_webhook", {"url": "{name}://example.com/"}, "url"),
        ("http_webhook", {"url": "https://me:{name}@example.com/"}, "url"),
        ("http_webhook", {"url": "https://me:secret@example.com/"}, "url"),
        ("http_webhook", {"url": "https://example.com/#{name}"}, "url"),
        ("http_webhook", {"url": "https://example.com/{phone}"}, "url"),
        ("http_webhook", {"url": "https://0x7f.1/"}, "url"),
        ("http_webhook", {**WEB, "method": "TRACE"}, "method"),
        ("http_webhook", {**WEB, "timeout_ms": 20_001}, "timeout_ms"),
        ("http_webhook", {**WEB, "timeout": 5}, "timeout"),
        ("http_webhook", {**WEB, "headers": {"X-Key": "plain"}}, "headers[...]"),
        ("http_webhook", {**WEB, "headers": {"X-Key": {"sealed": False}}}, "headers.X-Key"),
        ("http_webhook", {**WEB, "headers": {"X Key": {"sealed": True}}}, "headers"),
        ("http_webhook", {**WEB, "headers": {"Host": {"sealed": True}}}, "headers.Host"),
        ("http_webhook", {**WEB, "headers": {"Webhook-Signature": {"sealed": True}}}, "headers.Webhook-Signature"),
        ("http_webhook", {**WEB, "headers": {"a": {"sealed": True}, "A": {"sealed": True}}}, "headers.A"),
        ("http_webhook", {**WEB, "say": "x" * 1_001}, "say"),
        ("http_webhook", {**WEB, "sayFailed": 5}, "sayFailed"),
        ("http_webhook", {**WEB, "examples": ["x" * 201]}, "examples[0]"),
        ("http_webhook", {**WEB, "examples": ["x"] * 21}, "examples"),
        ("email", {"to": "nobody", "subject": "x"}, "to"),
        ("email", {"to": "{phone}", "subject": "x"}, "to"),
        ("email", {"to": "a@example.com"}, "subject"),
        ("email", {"to": "a@example.com", "subject": "x", "bcc": "b@example.com"}, "bcc"),
        ("email", {"to": "a@example.com", "subject": "x", "reply_to": "me"}, "reply_to"),
        ("sms", {"to": "{name}", "body": "{phone}"}, "body"),
        ("transfer", {"destination": "the desk"}, "destination"),
        ("transfer", {"destination": "sip:a b"}, "destination"),
        ("calendar", {"calendar_id": "c", "action": "book_appointment", "timezone": "Mars/Base"}, "timezone"),
        ("geo", {"action": "check_service_area", "origin_address": "Main St"}, "origin_address"),
        ("geo", {"action": "check_service_area", "origin_address": "00000"}, "origin_address"),
        ("geo", {"action": "find_nearest_location"}, "locations"),
        ("geo", {"action": "find_nearest_location", "locations": [{"name": "A"}]}, "locations[0].postcode"),
        ("geo", {"action": "find_nearest_location", "locations": [{"name": "A", "lat": 1}]}, "locations[0].lng"),
        ("mcp", {"server": "https://example.com/{name}", "tool": "t"}, "server"),
        ("mcp", {"server": "https://example.com/"}, "tool"),
        ("db_query", {"sql_template": SQL, "connection": "postgres://u:p@db.example.com/x"}, "connection"),
        ("db_query", {"sql_template": SQL, "connection": {"sealed": False}}, "connection"),
        ("db_query", {"sql_template": "SELECT {phone}"}, "sql_template"),
        ("db_query", {"sql_template": "DELETE FROM t"}, "sql_template"),
        ("knowledge_query", {"sourceIds": [1]}, "sourceIds[0]"),
        ("native_sql", {"statement": "SELECT 1"}, "statement"),
    ],
)
def test_a_wrong_setting_is_named_by_its_path(kind: str, config: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_skill(of(kind, config))
    assert [error.field for error in refused.value.fields] == [f"executionConfig.{path}"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/a"}, {"pattern": "(a+)+"}, {"allOf": []}, {"anyOf": [{}]}, {"oneOf": [{}]}, {"not": {}},
        {"multipleOf": 2}, {"enum": []}, {"enum": [{}]}, {"enum": ["x"] * 101}, {"minLength": -1},
        {"maximum": "9"}, {"type": "object", "properties": 5}, {"type": "object", "properties": {"b": {"$ref": "#"}}},
        {"type": "array", "items": {"pattern": "x"}}, {"type": "array", "items": {"x-ask": "Who?"}},
        {"x-source": ["neighbour"]}, {"x-source": "caller"}, {"x-source": []}, {"x-slot": "mood"}, {"x-slot": "choice"},
        {"x-ask": ""}, {"x-ask": "x" * 301}, {"x-colour": "red"}, {"required": "all"},
    ],
)  # fmt: skip
def test_what_would_not_be_checked_is_not_taken(schema: dict[str, Any]) -> None:
    """A rule that nobody applies is no rule: it is refused with the reason, by the parameter's name."""
    with pytest.raises(Invalid) as refused:
        read_skill({**TAKE, "parametersSchema": {"properties": {"a": schema}}})
    (error,) = refused.value.fields
    assert error.field == "parametersSchema.properties.a"
    assert len(error.message) > 10


def test_a_parameter_says_where_it_comes_from_and_how_it_is_asked_for() -> None:
    schema = {
        "type": "string", "description": "d", "enum": ["a", "b"], "x-source": ["caller", "verified"],
        "x-slot": "choice", "x-ask": "Which one?", "maxLength": 5, "format": "date",
    }  # fmt: skip
    skill = read_skill({**TAKE, "parametersSchema": {"type": "object", "properties": {"a": schema}}})
    assert skill.parameters_schema["properties"]["a"] == schema


def test_what_was_stored_by_older_rules_can_still_be_read() -> None:
    """A frozen skill has an id besides, and one of last year a field that is not known any more."""
    old = {**plain(read_skill(HOOK)), "id": "skl_1", "colour": "red", "executionConfig": {"url": "x", "colour": "red"}}
    assert thawed(old).execution_config == {"url": "x", "colour": "red"}


def test_a_kind_that_is_only_stored_is_not_offered() -> None:
    """It is kept and checked, called it says that it is not available, and a model never hears of it."""
    text, take = read_skill(of("sms", {"to": "{name}", "body": "x"})), read_skill(TAKE)
    with pytest.raises(NotAvailableYet):
        action_of(text)
    (offer,) = offers([text, take, read_skill({**TAKE, "name": "off", "isEnabled": False})], channel="voice")
    assert (offer.name, offer.action) == ("take_message", "take_message")
    assert offer.parameters["required"] == ["name", "message"]
    assert offers([take], channel="sms") == ()


@pytest.mark.parametrize("kind", ["http_webhook", "email", "geo", "db_query", "mcp"])
def test_a_kind_that_is_carried_out_is_offered_with_the_skills_own_parameters(kind: str) -> None:
    """Closed, with both lists of what is needed as one, and without the words that are only ours."""
    config = next(config for each, config in RIGHT if each == kind)
    name = {"type": "string", "description": "Whose?", "x-source": ["caller"], "x-slot": "name", "x-ask": "Who is it?"}
    skill = read_skill({**of(kind, config, {"name": name, "city": {"type": "string"}}), "requiredParams": ["name"]})
    (offer,) = offers([skill], channel="voice")
    assert available(skill)
    assert offer.action == kind
    assert offer.parameters == {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Whose?"}, "city": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
