"""Files become text, and what is wrong with a file is said in words that help whoever sent it."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from flowyte.kit.errors import Invalid
from flowyte.knowledge.files import MOST_BYTES, read_file, received
from flowyte.knowledge.reading import MOST_UNPACKED, UnreadableError, text_of

TEXT = b"BT /F1 12 Tf 72 700 Td (We fit crowns in two vis-) Tj 0 -14 Td (its. A crown is 900 dollars.) Tj ET"


def pdf(stream: bytes = TEXT) -> bytes:
    """A page with that content, written out: a PDF is a text format."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 5\n0000000000 65535 f \n%strailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        xref, len(out),
    )  # fmt: skip


def docx() -> bytes:
    document = Document()
    document.add_heading("Prices", level=1)
    document.add_paragraph("All prices are in dollars.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Crown", "900"
    document.add_heading("Hours", level=2)
    document.add_paragraph("We open at nine.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def test_a_pdf_is_read_by_a_process_of_its_own() -> None:
    """Words that a line's end has broken are whole again."""
    assert await read_file("prices.pdf", pdf()) == "We fit crowns in two visits. A crown is 900 dollars."


async def test_a_docx_keeps_its_headings_and_tables_in_order() -> None:
    """So that a passage has the title under which it stands."""
    text = await read_file("prices.docx", docx())
    assert text.split("\n\n") == [
        "# Prices", "All prices are in dollars.", "Crown, 900", "## Hours", "We open at nine.",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["file", "inside"])
async def test_a_docx_cannot_have_a_file_read_or_a_text_multiplied(kind: str, tmp_path: Path) -> None:
    """XML may name a file, or one text ten times in another: nothing of either comes into what is read."""
    (tmp_path / "secret.txt").write_text("canary-in-a-file")
    entity = {
        "file": f'<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">',
        "inside": '<!ENTITY a "canary-in-a-file"><!ENTITY x "' + "&a;" * 10 + '">',
    }[kind]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as packed_before, zipfile.ZipFile(out, "w") as packed_after:
        for name in packed_before.namelist():
            content = packed_before.read(name)
            if name == "word/document.xml":
                head, mark, rest = content.partition(b"?>")
                content = head + mark + f"<!DOCTYPE x [{entity}]>".encode() + rest.replace(b"dollars", b"&x;")
            packed_after.writestr(name, content)
    text = await read_file("prices.docx", out.getvalue())
    assert "canary" not in text
    assert "We open at nine." in text


def test_html_gives_what_a_reader_reads() -> None:
    """No navigation, no script, no footer; headings and lists as such, each text once."""
    page = """<!doctype html><html><head><title>x</title><style>p{}</style></head><body><nav><p>Menu</p></nav><main>
    <h2>Parking</h2><div><p>Behind <b>the</b> house.</p></div><ul><li>Free</li><li><p>Two hours</p></li></ul>
    <script>alert(1)</script></main><footer><p>Imprint</p></footer></body></html>"""
    assert text_of("a.html", page.encode()).split("\n\n") == [
        "## Parking", "Behind the house.", "- Free", "Two hours",
    ]  # fmt: skip


def test_a_table_is_a_section_for_each_row() -> None:
    """With the columns' names, unless it is a table of questions and answers."""
    table = "Item;Price;Time\nCrown;900;two visits\nCleaning;120;\n"
    assert (
        text_of("prices.csv", table.encode())
        == "## Crown\n\nPrice: 900. Time: two visits.\n\n## Cleaning\n\nPrice: 120."
    )
    faq = 'Question,Answer\n"Do you park?","Yes, behind the house."\n'
    assert text_of("faq.csv", faq.encode()) == "## Do you park?\n\nYes, behind the house."


def test_old_character_sets_are_read() -> None:
    """A text out of an old office program."""
    text = "Unsere Praxis ist über dem Café. Größere Eingriffe dauern länger, schöne Grüße."
    assert text_of("a.txt", text.encode("cp1252")) == text
    assert text_of("a.md", text.encode("utf-8-sig")) == text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"hello", "called .pdf but is none"),
        ("a.docx", b"%PDF-1.4", "called .docx but is none"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", pdf(b""), "probably a scan"),
        ("a.pdf", pdf()[:300], "damaged"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "kind of file"),
        ("a.csv", b"Item;Price\n", "no text"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, words: str) -> None:
    """In a sentence for whoever sent it."""
    with pytest.raises(UnreadableError, match=words):
        text_of(name, data)


async def test_a_locked_pdf_is_told(tmp_path: object) -> None:
    """Its owner can send a copy."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(Invalid, match="password"):
        await read_file("a.pdf", out.getvalue())


def packed(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>")
        with archive.open("word/bomb.xml", "w", force_zip64=True) as entry:
            for _ in range(size >> 20):
                entry.write(b"\x00" * (1 << 20))
    return out.getvalue()


async def test_a_zip_bomb_is_not_unpacked() -> None:
    """A file of 200 kB that would be 200 MB."""
    with pytest.raises(Invalid, match="larger than"):
        await read_file("a.docx", packed(MOST_UNPACKED + (2 << 20)))


async def test_what_runs_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is killed, and whoever waited is told."""
    monkeypatch.setattr("flowyte.knowledge.files.PATIENCE_S", 0.05)
    with pytest.raises(Invalid, match="too long"):
        await read_file("a.docx", docx())


async def test_a_file_that_is_too_large_is_not_even_begun() -> None:
    """Its size is known before anything reads it."""
    with pytest.raises(Invalid, match="20 MB"):
        await read_file("a.txt", b"a" * (MOST_BYTES + 1))
    with pytest.raises(Invalid, match="a form with a file"):
        await received(None, None)


@given(st.sampled_from(["a.pdf", "a.docx", "a.html", "a.csv", "a.txt", "a", "b.exe"]), st.binary(max_size=400))
def test_nothing_else_is_ever_raised(name: str, data: bytes) -> None:
    """Whatever is sent is text or a reason."""
    for each in (data, b"%PDF-" + data, b"PK\x03\x04" + data, b"<html>" + data):
        with suppress(UnreadableError):
            assert text_of(name, each).strip()
