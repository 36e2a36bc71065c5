"""The README's shell lines, as they stand there, against the running product."""

import re
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from tests.acceptance.conftest import Product

README = Path(__file__).parents[2] / "README.md"


def lines_of_the_api_part() -> str:
    part = README.read_text().split("## The same by API")[1].split("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", part, re.S)
    return str(block)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl and bash are needed")
def test_the_api_part_does_what_it_says(product: Product, tmp_path: Path) -> None:
    """An agent is made and taught, answers a chat from what it was taught, and a call leaves receipt and recording."""
    script = (
        lines_of_the_api_part()
        .replace("python3", f"'{sys.executable}'")
        .replace("http://127.0.0.1:8080", product.url)
        .replace("--data data", f"--data '{product.data}'")
        .replace(".venv/bin/flowyte", f"'{sys.executable}' -m flowyte")
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "event: delta" in done.stdout
    assert "event: done" in done.stdout
    assert "A visit is 80 dollars." in done.stdout
    assert '"call_ended"' in done.stdout
    with wave.open(str(tmp_path / "call.wav")) as sound:
        assert sound.getnchannels() == 2
        assert sound.getnframes() > sound.getframerate()


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every file that it names is there."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text()):
        assert (README.parent / target).exists(), target
