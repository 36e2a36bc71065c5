"""Takes the pictures of the documents from the real product: a call is placed and its page is photographed.

    flowyte up --data data        # in another terminal
    python docs/pictures/take.py data
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

SAID = (
    "What time do you open on Saturday?", "How much is a cleaning?", "Can you take a message?",
    "My name is Maria Lopez.", "Two zero two, five five five, zero one four two.", "Yes, that is right.",
    "Please call me about my crown.",
)  # fmt: skip
HERE = Path(__file__).parent
WIDTH, HEIGHT = 1280, 900


def main(data: Path) -> None:
    local = json.loads((data / "run" / "local.json").read_text())
    request = urllib.request.Request(
        f"{local['url']}/api/v1/sign-in-links", method="POST", headers={"Authorization": f"Bearer {local['key']}"}
    )
    with urllib.request.urlopen(request) as answer:
        link = local["url"] + json.load(answer)["data"]["path"]
    call = place(data)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{local['url']}/conversations/{call}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=HERE / "conversation.png")
        browser.close()


def place(data: Path) -> str:
    """The id of a call in which all of this is said."""
    command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(data), "--json"]
    for words in SAID:
        command += ["--say", words]
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([*command, "--out", out], capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["conversationId"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
