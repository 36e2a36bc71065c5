"""The page /verify in a real browser: the same verdicts as the program, and nothing leaves the machine."""

import base64
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.unit.receipts.made import evidence
from tests.unit.receipts.test_verify import HELD, judged, rotated

from flowyte.dashboard.assets import ASSETS, asset
from flowyte.dashboard.verify import HANDLERS
from flowyte.kit.clock import SystemClock
from flowyte.proof import tampering
from flowyte.proof.forging import written
from flowyte.proof.tampering import Case

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
JUDGE = """async ([cases, from]) => {
  const { verify } = await import(from);
  const bytes = (text) => (text === null ? null : Uint8Array.from(atob(text), (one) => one.charCodeAt(0)));
  const found = [];
  for (const [receipt, held, recording] of cases) {
    const sound = recording === null ? null : new Blob([bytes(recording)]);
    const { state, anchored, checks } = await verify(bytes(receipt), { held: bytes(held), recording: sound });
    found.push([state, anchored, checks]);
  }
  return found;
}"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page and its files alone, over loopback: it needs no database."""
    app = Litestar([*HANDLERS, asset], openapi_config=None)
    app.state.pages = SimpleNamespace(clock=SystemClock())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config: Any = uvicorn.Config(app, log_level="warning", lifespan="off")  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        launched = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 390, "height": 800})
    opened.goto(f"{address}/verify")
    expect(opened.locator("[data-ready]")).to_be_visible()
    yield opened
    opened.close()


def encoded(case: Case) -> list[str | None]:
    parts = (case.receipt, case.held, case.recording)
    return [None if part is None else base64.b64encode(part).decode() for part in parts]


@pytest.mark.parametrize("held", HELD)
def test_the_browser_agrees_with_the_program(page: Page, held: str) -> None:
    """On every case of the battery: verdict, anchor, and each check with its words (but why JSON is none)."""
    cases = list(tampering.cases(evidence(HELD[held])))
    if held == "of the middle of the call":
        cases.append(Case(name="under a new key", receipt=written(rotated(evidence())), held=evidence().held.encode()))
    cases = [case for case in cases if len(case.receipt) < 1 << 20]  # the others: the next test
    found = page.evaluate(JUDGE, [[encoded(case) for case in cases], ASSETS.url("js/receipt.js")])
    for case, (state, anchored, checks) in zip(cases, found, strict=True):
        verdict = judged(case)
        assert (state, anchored) == (verdict.state, verdict.anchored), case.name
        if verdict.state != "refused":
            assert checks == [list(check) for check in verdict.checks], case.name


def test_the_browser_refuses_what_is_too_much(page: Page) -> None:
    """Made there, for megabytes would be slow to bring."""
    states = page.evaluate(
        """async (from) => {
          const { verify } = await import(from);
          const parts = `[${"[],".repeat(600_000)}[]]`;
          const made = [new Uint8Array(17 << 20), parts, "[".repeat(90_000) + "]".repeat(90_000)];
          const raw = made.map((one) => (typeof one === "string" ? new TextEncoder().encode(one) : one));
          return Promise.all(raw.map(async (one) => (await verify(one)).state));
        }""",
        ASSETS.url("js/receipt.js"),
    )
    assert states == ["refused"] * 3


def test_files_are_dropped_and_nothing_is_sent(page: Page, tmp_path: Path) -> None:
    """In any order, offline: the verdict in words, no request after the page is there, no finding of axe."""
    of = evidence(330)
    (tmp_path / "receipt.json").write_bytes(written(of.receipt))
    (tmp_path / "held.txt").write_text(of.held)
    (tmp_path / "call.wav").write_bytes(of.recording or b"")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.context.set_offline(True)
    page.set_input_files("input", [tmp_path / name for name in ("call.wav", "held.txt", "receipt.json")])
    expect(page.locator("[data-verdict=holds]")).to_contain_text("every piece as it was logged")
    expect(page.get_by_text("It holds", exact=True)).to_be_visible()
    page.context.set_offline(False)
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Begin anew").click()
    page.set_input_files("input", tmp_path / "receipt.json")
    expect(page.get_by_text("It holds, but only in itself: see Anchor")).to_be_visible()
    changed = (tmp_path / "receipt.json").read_text().replace("half past nine", "half past ten")
    (tmp_path / "receipt.json").write_text(changed)
    page.set_input_files("input", tmp_path / "receipt.json")
    expect(page.locator("[data-verdict=fails]")).to_contain_text("event 5.")
    assert requests == []


def test_the_page_may_reach_nothing(page: Page) -> None:
    """Its own policy forbids it: a script that wanted to send something could not."""
    refused = page.evaluate("fetch('/verify').then(() => 'sent', () => 'refused')")
    assert refused == "refused"
