"""Where the answers to a question can be counted, who writes is offered them."""

from datetime import date
from typing import Any

from flowyte.minds.hands import COLLECT
from flowyte.minds.playing import Begin, expects, moved, started
from flowyte.playbooks.step import Listen, Said

TODAY = date(2026, 11, 25)
AGENT: dict[str, Any] = {
    "skills": [
        {
            "id": "skl_1", "name": "order_lunch", "description": "Orders lunch", "skillType": "http_webhook",
            "executionConfig": {"url": "https://example.com/lunch"}, "requiredParams": ["dish", "table"],
            "parametersSchema": {"type": "object", "properties": {
                "dish": {"type": "string", "enum": ["soup", "salad"]}, "table": {"type": "integer"},
            }},
        }
    ]
}  # fmt: skip


def test_the_options_of_a_choice_are_offered_and_a_number_has_none() -> None:
    """Those of the place where the playbook stands, and no longer once it has gone on."""
    standing = started(AGENT, f"{COLLECT}order_lunch")
    assert standing is not None
    standing, outputs = moved(standing, Begin(), TODAY)
    asked = outputs[-1]
    assert isinstance(asked, Listen)
    assert expects(asked, standing).choices == ("soup", "salad")
    standing, outputs = moved(standing, Said("soup"), TODAY)
    asked = outputs[-1]
    assert isinstance(asked, Listen)
    assert (asked.slot, expects(asked, standing).choices) == ("table", ())
