"""What deserves a look before a version goes live, and is no reason to refuse it. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flowyte.agents.checks import is_spoken
from flowyte.agents.described import AGENT
from flowyte.conversation import lines
from flowyte.guardrails.lexicon import banned_words
from flowyte.providers.builtin.voices import VOICES
from flowyte.redact.settings import settings_of
from flowyte.report.model import Matter, Warned
from flowyte.skills.registry import ALWAYS_WRITES, available
from flowyte.skills.spec import Skill

Found = Iterator[Warned]
SECRET = re.compile(r"card|cvv|cvc|ssn|social|iban|pin\b", re.IGNORECASE)  # slots by these names hold what nobody keeps
LEAST_WORDS = 3  # of a description: fewer tell a caller's wish apart from nothing
OUR_LINES = (*lines.REMINDERS, *lines.FILLERS, lines.NO_RESPONSE, lines.NOT_UNDERSTOOD, lines.APOLOGY, lines.GIVING_UP)


def warnings(matter: Matter) -> Found:
    yield from _knowledge(matter)
    for skill in matter.skills:
        yield from _skill(skill, matter)
    yield from _verification(matter)
    yield from _greeting(matter.agent)
    yield from _hours(matter.agent)
    yield from _playbooks(matter)
    yield from _voices(matter.agent)
    yield from _channels(matter.agent)
    yield from _model(matter)
    yield from _words(matter.agent)
    yield from _redaction(matter.agent)


def _knowledge(matter: Matter) -> Found:
    if not any(each.status == "indexed" and each.chunks for each in matter.sources):
        message = "No knowledge is ready: it can answer no questions."
        yield Warned(code="no_knowledge", field="knowledge", message=message)
    for each in matter.sources:
        if each.status == "failed":
            message = f"The source {each.name} could not be read: {each.fault or 'no reason is known'}"
            yield Warned(code="source_failed", field=f"knowledge.{each.name}", message=message)
        elif each.status != "indexed":
            message = f"The source {each.name} is not indexed yet: what is in it is not found."
            yield Warned(code="source_not_indexed", field=f"knowledge.{each.name}", message=message)
        elif not each.chunks:
            message = f"The source {each.name} has no text in it."
            yield Warned(code="source_empty", field=f"knowledge.{each.name}", message=message)
        if each.banned:
            message = f"The source {each.name} has words in it that are banned, so passages with them are not quoted: "
            yield Warned(
                code="banned_word_in_source", field=f"knowledge.{each.name}", message=message + ", ".join(each.banned)
            )


def _skill(skill: Skill, matter: Matter) -> Found:
    at = f"skills.{skill.name}"
    if not skill.is_enabled:
        return
    if not available(skill) or skill.skill_type == "sms":
        message = f"Skills of the kind {skill.skill_type} are not carried out: {skill.name} is never used."
        yield Warned(code="skill_not_carried_out", field=at, message=message)
        return
    if len(skill.description.split()) < LEAST_WORDS:
        message = f"The skill {skill.name} hardly says when it is to be used; a mind has only its description to go by."
        yield Warned(code="skill_without_description", field=f"{at}.description", message=message)
    if _changes(skill) and not _confirmed(skill, matter.agent):
        message = f"The skill {skill.name} changes something without asking the caller first."
        yield Warned(code="write_without_confirmation", field=f"{at}.requiresConfirmation", message=message)
    if skill.skill_type == "email" and not matter.installation.sends_mail:
        message = f"No mail server is set (smtp_url): {skill.name} cannot write."
        yield Warned(code="no_mail_server", field=at, message=message)
    if not set(skill.channels) & set(matter.agent.get("enabledChannels") or ()):
        message = f"The skill {skill.name} is for channels on which this agent does not answer."
        yield Warned(code="skill_on_no_channel", field=f"{at}.channels", message=message)


def _changes(skill: Skill) -> bool:
    own = skill.skill_type == "builtin"  # messages are read back as they are taken
    return not own and (skill.is_write or skill.skill_type in ALWAYS_WRITES)


def _confirmed(skill: Skill, agent: Mapping[str, Any]) -> bool:
    gated = any(
        policy.get("policyType") == "write_gate" and policy.get("isEnabled", True)
        and policy.get("appliesToSkillType") in (None, skill.skill_type)
        and (policy.get("config") or {}).get("confirmFirst", True)
        for policy in agent.get("guardrails") or ()
    )  # fmt: skip
    return gated or skill.requires_confirmation or skill.stakes == "high"


def _verification(matter: Matter) -> Found:
    if matter.agent.get("callerVerification"):
        return
    for skill in matter.skills:
        if skill.is_enabled and skill.requires_verified_identity:
            message = f"The skill {skill.name} is for verified callers, and nobody can be verified: it is never used."
            yield Warned(code="no_verifier", field=f"skills.{skill.name}.requiresVerifiedIdentity", message=message)
    for number, policy in enumerate(matter.agent.get("guardrails") or ()):
        gated = (policy.get("config") or {}).get("verifiedCaller")
        wants = gated or policy.get("policyType") == "verify_before_disclose"
        if policy.get("isEnabled", True) and wants:
            message = "A guardrail asks for a verified caller, and nobody can be verified: set caller verification."
            yield Warned(code="no_verifier", field=f"guardrails[{number}]", message=message)


def _greeting(agent: Mapping[str, Any]) -> Found:
    greeting = str(agent.get("greeting") or "")
    if not greeting.strip():
        yield Warned(code="no_greeting", field="greeting", message="There is no greeting: after the notice it waits.")
    elif not _names_somebody(greeting, str(agent.get("name") or "")):
        message = "The greeting has no name in it: callers do not hear whom they have reached."
        yield Warned(code="greeting_without_name", field="greeting", message=message)


def _names_somebody(greeting: str, name: str) -> bool:
    """The agent's own name, or a capital where no sentence begins."""
    return name.casefold() in greeting.casefold() or bool(re.search(r"[^\s.!?:“\"][\s,]+(?!I\b)[A-Z]\w", greeting))


def _hours(agent: Mapping[str, Any]) -> Found:
    hours = agent.get("businessHours") or {}
    after = hours.get("afterHours") or {}
    if hours.get("weekly") and not hours.get("timezone"):
        message = "Hours without a time zone: nobody can say when they are."
        yield Warned(code="hours_without_zone", field="businessHours.timezone", message=message)
    if hours.get("weekly"):
        return
    if after.get("mode", "answer") != "answer" or after.get("message"):
        message = "There is something to do after hours, and there are no hours: it never begins."
        yield Warned(code="after_hours_without_hours", field="businessHours.weekly", message=message)
    for number, policy in enumerate(agent.get("guardrails") or ()):
        if policy.get("policyType") == "business_hours" and policy.get("isEnabled", True):
            message = "A guardrail allows skills only while you are open, and there are no hours: it allows none."
            yield Warned(code="guardrail_without_hours", field=f"guardrails[{number}]", message=message)


def _playbooks(matter: Matter) -> Found:
    begun = {
        skill.execution_config.get("playbookId")
        for skill in matter.skills
        if skill.skill_type == "playbook" and skill.is_enabled
    }
    for playbook in matter.agent.get("playbooks") or ():
        if playbook.get("isEnabled", True) and not begun & {playbook.get("id"), playbook.get("name")}:
            message = f"No enabled skill begins the playbook {playbook['name']}: callers never come to it."
            yield Warned(code="playbook_never_begun", field=f"playbooks.{playbook['name']}", message=message)


def _voices(agent: Mapping[str, Any]) -> Found:
    if "voice" not in (agent.get("enabledChannels") or ()):
        return
    known = {voice.id for voice in VOICES}
    wanted = {"defaultVoiceId": agent.get("defaultVoiceId")}
    wanted |= {f"voiceMap.{language}": voice for language, voice in (agent.get("voiceMap") or {}).items()}
    for field, voice in wanted.items():
        if voice not in known:
            message = f"There is no voice {voice} here: the default voice speaks instead."
            yield Warned(code="unknown_voice", field=field, message=message)
    for language in agent.get("languages") or ():
        if not is_spoken(str(language)):
            message = f"Callers who speak {language} are not understood on calls: ears and voices here know English."
            yield Warned(code="language_not_spoken", field="languages", message=message)


def _channels(agent: Mapping[str, Any]) -> Found:
    enabled = agent.get("enabledChannels") or ()
    if "sms" in enabled:
        message = "Texts are not answered: no messaging campaign is registered."
        yield Warned(code="channel_not_answered", field="enabledChannels", message=message)
    for channel, override in (agent.get("channelOverrides") or {}).items():
        if override and channel not in enabled:
            message = f"Something is said otherwise on {channel}, where this agent does not answer."
            yield Warned(code="override_on_no_channel", field=f"channelOverrides.{channel}", message=message)


def _model(matter: Matter) -> Found:
    if matter.installation.model_host:
        return
    told = [name for name in ("persona", "goals", "neverDo", "tone", "llmModel") if matter.agent.get(name)]
    if told:
        said = ", ".join(AGENT[name][0].lower() for name in told)
        message = f"Without a language model nothing comes of {said}: answers are the knowledge's own words."
        yield Warned(code="no_model", field=told[0], message=message)
    if "chat" in (matter.agent.get("enabledChannels") or ()) and not is_spoken(
        str((matter.agent.get("channelOverrides") or {}).get("chat", {}).get("primaryLanguage")
            or matter.agent.get("primaryLanguage"))
    ):  # fmt: skip
        message = "Without a language model the agent's own sentences in chats are English."
        yield Warned(code="english_sentences", field="primaryLanguage", message=message)


def _words(agent: Mapping[str, Any]) -> Found:
    banned = banned_words(agent)
    for line in OUR_LINES:
        if found := banned.found(line):
            message = f"A sentence of the call itself has the banned word {found[0]} in it: “{line}”"
            yield Warned(code="banned_word_in_line", field="lexicon.banned", message=message)


def _redaction(agent: Mapping[str, Any]) -> Found:
    wanted = settings_of(agent)
    recorded = (agent.get("recording") or {}).get("enabled", True) and "voice" in (agent.get("enabledChannels") or ())
    if wanted.entities and recorded and not wanted.audio:
        message = "What is taken out of the transcript is still heard in the recording."
        yield Warned(code="sound_not_redacted", field="redaction.audio", message=message)
    if wanted.entities and not str(agent.get("primaryLanguage") or "en").startswith("en"):
        message = "What is not to be kept is found in English only."
        yield Warned(code="redaction_in_english", field="redaction.entities", message=message)
    for playbook in agent.get("playbooks") or ():
        for node in (playbook.get("graph") or {}).get("nodes") or ():
            asked = node.get("data") or {}
            slot = str(asked.get("slot"))
            if node.get("type") == "collect" and not asked.get("sensitive") and SECRET.search(slot):
                message = f"The playbook {playbook['name']} asks for {slot} and is not told that it is sensitive."
                yield Warned(code="secret_kept", field=f"playbooks.{playbook['name']}.{node['id']}", message=message)
