"""Saving a skill with its credentials: what the API and the forms call."""

from collections.abc import Mapping
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid
from flowyte.kit.secret import SecretText
from flowyte.skills import secrets, store
from flowyte.skills.address import destination
from flowyte.skills.credentials import Taken, names_of, taken
from flowyte.skills.secrets import SIGNING
from flowyte.skills.spec import Skill
from flowyte.tenancy.audit import note
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer


class NothingToSign(Conflict):
    """Only webhooks are signed."""

    code = "not_signed"


async def create(
    tx: TenantTx, sealer: Sealer, by: Principal, *, agent_id: str, draft: Mapping[str, Any], fields: Mapping[str, Any]
) -> tuple[store.StoredSkill, SecretText | None]:
    """The skill, and for a webhook the secret that it signs with, which is not shown again."""
    found = taken(fields)
    made = await store.create_skill(tx, agent_id=agent_id, fields=found.fields)
    return made, await _settled(tx, sealer, by, made, draft, found)


async def change(
    tx: TenantTx, sealer: Sealer, by: Principal, *, agent_id: str, skill_id: str, draft: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> tuple[store.StoredSkill, SecretText | None]:  # fmt: skip
    """A signing secret comes with it when the skill becomes a webhook by this."""
    found = taken(changes)
    changed = await store.patch_skill(tx, agent_id, skill_id, found.fields)
    return changed, await _settled(tx, sealer, by, changed, draft, found)


async def rotate_signing(tx: TenantTx, sealer: Sealer, by: Principal, *, agent_id: str, skill_id: str) -> SecretText:
    """A new secret from now on, for live conversations too; shown once."""
    stored = await store.get_skill(tx, agent_id, skill_id)
    if SIGNING not in names_of(stored.skill):
        raise NothingToSign
    return await _new_signing(tx, sealer, by, stored)


async def _settled(
    tx: TenantTx, sealer: Sealer, by: Principal, stored: store.StoredSkill, draft: Mapping[str, Any], found: Taken
) -> SecretText | None:
    """Credentials as the skill names them now: set, kept, or gone."""
    _check_destination(stored.skill, draft)
    wanted = names_of(stored.skill)
    there = {one.name for one in await secrets.kept(tx, stored.agent_id) if one.skill_id == stored.id}
    lacking = sorted(wanted - there - set(found.values) - {SIGNING})
    if lacking:
        path = lacking[0].replace("header:", "headers.", 1)
        raise Invalid(fields=[FieldError(field=f"executionConfig.{path}", message="has no value yet: send it")])
    for name in there - wanted:
        await secrets.drop(tx, stored.id, name)
    for name, value in found.values.items():
        await secrets.keep(
            tx, sealer, agent_id=stored.agent_id, skill_id=stored.id, name=name, value=value.reveal(), by=by.signature
        )
    if found.values:
        await note(tx, "skills.credential_set", stored.id)
    return await _new_signing(tx, sealer, by, stored) if SIGNING in wanted - there else None


async def _new_signing(tx: TenantTx, sealer: Sealer, by: Principal, stored: store.StoredSkill) -> SecretText:
    made = secrets.new_signing_secret()
    await secrets.keep(
        tx, sealer, agent_id=stored.agent_id, skill_id=stored.id, name=SIGNING, value=made, by=by.signature
    )
    await note(tx, "skills.signing_secret_made", stored.id)
    return SecretText(made)


def _check_destination(skill: Skill, draft: Mapping[str, Any]) -> None:
    """A call goes only where the agent's own settings let it."""
    if skill.skill_type != "transfer":
        return
    handoff = draft.get("handoffConfig") or {}
    written = [
        handoff.get("transferDestination"),
        *(rule["destination"] for rule in handoff.get("transferRules") or ()),
    ]
    if skill.execution_config["destination"] not in {destination(str(one)) for one in written if one}:
        message = "is none of the agent's handoffConfig destinations: add it there first"
        raise Invalid(fields=[FieldError(field="executionConfig.destination", message=message)])
