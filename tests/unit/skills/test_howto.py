"""What docs/howto/skills.md says about signatures and skills is so: its own code and its own JSON are run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.secret import SecretText
from flowyte.skills.config import SHAPES
from flowyte.skills.credentials import taken
from flowyte.skills.secrets import new_signing_secret
from flowyte.skills.spec import read_skill
from flowyte.webhooks.sign import headers_of

HOWTO = (Path(__file__).parents[3] / "docs/howto/skills.md").read_text()
BODY = b'{"skill":"order_status"}'


def genuine() -> Any:
    found = re.search(r"```python\n(.*?)```", HOWTO, re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    return names["genuine"]


def test_the_example_takes_what_we_send_and_nothing_else() -> None:
    """Another body, another secret, an older time and another id are refused."""
    check, secret, now = genuine(), new_signing_secret(), int(SystemClock().now().timestamp())
    headers = headers_of("run_1", now, BODY, [SecretText(secret)])
    assert check(secret, headers, BODY)
    assert check(secret, {**headers, "webhook-signature": f"v1,other {headers['webhook-signature']}"}, BODY)
    assert not check(secret, headers, BODY + b" ")
    assert not check(new_signing_secret(), headers, BODY)
    assert not check(secret, {**headers, "webhook-id": "run_2"}, BODY)
    assert not check(secret, headers_of("run_1", now - 301, BODY, [SecretText(secret)]), BODY)


def test_the_example_skill_is_taken() -> None:
    found = re.search(r"-d '(\{\n.*?\n\})'", HOWTO, re.DOTALL)
    assert found is not None
    assert read_skill(taken(json.loads(found[1])).fields).name == "order_status"


@pytest.mark.parametrize("kind", ["http_webhook", "email", "db_query", "mcp", "geo", "knowledge_query", "transfer"])
def test_every_setting_is_told(kind: str) -> None:
    """A new field of a kind is not forgotten in its row."""
    row = next(line for line in HOWTO.splitlines() if line.startswith(f"| `{kind}`"))
    common = {"say", "sayFailed", "examples"}
    for name in SHAPES[kind].__struct_encode_fields__:
        assert f"`{name}`" in (HOWTO if name in common else row), name
