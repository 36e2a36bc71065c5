"""A skill as the API names it, and every check on it that needs no other table."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from flowyte.kit.errors import FieldError, Invalid
from flowyte.skills import address, checks, config, schema

SkillType = Literal[
    "http_webhook", "db_query", "transfer", "email", "sms", "calendar", "google_sheets", "crm", "knowledge_query",
    "playbook", "builtin", "geo", "native_graphql", "native_rest", "native_sql", "mcp",
]  # fmt: skip
MOST_BYTES = 32_000  # of the whole skill; a model has to read it in every turn
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


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
    found, read = _config(skill)
    problems = [*_plain_problems(skill), *schema.problems(skill.parameters_schema), *_required(skill), *found]
    if problems:
        raise Invalid(fields=problems)
    return skill if read is None else msgspec.structs.replace(skill, execution_config=_normal(read))


def thawed(fields: Mapping[str, object]) -> Skill:
    """A skill as it was stored or frozen, by whatever rules were then; `id` and what is not known any more are left."""
    known = {field.encode_name for field in msgspec.structs.fields(Skill)}
    return msgspec.convert({name: value for name, value in fields.items() if name in known}, Skill)


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


def _required(skill: Skill) -> list[FieldError]:
    properties = skill.parameters_schema.get("properties")
    listed = skill.parameters_schema.get("required", [])
    if not isinstance(properties, dict):
        return []
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        return [_error("parametersSchema.required", "a list of names")]
    missing = [name for name in (*skill.required_params, *listed) if name not in properties]
    return [_error("requiredParams", f"{missing[0]} is not among the properties")] if missing else []


def _config(skill: Skill) -> tuple[list[FieldError], config.Config | None]:
    try:
        read = config.read_config(skill.skill_type, skill.execution_config)
    except msgspec.ValidationError as error:
        return _from_msgspec(error, "executionConfig").fields, None
    declared = skill.parameters_schema.get("properties")
    return checks.problems(read, declared if isinstance(declared, dict) else {}), read


def _normal(read: config.Config) -> dict[str, Any]:
    """As it is kept: numbers in E.164, and what is as usual left out."""
    plain = config.plain_config(read)
    if isinstance(read, config.Transfer):
        plain["destination"] = address.destination(read.destination)
    return plain


def _from_msgspec(error: msgspec.ValidationError, within: str = "") -> Invalid:
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    named = re.search(r"field `([^`]+)`", message)
    path = ".".join(filter(None, (within, field, named[1] if named else "")))
    return Invalid(fields=[_error(path or "body", message)])


def _error(field: str, message: str) -> FieldError:
    return FieldError(field=field, message=message)
