"""The agreement on data as a PDF: clauses that stand, and annexes filled from settings, claims and the registry.

Set by Typst, in this process and off the event loop, as PDF/UA-1: tagged, with a language and a title, so that it can
be read aloud and copied from. What comes from people goes in as data and is never read as markup. The text is ours, is
modest, and is nobody's legal advice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from flowyte.compliance.retention import EVERY_S, Windows
from flowyte.compliance.stores import STORES
from flowyte.trust.model import Judged
from flowyte.trust.papers.model import Papers
from flowyte.trust.processors import Party, chosen_by_organizations

TEMPLATE = Path(__file__).with_name("dpa.typ")
NOT_WRITTEN = ("operator_name", "operator_address", "operator_contact", "operator_law", "data_location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Whose agreement it is; without a name it is the one that everybody can have."""

    name: str = ""
    windows: Mapping[str, Windows] | None = None


def contents(
    papers: Papers, parties: Sequence[Party], claims: Sequence[Judged], *, address: str, day: date,
    customer: Customer = Customer(),
) -> dict[str, Any]:  # fmt: skip
    """What the template is filled with, as JSON values."""
    operator = papers.operator
    kept = [each for each in claims if each.status == "kept"]
    return {
        "operator": {"name": operator.name, "address": operator.address, "contact": operator.contact,
                     "law": operator.law},
        "gaps": not_written(papers),
        "customer": customer.name,
        "installation": address,
        "day": f"{day.day} {day:%B %Y}",
        "processing": _processing(operator.location, customer),
        "stores": [[each.table, _sentence(each.why)] for each in STORES if each.of == "caller"],
        "measures": [[each.claim.id, each.claim.title, each.claim.sentence] for each in kept],
        "others": len(claims) - len(kept),
        "parties": _rows(parties),
        "chosen": _rows(chosen_by_organizations()),
    }  # fmt: skip


def not_written(papers: Papers) -> list[str]:
    """The settings that the agreement has gaps for."""
    operator = papers.operator
    written = (operator.name, operator.address, operator.contact, operator.law, operator.location)
    return [name for name, value in zip(NOT_WRITTEN, written, strict=True) if not value]


class Press:
    """Sets an agreement, and keeps the last one: it changes when a setting or a claim does, and once a day."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._made: tuple[bytes, bytes] = (b"", b"")

    async def pdf(self, told: Mapping[str, Any]) -> bytes:
        """One at a time: it takes a processor for a tenth of a second."""
        wanted = msgspec.json.encode(told, order="sorted")
        async with self._lock:
            if self._made[0] != wanted:
                self._made = (wanted, await asyncio.to_thread(_set, wanted))
            return self._made[1]


def _set(told: bytes) -> bytes:
    import typst  # 34 MB: only who is asked for an agreement loads it

    given = {"told": told.decode()}
    try:
        made = typst.compile(TEMPLATE, format="pdf", sys_inputs=given, pdf_standards=["ua-1"])
    except typst.TypstError:  # a name in a script that no font here has: the standard forbids it, and it is shown as is
        made = typst.compile(TEMPLATE, format="pdf", sys_inputs=given)
    assert isinstance(made, bytes)
    return made


def _processing(location: str, customer: Customer) -> list[list[str]]:
    return [
        ["Subject", "Calls and chats that agents hold with the controller's callers and visitors."],
        ["Nature and purpose", "To answer, to carry out what a caller asks for, to record where it is switched on, and "
         "to show the controller what took place."],
        ["Persons", "Callers and visitors; people whom they speak of; the controller's own people with an account."],
        ["Kinds of data", "What is said and written; telephone numbers; the sound of calls, where recording is on; "
         "what skills ask for; addresses and actions of the controller's people."],
        ["Special categories", "None are asked for. A caller may speak of them all the same."],
        ["Kept for", _kept(customer.windows)],
        ["Where", location or "[to be filled in: data_location]"],
    ]  # fmt: skip


def _kept(windows: Mapping[str, Windows] | None) -> str:
    swept = f"What is past its window is deleted within {2 * EVERY_S // 3600} hours, unless a legal hold keeps it."
    if windows is None:
        return f"As the controller sets it, for all agents or for one; without a window until it deletes. {swept}"
    own = windows[""]
    said = f"Recordings {_days(own.recordings_days)}, conversations {_days(own.transcripts_days)}."
    agents = len(windows) - 1
    more = f" {agents} agents have a window of their own." if agents > 1 else ""
    more = " One agent has a window of its own." if agents == 1 else more
    return f"{said}{more} {swept}"


def _days(days: int | None) -> str:
    return "until they are deleted" if days is None else f"{days} days" if days != 1 else "one day"


def _rows(parties: Sequence[Party]) -> list[list[str]]:
    return [[each.category, _sentence(each.sent), _sentence(each.why)] for each in parties]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
