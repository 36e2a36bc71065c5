"""The report in sentences, section by section. Pure: what was found out is in the matter."""

from collections.abc import Iterator, Mapping
from typing import Any

from flowyte.agents.checks import is_spoken, language_of
from flowyte.agents.described import AGENT
from flowyte.agents.in_words import label, value
from flowyte.compliance.consent import consent_for, disclosure
from flowyte.guardrails.verification import plan_of, read_spec
from flowyte.redact.model import PLURAL
from flowyte.redact.settings import Settings, settings_of
from flowyte.report.model import Disclosed, Matter, Section
from flowyte.skills.spec import Skill
from flowyte.skills.traced import Carried, Flow

Lines = Iterator[str]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = {"answer": "it answers as always", "message": "it takes a message", "transfer": "it transfers"}
CHANNELS = {"voice": "Calls", "chat": "Chats", "sms": "Texts"}
OURS = {
    "skillName": "the skill's name", "conversationId": "the conversation's id", "agentId": "the agent's id",
    "runId": "an id of this one request",
}  # fmt: skip


def sections(matter: Matter) -> Iterator[Section]:
    for name, title, lines in (
        ("answers", "What it will answer", _answers(matter)),
        ("declines", "What it will decline", _declines(matter)),
        ("discloses", "What it discloses, and to whom", _discloses(matter)),
        ("sends", "What leaves, and where it goes", _sends(matter)),
        ("guardrails", "What holds whatever happens", _guardrails(matter)),
        ("recording", "What is said first, and what is kept", _recording(matter)),
        ("hours", "Hours", _hours(matter)),
        ("handoff", "Hand-off to people", _handoff(matter)),
        ("channels", "Channels", _channels(matter)),
        ("languages", "Languages and voice", _languages(matter)),
    ):
        yield Section(id=name, title=title, lines=tuple(lines))


def _answers(matter: Matter) -> Lines:
    ready = [each for each in matter.sources if each.status == "indexed" and each.chunks]
    if ready:
        chunks = sum(each.chunks for each in ready)
        yield f"From {_count(ready, 'source')} of knowledge, {chunks} passages in all: {_list(e.name for e in ready)}."
    else:
        yield "It has no knowledge that is ready, so to questions about the business it offers to take a message."
    if waiting := [each.name for each in matter.sources if each not in ready]:
        yield f"Not to be found yet: {_list(waiting)}."
    if matter.agent.get("businessHours", {}).get("weekly"):
        yield "Questions about opening hours are computed from the schedule."
    for skill in matter.skills:
        if skill.is_enabled and skill.skill_type != "playbook":
            yield f"{_plain(skill.name)}: {skill.description}"
    if matter.installation.model_host:
        yield "A language model words the answers from what was found."
    else:
        yield "Without a language model, answers are the knowledge's own sentences."


def _declines(matter: Matter) -> Lines:
    yield "What neither the knowledge nor a skill holds: it says that it does not know, and offers to take a message."
    for topic in _configs(matter, "content_policy", "bannedTopics"):
        yield f"The topic {topic}, asked or answered."
    if banned := (matter.agent.get("lexicon") or {}).get("banned"):
        yield f"Sentences with one of these words in them: {_list(banned)}."
    for never in matter.agent.get("neverDo") or ():
        yield f"{never} (told to the language model; no rule of the code)."
    for escalated in _configs(matter, "write_gate", "alwaysEscalate"):
        yield f"{_plain(escalated)}: a person has to decide."


def _discloses(matter: Matter) -> Lines:
    if not matter.disclosures:
        yield "No skill of it brings back anything about anybody."
    for each in matter.disclosures:
        yield _disclosed(each)
    spec = read_spec(matter.agent.get("callerVerification"))
    if spec is None:
        yield "Nobody can be verified: what waits for a verified caller is told to nobody."
        return
    plan = plan_of(spec)
    asked = _list([plan.account.name, *(proof.name for proof in plan.proofs)])
    yield f"A caller is verified by {asked}, compared with what the skill {spec.verifier_skill_id} brings."
    if spec.step_up_for:
        yield f"A second proof is asked for before {_list(map(_plain, spec.step_up_for))}."


def _disclosed(each: Disclosed) -> str:
    parts = []
    if each.anyone:
        parts.append(f"{_list(each.anyone)} to anybody")
    if each.verified:
        parts.append(f"{_list(each.verified)} to verified callers")
    rest = "anybody" if each.others == "anyone" else "verified callers"
    parts.append(f"everything {'else ' if parts else ''}that it brings back to {rest}")
    return f"{_plain(each.skill)}: {'; '.join(parts)}."


def _sends(matter: Matter) -> Lines:
    if host := matter.installation.model_host:
        yield (
            f"The language model at {host} is sent the conversation's words, the agent's own texts, the passages that "
            "were found and what skills brought back for this caller."
        )
        if (wanted := settings_of(matter.agent)).entities:
            yield f"What is found in it of {_plurals(wanted)} is sent as a mark such as [phone], not as it was said."
    else:
        yield "Nothing of a conversation is sent to a language model: none is set."
    for flow in matter.flows:
        yield flow_line(flow)
    spec = read_spec(matter.agent.get("callerVerification"))
    if spec is not None and spec.method == "otp_email":
        yield "A code is written to the address in the caller's account, by this installation's mail server."


def flow_line(flow: Flow) -> str:
    """What one skill sends and where."""
    name = _plain(flow.skill)
    if flow.fault:
        return f"{name}: sends nothing. {flow.fault}"
    if not flow.destination:
        return f"{name}: sends nothing; it uses {flow.stays}." if flow.stays else f"{name}: sends nothing."
    carried = _list(map(_carried, flow.fields)) or "no field"
    ours = [OURS.get(each.field, each.field) for each in flow.also]
    also = f" Also {_list(ours)}." if ours else ""
    sealed = [each for each in flow.credentials if each != "signature"]
    keys = f" With a sealed {_list(sealed)}." if sealed else ""
    keys += " Signed." if "signature" in flow.credentials else ""
    return f"{name}: {carried} to {flow.destination.removeprefix('mailto:')} ({flow.method}).{also}{keys}"


def _carried(each: Carried) -> str:
    return f"{each.field} (in the {_list(each.places)})"


def _guardrails(matter: Matter) -> Lines:
    yield "A skill is given its declared parameters and nothing else; what it does is done once."
    yield "Nothing is said to be done that was not done."
    for policy in matter.agent.get("guardrails") or ():
        config = policy.get("config") or {}
        told = ", ".join(f"{_plain(name).lower()} {_config(part)}" for name, part in config.items() if part is not None)
        about = f" (for {policy['appliesToSkillType']} skills)" if policy.get("appliesToSkillType") else ""
        off = "" if policy.get("isEnabled", True) else "Switched off: "
        yield f"{off}{_plain(policy['policyType'])}{about}{': ' + told if told else ''}."
    for skill in matter.skills:
        if wants := _wants(skill):
            yield f"{_plain(skill.name)}: {_list(wants)}."


def _wants(skill: Skill) -> list[str]:
    wants = []
    if skill.is_enabled and (skill.requires_confirmation or skill.stakes == "high"):
        wants.append("only after the caller has agreed to what is read back")
    if skill.is_enabled and skill.requires_verified_identity:
        wants.append("only for verified callers")
    return wants


CONSENT_MODES = {
    "notice": "Calls are recorded from the end of the notice on, both sides, sealed.",
    "ask": "Callers are asked, and recorded from their yes on, both sides, sealed. Without a clear yes nothing is.",
    "by_place": "Callers are asked and recorded from their yes on, unless both numbers are of places where one party's "
    "consent is enough: then from the end of the notice on. A browser and a number that tells no place are asked.",
}
DENIED = {
    "unrecorded": "Who says no, then or later, is helped unrecorded.",
    "transfer": "Who says no, then or later, is put through to a person, or helped unrecorded where the line cannot.",
    "end": "Who says no, then or later, is told that the call has to end.",
}
WITHDRAWN = {
    "keep": "What was recorded before “stop recording” is kept.",
    "erase": "What was recorded before “stop recording” is erased at once.",
}


def _recording(matter: Matter) -> Lines:
    recording = matter.agent.get("recording") or {}
    yield f"A call begins with: “{disclosure(matter.agent)}”"
    yield f"The greeting: “{matter.agent['greeting']}”" if matter.agent.get("greeting") else "There is no greeting."
    if consent_for(matter.agent).recording:
        kept = recording.get("retentionDays")
        yield CONSENT_MODES.get(str(recording.get("consentMode")), CONSENT_MODES["notice"])
        yield DENIED[str(recording.get("onDenial") or "unrecorded")]
        yield WITHDRAWN[str(recording.get("onWithdrawal") or "keep")]
        yield f"Recordings are to be kept for {kept} days." if kept else "Recordings are kept until they are deleted."
    else:
        yield "Calls are not recorded."
    yield "What was said is kept as a transcript with the timeline of what was done."
    yield from _taken_out(matter)


def _taken_out(matter: Matter) -> Lines:
    wanted = settings_of(matter.agent)
    if not wanted.entities:
        yield "Nothing is taken out of it: numbers, addresses and names are kept as they were said."
    else:
        yield f"What is found of {_plurals(wanted)} is taken out before anything is kept, shown or sent on."
        if consent_for(matter.agent).recording:
            silent = "The recording is silent where it was said or keyed."
            yield silent if wanted.audio else "The recording keeps the sound of it."
    for playbook in matter.agent.get("playbooks") or ():
        for node in (playbook.get("graph") or {}).get("nodes") or ():
            asked = node.get("data") or {}
            if node.get("type") == "collect" and asked.get("sensitive") and playbook.get("isEnabled", True):
                slot = f"{playbook['name']}: {asked.get('slot')}"
                yield f"{slot} goes to one skill, and is kept, recorded and said nowhere."


def _plurals(wanted: Settings) -> str:
    return _list(words for entity, words in PLURAL.items() if entity in wanted.entities)


def _hours(matter: Matter) -> Lines:
    hours = matter.agent.get("businessHours") or {}
    if not hours.get("weekly"):
        yield "No opening hours are set: it says nothing of hours, and no rule depends on them."
    else:
        for day in DAYS:
            path = f"businessHours.weekly.{day}"
            yield f"{label(path)}: {value(path, hours['weekly'].get(day))}"
        yield f"By the clock of {hours.get('timezone')}."
    for holiday in sorted(hours.get("holidays") or (), key=lambda holiday: str(holiday["date"])):
        yield value("", holiday)
    after = hours.get("afterHours") or {}
    if hours.get("weekly"):
        yield f"While closed, {CLOSED[after.get('mode', 'answer')]}."
    if after.get("message"):
        yield f"Said while closed: “{after['message']}”"


def _handoff(matter: Matter) -> Lines:
    handoff = matter.agent.get("handoffConfig") or {}
    destination = handoff.get("transferDestination")
    yield f"Callers are handed to {destination}." if destination else "No number is set to hand a caller to."
    for rule in handoff.get("transferRules") or ():
        yield value("", rule)
    control = matter.agent.get("callControl") or {}
    then = "a transfer" if control.get("onNoResponseAction") == "transfer" else "the call ends"
    yield f"When nobody answers any more: {then}."


def _channels(matter: Matter) -> Lines:
    for channel in matter.agent.get("enabledChannels") or ():
        overrides = (matter.agent.get("channelOverrides") or {}).get(channel) or {}
        otherwise = f", with {_list(AGENT[name][0].lower() for name in overrides)} of its own" if overrides else ""
        answered = "are kept in the settings and not answered" if channel == "sms" else "are answered"
        yield f"{CHANNELS[channel]} {answered}{otherwise}."
    control = matter.agent.get("callControl") or {}
    if "voice" in (matter.agent.get("enabledChannels") or ()):
        yield f"A call takes at most {int(control.get('maxCallSeconds', 600)) // 60} minutes."


def _languages(matter: Matter) -> Lines:
    for channel in matter.agent.get("enabledChannels") or ():
        language = language_of(matter.agent, channel)
        heard = "" if channel != "voice" or is_spoken(language) else ", which cannot be heard or spoken here"
        yield f"{CHANNELS[channel]}: {language}{heard}."
    settings = matter.agent.get("voiceSettings") or {}
    speed = float(settings.get("speed", 1))
    fast = "at its usual speed" if speed == 1 else f"at {speed:g} times its usual speed"
    yield f"The voice is {matter.agent.get('defaultVoiceId')}, {fast}."
    if said := (matter.agent.get("lexicon") or {}).get("pronunciations"):
        yield f"Said otherwise than spelled: {_list(f'{word} as {sound}' for word, sound in said.items())}."


def _configs(matter: Matter, kind: str, name: str) -> Lines:
    for policy in matter.agent.get("guardrails") or ():
        if policy.get("policyType") == kind and policy.get("isEnabled", True):
            yield from (policy.get("config") or {}).get(name) or ()


def _config(part: Any) -> str:
    if isinstance(part, Mapping):
        return _list(f"{name}: {inner}" for name, inner in part.items())
    return value("", part).replace("\n", ", ")


def _plain(name: str) -> str:
    words = name.replace("_", " ").strip()
    spaced = "".join(f" {each.lower()}" if each.isupper() else each for each in words)
    return spaced[:1].upper() + spaced[1:]


def _list(entries: Any) -> str:
    found = [str(each) for each in entries]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def _count(entries: Any, noun: str) -> str:
    return f"{len(entries)} {noun}{'' if len(entries) == 1 else 's'}"
