"""Each expectation holds, and fails with what came instead."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.skills.orders import order

from flowyte.rehearse.expectations import LOOKS, Seen
from flowyte.rehearse.script import Expects, read_screenplay
from flowyte.skills.messages import Message

MESSAGE = Message(
    id="msg_1", agent_id="agt_1", conversation_id="cnv_1", name="Jo Park", phone="+12025550142", body="Call me.",
    status="new", created_at=datetime(2026, 3, 2, tzinfo=UTC),
)  # fmt: skip
ORDER = order("http_webhook", {"url": "https://example.com"}, {"day": "Monday"})
NAME = ORDER.skill.name


def seen(*events: tuple[str, dict[str, Any]], **values: Any) -> Seen:
    nothing: dict[str, Any] = {"said": [], "done": [], "messages": [], "brought": []}
    return Seen(**{**nothing, "events": events, **values})


VERIFIED = seen(("verification", {"outcome": "asked"}), ("verification", {"outcome": "verified"}))
ASKED = seen(("verification", {"outcome": "asked"}))
FOUND = seen(("kb_retrieval", {"passages": [{"title": "Prices"}]}))
SECRET = [{"pin": "4829", "state": "on its way"}]


@pytest.mark.parametrize(
    ("direction", "holds", "fails", "came"),
    [
        ("a message was taken: name=Jo Park; phone=+1202…", seen(messages=[MESSAGE]), seen(), "no message was taken"),
        ("a message was taken: name=Ann", None, seen(messages=[MESSAGE]), "name=Jo Park"),
        ("no message was taken", seen(), seen(messages=[MESSAGE]), "a message was taken"),
        (f"{NAME} was called once with day=Monday", seen(done=[ORDER]), seen(), "was not called"),
        (f"{NAME} was called once with day=Monday", seen(done=[ORDER]), seen(done=[ORDER] * 2), "day=Monday; and"),
        (f"{NAME} was called once with day=Friday", None, seen(done=[ORDER]), "day=Monday"),
        (f"{NAME} was called twice", seen(done=[ORDER] * 2), seen(done=[ORDER]), "was called"),
        (f"{NAME} was not called", seen(), seen(done=[ORDER]), "was called"),
        ("no skill was called", seen(), seen(done=[ORDER]), "was called"),
        ("nothing was disclosed", seen(brought=SECRET, said=["No."]), seen(brought=SECRET, said=["4 8 2 9"]), "4829"),
        ("nothing was disclosed", None, seen(("tool_call", {"x": "4829"}), brought=SECRET), "on the timeline"),
        ("nothing was disclosed", None, seen(), "nothing was there"),
        ('"4829" was not said', seen(said=["No."]), seen(said=["It is 4829."]), "was said"),
        ("the caller is verified", VERIFIED, ASKED, "verification: asked"),
        ("the caller is not verified", ASKED, VERIFIED, "verified"),
        ("a guardrail stepped in: content_policy", seen(("guardrail", {"policy": "content_policy", "reason": "r"})),
         seen(("guardrail", {"policy": "skill", "reason": "r"})), "skill (r)"),
        ("the agent was interrupted", seen(("barge_in", {})), seen(), "was not interrupted"),
        ("a provider failed", seen(("error", {})), seen(), "no provider failed"),
        ('the answer was found in "Pri…"', FOUND, seen(), "found: nothing"),
        ("nothing was found", seen(), FOUND, "found: Prices"),
        ("the conversation ended: busy", seen(("call_ended", {"cause": "busy"})), seen(), "goes on"),
        ("the conversation goes on", seen(), seen(("call_ended", {"cause": "busy"})), "ended: busy"),
    ],
)  # fmt: skip
def test_it_can_hold_and_it_can_fail(direction: str, holds: Seen | None, fails: Seen, came: str) -> None:
    wanted = read_screenplay("x", f"Caller: Hi\n[{direction}]").lines[1].step
    assert isinstance(wanted, Expects)
    if holds is not None:
        assert LOOKS[wanted.what](wanted, holds) == ""
    assert came in LOOKS[wanted.what](wanted, fails)


def test_every_expectation_is_tried_here() -> None:
    assert len(LOOKS) == 11
