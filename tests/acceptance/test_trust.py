"""The trust page of the running product: nothing is broken on a fresh installation, and it is a page for everybody."""

import json
import subprocess
import sys

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.acceptance.conftest import Product
from tests.acceptance.test_browser import CHROMIUM, FLAGS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium")


def test_nothing_is_broken_on_a_fresh_installation(product: Product) -> None:
    """And the command line says what the page says."""
    shown = httpx.get(f"{product.url}/trust/claims").json()["claims"]
    assert {claim["id"]: claim["reason"] for claim in shown if claim["status"] == "broken"} == {}
    assert {claim["id"] for claim in shown if claim["status"] == "kept"} >= {"T1", "T2", "T3", "T6", "T10", "T23"}
    command = [sys.executable, "-m", "flowyte", "trust", "--data", str(product.data), "--json"]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert [(each["id"], each["status"]) for each in said["claims"]] == [(each["id"], each["status"]) for each in shown]


def test_the_page_needs_no_account_no_script_and_nothing_from_elsewhere(product: Product) -> None:
    """Readable as it arrives, without findings of axe, in light and dark, wide and narrow."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in ((1280, "light"), (390, "dark")):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))  # type: ignore[misc]
            page.goto(f"{product.url}/trust")
            assert page.get_by_role("heading", name="Row-level security on every query").is_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
            assert all(url.startswith(product.url) for url in asked)
            context.close()
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(f"{product.url}/trust")
        plain.get_by_text("Evidence").first.click()
        assert plain.get_by_text("tables_name_an_organization").is_visible()
        browser.close()
