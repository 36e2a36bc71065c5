"""Each control of the threat model names a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "docs/explanation/threat-model.md"


def test_every_control_is_shown_by_a_test_that_exists() -> None:
    """A test that is renamed or removed is missed here; so is a threat without one."""
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    files = {path.name for path in (ROOT / "tests").rglob("*.py")}
    rows = [line for line in MODEL.read_text().splitlines() if line.startswith("| ") and line.count("|") == 4]
    threats = [[cell.strip() for cell in line.strip("|").split("|")] for line in rows]
    threats = [cells for cells in threats if cells[0] not in ("threat", "asset") and "---" not in cells[0]]
    assert len(threats) > 25
    for threat, _, shown in threats:
        named = re.findall(r"`([^`]+)`", shown)
        assert named, threat
        for name in named:
            if name.startswith("flowyte "):
                continue
            there = (ROOT / name).exists() if "/" in name else name in files if name.endswith(".py") else name in tests
            assert there, (threat, name)
