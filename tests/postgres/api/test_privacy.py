"""/privacy/requests: many persons at once, and visitors of a site."""

import httpx
from tests.postgres.api.conftest import House

VISITOR = "cnv_7N42dgm5tFLK9N8MT7fHC7"


async def test_many_persons_are_taken_down_each_with_its_answer(house: House, mine: httpx.AsyncClient) -> None:
    """In the order of the list; whoever cannot be meant by it is refused alone, and patterns find nobody."""
    persons = [
        {"email": "first@example.com"}, {"email": "*@example.com"}, {"phone": "+1 202 555 0143"}, {},
        {"email": "first@example.com"}, {"visitorId": VISITOR}, {"visitorId": "cnv_%"},
    ]  # fmt: skip
    answer = await mine.post("/privacy/requests/bulk", json={"kind": "deletion", "persons": persons})
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    results = data["results"]
    assert data["taken"] == 3
    assert [each["request"] is not None for each in results] == [True, False, True, False, False, True, False]
    assert [each["error"] and each["error"]["code"] for each in results] == [
        None, "validation_error", None, "validation_error", "conflict", None, "validation_error",
    ]  # fmt: skip
    assert results[5]["request"]["person"] == {"phone": None, "email": None, "visitorId": VISITOR}
    assert {each["request"]["state"] for each in results if each["request"]} == {"received"}
    listed = (await mine.get("/privacy/requests")).json()["data"]
    assert len(listed) == 3


async def test_nobody_and_everybody_are_no_list(house: House, mine: httpx.AsyncClient) -> None:
    """An empty list, and one that is too long, are refused as a whole."""
    for persons in ([], [{"email": f"somebody{n}@example.com"} for n in range(101)]):
        answer = await mine.post("/privacy/requests/bulk", json={"kind": "deletion", "persons": persons})
        assert answer.status_code == 400
    assert (await mine.get("/privacy/requests")).json()["data"] == []


async def test_it_is_said_where_things_are_kept(house: House, mine: httpx.AsyncClient) -> None:
    """With the windows: the region that this organization is pinned to."""
    assert (await mine.get("/retention")).json()["data"]["region"] == "local"
