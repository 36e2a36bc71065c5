"""Gathers what a draft is made of and writes its report."""

from collections.abc import Iterable, Mapping
from typing import Any

from flowyte.agents.checks import refusals
from flowyte.agents.store import get_agent, last_number
from flowyte.guardrails.disclosure import split
from flowyte.guardrails.engine import disclosures_of
from flowyte.guardrails.lexicon import BannedWords, banned_words
from flowyte.kit.clock import Clock
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FlowyteError
from flowyte.kit.secret import SecretText
from flowyte.knowledge.model import Source
from flowyte.knowledge.sources import list_sources
from flowyte.report.model import Covered, Disclosed, Installation, Matter, Refusal, Report
from flowyte.report.sections import sections
from flowyte.report.warned import warnings
from flowyte.skills import secrets
from flowyte.skills.credentials import CONNECTION
from flowyte.skills.spec import Skill, thawed
from flowyte.skills.traced import Flow, traced
from flowyte.vault.seal import Sealer

READS = frozenset(("http_webhook", "db_query", "mcp"))
"""Kinds that bring back what is not ours."""
_OTHER = "zqotherfieldzq"


async def prepublish(
    tx: TenantTx, sealer: Sealer, clock: Clock, agent_id: str, more: Mapping[str, Any], installation: Installation
) -> Report:
    """`more` is what a version freezes besides the draft. NotFound for an agent that is not here."""
    agent = await get_agent(tx, agent_id)
    whole = {**agent.draft, **more}
    skills = [(str(each.get("id") or ""), thawed(each)) for each in more.get("skills") or ()]
    enabled = [(skill_id, skill) for skill_id, skill in skills if skill.is_enabled]
    matter = Matter(
        agent=whole,
        skills=[skill for _, skill in skills],
        sources=tuple(_covered(source, banned_words(whole)) for source in await list_sources(tx, agent_id)),
        flows=tuple([await _flow(tx, sealer, clock, skill_id, skill) for skill_id, skill in enabled]),
        disclosures=tuple(disclosed(whole, (skill for _, skill in enabled))),
        installation=installation,
    )
    return Report(
        agent_id=agent.id,
        version=agent.version,
        next_number=await last_number(tx, agent_id) + 1,
        refusals=tuple(Refusal(field=each.field, message=each.message) for each in refusals(agent.draft, more)),
        warnings=tuple(warnings(matter)),
        sections=tuple(sections(matter)),
        egress=matter.flows,
        sources=matter.sources,
        disclosures=matter.disclosures,
    )


def disclosed(agent: Mapping[str, Any], skills: Iterable[Skill]) -> Iterable[Disclosed]:
    """The rule itself is asked, with a result that has every field that a policy names and one that none does."""
    policies = disclosures_of(agent)
    for skill in skills:
        if skill.skill_type not in READS:
            continue
        concerned = [policy for policy in policies if policy.concerns(skill.skill_type)]
        named = dict.fromkeys(name for policy in concerned for name in policy.fields)
        result = dict.fromkeys((*named, _OTHER), "x")
        released, withheld = split(result, policies, skill_type=skill.skill_type, level=0)
        yield Disclosed(
            skill=skill.name,
            anyone=tuple(name for name in released if name != _OTHER),
            verified=tuple(name for name in withheld if name != _OTHER),
            others="anyone" if _OTHER in released else "verified",
        )


def _covered(source: Source, banned: BannedWords) -> Covered:
    text = "\n".join([source.content, *(each.answer for each in source.faq)])
    return Covered(
        id=source.id, name=source.name, kind=source.kind, status=source.status, chunks=source.chunk_count,
        fault=source.error_message or "", banned=tuple(banned.found(text)),
    )  # fmt: skip


async def _flow(tx: TenantTx, sealer: Sealer, clock: Clock, skill_id: str, skill: Skill) -> Flow:
    """Of a database's address, which is sealed, the report tells the host and the name."""
    connection: SecretText | None = None
    if skill.skill_type == "db_query":
        try:
            connection = (await secrets.opened(tx, sealer, skill_id)).get(CONNECTION)
        except FlowyteError:
            connection = None
    return await traced(skill, clock, connection=connection)
