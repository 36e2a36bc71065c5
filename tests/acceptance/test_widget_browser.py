"""The chat on somebody's site, in a real browser: another origin, a strict policy, and a network that can be cut."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from tests.acceptance.conftest import Product
from tests.acceptance.foreign import Wire, site, wire

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
TIMEOUT_MS = 30_000
MOST_BYTES = 30_000
QUESTIONS = ["When are you open on Saturday?", "How much is a cleaning?"]
SETTINGS = {
    "copy": {"title": "Harbour Dental", "starterQuestions": QUESTIONS, "privacyUrl": "https://example.com/privacy"},
    "behavior": {"voice": True},
}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


@dataclass(slots=True)
class Site:
    """A site that has the tag, its key, and the wire between its visitors and the product."""

    product: Product
    agent: str
    key: dict[str, Any]
    url: str
    wire: Wire
    tags: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.product.url}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.product.key}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["data"]

    def make_key(self, **wishes: Any) -> dict[str, Any]:
        body = {"name": "Site", "allowedOrigins": [self.url], "rateLimitRpm": 6000, **wishes}
        return dict(self.ask("POST", f"/agents/{self.agent}/publishable-keys", body))

    def tag(self, key: dict[str, Any], path: str = "/") -> str:
        """The address of a page that has the tag with this key."""
        self.tags[path] = f'<script src="{self.wire.url}/widget/loader.js" data-key="{key["key"]}" async></script>'
        return f"{self.url}{path}"

    def said(self) -> list[str]:
        """What visitors wrote in the newest conversation, as it is kept."""
        newest = self.ask("GET", "/conversations?channel=chat&limit=1")[0]["id"]
        turns = self.ask("GET", f"/conversations/{newest}/transcript")["turns"]
        return [turn["text"] for turn in turns if turn["role"] == "user"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def house(product: Product) -> Iterator[Site]:
    with wire(product.url) as line:
        policy = (
            f"default-src 'none'; script-src {line.url}; connect-src {line.url} {line.url.replace('http', 'ws')}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        tags: dict[str, str] = {}
        with site(tags, policy) as url:
            made = Site(product=product, agent="", key={}, url=url, wire=line, tags=tags)
            made.agent = next(agent["id"] for agent in made.ask("GET", "/agents") if agent["name"] == "clinic")
            made.key = made.make_key()
            made.ask("PUT", f"/agents/{made.agent}/widget", SETTINGS)
            made.tag(made.key)
            yield made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(TIMEOUT_MS)
    yield opened
    opened.close()


@dataclass(slots=True)
class Seen:
    """What the browser did for a page: complaints, words to the console, addresses, bytes that it loaded."""

    complaints: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def visit(context: BrowserContext, url: str) -> tuple[Page, Seen]:
    page = context.new_page()
    seen = Seen()
    page.on(
        "console",
        lambda said: {"error": seen.complaints, "warning": seen.warnings}.get(said.type, []).append(said.text),
    )
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.urls.append(request.url))
    page.on("response", lambda answer: seen.sizes.update({answer.url: int(answer.headers.get("content-length", "0"))}))
    page.goto(url)
    return page, seen


def opened(page: Page) -> Locator:
    page.get_by_role("button", name="Chat with us").click()
    return page.get_by_role("dialog", name="Harbour Dental")


def write(panel: Locator, words: str) -> None:
    panel.get_by_role("textbox", name="Write a message").fill(words)
    panel.get_by_role("button", name="Send").click()


def test_a_visitor_asks_and_goes_on_after_a_reload(context: BrowserContext, house: Site) -> None:
    """One tag under a strict policy: it opens, answers, takes up the conversation on the next page, and leaves nothing
    on the host but one element, one global and one entry of storage; it asks nobody but us, for under 30,000 bytes."""
    page, seen = visit(context, house.url)
    before = page.evaluate("Object.keys(window).length")
    panel = opened(page)
    log = panel.get_by_role("log")
    expect(panel).to_contain_text("You are writing with an automated assistant, an AI.")
    expect(log).to_contain_text("How can I help you?")
    panel.get_by_role("button", name=QUESTIONS[0]).click()
    expect(log).to_contain_text("On Saturday we are open from nine")
    write(panel, "How much is a cleaning?")
    expect(log).to_contain_text("95 dollars")
    expect(panel.get_by_role("status")).to_have_text("")
    assert house.said() == [QUESTIONS[0], "How much is a cleaning?"]

    loaded = sum(size for url, size in seen.sizes.items() if not url.startswith(house.url))
    assert 20_000 < loaded < MOST_BYTES, seen.sizes
    assert "voice" not in " ".join(seen.urls)
    page.goto(f"{house.url}/")
    expect(log).to_contain_text("95 dollars")
    expect(panel.get_by_role("textbox")).not_to_be_focused()
    assert page.evaluate("document.documentElement.querySelectorAll('flowyte-chat').length") == 1
    assert page.evaluate("Object.keys(window).length") - before <= 1
    assert page.evaluate("Object.keys(Flowyte)") == ["open", "close"]
    assert page.evaluate("Object.keys(localStorage)") == [f"flowyte:{house.key['key'][-8:]}"]
    assert context.cookies() == []
    panel.get_by_role("button", name="New conversation").click()
    expect(log).not_to_contain_text("95 dollars")
    expect(panel.get_by_role("button", name=QUESTIONS[1])).to_be_visible()
    assert seen.complaints + seen.warnings == []
    assert [url for url in seen.urls if not url.startswith((house.url, house.wire.url))] == []


def test_a_choice_is_a_click(context: BrowserContext, house: Site) -> None:
    """Where the agent reads something back, the answers that there are stand under it, also after a reload."""
    page, seen = visit(context, house.url)
    panel = opened(page)
    log = panel.get_by_role("log")
    for words, answer in (
        ("I would like to leave a message", "name"), ("Harbour Office", "number"), ("202 555 0142", "Is that right?"),
    ):  # fmt: skip
        write(panel, words)
        expect(log.get_by_role("listitem").last).to_contain_text(answer)
    page.reload()
    suggestions = panel.get_by_role("group", name="Suggestions")
    expect(suggestions.get_by_role("button")).to_have_text(["Yes", "No"])
    suggestions.get_by_role("button", name="Yes").click()
    expect(log.get_by_role("listitem").filter(has_text="You: Yes")).to_be_visible()
    expect(log.get_by_role("listitem").last).to_contain_text("message")
    panel.get_by_role("button", name="End conversation").click()
    expect(panel.get_by_text("This conversation has ended.")).to_be_visible()
    expect(panel.get_by_role("textbox")).to_be_hidden()
    expect(panel.get_by_role("button", name="New conversation")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("textbox")).to_be_focused()
    assert seen.complaints == []


def test_a_lost_connection_sends_nothing_twice(context: BrowserContext, house: Site) -> None:
    """Cut after the message arrived and before its answer, and cut before it could leave: once each, and answered."""
    page, _ = visit(context, house.url)
    panel = opened(page)
    log = panel.get_by_role("log")
    write(panel, "When are you open on Saturday?")
    expect(log).to_contain_text("On Saturday we are open")
    house.wire.lose_answer_to = b"POST /api/v1/chat/widget/sessions/cnv_"
    write(panel, "How much is a cleaning?")
    expect(log).to_contain_text("95 dollars")
    expect(panel.get_by_role("button", name="Send")).to_be_enabled()
    assert house.wire.lost == 1
    house.wire.cut()
    write(panel, "Where can I park my car?")
    expect(panel.get_by_text("There is no connection.")).to_be_visible()
    house.wire.mend()
    expect(log.get_by_role("listitem").last).to_contain_text("park")
    expect(panel.get_by_text("There is no connection.")).to_be_hidden()
    assert house.said() == ["When are you open on Saturday?", "How much is a cleaning?", "Where can I park my car?"]
    shown = log.get_by_role("listitem").filter(has_text="You:")
    expect(shown).to_have_count(3)
    house.wire.cut()
    write(panel, "Do you take my insurance?")
    expect(panel.get_by_text("There is no connection.")).to_be_visible()
    panel.get_by_role("button", name="New conversation").click()
    house.wire.mend()
    write(panel, "How much is a cleaning?")
    expect(log).to_contain_text("95 dollars")
    expect(shown).to_have_count(1)
    assert house.said() == ["How much is a cleaning?"], "what was left unsent is not sent to the next conversation"


def test_by_keyboard_alone(context: BrowserContext, house: Site) -> None:
    """From the page to the chat and back: opened, written in, closed, with the focus where one expects it. On a phone
    the focus stays in the panel that covers the page."""
    page, _ = visit(context, house.url)
    launcher = page.get_by_role("button", name="Chat with us")
    launcher.wait_for()
    page.get_by_label("Search").focus()
    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    box = panel.get_by_role("textbox")
    expect(box).to_be_focused()
    assert box.evaluate("field => getComputedStyle(field).outlineStyle") == "solid"
    page.keyboard.type("How much is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("a cleaning?")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("log")).to_contain_text("95 dollars")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 700})
    page.keyboard.press("Enter")
    expect(panel).to_have_attribute("aria-modal", "true")
    panel.get_by_role("button", name="Close").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "flowyte-chat"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_finding_of_axe(browser: Browser, house: Site, scheme: Any, width: int) -> None:
    """Closed, open and in conversation; on a phone it is as large as the screen."""
    own = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    own.set_default_timeout(TIMEOUT_MS)
    page, _ = visit(own, house.url)
    page.get_by_role("button", name="Chat with us").wait_for()
    closed = Axe().run(page)
    panel = opened(page)
    panel.get_by_role("button", name=QUESTIONS[0]).click()
    expect(panel.get_by_role("log")).to_contain_text("On Saturday we are open")
    for found in (closed, Axe().run(page)):
        assert found.violations_count == 0, found.generate_report()
    place = panel.bounding_box()
    assert place is not None
    assert (place["width"] == width) == (width == 390)
    own.close()


def test_it_fits_at_400_percent_and_from_right_to_left(browser: Browser, house: Site) -> None:
    """A window of 1280 by 1024 at 400 % is one of 320 by 256: everything is in it. In Arabic the corner is mirrored and
    the disclosure is in Arabic, whatever the operator wrote."""
    house.ask("PUT", f"/agents/{house.agent}/widget", {"copy": {"language": "ar", "title": "عيادة الميناء"}})
    try:
        own = browser.new_context(viewport={"width": 1280, "height": 800})
        page, _ = visit(own, house.url)
        launcher = page.get_by_role("button", name="Chat with us")
        place = launcher.bounding_box()
        assert place is not None
        assert place["x"] < 100
        page.set_viewport_size({"width": 320, "height": 256})
        launcher.click()
        panel = page.get_by_role("dialog")
        expect(panel.get_by_text("الذكاء الاصطناعي")).to_be_in_viewport()
        expect(panel.get_by_role("textbox")).to_be_in_viewport()
        expect(panel.get_by_role("button", name="Send")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        own.close()
    finally:
        house.ask("PUT", f"/agents/{house.agent}/widget", SETTINGS)


def test_a_refusal_is_said_in_words(browser: Browser, house: Site) -> None:
    """In the chat: who is over the limit waits, another site's and a revoked key end it. On a new page such a key
    draws nothing, and the console says why."""
    few, moved = house.make_key(rateLimitRpm=2), house.make_key()
    own = browser.new_context()
    own.set_default_timeout(TIMEOUT_MS)
    page, _ = visit(own, house.tag(few, "/few"))
    panel = opened(page)
    write(panel, "How much is a cleaning?")
    expect(panel.get_by_role("log")).to_contain_text("95 dollars")
    write(panel, "Where can I park my car?")
    expect(panel.get_by_role("status")).to_have_text(re.compile(r"Your message is sent in \d+ seconds"))
    for key, path, change, words, said in (
        (moved, "/moved", ("PATCH", {"allowedOrigins": ["https://example.org"]}), "may not be used on this site",
         "allowedOrigins"),
        (house.make_key(), "/revoked", ("DELETE", None), "This chat has been switched off.", "No valid key"),
    ):  # fmt: skip
        page, _ = visit(own, house.tag(key, path))
        panel = opened(page)
        house.ask(change[0], f"/agents/{house.agent}/publishable-keys/{key['id']}", change[1])
        write(panel, "Hello")
        expect(panel.get_by_role("status")).to_contain_text(words)
        expect(panel.get_by_role("textbox")).to_have_value("Hello")
        fresh = browser.new_context()
        page = fresh.new_page()
        with page.expect_console_message(lambda message: message.type == "warning") as warned:
            page.goto(f"{house.url}{path}")
        assert warned.value.text.startswith("Flowyte: ")
        assert said in warned.value.text
        expect(page.locator("flowyte-chat")).to_have_count(0)
        fresh.close()
    own.close()


def test_a_visitor_may_talk(context: BrowserContext, house: Site) -> None:
    """Its bytes come with the wish, the microphone is asked for after another click, beside the notice; the agent says
    its own before anything is captured, and what is said stands where the messages do."""
    context.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.asked = 0;"
        "navigator.mediaDevices.getUserMedia = (...wanted) => { window.asked += 1; return ask(...wanted); };"
    )
    page, seen = visit(context, house.url)
    panel = opened(page)
    panel.get_by_role("button", name="Talk", exact=True).click()
    expect(panel.get_by_text("You will talk to an automated assistant, an AI. The call is recorded")).to_be_visible()
    assert page.evaluate("window.asked") == 0
    panel.get_by_role("button", name="Start talking").click()
    expect(panel.get_by_role("log")).to_contain_text("This call is recorded")
    assert page.evaluate("window.asked") == 1
    panel.get_by_role("button", name="End the call").click()
    expect(panel.get_by_text("The call is over.")).to_be_visible()
    panel.get_by_role("button", name="Back to writing").click()
    expect(panel.get_by_role("textbox")).to_be_visible()
    assert seen.complaints == []
    assert [url for url in seen.urls if not url.startswith((house.url, house.wire.url))] == []
