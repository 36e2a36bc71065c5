"""An account from the first link to a passkey, in a real browser and by keyboard alone."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect, sync_playwright
from tests.acceptance.conftest import Product
from tests.acceptance.test_browser import FLAGS, TIMEOUT_MS, ask

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EMAIL, PASSWORD = "owner@example.com", "seven quiet harbours"
MOST_TABS = 80

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


@pytest.fixture(scope="module")
def page(product: Product) -> Iterator[Page]:
    """With an authenticator of its own, as a phone or a laptop has one, at a host name, which passkeys need."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=product.url.replace("127.0.0.1", "localhost"))
        context.set_default_timeout(TIMEOUT_MS)
        opened = context.new_page()
        session = context.new_cdp_session(opened)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip
        yield opened
        browser.close()


def reach(page: Page, target: Locator) -> None:
    """With Tab alone."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by keyboard")


def press(page: Page, target: Locator) -> None:
    expect(target).to_be_visible()
    reach(page, target)
    page.keyboard.press("Enter")


def fill(page: Page, label: str, text: str) -> None:
    """Into the field of that label, by keyboard."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_be_visible()
    reach(page, field)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def sign_out(page: Page) -> None:
    press(page, page.get_by_role("button", name="Sign out", exact=True))
    expect(page.get_by_label("Password")).to_be_visible()


def clean(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.wait_for_load_state()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_from_a_link_to_a_passkey(page: Page, product: Product) -> None:
    """The link's session gets an account; a code is asked for after that; a passkey alone signs in."""
    page.goto(ask(product, "POST", "/sign-in-links")["path"])
    press(page, page.get_by_role("button", name="Sign in"))
    press(page, page.get_by_role("link", name="Account"))
    clean(page, "Account")
    fill(page, "E-mail address", EMAIL)
    fill(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    press(page, page.get_by_role("link", name="Account"))
    press(page, page.get_by_role("link", name="Add an authenticator"))
    clean(page, "Add an authenticator")
    secret = page.locator(".code code").inner_text().replace(" ", "")
    totp = pyotp.TOTP(secret)
    fill(page, "The code that it shows now", totp.now())
    fill(page, "Your password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator(".code code").inner_text().split()
    assert len(codes) == 10
    clean(page, "Recovery codes")

    sign_out(page)
    clean(page, "Flowyte")
    fill(page, "E-mail address", EMAIL)
    fill(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    clean(page, "Flowyte")
    fill(page, "Code", "000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    fill(
        page, "Code", totp.at(datetime.now(UTC) + timedelta(seconds=30))
    )  # the present one was taken by the setting up
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    press(page, page.get_by_role("link", name="Account"))
    fill(page, "Name", "This laptop")
    reach(page, page.locator("#key-password"))
    page.keyboard.type(PASSWORD)
    press(page, page.get_by_role("button", name="Add a passkey"))
    expect(page.get_by_role("status").first).to_contain_text("passkey is added")
    expect(page.get_by_role("cell", name="This laptop", exact=True)).to_be_visible()
    clean(page, "Account")

    sign_out(page)
    press(page, page.get_by_role("button", name="Sign in with a passkey"))
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    press(page, page.get_by_role("link", name="Account"))
    expect(page.get_by_role("row", name="this one")).to_contain_text("Chrome on Linux")


def test_a_colleague_is_invited_and_the_organization_handed_over(page: Page) -> None:
    """By keyboard: the link is shown, the colleague joins in a browser of their own, and becomes the owner."""
    page.goto("/members")
    fill(page, "E-mail address", "colleague@example.com")
    press(page, page.get_by_role("button", name="Make the link"))
    link = page.locator(".code code").inner_text()
    assert "/join?invite=" in link
    clean(page, "Members")
    browser = page.context.browser
    assert browser is not None
    theirs = browser.new_context()
    other = theirs.new_page()
    other.set_default_timeout(TIMEOUT_MS)
    other.goto(link)
    clean(other, "Flowyte")
    fill(other, "Password", "eight quiet harbours")
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="Home")).to_be_visible()
    other.goto("/".join(link.split("/")[:3]) + "/api-keys")
    expect(other.get_by_role("heading", name="You may not do this")).to_be_visible()
    page.goto("/members")
    press(page, page.get_by_role("button", name="Hand the organization over to colleague@example.com"))
    expect(page.get_by_role("status").first).to_contain_text("new owner")
    other.reload()
    expect(other.get_by_role("heading", name="API keys")).to_be_visible()
    theirs.close()
