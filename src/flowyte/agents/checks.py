"""What stands against publishing a draft: each a field and what is wrong with it. Pure.

Only what would fail in front of a caller is refused; what merely deserves a look is a warning of the report.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flowyte.agents.definition import checked_verification
from flowyte.agents.handoff import named, people_of
from flowyte.agents.overrides import on_channel
from flowyte.agents.playbooks import check_playbooks
from flowyte.guardrails.lexicon import banned_words
from flowyte.guardrails.verification import plan_of
from flowyte.kit.errors import FieldError, Invalid
from flowyte.providers.builtin.voices import VOICES

SPOKEN = frozenset(voice.language.partition("-")[0] for voice in VOICES)
"""Languages that there are ears and a mouth for."""


def refusals(draft: Mapping[str, Any], more: Mapping[str, Any]) -> list[FieldError]:
    """`more` is what a version freezes besides the draft: skills, sources, playbooks."""
    skills, playbooks = more.get("skills") or [], more.get("playbooks") or []
    faults = [*_channels(draft), *_languages(draft), *_own_texts(draft)]
    for check in (
        lambda: check_verifier(draft.get("callerVerification"), skills),
        lambda: check_playbooks(playbooks, skills),
        lambda: check_destinations(draft, more),
    ):
        faults += _faults_of(check)
    return faults


def check_verifier(verification: Any, skills: list[dict[str, Any]]) -> None:
    """A caller could never be verified by a skill that is not there, or is not given the account's name."""
    spec = checked_verification(verification)
    if spec is None:
        return
    account = plan_of(spec).account.name
    found = next((each for each in skills if spec.verifier_skill_id in (each.get("id"), each.get("name"))), None)
    if found is None or not found.get("isEnabled", True):
        message = "names no enabled skill of this agent"
    elif list((found.get("parametersSchema") or {}).get("properties") or ()) != [account]:
        message = f"must be a skill with one parameter, {account}: it is given nothing else"
    else:
        return
    raise Invalid(fields=[FieldError(field="callerVerification.verifierSkillId", message=message)])


def check_destinations(draft: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """A version puts callers through to people of its own list: what a skill or a playbook names must be in it."""
    people = people_of(draft)
    asked = [
        (f"skills.{skill['name']}", str((skill.get("executionConfig") or {}).get("destination") or ""))
        for skill in more.get("skills") or []
        if skill.get("skillType") == "transfer" and skill.get("isEnabled", True)
    ]
    asked += [
        (f"playbooks.{playbook['name']}.{node['id']}", str((node.get("data") or {}).get("destination") or ""))
        for playbook in more.get("playbooks") or []
        for node in (playbook.get("graph") or {}).get("nodes") or []
        if node.get("type") == "transfer" and playbook.get("isEnabled", True)
    ]
    message = "is none of the agent's handoffConfig destinations or labels: add it there first"
    faults = [FieldError(field=field, message=message) for field, to in asked if to and named(people, to) is None]
    if faults:
        raise Invalid(fields=faults)


def language_of(draft: Mapping[str, Any], channel: str) -> str:
    return str(on_channel(draft, channel).get("primaryLanguage") or "en-US")


def is_spoken(language: str) -> bool:
    """Whether there are ears and a mouth for it."""
    return language.partition("-")[0].lower() in SPOKEN


def own_texts(draft: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the owner has written for the agent to say word by word."""
    yield "greeting", str(draft.get("greeting") or "")
    for channel, override in (draft.get("channelOverrides") or {}).items():
        yield f"channelOverrides.{channel}.greeting", str(override.get("greeting") or "")
    yield "callControl.maxDurationMessage", str((draft.get("callControl") or {}).get("maxDurationMessage") or "")
    yield "recording.disclosure", str((draft.get("recording") or {}).get("disclosure") or "")
    after = (draft.get("businessHours") or {}).get("afterHours") or {}
    yield "businessHours.afterHours.message", str(after.get("message") or "")


def _channels(draft: Mapping[str, Any]) -> Iterator[FieldError]:
    if not draft.get("enabledChannels"):
        yield FieldError(field="enabledChannels", message="names no channel to answer on")


def _languages(draft: Mapping[str, Any]) -> Iterator[FieldError]:
    language = language_of(draft, "voice")
    if "voice" in (draft.get("enabledChannels") or ()) and not is_spoken(language):
        yield FieldError(
            field="primaryLanguage",
            message=f"is {language}, for which this installation has neither ears nor a mouth: calls are heard and "
            "spoken in English. Take voice out of enabledChannels, or override the language for voice",
        )


def _own_texts(draft: Mapping[str, Any]) -> Iterator[FieldError]:
    banned = banned_words(draft)
    for field, text in own_texts(draft):
        if found := banned.found(text):
            yield FieldError(field=field, message=f"has a word in it that lexicon.banned forbids: {found[0]}")


def _faults_of(check: Callable[[], None]) -> list[FieldError]:
    try:
        check()
    except Invalid as error:
        return list(error.fields)
    return []
