"""Credentials on their way in and out: taken out of what is sent; what is answered says that they are set.

In a skill's executionConfig a header or a connection is a value when it is set, `{"sealed": true}` when it stays as it
is, null when it goes. What is stored, frozen, compared and answered holds the second of these and never the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flowyte.egress.postgres import Target
from flowyte.egress.wire import VALUE
from flowyte.kit.errors import FieldError, Invalid
from flowyte.kit.secret import SecretText
from flowyte.skills.secrets import MOST_VALUE, SIGNING, Kept
from flowyte.skills.spec import Skill, plain

CONNECTION = "connection"
SEALED = {"sealed": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`fields` without a credential in it; `values` by the names that skills/secrets.py keeps them under."""

    fields: dict[str, Any]
    values: Mapping[str, SecretText]


def taken(fields: Mapping[str, Any]) -> Taken:
    """Invalid names the one whose value cannot be sent, and never repeats it."""
    config = fields.get("executionConfig")
    if not isinstance(config, dict):
        return Taken(fields=dict(fields), values={})
    clean, values = dict(config), {}
    if isinstance(config.get("headers"), dict):
        clean["headers"] = {}
        for name, value in config["headers"].items():
            if isinstance(value, str):
                values[f"header:{name}"] = _value(f"headers.{name}", value)
            if value is not None:
                clean["headers"][name] = _mark(value)
    if config.get(CONNECTION) is not None:
        clean[CONNECTION] = _mark(config[CONNECTION])
        if isinstance(config[CONNECTION], str):
            values[CONNECTION] = _address(config[CONNECTION])
    return Taken(fields={**fields, "executionConfig": clean}, values=values)


def names_of(skill: Skill) -> frozenset[str]:
    """What a skill keeps credentials under."""
    config = skill.execution_config
    names = [f"header:{name}" for name in config.get("headers") or {}]
    names += [CONNECTION] if config.get(CONNECTION) else []
    return frozenset([*names, SIGNING] if skill.skill_type == "http_webhook" else names)


def shown(skill: Skill, kept: Iterable[Kept]) -> dict[str, Any]:
    """The skill as it is answered: of each credential, when it was set and by whom."""
    set_by_name = {one.name: one for one in kept}
    fields = plain(skill)
    config = dict(fields["executionConfig"])
    if "headers" in config:
        config["headers"] = {name: _state(set_by_name.get(f"header:{name}")) for name in config["headers"]}
    if CONNECTION in config:
        config[CONNECTION] = _state(set_by_name.get(CONNECTION))
    fields["executionConfig"] = config
    return {**fields, "signing": _state(set_by_name[SIGNING])} if SIGNING in set_by_name else fields


def _state(kept: Kept | None) -> dict[str, Any]:
    return {**SEALED, "setAt": kept.set_at, "setBy": kept.set_by} if kept else {"sealed": False}


def _mark(value: object) -> object:
    """What was answered may be sent back as it is; what is none of the three is left for the shape to refuse."""
    if isinstance(value, str) or (isinstance(value, dict) and value.get("sealed") is True):
        return dict(SEALED)
    return value


def _value(path: str, value: str) -> SecretText:
    if not value.strip() or len(value) > MOST_VALUE or not VALUE.fullmatch(value):
        raise _invalid(path, f"1 to {MOST_VALUE} plain characters, without line ends")
    return SecretText(value)


def _address(value: str) -> SecretText:
    if len(value) > MOST_VALUE:
        raise _invalid(CONNECTION, f"at most {MOST_VALUE} characters")
    try:
        Target.parse(value)
    except Invalid as error:
        raise _invalid(CONNECTION, error.message) from None  # its cause could show the password
    return SecretText(value)


def _invalid(path: str, message: str) -> Invalid:
    return Invalid(fields=[FieldError(field=f"executionConfig.{path}", message=message)])
