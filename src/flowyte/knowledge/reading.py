"""Turns a file into text, as a process of its own: `python -m flowyte.knowledge.reading NAME < FILE`.

With `page` and a charset (or nothing) after the name, the answer is JSON: {title, text, links, base}, links and base
as they are written in the page.

A document is written by anybody, and its reader may be made to run for ever or to eat all memory. So it is read where
that harms nobody: without the house's environment, under limits of time and memory, with text on standard output. Exit
3 says that the document is at fault, and standard error why.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress

MOST_SECONDS = 20  # of processor time; a PDF of 500 pages takes about 8
MOST_MEMORY = 1 << 30  # bytes; a PDF of 20 MB takes about 300 MB
MOST_UNPACKED = 200 << 20  # bytes of a DOCX: a real one holds mostly pictures, which do not shrink
MOST_PAGES = 2_000
MOST_ROWS = 20_000
MOST_LINKS = 2_000  # of a page; a site map of more is followed through other pages
DOCUMENT_AT_FAULT = 3
_QUESTION = frozenset(("question", "q", "frage"))
_ANSWER = frozenset(("answer", "a", "antwort"))
_NO_TEXT = "script, style, noscript, template, svg, iframe, nav, header, footer, aside, form, dialog, [hidden]"
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS = frozenset(("p", "li", "dt", "dd", "td", "th", "blockquote", "pre", "figcaption", "caption"))


class UnreadableError(Exception):
    """The document cannot be read; the words are for whoever sent it."""


def text_of(name: str, data: bytes) -> str:
    """The text as Markdown. UnreadableError says what is the matter with the document."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kind = _kind(ending, data)
    text = _READERS[kind](data)
    if not text.strip():
        reason = "no text, probably a scan: there are only pictures of its pages" if kind == "pdf" else "no text"
        raise UnreadableError(f"The file holds {reason}.")
    return text


def _kind(ending: str, data: bytes) -> str:
    """By what the file is; a name that says something else is told."""
    if not data:
        raise UnreadableError("The file is empty.")
    found = "pdf" if data.lstrip()[:5] == b"%PDF-" else "docx" if data[:4] == b"PK\x03\x04" else ""
    if ending in ("pdf", "docx") and found != ending:
        raise UnreadableError(f"The file is called .{ending} but is none.")
    if found:
        return found
    if b"\x00" in data[:8_192] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("This kind of file cannot be read: send PDF, DOCX, HTML, Markdown, text or CSV.")
    if ending in ("html", "htm") or re.match(rb"\s*<(!doctype html|html)", data[:200], re.IGNORECASE):
        return "html"
    return "csv" if ending == "csv" else "text"


def _decoded(data: bytes, charset: str = "") -> str:
    """By the charset that was named, if it fits; without one, or with a wrong one, found out."""
    from charset_normalizer import from_bytes

    with suppress(LookupError, UnicodeError):
        if charset:
            return data.decode(charset)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data[:200_000]).best()
        if best is None:
            raise UnreadableError("The characters of this file cannot be read; save it as UTF-8.") from None
        return data.decode(best.encoding, errors="replace")


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("The PDF is locked with a password; send a copy without one.")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableError(f"The PDF has more than {MOST_PAGES} pages; split it.")
        return "\n\n".join(_paragraphs(page.extract_text() or "") for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UnreadableError("The PDF is damaged; open it and save it again.") from error


def _paragraphs(text: str) -> str:
    """Lines of a page joined where a sentence goes on, and words where they were broken."""
    text = re.sub(r"(\w)-\n(?=[a-z])", r"\1", text)
    return re.sub(r"(?<![.!?:\n])\n(?=[a-z(])", " ", text)


def _docx(data: bytes) -> str:
    from docx import Document
    from docx.table import Table

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise UnreadableError(f"Unpacked, the file is larger than {MOST_UNPACKED >> 20} MB.")
            if "word/document.xml" not in packed.namelist():
                raise UnreadableError("This is a packed file but no DOCX: send PDF, DOCX, HTML, Markdown, text or CSV.")
        document = Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError("The DOCX is damaged or locked; open it and save it again.") from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += [_row([cell.text for cell in row.cells]) for row in block.rows]
        elif (block.style.name if block.style else "").startswith(("Heading", "Title")):
            level = re.sub(r"\D", "", str(block.style.name if block.style else "")) or "1"
            lines.append(f"{'#' * min(int(level), 6)} {block.text}")
        else:
            lines.append(block.text)
    return "\n\n".join(line for line in lines if line.strip(" #"))


def _row(cells: list[str]) -> str:
    """Merged cells come several times."""
    texts = [" ".join(cell.split()) for cell in cells]
    return ", ".join(text for number, text in enumerate(texts) if text and text not in texts[:number])


def _html(data: bytes) -> str:
    return _html_text(_decoded(data))


def _html_text(page: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    for node in tree.css(_NO_TEXT):
        node.decompose()
    body = tree.css_first("main") or tree.css_first("article") or tree.body
    lines: list[str] = []
    for node in body.traverse() if body else ():
        words = " ".join(node.text(separator=" ").split()) if node.tag in _HEADINGS or node.tag in _BLOCKS else ""
        if words and node.tag in _HEADINGS:
            lines.append(f"{_HEADINGS[node.tag]} {words}")
        elif words and not node.css_first(", ".join(_BLOCKS - {node.tag or ""})):
            lines.append(f"- {words}" if node.tag == "li" else words)
    return "\n\n".join(lines) or (" ".join(body.text(separator=" ").split()) if body else "")


def _page(name: str, data: bytes, charset: str) -> dict[str, object]:
    """A page that was fetched; only HTML has a title and links. A page without text may lead on to others."""
    from selectolax.lexbor import LexborHTMLParser

    kind = "pdf" if data.lstrip()[:5] == b"%PDF-" else name.rsplit(".", 1)[-1]
    if kind == "pdf":
        return {"title": "", "text": text_of("page.pdf", data), "links": [], "base": ""}
    if b"\x00" in data[:8_192] and not charset and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("The site says that this is text, and it is none.")
    page = _decoded(data, charset).replace("\x00", "")
    if kind != "html":
        return {"title": "", "text": page, "links": [], "base": ""}
    tree = LexborHTMLParser(page)
    links = [str(node.attributes.get("href") or "") for node in tree.css('a[href]:not([rel~="nofollow"])')]
    title, base = tree.css_first("title"), tree.css_first("base[href]")
    return {
        "title": " ".join(title.text().split()) if title else "",
        "text": _html_text(page),
        "links": links[:MOST_LINKS],
        "base": str(base.attributes.get("href") or "") if base else "",
    }


def _csv(data: bytes) -> str:
    """A row is a section under its first column; a table of questions and answers is just that."""
    text = _decoded(data)
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:8_192], delimiters=",;\t|")
    except csv.Error:
        dialect = "excel"
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect)]
    except csv.Error as error:
        raise UnreadableError(f"The table cannot be read: {error}.") from error
    rows = [row for row in rows if any(row)]
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"The table has more than {MOST_ROWS} rows; split it.")
    return "\n\n".join(_sections(rows)) if len(rows) > 1 else ""


def _sections(rows: list[list[str]]) -> Iterator[str]:
    header = rows[0]
    plain = [name.lower() for name in header]
    question = next((at for at, name in enumerate(plain) if name in _QUESTION), None)
    answer = next((at for at, name in enumerate(plain) if name in _ANSWER), None)
    for row in rows[1:]:
        cells = row + [""] * (len(header) - len(row))
        if question is not None and answer is not None:
            yield f"## {cells[question]}\n\n{cells[answer]}"
        else:
            said = ". ".join(f"{name}: {cell}" for name, cell in zip(header[1:], cells[1:], strict=False) if cell)
            yield f"## {cells[0]}\n\n{said}." if said else cells[0]


_READERS: dict[str, Callable[[bytes], str]] = {"pdf": _pdf, "docx": _docx, "html": _html, "csv": _csv, "text": _decoded}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    csv.field_size_limit(1 << 20)
    try:
        name, data = sys.argv[1], sys.stdin.buffer.read()
        page = sys.argv[3] if sys.argv[2:3] == ["page"] else None
        text = text_of(name, data) if page is None else json.dumps(_page(name, data, page), ensure_ascii=False)
    except UnreadableError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(DOCUMENT_AT_FAULT) from None
    except (MemoryError, RecursionError):
        sys.stderr.write("Reading this file takes more memory than it may; split it.\n")
        raise SystemExit(DOCUMENT_AT_FAULT) from None
    sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))


if __name__ == "__main__":
    main()
