"""The agreement as a PDF: what it is filled with, and that people, programs and screen readers can read it."""

import asyncio
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from flowyte.compliance.retention import Windows
from flowyte.compliance.stores import STORES
from flowyte.kit.settings import Settings
from flowyte.trust.claims import CLAIMS
from flowyte.trust.model import Judged
from flowyte.trust.papers.dpa import Customer, Press, contents
from flowyte.trust.papers.model import Operator, Papers
from flowyte.trust.processors import connected

NOBODY = Customer()
NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEPT = {"T3", "T6"}
WRITTEN = Papers(
    operator=Operator(name="Example *Desk* #1", address="1 Harbour Street", contact="data@example.com", law="Ireland",
                      location="Dublin")
)  # fmt: skip
MODEL = connected(Settings(model_base_url="https://model.example.com/v1", model_name="large"))
CLAIMED = [
    Judged(claim=each, status="kept" if each.id in KEPT else "broken", reason="It.", checks=(), checked_at=NOW)
    for each in CLAIMS
]


def told(papers: Papers = WRITTEN, customer: Customer = NOBODY, **changed: Any) -> dict[str, Any]:
    filled = contents(papers, MODEL, CLAIMED, address="https://flowyte.example.com", day=date(2026, 11, 25),
                      customer=customer)  # fmt: skip
    return {**filled, **changed}


def pdf(content: dict[str, Any]) -> PdfReader:
    return PdfReader(io.BytesIO(asyncio.run(Press().pdf(content))))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_annexes_say_what_the_settings_and_checks_say() -> None:
    """Parties, windows, stores, place, sub-processors; measures are the claims that are kept, and no others."""
    windows = {"": Windows(recordings_days=30), "agt_1": Windows(transcripts_days=7)}
    read = words(pdf(told(customer=Customer(name="Harbour Dental", windows=windows))))
    for said in ("Example *Desk* #1", "1 Harbour Street", "The controller is Harbour Dental", "Dublin", "Ireland",
                 "Recordings 30 days, conversations until they are deleted. One agent", "Language model",
                 "Telephone carrier of the organization"):  # fmt: skip
        assert said in read, said
    for store in STORES:
        assert (store.table in read) or store.of != "caller", store.table
    for claim in CLAIMS:
        assert (claim.sentence[:60] in read) == (claim.id in KEPT), claim.id
    assert "This is a draft" not in read


def test_what_is_not_written_down_is_a_gap_that_is_seen() -> None:
    """On the first page, by the names of the settings; nothing is made up."""
    read = words(pdf(told(Papers())))
    assert "This is a draft. The operator has not written down: operator_name, operator_address," in read
    assert "[to be filled in: data_location]" in read


def test_it_can_be_read_aloud() -> None:
    """Tagged, with a language, a title and headers of tables (PDF/UA-1)."""
    root = pdf(told()).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()

    def kinds(node: Any) -> set[str]:
        node = node.get_object()
        if not hasattr(node, "get"):
            return set().union(*(kinds(each) for each in node)) if isinstance(node, list) else set()
        below = node.get("/K")
        return {str(node.get("/S"))} | (kinds(below) if below is not None and not isinstance(below, int) else set())

    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= kinds(root["/StructTreeRoot"])


@pytest.mark.parametrize("name", ["#panic()", "$x$ *y* _z_ `w`", '#read("/etc/hostname")', "\\", "診療所"])
def test_a_name_is_never_read_as_markup(name: str) -> None:
    """And one in a script that no font here has still gives a paper."""
    read = words(pdf(told(customer=Customer(name=name))))
    assert name in read or not name.isascii()


async def test_the_same_paper_is_set_once() -> None:
    """Until something in it changes."""
    press = Press()
    first = await press.pdf(told())
    assert await press.pdf(told()) is first
    assert await press.pdf(told(day="26 November 2026")) is not first
