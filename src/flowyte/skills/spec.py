"""A skill as the API names it, and every check on it that needs no other table."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from flowyte.kit.errors import FieldError, Invalid

SkillType = Literal[
    "http_webhook", "db_query", "transfer", "email", "sms", "calendar", "google_sheets", "crm", "knowledge_query",
    "playbook", "builtin", "geo", "native_graphql", "native_rest", "native_sql", "mcp",
]  # fmt: skip
MOST_PROPERTIES = 50
MOST_DEPTH = 6
MOST_BYTES = 32_000  # of the whole skill; a model has to read it in every turn
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TYPES = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))

# What a skill's executionConfig must say; the kinds' optional settings come with their own issue.
REQUIRED_CONFIG: Mapping[str, tuple[str, ...]] = {
    "http_webhook": ("url",),
    "db_query": ("sql_template",),
    "transfer": ("destination",),
    "email": ("to", "subject"),
    "sms": ("to", "body"),
    "calendar": ("calendar_id", "action"),
    "google_sheets": ("spreadsheet_id", "tab"),
    "crm": ("provider", "action"),
    "playbook": ("playbookId",),
    "builtin": ("action",),
    "geo": ("action",),
    "mcp": ("server", "tool"),
}
CONFIG_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("builtin", "action"): ("end_call", "take_message", "repeat"),
    ("calendar", "action"): ("check_availability", "book_appointment"),
    ("geo", "action"): ("check_service_area", "find_nearest_location"),
}


class Skill(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The fields of one skill; `parametersSchema` holds only what the caller supplies."""

    name: str
    description: str
    skill_type: SkillType
    parameters_schema: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "object", "properties": {}})
    required_params: list[str] = []
    mode: Literal["two_way", "one_way"] = "two_way"
    execution_config: dict[str, Any] = {}
    data_egress_map: dict[str, Any] = {}
    allowed_fields: list[str] = []
    is_write: bool = False
    requires_verified_identity: bool = False
    requires_confirmation: bool = False
    stakes: Literal["low", "medium", "high"] = "low"
    non_parallelizable: bool = False
    channels: list[Literal["voice", "chat", "sms"]] = msgspec.field(default_factory=lambda: ["voice", "chat"])
    error_handling: dict[str, Any] = {}
    is_enabled: bool = True
    expected_latency_ms: int = 500


def read_skill(fields: Mapping[str, object]) -> Skill:
    """A checked skill from its JSON object. Invalid names the camelCase path."""
    try:
        skill = msgspec.convert(dict(fields), Skill)
    except msgspec.ValidationError as error:
        raise _from_msgspec(error) from error
    problems = [*_plain_problems(skill), *_schema_problems(skill), *_config_problems(skill)]
    if problems:
        raise Invalid(fields=problems)
    return skill


def plain(skill: Skill) -> dict[str, Any]:
    """As JSON has it; `read_skill` takes it again."""
    built: dict[str, Any] = msgspec.to_builtins(skill)
    return built


def _plain_problems(skill: Skill) -> list[FieldError]:
    problems = []
    if not _NAME.fullmatch(skill.name):
        problems.append(_error("name", "small letters, digits and underscores, beginning with a letter, at most 64"))
    if not skill.description.strip() or len(skill.description) > 2_000:
        problems.append(_error("description", "says when the agent should use it, in 1 to 2000 characters"))
    if not 0 <= skill.expected_latency_ms <= 60_000:
        problems.append(_error("expectedLatencyMs", "between 0 and 60000"))
    if len(msgspec.json.encode(skill)) > MOST_BYTES:
        problems.append(_error("parametersSchema", f"the whole skill is larger than {MOST_BYTES} bytes"))
    return problems


def _schema_problems(skill: Skill) -> list[FieldError]:
    schema = skill.parameters_schema
    properties = schema.get("properties")
    if schema.get("type", "object") != "object" or not isinstance(properties, dict):
        return [_error("parametersSchema", "a JSON Schema object with top-level properties")]
    problems = []
    if len(properties) > MOST_PROPERTIES:
        problems.append(_error("parametersSchema.properties", f"at most {MOST_PROPERTIES}"))
    for name, described in properties.items():
        wrong = _wrong_schema(described, 1)
        if wrong:
            problems.append(_error(f"parametersSchema.properties.{name}", wrong))
    listed = schema.get("required", [])
    wanted = [*skill.required_params, *(listed if isinstance(listed, list) else [])]
    missing = [name for name in wanted if name not in properties]
    if missing:
        problems.append(_error("requiredParams", f"{missing[0]} is not among the properties"))
    return problems


def _wrong_schema(schema: object, depth: int) -> str | None:
    """What is wrong with a property, or None. A model reads the rest of JSON Schema as a hint."""
    if not isinstance(schema, dict):
        return "a JSON Schema object"
    if depth > MOST_DEPTH:
        return f"nested deeper than {MOST_DEPTH}"
    types = schema.get("type", "string")
    if any(not isinstance(t, str) or t not in _TYPES for t in (types if isinstance(types, list) else [types])):
        return f"type is one of {', '.join(sorted(_TYPES))}"
    inner = schema.get("properties", {})
    if not isinstance(inner, dict):
        return "properties is an object"
    below = [*inner.values(), *([schema["items"]] if "items" in schema else [])]
    return next((wrong for part in below if (wrong := _wrong_schema(part, depth + 1))), None)


def _config_problems(skill: Skill) -> list[FieldError]:
    config = skill.execution_config
    problems = [
        _error(f"executionConfig.{key}", f"needed for {skill.skill_type}")
        for key in REQUIRED_CONFIG.get(skill.skill_type, ())
        if config.get(key) in (None, "")
    ]
    if "headers" in config:
        # Headers carry credentials; until they are sealed on their way in, none may be stored.
        problems.append(_error("executionConfig.headers", "not available yet"))
    for (kind, key), choices in CONFIG_CHOICES.items():
        if kind == skill.skill_type and config.get(key) not in (None, "", *choices):
            problems.append(_error(f"executionConfig.{key}", f"one of {', '.join(choices)}"))
    return problems


def _from_msgspec(error: msgspec.ValidationError) -> Invalid:
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    named = re.search(r"field `(\w+)`", message)
    return Invalid(fields=[_error(".".join(filter(None, (field, named[1] if named else ""))) or "body", message)])


def _error(field: str, message: str) -> FieldError:
    return FieldError(field=field, message=message)
