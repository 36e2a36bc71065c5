"""The page of the chat on a site: the tag, the settings as a form, and the sites of a key."""

import httpx
import msgspec
from tests.postgres.dashboard.conftest import House, furnish

from flowyte.agents.widget import Widget, get_widget
from flowyte.dashboard.widget import texts


async def form_of(house: House, agent: str, **changes: str) -> dict[str, str]:
    """As a browser sends the page's own form: a checkbox that is off is not in it."""
    async with house.pages.database.tenant(house.principal) as tx:
        found = texts(msgspec.to_builtins(await get_widget(tx, agent)))
    return {name: value for name, value in {**found, **changes}.items() if value or "behavior" not in name}


async def test_what_is_chosen_is_saved_and_shown_again(house: House, owner: httpx.AsyncClient) -> None:
    """Colours, texts, a line for each question, and switches; the page has them as they were typed."""
    agent = (await furnish(house, house.principal))["agent_id"]
    page = f"/agents/{agent}/widget"
    form = await form_of(
        house, agent,
        **{"theme.light.accent": "#0b6b3a", "copy.title": "Harbour <b>", "copy.starterQuestions": "When?\r\nWhere?",
           "behavior.openAfterSeconds": "20", "behavior.voice": "on", "copy.labels.send": "Ask"},
    )  # fmt: skip
    saved = await owner.post(page, data=form)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{page}?done=saved")
    async with house.pages.database.tenant(house.principal) as tx:
        kept = await get_widget(tx, agent)
    assert (kept.theme.light.accent, kept.copy.title) == ("#0b6b3a", "Harbour <b>")
    assert (kept.copy.starter_questions, kept.copy.labels.send) == (["When?", "Where?"], "Ask")
    assert (kept.behavior.open_after_seconds, kept.behavior.voice) == (20, True)
    text = (await owner.get(page)).text
    assert "Harbour &lt;b&gt;" in text
    assert "Harbour <b>" not in text
    assert await form_of(house, agent) == {name: value.replace("\r\n", "\n") for name, value in form.items()}


async def test_what_cannot_be_read_is_said_at_its_field(house: House, owner: httpx.AsyncClient) -> None:
    """White on yellow is refused in the form and beside the chat, before anything is saved."""
    agent = (await furnish(house, house.principal))["agent_id"]
    page = f"/agents/{agent}/widget"
    form = await form_of(house, agent, **{"theme.light.accent": "#ffd400"})
    refused = await owner.post(page, data=form)
    assert refused.status_code == 400
    assert "Has a contrast of 1.4 to 1 on accent; text needs 4.5" in refused.text
    preview = await owner.post(f"{page}/preview", data=form)
    assert list(preview.json()["errors"]) == ["theme.light.onAccent"]
    good = (await owner.post(f"{page}/preview", data={**form, "theme.light.onAccent": "#000000"})).json()["shown"]
    assert (good["theme"]["light"]["accent"], good["copy"]["greeting"]) == ("#ffd400", "Good day.")
    async with house.pages.database.tenant(house.principal) as tx:
        assert await get_widget(tx, agent) == Widget()


async def test_the_tag_and_its_sites(house: House, owner: httpx.AsyncClient) -> None:
    """The tag of the newest key stands on the page; the key's sites can be changed, and what is no site is refused."""
    ids = await furnish(house, house.principal)
    keys = f"/agents/{ids['agent_id']}/website"
    made = await owner.post(keys, data={"name": "Shop", "origins": "https://shop.example.com/", "rpm": "60"})
    tag = "&lt;script src=&#34;http://flowyte.example.com/widget/loader.js&#34; data-key=&#34;flowyte_pk_live_"
    assert tag in made.text
    page = (await owner.get(f"/agents/{ids['agent_id']}/widget")).text
    assert "https://shop.example.com" in page
    assert "script-src http://flowyte.example.com;" in page
    one = f"{keys}/{ids['publishable_key_id']}"
    changed = await owner.post(one, data={"sites": "https://example.org https://example.net", "limit": "90"})
    assert changed.status_code == 303
    listed = (await owner.get(keys)).text
    assert "https://example.org, https://example.net" in listed
    wrong = await owner.post(one, data={"sites": "example.org", "limit": "90"})
    assert wrong.status_code == 400
    assert "is not like https://example.com" in wrong.text


async def test_a_builder_sees_the_tag_and_makes_no_key(house: House) -> None:
    """What stands in a page for everybody to read may be read here too; keys are an owner's and admin's."""
    ids = await furnish(house, house.principal)
    async with house.browser(await house.session(house.principal, "builder")) as builder:
        page = await builder.get(f"/agents/{ids['agent_id']}/widget")
        assert page.status_code == 200
        assert "data-key=&#34;flowyte_pk_live_" in page.text
        assert "change the sites" not in page.text
        assert (await builder.get(f"/agents/{ids['agent_id']}/website")).status_code == 403
    async with house.browser(await house.session(house.principal, "analyst")) as analyst:
        assert (await analyst.get(f"/agents/{ids['agent_id']}/widget")).status_code == 403
