"""docs/asvs.json: every row of OWASP ASVS 5.0, and that what it says of a row can be looked up here.

A row is tested only where the named test would fail if it were not so. `python -m tests.architecture.test_asvs` writes
docs/reference/asvs.md from it.
"""

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flowyte.trust.claims import CLAIMS

ROOT = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = json.loads((ROOT / "docs/asvs.json").read_text())["rows"]
PAGE = ROOT / "docs/reference/asvs.md"
CHAPTERS = {
    1: "Encoding and sanitization", 2: "Validation and business logic", 3: "Web frontend", 4: "API and web service",
    5: "File handling", 6: "Authentication", 7: "Session management", 8: "Authorization", 9: "Self-contained tokens",
    10: "OAuth and OIDC", 11: "Cryptography", 12: "Secure communication", 13: "Configuration", 14: "Data protection",
    15: "Secure coding and architecture", 16: "Logging and error handling", 17: "WebRTC",
}  # fmt: skip
STATES = ("tested", "not_applicable", "open")
NEEDS = {"tested": {"how", "tests"}, "not_applicable": {"why"}, "open": set()}


def chapter(row: dict[str, Any]) -> int:
    return int(row["id"].split(".")[0])


def written() -> str:
    """The page."""
    lines = [
        "# OWASP ASVS 5.0, row by row", "",
        "Written from `docs/asvs.json` by `python -m tests.architecture.test_asvs`. Numbers and levels are those of",
        "the [standard](https://github.com/OWASP/ASVS); read a row's text there. A row is *tested* only where the",
        "named test would fail if it were not so; what is shown in part is *open*, and says which part. Nobody else",
        "has looked yet.",
        "", "| chapter | rows | tested | not applicable | open |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for number, name in CHAPTERS.items():
        lines.append(f"| V{number} {name} | {_counts([row for row in ROWS if chapter(row) == number])} |")
    for level in (1, 2, 3):
        lines.append(f"| all of level {level} | {_counts([row for row in ROWS if row['level'] == level])} |")
    lines.append(f"| all | {_counts(ROWS)} |")
    for number, name in CHAPTERS.items():
        lines += ["", f"## V{number} {name}", "", "| row | level | state | |", "|---|---|---|---|"]
        lines += [f"| {row['id']} | {row['level']} | {row['status'].replace('_', ' ')} | {_words(row)} |"
                  for row in ROWS if chapter(row) == number]  # fmt: skip
    return "\n".join(lines) + "\n"


def _counts(rows: list[dict[str, Any]]) -> str:
    counts = Counter(row["status"] for row in rows)
    return " | ".join(str(each) for each in (len(rows), *(counts[state] for state in STATES)))


def _words(row: dict[str, Any]) -> str:
    if row["status"] != "tested":
        return str(row.get("why") or row.get("left") or "")
    named = ", ".join(f"`{test.rpartition('/')[2]}`" for test in row["tests"])
    return f"{row['how']} {named}"


def test_every_row_of_the_standard_is_there_once() -> None:
    """345 rows of 17 chapters; the standard has 70 of level 1, 183 of level 2 and 92 of level 3."""
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 345
    assert Counter(row["level"] for row in ROWS) == {1: 70, 2: 183, 3: 92}
    assert {chapter(row) for row in ROWS} == set(CHAPTERS)


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_row_says_what_it_must(number: int) -> None:
    """How and by which test; or why it has no meaning here. An open row may say what is left, and nothing else."""
    for row in ROWS:
        if chapter(row) == number:
            more = set(row) - {"id", "level", "status"}
            assert more == NEEDS[row["status"]] or (row["status"] == "open" and more == {"left"}), row["id"]
            assert all(row[name] for name in more), row["id"]


def test_every_test_that_is_named_is_there() -> None:
    """One that is renamed or removed is missed here."""
    found: dict[str, set[str]] = {}
    for row in ROWS:
        for test in row.get("tests", ()):
            path, _, name = test.partition("::")
            if path not in found:
                tree = ast.parse((ROOT / path).read_text())
                found[path] = {
                    each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
                }
            assert name.startswith("test_"), (row["id"], test)
            assert name in found[path], (row["id"], test)


def test_a_claim_names_rows_that_are_tested_alone() -> None:
    """The trust page says nothing of a row that is open."""
    tested = {row["id"] for row in ROWS if row["status"] == "tested"}
    assert {row for claim in CLAIMS for row in claim.asvs} <= tested


def test_the_page_says_what_the_rows_say() -> None:
    """Write it again with `python -m tests.architecture.test_asvs`."""
    assert PAGE.read_text() == written()


if __name__ == "__main__":
    PAGE.write_text(written())
