"""The request that a webhook gets, its signature, and what its answer may be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook
from tests.unit.skills.orders import order

from flowyte.egress.client import Answer
from flowyte.kit.secret import SecretText
from flowyte.skills.kinds import webhook
from flowyte.skills.runner import SkillFailed
from flowyte.skills.secrets import new_signing_secret
from flowyte.webhooks.sign import headers_of

HOOK = {"url": "https://example.com/orders/{order_id}?lang=en"}


def answer(status: int, body: bytes = b"") -> Answer:
    return Answer(status=status, headers={}, body=body)


def test_a_parameter_of_the_address_is_not_sent_twice() -> None:
    method, url, body = webhook.request_of(order("http_webhook", HOOK, {"order_id": "A/1?x", "note": "late"}))
    assert (method, url) == ("POST", "https://example.com/orders/A%2F1%3Fx?lang=en")
    assert json.loads(body) == {"skill": "the_skill", "conversationId": "cnv_1", "arguments": {"note": "late"}}


@pytest.mark.parametrize("said", ["..", ".", "", None])
def test_a_caller_cannot_climb_out_of_the_address(said: str | None) -> None:
    """Dots that mean the folder above, and nothing at all, would ask for something else than the operator wrote."""
    with pytest.raises(SkillFailed) as refused:
        webhook.request_of(order("http_webhook", HOOK, {"order_id": said}))
    assert (refused.value.kind, refused.value.happened) == ("invalid_arguments", "no")
    url = webhook.request_of(order("http_webhook", {"url": "https://example.com/v{n}/a"}, {"n": "1..2"}))[1]
    assert url == "https://example.com/v1..2/a"


def test_without_a_body_the_rest_is_asked_in_the_address() -> None:
    asked = order("http_webhook", {**HOOK, "method": "GET"}, {"order_id": "7", "note": "a & b"})
    assert webhook.request_of(asked) == ("GET", "https://example.com/orders/7?lang=en&note=a+%26+b", b"")


def test_the_signature_is_the_published_one() -> None:
    """The vector of the Standard Webhooks specification: its secret, id, time and body give its signature."""
    signed = headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}',
        [SecretText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    )  # fmt: skip
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(body=st.binary())
def test_the_standards_own_library_takes_the_signature(body: bytes) -> None:
    """Whatever the body is, and not when a byte of it differs."""
    secret, now = new_signing_secret(), int(datetime.now(UTC).timestamp())
    text = body.hex()
    headers = headers_of("run_1", now, text.encode(), [SecretText(secret)])
    wanted = Webhook(secret).sign("run_1", datetime.fromtimestamp(now, UTC), text)
    assert headers["webhook-signature"] == wanted


@pytest.mark.parametrize(
    ("found", "kind", "happened"),
    [
        (answer(429), "busy", "no"),
        (answer(503), "busy", "no"),
        (answer(500), "service_failed", "unknown"),
        (answer(404), "refused_404", "refused"),
        (answer(302), "refused_302", "refused"),
        (answer(200, b"<html>"), "not_json", "unknown"),
        (answer(200, b"[" * 50_000), "not_json", "unknown"),
        (answer(200, b"\xff"), "not_json", "unknown"),
    ],
)
def test_a_refusal_says_whether_it_may_have_happened(found: Answer, kind: str, happened: str) -> None:
    with pytest.raises(SkillFailed) as refused:
        webhook.result_of(found)
    assert (refused.value.kind, refused.value.happened) == (kind, happened)


@pytest.mark.parametrize(
    ("body", "result"),
    [(b"", {}), (b" \n", {}), (b'{"a": 1}', {"a": 1}), (b"[1]", {"result": [1]}), (b'"x"', {"result": "x"})],
)
def test_an_answer_becomes_an_object(body: bytes, result: dict[str, Any]) -> None:
    assert webhook.result_of(answer(200, body)) == result


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=100), inner),
    max_leaves=20,
)


def weight(value: Any, depth: int = 0) -> tuple[int, int]:
    """How many values, and how deep."""
    if isinstance(value, dict | list):
        inner = [weight(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]
        return 1 + sum(count for count, _ in inner), max([depth, *(deep for _, deep in inner)])
    return 1, depth


def said(value: Any) -> int:
    """How many values that are not empty."""
    if isinstance(value, dict | list):
        return 1 + sum(said(part) for part in (value.values() if isinstance(value, dict) else value))
    return 0 if value is None else 1


@given(found=st.dictionaries(st.text(max_size=100), json_values))
def test_an_answer_is_cut_to_what_can_be_spoken(found: dict[str, Any]) -> None:
    """Never more than so many values, so deep, and what is small enough is left as it is."""
    cut = webhook.small(found)
    assert said(cut) <= webhook.MOST_VALUES
    assert weight(cut)[1] <= webhook.MOST_DEPTH + 1
    if weight(found)[0] <= webhook.MOST_VALUES and weight(found)[1] <= webhook.MOST_DEPTH:
        assert cut == found


def test_a_long_text_and_a_wide_answer_are_cut() -> None:
    assert len(webhook.small({"a": "x" * 10_000})["a"]) == webhook.MOST_VALUE
    wide = webhook.small({"a": list(range(1_000))})["a"]
    assert len([value for value in wide if value is not None]) <= webhook.MOST_VALUES


@pytest.mark.parametrize(
    ("given_", "wanted"), [(None, 5_000), (50, 100), (7_000, 7_000), (90_000, 20_000), ("x", 5_000)]
)
def test_nobody_waits_for_ever_on_the_line(given_: object, wanted: int) -> None:
    assert webhook.timeout_ms({"timeout_ms": given_}) == wanted
