"""What the operator writes down is read as what it is, or stops the start."""

from pathlib import Path

import pytest

from flowyte.kit.errors import SetupError
from flowyte.trust.papers.model import DEFAULT_AGREEMENT, Named, Operator
from flowyte.trust.papers.read import read_papers

TEXT = "Version: 2026-11\n\n" + "You keep the names to yourself, and use them for nothing else."


def test_without_a_folder_the_default_agreement_stands(tmp_path: Path) -> None:
    """And nobody is named."""
    papers = read_papers(tmp_path / "papers", Operator())
    assert (papers.agreement, dict(papers.names)) == (DEFAULT_AGREEMENT, {})


def test_what_the_operator_supplies_is_taken(tmp_path: Path) -> None:
    """A text with its version; several companies behind one party."""
    (tmp_path / "nda.txt").write_text(TEXT)
    (tmp_path / "subprocessors.toml").write_text(
        '[[language_model]]\nname = "Example Models"\ncountry = "Ireland"\n'
        '[[language_model]]\nname = "Example Cloud"\ncountry = "France"\nwhat = "servers"\n'
    )
    papers = read_papers(tmp_path, Operator())
    assert papers.agreement.version == "2026-11"
    assert papers.agreement.text.startswith("You keep")
    assert papers.names["language_model"] == (
        Named(name="Example Models", country="Ireland"),
        Named(name="Example Cloud", country="France", what="servers"),
    )


@pytest.mark.parametrize(("name", "text"), [
    ("nda.txt", "You keep the names to yourself, and use them for nothing else."),
    ("nda.txt", "Version: 2\nToo short"),
    ("subprocessors.toml", "[[carrier]]\nname = 'Theirs'\ncountry = 'Ireland'"),
    ("subprocessors.toml", "[[language_model]]\nname = 'Example'"),
    ("subprocessors.toml", "[language_model]\nname = 'Example'\ncountry = 'Ireland'"),
    ("subprocessors.toml", "language_model ="),
])  # fmt: skip
def test_a_wrong_file_stops_and_says_which(tmp_path: Path, name: str, text: str) -> None:
    """Nothing is guessed: a company that an organization connects for itself is not the operator's to name."""
    (tmp_path / name).write_text(text)
    with pytest.raises(SetupError, match=name):
        read_papers(tmp_path, Operator())
