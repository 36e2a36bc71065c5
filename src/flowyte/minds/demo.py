"""The demo agent *clinic*: a dental practice, as files beside this one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent / "demo_clinic"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAgent:
    """`agent` has the API's fields; each source is what creating one takes."""

    agent: dict[str, Any]
    sources: list[dict[str, Any]]


def load_clinic() -> DemoAgent:
    faq = msgspec.json.decode((FOLDER / "faq.json").read_bytes(), type=list[dict[str, Any]])
    return DemoAgent(
        agent=msgspec.json.decode((FOLDER / "agent.json").read_bytes(), type=dict[str, Any]),
        sources=[
            {"kind": "faq", "name": "Questions patients ask", "faq": faq},
            {"kind": "text", "name": "About the practice", "content": (FOLDER / "practice.md").read_text()},
        ],
    )
