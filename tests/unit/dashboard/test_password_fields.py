"""Every field for a password is one: masked, known to password managers, and open to pasting."""

import re
from pathlib import Path

DASHBOARD = Path(__file__).parents[3] / "src/flowyte/dashboard"
FIELD = re.compile(r"<input[^>]*>")


def fields() -> list[str]:
    """Of every template, those that are named for a password or masked. Credentials of services are no passwords."""
    pages = "\n".join(path.read_text() for path in (DASHBOARD / "templates").rglob("*.html"))
    return [field for field in FIELD.findall(pages) if "password" in field and "{{ type }}" not in field]


def test_each_is_masked() -> None:
    """No page shows what is typed."""
    assert len(fields()) >= 10
    assert [field for field in fields() if 'type="password"' not in field] == []


def test_each_says_to_a_password_manager_which_password_it_is() -> None:
    """The present one or a new one; none tells it to stay away."""
    assert [field for field in fields() if not re.search(r'autocomplete="(current|new)-password"', field)] == []


def test_nothing_stands_against_pasting() -> None:
    """No script of ours listens to it."""
    scripts = "\n".join(path.read_text() for path in (DASHBOARD / "static").rglob("*.js"))
    assert not re.search(r"onpaste|[\"']paste[\"']", scripts)
    assert not any("onpaste" in field for field in fields())
