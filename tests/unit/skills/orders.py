"""Orders as tests need them: one skill, its arguments, nobody's conversation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flowyte.skills.runner import Order
from flowyte.skills.spec import read_skill
from flowyte.tenancy.principal import Principal

NOBODY = Principal(org=UUID(int=1), kind="call", id="cnv_1", scopes=frozenset())


def order(
    kind: str, config: Mapping[str, Any], arguments: Mapping[str, Any], *, types: Mapping[str, Any] | None = None,
    principal: Principal = NOBODY, conversation: str = "cnv_1", is_write: bool = True, skill_id: str = "skl_1",
    occasion: str = "", agent: Mapping[str, Any] | None = None,
) -> Order:  # fmt: skip
    """Every argument is declared as a text, where `types` does not say otherwise."""
    properties = {name: {"type": "string"} for name in arguments} | dict(types or {})
    skill = read_skill(
        {
            "name": "the_skill",
            "description": "When it is asked for.",
            "skillType": kind,
            "executionConfig": dict(config),
            "parametersSchema": {"type": "object", "properties": properties},
        }
    )
    return Order(
        principal=principal, agent={"id": "agt_1", **(agent or {})}, conversation_id=conversation, skill=skill,
        skill_id=skill_id, arguments=arguments, is_write=is_write, occasion=occasion,
    )  # fmt: skip
