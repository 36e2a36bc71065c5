"""An agent's playbooks held against its skills: when one is saved, when all are published, and when one is walked."""

from collections.abc import Iterable, Mapping
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FieldError, Invalid
from flowyte.playbooks.check import checked, compiled, read_graph
from flowyte.playbooks.model import Flow, Graph, Skills, SkillView
from flowyte.skills.arguments import required_of
from flowyte.skills.registry import ALWAYS_WRITES, PLAYBOOK, available, schema_of
from flowyte.skills.spec import plain, thawed
from flowyte.skills.store import list_skills


def views(skills: Iterable[Mapping[str, Any]]) -> Skills:
    """Skills as a version has them, by name and by id. One that cannot be carried out counts as switched off."""
    found: dict[str, SkillView] = {}
    for frozen in skills:
        skill = thawed(frozen)
        usable = available(skill)
        schema = schema_of(skill) if usable else skill.parameters_schema
        view = SkillView(
            name=skill.name,
            parameters=frozenset(schema.get("properties") or ()),
            required=frozenset(required_of(schema, skill.required_params)),
            has_effects=skill.is_write or skill.requires_confirmation or skill.skill_type in ALWAYS_WRITES,
            enabled=skill.is_enabled and usable and skill.skill_type != PLAYBOOK,
        )
        found[skill.name] = view
        if "id" in frozen:
            found[str(frozen["id"])] = view
    return found


async def skills_of(tx: TenantTx, agent_id: str) -> Skills:
    return views([{"id": stored.id, **plain(stored.skill)} for stored in await list_skills(tx, agent_id)])


def checked_graph(value: Any, skills: Skills) -> Graph:
    """A graph that may be saved. Invalid names each node and what is wrong with it."""
    graph = read_graph(value)
    checked(graph, skills)
    return graph


def check_playbooks(playbooks: Iterable[Mapping[str, Any]], skills: Iterable[Mapping[str, Any]]) -> None:
    """Before a version is frozen: a skill may have gone since a playbook was saved. Those switched off may be wrong."""
    playbooks, skills = list(playbooks), list(skills)
    known = views(skills)
    faults = _unknown(playbooks, skills)
    for playbook in playbooks:
        if playbook.get("isEnabled", True):
            _, found = compiled(read_graph(playbook["graph"]), known)
            faults += [
                FieldError(field=f"playbooks.{playbook['name']}.{fault.field}", message=fault.message)
                for fault in found
            ]
    if faults:
        raise Invalid(fields=faults)


def _unknown(playbooks: Iterable[Mapping[str, Any]], skills: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Skills that begin a playbook which is not there to be begun."""
    there = {each[key] for each in playbooks if each.get("isEnabled", True) for key in ("id", "name") if key in each}
    wanted = ((str(each["name"]), thawed(each)) for each in skills)
    return [
        FieldError(field=f"skills.{name}.playbookId", message="names no enabled playbook of this agent")
        for name, skill in wanted
        if skill.skill_type == PLAYBOOK and skill.is_enabled
        and skill.execution_config.get("playbookId") not in there
    ]  # fmt: skip


def flow_of(agent: Mapping[str, Any], playbook_id: str) -> Flow:
    """A playbook of a pinned agent (a version's snapshot, or a draft with its parts), by id or name, to be walked with
    `flowyte.playbooks.step`. Invalid when there is none that passes."""
    found = next(
        (each for each in agent.get("playbooks") or () if playbook_id in (each["id"], each["name"])), None
    )  # fmt: skip
    if found is None or not found.get("isEnabled", True):
        raise Invalid(fields=[FieldError(field="playbookId", message="names no enabled playbook of this agent")])
    return checked(read_graph(found["graph"]), views(agent.get("skills") or ()))
