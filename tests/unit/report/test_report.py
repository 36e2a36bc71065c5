"""What a report says: every warning has an agent that earns it, and every part of an agent its sentence."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.minds.workshop import policy, skill

from flowyte.agents.checks import refusals
from flowyte.agents.definition import as_dict, read
from flowyte.report.compose import disclosed
from flowyte.report.model import Covered, Installation, Matter
from flowyte.report.sections import sections
from flowyte.report.warned import warnings
from flowyte.skills.spec import thawed

READY = Covered(id="src_1", name="Prices", kind="faq", status="indexed", chunks=12)
GOOD: dict[str, Any] = {"greeting": "Northside Plumbing, how can I help?"}
MODEL = Installation(model_host="models.example.com", sends_mail=True)


def matter(
    *, skills: Any = (), sources: Any = (READY,), installation: Installation = MODEL, playbooks: Any = (), **agent: Any
) -> Matter:
    whole = as_dict(read({"name": "plumber", **GOOD, **agent})) | {"playbooks": list(playbooks)}
    made = [thawed(each) for each in skills]
    return Matter(
        agent=whole, skills=made, sources=tuple(sources), flows=(), disclosures=tuple(disclosed(whole, made)),
        installation=installation,
    )  # fmt: skip


def codes(found: Matter) -> list[str]:
    return [each.code for each in warnings(found)]


def said(found: Matter, section: str) -> str:
    return "\n".join(next(each.lines for each in sections(found) if each.id == section))


def test_an_agent_that_has_everything_earns_no_warning() -> None:
    """So a warning is always about something."""
    asked = skill("order_status", "order", description="When the caller asks where an order is.")
    assert codes(matter(skills=[asked])) == []


PIN = {"method": "account_pin", "verifierSkillId": "x"}
WAITING = Covered(id="src_2", name="Site", kind="url", status="pending", chunks=0)
FAILED, EMPTY = replace(WAITING, status="failed"), replace(WAITING, status="indexed")
ASKED = {"description": "When it is asked for."}
LETTER = skill("x", kind="email", requiresConfirmation=True, **ASKED)
WRITE = {"isWrite": True, "description": "When the caller wants to change it."}
BEGINS = skill("pay", kind="playbook", description="When the caller wants to pay.") | {
    "executionConfig": {"playbookId": "p"}
}


def _paying(*, sensitive: bool) -> dict[str, Any]:
    asked = {"id": "card", "type": "collect", "data": {"slot": "card_number", "sensitive": sensitive}}
    return {"id": "p", "name": "Paying", "isEnabled": True, "graph": {"nodes": [asked]}}


HOURS = {"timezone": "America/Chicago", "weekly": {"mon": [{"start": "09:00", "end": "17:00"}]}}


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("no_knowledge", matter(sources=())),
        ("source_not_indexed", matter(sources=(READY, WAITING))),
        ("source_failed", matter(sources=(READY, FAILED))),
        ("source_empty", matter(sources=(READY, EMPTY))),
        ("banned_word_in_source", matter(sources=(replace(READY, banned=("cheap",)),))),
        ("skill_without_description", matter(skills=[skill("x", description="refunds")])),
        ("write_without_confirmation", matter(skills=[skill("x", **WRITE)])),
        ("skill_not_carried_out", matter(skills=[skill("x", kind="crm", **ASKED)])),
        ("skill_on_no_channel", matter(skills=[skill("x", channels=["voice"], **ASKED)], enabledChannels=["chat"])),
        ("no_mail_server", matter(skills=[LETTER], installation=Installation(model_host="m"))),
        ("no_verifier", matter(skills=[skill("x", requiresVerifiedIdentity=True, **ASKED)])),
        ("no_verifier", matter(guardrails=[policy("verify_before_disclose", fields={"a": "anyone"})])),
        ("no_greeting", matter(greeting="")),
        ("greeting_without_name", matter(greeting="Hello, how can I help? I am here.")),
        ("after_hours_without_hours", matter(businessHours={"afterHours": {"message": "We are closed."}})),
        ("guardrail_without_hours", matter(guardrails=[policy("business_hours")])),
        ("playbook_never_begun", matter(playbooks=[{"id": "p", "name": "visit", "isEnabled": True}])),
        ("unknown_voice", matter(defaultVoiceId="nobody")),
        ("unknown_voice", matter(voiceMap={"en-GB": "nobody"})),
        ("language_not_spoken", matter(languages=["en-US", "es-US"])),
        ("channel_not_answered", matter(enabledChannels=["chat", "sms"])),
        ("override_on_no_channel", matter(enabledChannels=["chat"], channelOverrides={"voice": {"tone": "calm"}})),
        ("no_model", matter(persona="A plumber.", installation=Installation(sends_mail=True))),
        ("english_sentences", matter(enabledChannels=["chat"], primaryLanguage="es-US", installation=Installation())),
        ("banned_word_in_line", matter(lexicon={"banned": ["there"]})),
        ("sound_not_redacted", matter(redaction={"entities": ["card"], "audio": False})),
        (
            "redaction_in_english",
            matter(enabledChannels=["chat"], primaryLanguage="es-US", redaction={"entities": ["card"]}),
        ),
        ("secret_kept", matter(skills=[BEGINS], playbooks=[_paying(sensitive=False)])),
    ],
)  # fmt: skip
def test_each_warning_is_earned(code: str, made: Matter) -> None:
    """And by nothing else: the one code, however many times."""
    assert set(codes(made)) == {code}


def test_a_gate_that_asks_first_is_confirmation_enough() -> None:
    """As the guardrail does it, not the skill."""
    assert codes(matter(skills=[skill("x", **WRITE)], guardrails=[policy("write_gate", confirmFirst=True)])) == []


@pytest.mark.parametrize(
    ("field", "agent"),
    [
        ("enabledChannels", {"enabledChannels": []}),
        ("primaryLanguage", {"primaryLanguage": "es-US"}),
        ("primaryLanguage", {"channelOverrides": {"voice": {"primaryLanguage": "fr"}}}),
        ("greeting", {"lexicon": {"banned": ["cheap"]}, "greeting": "The cheap plumber, hello."}),
        (
            "channelOverrides.chat.greeting",
            {"lexicon": {"banned": ["hi"]}, "channelOverrides": {"chat": {"greeting": "Hi."}}},
        ),
        ("callControl.maxDurationMessage", {"lexicon": {"banned": ["goodbye"]}}),
        ("callerVerification.verifierSkillId", {"callerVerification": PIN}),
    ],
)  # fmt: skip
def test_what_would_fail_before_a_caller_is_refused(field: str, agent: dict[str, Any]) -> None:
    """By the name of its field."""
    draft = as_dict(read({"name": "plumber", **GOOD, **agent}))
    assert [fault.field for fault in refusals(draft, {})] == [field]


@pytest.mark.parametrize(
    "agent",
    [
        {"primaryLanguage": "en-GB"},
        {"primaryLanguage": "es-US", "enabledChannels": ["chat"]},
        {"primaryLanguage": "es-US", "channelOverrides": {"voice": {"primaryLanguage": "en-US"}}},
    ],
)
def test_a_language_is_refused_only_where_it_would_be_spoken(agent: dict[str, Any]) -> None:
    """A chat in Spanish is a language model's to answer; a call in English is not troubled by it."""
    assert refusals(as_dict(read({"name": "plumber", **agent})), {}) == []


def test_disclosure_is_what_the_rule_says_field_by_field() -> None:
    """A field that no list names is for verified callers; without a rule everything is for anybody."""
    order = skill("order_status", "order")
    rule = policy("verify_before_disclose", fields={"status": "anyone", "address": "verified"})
    (free,) = disclosed({}, [thawed(order)])
    (held,) = disclosed({"guardrails": [rule]}, [thawed(order)])
    assert (free.anyone, free.verified, free.others) == ((), (), "anyone")
    assert (held.anyone, held.verified, held.others) == (("status",), ("address",), "verified")
    line = (
        "Order status: status to anybody; address to verified callers; everything else that it brings back to "
        "verified callers."
    )
    assert line in said(matter(skills=[order], guardrails=[rule]), "discloses")


def test_the_report_is_in_plain_language() -> None:
    """Hours as on a door, notices as they are spoken, rules with their values."""
    found = matter(
        businessHours={**HOURS, "holidays": [{"date": "2026-12-24", "endDate": "2026-12-26", "name": "Christmas"}]},
        guardrails=[policy("content_policy", bannedTopics=["gas lines"]), policy("rate_limit", perConversation=3)],
        lexicon={"banned": ["cheap"], "pronunciations": {"Nguyen": "win"}},
        handoffConfig={"transferDestination": "+12025550143"},
        channelOverrides={"chat": {"greeting": "Hi"}},
    )
    assert "Monday: 9:00–17:00\nTuesday: closed" in said(found, "hours")
    assert "2026-12-24 to 2026-12-26 Christmas: closed" in said(found, "hours")
    assert "The topic gas lines" in said(found, "declines")
    assert "cheap" in said(found, "declines")
    assert "Rate limit: per conversation 3." in said(found, "guardrails")
    assert "an AI. This call is recorded.”" in said(found, "recording")
    assert "Nguyen as win" in said(found, "languages")
    assert "+12025550143" in said(found, "handoff")
    assert "Chats are answered, with greeting of its own." in said(found, "channels")
    assert "models.example.com" in said(found, "sends")
    assert "Prices" in said(found, "answers")


def test_what_is_taken_out_is_said_and_so_is_that_nothing_is() -> None:
    """With what becomes of the sound, what a model's vendor gets, and what a playbook keeps nowhere."""
    assert "Nothing is taken out of it" in said(matter(), "recording")
    taken = matter(
        skills=[BEGINS], playbooks=[_paying(sensitive=True)], redaction={"entities": ["phone", "card"], "audio": True}
    )
    assert codes(taken) == []
    kept = said(taken, "recording")
    assert "payment cards and telephone numbers is taken out before" in kept
    assert "The recording is silent where it was said or keyed." in kept
    assert "Paying: card_number goes to one skill" in kept
    assert "payment cards and telephone numbers is sent as a mark" in said(taken, "sends")
    assert "keeps the sound" in said(matter(redaction={"entities": ["card"], "audio": False}), "recording")
