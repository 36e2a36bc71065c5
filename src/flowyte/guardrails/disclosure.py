"""Verify before disclosing: what of a skill's result a mind may learn at the caller's level. Pure.

A mind cannot say what it was never given. The names of withheld fields come from the policy and not from the result,
so that nothing about a result can be told from what is withheld of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    fields: Mapping[str, Literal["anyone", "verified"]]
    skill_type: str | None = None

    def concerns(self, skill_type: str) -> bool:
        return self.skill_type in (None, skill_type)


def split(
    result: Mapping[str, Any], policies: Sequence[Disclosure], *, skill_type: str, level: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be learned now, and what may not. With several policies a field is free only where each frees it."""
    concerned = [policy for policy in policies if policy.concerns(skill_type)]
    if not concerned or level > 0:
        return dict(result), {}
    released, withheld = _parted(result, concerned)
    return released or {}, withheld or {}


def _parted(value: Any, policies: Sequence[Disclosure]) -> tuple[Any, Any]:
    if isinstance(value, Mapping):
        free, held = {}, {}
        for name, inner in value.items():
            if isinstance(inner, Mapping | list):
                released, withheld = _parted(inner, policies)
                if released:
                    free[name] = released
                if withheld:
                    held[name] = withheld
            elif all(policy.fields.get(name) == "anyone" for policy in policies):
                free[name] = inner
            else:
                held[name] = inner
        return free, held
    if isinstance(value, list):
        parts = [_parted(inner, policies) for inner in value]
        return [free for free, _ in parts if free], [held for _, held in parts if held]
    return None, value
