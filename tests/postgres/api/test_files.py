"""Files as knowledge: sent as a form, read at once, refused with a reason."""

import httpx
from tests.unit.knowledge.test_reading import docx, pdf


async def test_a_file_becomes_a_source(mine: httpx.AsyncClient) -> None:
    """Named as the file or as the form says; its text can be looked at and is waiting to be indexed."""
    agent = (await mine.post("/agents", json={"name": "Clinic"})).json()["data"]["id"]
    base = f"/agents/{agent}/knowledge"
    made = (await mine.post(f"{base}/files", files={"file": ("C:\\papers\\prices.pdf", pdf())})).json()["data"]
    assert (made["kind"], made["name"], made["fileName"], made["status"]) == (
        "file", "prices.pdf", "prices.pdf", "pending",
    )  # fmt: skip
    found = (await mine.get(f"{base}/sources/{made['id']}")).json()["data"]
    assert found["content"] == "We fit crowns in two visits. A crown is 900 dollars."
    named = await mine.post(f"{base}/files", files={"file": ("a.docx", docx())}, data={"name": "Prices"})
    assert named.json()["data"]["name"] == "Prices"
    changed = await mine.patch(f"{base}/sources/{made['id']}", json={"content": "Other"})
    assert changed.json()["errors"][0]["field"] == "content"


async def test_a_file_that_cannot_be_read_leaves_nothing(mine: httpx.AsyncClient) -> None:
    """Neither a form without a file nor a file that lies makes a source."""
    agent = (await mine.post("/agents", json={"name": "Clinic"})).json()["data"]["id"]
    base = f"/agents/{agent}/knowledge"
    for answer in (
        await mine.post(f"{base}/files", files={"file": ("prices.pdf", b"PK\x03\x04nothing")}),
        await mine.post(f"{base}/files", data={"name": "x"}),
        await mine.post(f"{base}/files", files={"file": ("a.txt", b"\x00\x01\x02")}),
    ):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "file"
    assert (await mine.get(f"{base}/sources")).json()["data"] == []
