"""The way of somebody new, in a real browser: an agent from nothing, taught, given a skill, guarded, tried, published,
talked to, and its conversation read. By what a person sees: roles, labels and texts."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.acceptance.conftest import Product
from tests.acceptance.test_browser import FLAGS, TIMEOUT_MS, ask

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWERS = {
    "/customers/700123": {"accountNumber": "700123", "pin": "4829"},
    "/orders": {"state": "on its way", "address": "7 Elm Street"},
}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


@dataclass(slots=True)
class Shop:
    """The business's own service."""

    url: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def shop(product: Product) -> Iterator[Shop]:
    there = Shop(f"http://127.0.0.1:{product.service_port}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append(self.path)
            found = ANSWERS.get(self.path.partition("?")[0])
            body = json.dumps(found or {"error": "unknown"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", product.service_port), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield there
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture
def page(product: Product) -> Iterator[Page]:
    with sync_playwright() as running:
        expect.set_options(timeout=TIMEOUT_MS)
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=product.url)
        context.set_default_timeout(TIMEOUT_MS)
        opened = context.new_page()
        opened.goto(ask(product, "POST", "/sign-in-links")["path"])
        opened.get_by_role("button", name="Sign in").click()
        expect(opened.get_by_role("heading", name="Home")).to_be_visible()
        yield opened
        browser.close()


def test_from_nothing_to_a_conversation(page: Page, shop: Shop) -> None:
    """Each step says that it worked, and callers meet none of it before it is published."""
    make(page)
    teach(page)
    give_skills(page, shop)
    guard(page)
    verify_callers(page)
    try_it(page, shop)
    publish(page)
    read_it(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of this agent").get_by_role("link", name=name, exact=True).click()


def make(page: Page) -> None:
    page.get_by_role("link", name="Agents", exact=True).first.click()
    page.get_by_role("link", name="New agent").click()
    page.get_by_label("Name", exact=True).fill("larch")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="larch")).to_be_visible()
    expect(page.get_by_text("Callers are not answered until you publish")).to_be_visible()


def teach(page: Page) -> None:
    tab(page, "Knowledge")
    page.get_by_role("link", name="Add questions and answers").click()
    page.get_by_label("Name", exact=True).fill("Questions customers ask")
    page.get_by_label("Questions and answers").fill(
        "Q: How much is shipping?\nA: Shipping is 6 dollars.\n\nQ: Do you repair jackets?\nA: Yes, for 25 dollars."
    )
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Questions customers ask")
    for _ in range(60):
        if row.filter(has_text="Ready").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(row).to_contain_text("Ready")
    page.get_by_label("A question, as a caller would ask it").fill("what does shipping cost")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("It would answer with the first of these.")).to_be_visible()


def give_skills(page: Page, shop: Shop) -> None:
    """One that brings a customer's record, for comparing alone; one that says where the order is."""
    add_skill(page, "customer_record", "What is on file for a customer.", f"{shop.url}/customers/{{accountNumber}}")
    page.get_by_role("button", name="Add a parameter").click()
    parameter = page.get_by_role("group", name="New parameter").last
    parameter.get_by_label("Name", exact=True).fill("accountNumber")
    parameter.get_by_label("Needed").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Try it")).to_be_visible()

    add_skill(page, "order_status", "The caller asks where their order is.", f"{shop.url}/orders")
    page.get_by_label("Only for a verified caller").check()
    page.get_by_text("Words, channels and time").click()
    page.get_by_label("Say when it worked").fill("Your order is {state}.")
    page.get_by_label("What callers say then").fill("Where is my order\nHas my parcel been sent")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Try it")).to_be_visible()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("It worked", exact=True)).to_be_visible()
    assert shop.asked == ["/orders"]


def add_skill(page: Page, name: str, when: str, address: str) -> None:
    tab(page, "Skills")
    page.get_by_role("link", name="Add: Ask a web service").click()
    page.get_by_label("Name", exact=True).first.fill(name)
    page.get_by_label("When it is used").fill(when)
    page.get_by_label("Address", exact=True).fill(address)
    page.get_by_label("Method").select_option("GET")


def guard(page: Page) -> None:
    tab(page, "Guardrails")
    page.get_by_label("Not talked about").fill("election results")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Callers meet it once you publish")).to_be_visible()


def verify_callers(page: Page) -> None:
    tab(page, "Verification")
    page.get_by_label("How callers prove who they are").select_option("account_pin")
    page.get_by_label("The skill that brings an account’s record").select_option("customer_record")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Callers meet it once you publish")).to_be_visible()


def try_it(page: Page, shop: Shop) -> None:
    """In the tester beside the form: knowledge, guardrail, verification and skill, as a caller meets them."""
    tab(page, "Knowledge")
    tester = page.get_by_role("complementary", name="Try the draft")

    def say(text: str, answer: str) -> None:
        tester.get_by_label("Write to the draft").fill(text)
        tester.get_by_role("button", name="Send").click()
        expect(tester.get_by_role("log")).to_contain_text(answer)

    say("How much is shipping?", "Shipping is 6 dollars.")
    say("Who won, what are the election results?", "I am not able to talk about that.")
    say("Where is my order?", "What is your account number?")
    say("700123", "What is your PIN?")
    say("0000", "These details do not match")
    assert not [path for path in shop.asked[1:] if path.startswith("/orders")]
    expect(tester.get_by_role("log")).not_to_contain_text("on its way")
    say("700123", "What is your PIN?")
    say("4829", "Your order is on its way.")
    expect(tester.get_by_role("log")).not_to_contain_text("Elm Street")


def publish(page: Page) -> None:
    page.get_by_role("link", name="Review and publish version 1").click()
    page.get_by_label("Note").fill("The first")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Published. New calls and chats are answered by it")).to_be_visible()


def read_it(page: Page) -> None:
    """A chat with the live version over the API, as a website has it; then its page."""
    agent = page.url.split("/agents/")[1].split("/")[0]
    # From the page, with its own session: a stranger's script is refused.
    session = page.evaluate(
        """async agent => {
          const post = (path, body) => fetch(`/api/v1${path}`, {
            method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
          const {data} = await (await post("/chat/sessions", {agentId: agent})).json();
          await (await post(`/chat/sessions/${data.id}/messages`, {content: "Do you repair jackets?"})).text();
          return data.id;
        }""",
        agent,
    )
    page.goto(f"/conversations/{session}")
    expect(page.get_by_role("heading", name="Conversation with larch")).to_be_visible()
    expect(page.get_by_text("Do you repair jackets?").first).to_be_visible()
    expect(page.get_by_text("Yes, for 25 dollars.").first).to_be_visible()
    page.get_by_role("link", name="Conversations", exact=True).first.click()
    expect(page.get_by_role("row").filter(has_text="larch").first).to_be_visible()
