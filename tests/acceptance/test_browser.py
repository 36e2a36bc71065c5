"""The dashboard in a real browser: signing in, talking with a microphone that plays a file, reading what is left."""

import asyncio
import json
import shutil
import urllib.request
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Response,
    WebSocket,
    WebSocketRoute,
    expect,
    sync_playwright,
)
from tests.acceptance.conftest import Product
from tests.acceptance.ear import words_of

from flowyte.kit.settings import load
from flowyte.wiring.place import RATE, speak

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
GREETED_S = 9.0  # notice and greeting are over by then
ANSWERED_S = 9.0  # after the first question's end: its answer of five seconds is over
ANSWERING_S = 2.2  # after the second question's end: its answer of three seconds is being spoken
MOST_BYTES = 100_000
TIMEOUT_MS = 30_000

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Silence while the agent greets, a question, another after its answer, and one into the middle of that one's."""
    settings, _ = load()
    asked = ["What time do you open on Saturday?", "Where can I park my car?", "How much is a cleaning?"]
    first, second, third = asyncio.run(speak(settings, asked))

    def silence(seconds: float) -> bytes:
        return bytes(2 * int(RATE * seconds))

    path = tmp_path_factory.mktemp("microphone") / "caller.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(silence(GREETED_S) + first + silence(ANSWERED_S) + second)
        sound.writeframes(silence(ANSWERING_S) + third + silence(60))
    return path


@pytest.fixture(scope="module")
def playwright(microphone: Path) -> Iterator[Playwright]:
    """After the microphone's file, which is made on an event loop of its own."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, microphone: Path) -> Iterator[Browser]:
    assert CHROMIUM is not None
    launched = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}%noloop"]
    )
    yield launched
    launched.close()


def ask(product: Product, method: str, path: str, body: object = None) -> Any:
    request = urllib.request.Request(
        f"{product.url}/api/v1{path}",
        method=method,
        headers={"Authorization": f"Bearer {product.key}", "Content-Type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]


@pytest.fixture(scope="module")
def context(browser: Browser, product: Product) -> Iterator[BrowserContext]:
    """Signed in by a link, as a person is."""
    opened = browser.new_context(base_url=product.url)
    opened.set_default_timeout(TIMEOUT_MS)
    page = opened.new_page()
    page.goto(ask(product, "POST", "/sign-in-links")["path"])
    page.get_by_role("button", name="Sign in").press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.close()
    yield opened
    opened.close()


@dataclass(slots=True)
class Watched:
    """What a page did: complaints of the browser, requests that left, bytes over the wire, frames of the call."""

    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    cut_at: list[int] = field(default_factory=list)
    second_at: int = 0
    """Bytes of sound before the caller's second question was understood."""
    bytes: int = 0


def watch(page: Page, origin: str) -> Watched:
    seen = Watched()

    def socket(line: WebSocket) -> None:
        line.on("framereceived", frame)

    def frame(payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            seen.sound += payload
            return
        note = json.loads(payload)
        seen.notes.append(note)
        if not seen.second_at and note["type"] == "caption" and "park" in note["text"].lower():
            seen.second_at = len(seen.sound)
        if note["type"] == "cut":
            seen.cut_at.append(len(seen.sound))

    def weigh(answer: Response) -> None:
        seen.bytes += int(answer.headers.get("content-length", "0"))

    page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("websocket", socket)
    page.on("response", weigh)
    page.on(
        "request",
        lambda request: None if request.url.startswith((origin, "data:")) else seen.strangers.append(request.url),
    )
    return seen


def test_talking_in_the_browser(context: BrowserContext, product: Product) -> None:
    """The question is answered by ear and in captions, an interruption stops the voice, and the page of the call has
    transcript, waveform, receipt and latency."""
    page = context.new_page()
    seen = watch(page, product.url)
    page.goto("/")
    page.get_by_role("link", name="Talk to clinic").click()
    expect(page.get_by_text("You will talk to an automated assistant, an AI. The call is recorded")).to_be_visible()
    page.get_by_role("button", name="Talk", exact=True).click()
    captions = page.get_by_role("log")
    expect(captions).to_contain_text("This call is recorded")
    expect(captions).to_contain_text("On Saturday we are open from nine", timeout=TIMEOUT_MS)
    expect(captions).to_contain_text("cleaning", ignore_case=True, timeout=TIMEOUT_MS)
    expect(page.locator("[data-talk]")).to_have_attribute("data-state", "listening")
    expect(page.locator("[data-wait]")).to_contain_text("after you fell silent")
    page.get_by_role("button", name="End").click()
    page.get_by_role("link", name="Read the conversation").click()
    expect(page.get_by_role("heading", name="Conversation with clinic")).to_be_visible()

    heard = words_of(bytes(seen.sound[: seen.second_at]), 16_000)
    assert "saturday" in heard
    assert "in the morning" in heard
    assert "in the afternoon" in heard, heard
    assert seen.cut_at, "the interruption did not stop the voice"
    states = {note["state"] for note in seen.notes if note["type"] == "state"}
    assert {"notice", "listening", "thinking", "speaking"} <= states
    assert seen.complaints == []
    assert seen.strangers == []
    read_the_page(page)


def read_the_page(page: Page) -> None:
    """The browser has what a call left; the call may be a moment from being closed."""
    for _ in range(20):
        page.reload()
        if page.get_by_text("It is still going on").count() == 0:
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("The caller hung up")).to_be_visible()
    expect(page.locator(".transcript")).to_contain_text("On Saturday we are open")
    expect(page.locator(".transcript")).to_contain_text("interrupted")
    expect(page.locator(".waterfall tbody tr").first).to_be_visible()
    expect(page.locator(".receipt li").first).to_contain_text("call_started")
    lanes = page.locator("[data-player] canvas")
    expect(lanes).to_be_visible()
    drawn = lanes.evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert drawn > 2, "the waveform is empty"
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("[data-time]")).to_contain_text("0:01 /")
    page.get_by_role("button", name="Pause").click()
    page.locator("[data-seek]").last.click()
    expect(page.locator(".transcript [aria-current]")).to_have_count(1)


def press_talk(page: Page, product: Product) -> None:
    page.goto(f"/agents/{ask(product, 'GET', '/agents')[0]['id']}/talk")
    page.get_by_role("button", name="Talk", exact=True).click()


@pytest.mark.parametrize(
    ("code", "words"), [(1013, "No call can be taken now"), (1008, "used up or too old"), (1011, "does not answer")]
)
def test_a_call_that_is_refused_says_what_to_do(
    context: BrowserContext, product: Product, code: int, words: str
) -> None:
    """However the line ends before the call begins, there is a sentence for it and the button is back."""
    page = context.new_page()

    def refuse(line: WebSocketRoute) -> None:
        line.close(code=code)

    page.route_web_socket("**/voice/browser*", refuse)
    press_talk(page, product)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_role("button", name="Talk", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Read the conversation")).to_be_hidden()
    page.close()


def test_without_a_microphone_the_page_says_so(
    playwright: Playwright, context: BrowserContext, product: Product
) -> None:
    """The same page in a browser that has no microphone: no call is begun."""
    assert CHROMIUM is not None
    bare = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    page = bare.new_context(base_url=product.url, storage_state=context.storage_state()).new_page()
    press_talk(page, product)
    expect(page.get_by_role("alert")).to_contain_text("There is no microphone")
    bare.close()


def pages_of(product: Product) -> list[str]:
    agent = ask(product, "GET", "/agents")[0]["id"]
    base = f"/agents/{agent}"
    source = ask(product, "GET", f"{base}/knowledge/sources")[0]["id"]
    version = ask(product, "GET", f"{base}/versions")[0]["id"]
    found = [
        "/", "/agents", "/agents/new", base, f"{base}/voice", f"{base}/hours", f"{base}/calls",
        f"{base}/channels", f"{base}/knowledge",
        f"{base}/knowledge?q=How+much+is+a+cleaning", f"{base}/knowledge/new", f"{base}/knowledge/{source}",
        f"{base}/knowledge/new?kind=url", f"{base}/knowledge/gaps", "/knowledge-gaps",
        f"{base}/skills", f"{base}/skills/new?kind=http_webhook", f"{base}/skills/new?kind=geo",
        f"{base}/versions", f"{base}/versions/{version}", f"{base}/review", f"{base}/talk", f"{base}/delete",
        f"{base}/widget", f"{base}/website",
        "/conversations", "/messages", "/api-keys", "/audit", "/nowhere", "/trust", "/security", "/security/report",
        "/security/reports", "/webhooks", "/webhooks/new", "/privacy", "/receipts",
        "/trust/subprocessors", "/trust/named", "/trust/subscribe", "/trust/soc2", "/trust/centre",
    ]  # fmt: skip
    hook = ask(product, "POST", "/webhooks/endpoints", {"url": "https://example.com/hook"})["id"]
    ask(product, "POST", f"/webhooks/endpoints/{hook}/test", {})
    asked = ask(product, "POST", "/privacy/requests", {"kind": "access", "email": f"{hook.lower()}@example.com"})["id"]
    found += [f"/webhooks/{hook}", f"/privacy/requests/{asked}"]
    return found + [f"/conversations/{entry['id']}" for entry in ask(product, "GET", "/conversations")[:1]]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_accessible_light_and_fits(
    browser: Browser, context: BrowserContext, product: Product, width: int, scheme: Any
) -> None:
    """No finding of axe, nothing wider than the screen, under 100 KB over the wire, nothing from elsewhere. Each width
    and each scheme once: every page is half a second of waiting for the network, and there are near fifty."""
    own = browser.new_context(
        base_url=product.url,
        storage_state=context.storage_state(),
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
    )
    page = own.new_page()
    seen = watch(page, product.url)
    for path in pages_of(product):
        seen.bytes = 0
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path} {width} {scheme}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"
        assert 0 < seen.bytes < MOST_BYTES, path
    own.close()
    assert [line for line in seen.complaints if "404" not in line] == []
    assert seen.strangers == []


def test_a_draft_saves_itself_and_two_people_choose(context: BrowserContext, product: Product) -> None:
    """Saved by leaving a field; a fault stands at its field; in two tabs the later one chooses between both sides."""
    first, second = context.new_page(), context.new_page()
    first.goto("/agents/new")
    first.get_by_label("Name").fill("autosaved")
    first.keyboard.press("Enter")
    expect(first.get_by_role("heading", name="autosaved")).to_be_visible()
    base = first.url
    second.goto(base)
    first.get_by_label("Tone").fill("brisk")
    first.keyboard.press("Tab")
    expect(first.locator("[data-saved]")).to_contain_text("Saved at")
    second.get_by_label("Tone").fill("formal")
    second.keyboard.press("Tab")
    expect(second.get_by_role("alert")).to_contain_text("Somebody saved this draft")
    second.get_by_label("Written by you").check()
    second.get_by_role("button", name="Save what I chose").click()
    expect(second.get_by_label("Tone")).to_have_value("formal")
    second.goto(f"{base}/voice")
    second.get_by_role("button", name="Add a word").click()
    second.keyboard.type("Nguyen")
    second.get_by_label("Sounds like").last.fill("win")
    second.get_by_label("Speed").fill("9")
    second.keyboard.press("Tab")
    expect(second.get_by_text("Must be at most 2")).to_be_visible()
    second.get_by_label("Speed").fill("1.2")
    second.keyboard.press("Tab")
    expect(second.locator("[data-saved]")).to_contain_text("Saved at")
    second.reload()
    expect(second.get_by_label("Spelled").first).to_have_value("Nguyen")
    assert ask(product, "DELETE", f"/agents/{base.rpartition('/')[2]}")["deleted"]
    first.close()
    second.close()


def test_everything_is_reached_by_keyboard(context: BrowserContext) -> None:
    """From the top of a page: the skip link first, then every control in order, each with a visible focus."""
    page = context.new_page()
    page.goto("/agents")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New agent")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by keyboard")).to_be_visible()
    page.goto("/conversations")
    page.keyboard.press("/")
    expect(page.get_by_label("Words that were said")).to_be_focused()
    page.close()
