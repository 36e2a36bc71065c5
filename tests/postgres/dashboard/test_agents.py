"""An agent over its forms: made, changed, published, gone back, deleted; and two people at once."""

import re

import httpx
from tests.postgres.dashboard.conftest import House

from flowyte.agents.store import get_agent, list_agents


async def made(client: httpx.AsyncClient, name: str = "front desk") -> str:
    answer = await client.post("/agents/new", data={"name": name})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the draft's form as it stands."""
    fields = dict(re.findall(r'<input(?: type="hidden")?(?: id="[^"]+")? name="([^"]+)" value="([^"]*)"', page))
    fields |= {name: text for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page)}
    return fields


async def test_a_new_agent_is_published_and_gone_back_from(owner: httpx.AsyncClient) -> None:
    """From nothing to two versions and back to the first."""
    agent = await made(owner)
    assert "Callers are not answered until you publish" in (await owner.get(agent)).text
    await owner.post(f"{agent}/publish", data={"note": "First words"})
    form = form_of((await owner.get(agent)).text)
    saved = await owner.post(agent, data={**form, "greeting": "Good evening."})
    assert saved.headers["location"] == f"{agent}?done=saved"
    review = (await owner.get(f"{agent}/review")).text
    assert "Good evening." in review
    assert "Publish version 2" in review
    await owner.post(f"{agent}/publish", data={"note": ""})
    versions = (await owner.get(f"{agent}/versions")).text
    first = re.search(r'versionId" value="(ver_\w+)"', versions)
    assert first is not None
    await owner.post(f"{agent}/rollback", data={"versionId": first[1]})
    assert "Version 1 is live" in (await owner.get(agent)).text


async def test_what_cannot_be_taken_is_shown_at_its_field_and_nothing_is_lost(
    house: House, owner: httpx.AsyncClient
) -> None:
    """The page comes back with what was typed; nothing is saved, not even the fields that were right."""
    agent = await made(owner)
    form = form_of((await owner.get(f"{agent}/hours")).text)
    typed = {
        **form,
        "businessHours.timezone": "Europe/Berlin",
        "businessHours.weekly.mon": "nine to five",
        "businessHours.weekly.tue": "17:00-09:00",
    }
    answer = await owner.post(f"{agent}/hours", data=typed)
    assert answer.status_code == 400
    assert 'value="nine to five"' in answer.text
    assert "is not like 09:00-17:30" in answer.text
    typed["businessHours.weekly.mon"] = "9:00-12:00, 13:00-17:00"
    answer = await owner.post(f"{agent}/hours", data=typed)
    assert answer.status_code == 400
    assert "Ends before it begins" in answer.text
    async with house.pages.database.tenant(house.principal) as tx:
        assert (await get_agent(tx, agent.rpartition("/")[2])).draft["businessHours"]["timezone"] is None
    typed["businessHours.weekly.tue"] = ""
    assert (await owner.post(f"{agent}/hours", data=typed)).status_code == 303
    assert 'value="09:00-12:00, 13:00-17:00"' in (await owner.get(f"{agent}/hours")).text


async def test_two_people_who_save_at_once_see_both_sides(owner: httpx.AsyncClient) -> None:
    """The second is shown what the first saved beside what was typed, and decides."""
    agent = await made(owner)
    form = form_of((await owner.get(agent)).text)
    assert (await owner.post(agent, data={**form, "greeting": "From the first."})).status_code == 303
    second = await owner.post(agent, data={**form, "greeting": "From the second."})
    assert second.status_code == 409
    assert "From the first." in second.text
    assert "From the second." in second.text
    assert "From the first." in (await owner.get(agent)).text
    again = form_of(second.text)
    assert (await owner.post(agent, data={**again, "greeting": "From the second."})).status_code == 303
    assert "From the second." in (await owner.get(agent)).text


async def test_for_each_field_one_of_two_sides_is_chosen(owner: httpx.AsyncClient) -> None:
    """What the other wrote stays where theirs is taken, and goes where mine is."""
    agent = await made(owner)
    form = form_of((await owner.get(agent)).text)
    theirs = {**form, "greeting": "Theirs.", "persona": "Theirs as well."}
    assert (await owner.post(agent, data=theirs)).status_code == 303
    second = await owner.post(agent, data={**form, "greeting": "Mine.", "tone": "Mine too."})
    assert second.status_code == 409
    for field in ("greeting", "persona", "tone"):
        assert f'name="take.{field}"' in second.text
    version = re.search(r'name="version" value="(\d+)"', second.text)
    assert version is not None
    chosen = {"take.greeting": "mine", "take.persona": "theirs", "take.tone": "mine", "version": version[1]}
    mine = {**form, "greeting": "Mine.", "tone": "Mine too."}
    assert (await owner.post(agent, data={**mine, **chosen})).status_code == 303
    page = (await owner.get(agent)).text
    assert "Mine.</textarea>" in page
    assert "Theirs as well.</textarea>" in page
    assert 'value="Mine too."' in page


async def test_a_draft_saves_itself(owner: httpx.AsyncClient) -> None:
    """A script is told the new version, when it was saved and what differs from live; a fault by its field."""
    agent = await made(owner)
    await owner.post(f"{agent}/publish", data={"note": ""})
    form = form_of((await owner.get(agent)).text)
    as_script = {"Accept": "application/json", "If-Match": form["version"]}
    saved = (await owner.post(agent, data={**form, "greeting": "Hello there."}, headers=as_script)).json()
    assert saved["version"] == int(form["version"]) + 1
    assert saved["savedAt"].endswith(("Z", "+00:00"))
    assert "1 change since version 1" in saved["bar"]
    stale = await owner.post(agent, data={**form, "greeting": "Again."}, headers=as_script)
    assert (stale.status_code, stale.json()["version"]) == (409, saved["version"])
    as_script["If-Match"] = str(saved["version"])
    wrong = await owner.post(agent, data={**form, "llmTemperature": "warm"}, headers=as_script)
    assert (wrong.status_code, wrong.json()) == (400, {"errors": {"llmTemperature": "Is not a number"}})
    same = await owner.post(agent, data={**form, "greeting": "Hello there."}, headers=as_script)
    assert same.json()["version"] == saved["version"]


async def test_every_section_is_filled_published_and_gone_back_from(owner: httpx.AsyncClient) -> None:
    """Rows of words, holidays and rules; what changed is told in words; what is refused is told before publishing."""
    agent = await made(owner)
    await owner.post(f"{agent}/publish", data={"note": ""})
    for tab, values in SECTIONS.items():
        form = form_of((await owner.get(f"{agent}{tab}")).text)
        saved = await owner.post(f"{agent}{tab}", data={**form, **values})
        assert saved.status_code == 303, (tab, re.findall(r'class="error"[^>]*>([^<]+)', saved.text))
    review = (await owner.get(f"{agent}/review")).text
    for words in (
        "Pronunciation of Nguyen", "Saturday", "9:00–13:00", "In chats: greeting", "2026-12-24 to 2026-12-26 Christmas",
        "Emergencies: No heat → +12025550143", "This cannot be published yet", "has a word in it that lexicon.banned",
    ):  # fmt: skip
        assert words in review, words
    assert "Publish version 2" not in review
    assert (await owner.post(f"{agent}/publish", data={"note": ""})).status_code == 400
    form = form_of((await owner.get(agent)).text)
    await owner.post(agent, data={**form, "greeting": "Northside Plumbing, hello."})
    assert "Publish version 2" in (await owner.get(f"{agent}/review")).text
    assert (await owner.post(f"{agent}/publish", data={"note": "All of it"})).status_code == 303
    hours = form_of((await owner.get(f"{agent}/hours")).text)
    await owner.post(f"{agent}/hours", data={**hours, "businessHours.weekly.sat": ""})
    review = (await owner.get(f"{agent}/review")).text
    assert re.search(r"Saturday</th>\s*<td><del>9:00–13:00</del></td>\s*<td>.*?(closed)?", review)
    words = form_of((await owner.get(f"{agent}/voice")).text)
    words |= {"lexicon.pronunciations.0.word": "", "lexicon.pronunciations.0.sound": ""}
    await owner.post(f"{agent}/voice", data=words)
    assert 'value="Nguyen"' not in (await owner.get(f"{agent}/voice")).text


SECTIONS = {
    "": {"greeting": "The cheap plumber.", "persona": "The office.", "tone": "plain", "goals": "Help\nNote",
         "neverDo": "Promise a time"},
    "/voice": {"voiceSettings.speed": "1.1", "lexicon.pronunciations.0.word": "Nguyen",
               "lexicon.pronunciations.0.sound": "win", "lexicon.banned": "cheap", "lexicon.preferred": "visit",
               "defaultVoiceId": "joe", "languageMode": "single_language"},
    "/hours": {"businessHours.timezone": "America/Chicago", "businessHours.weekly.sat": "9:00-13:00",
               "businessHours.holidays.0.date": "2026-12-24", "businessHours.holidays.0.endDate": "2026-12-26",
               "businessHours.holidays.0.name": "Christmas", "businessHours.holidays.0.hours": "",
               "businessHours.afterHours.mode": "message", "businessHours.afterHours.message": "We are closed."},
    "/calls": {"callControl.maxCallSeconds": "900", "handoffConfig.transferDestination": "202 555 0143",
               "handoffConfig.transferRules.0.label": "Emergencies", "handoffConfig.transferRules.0.when": "No heat",
               "handoffConfig.transferRules.0.destination": "+12025550143", "recording.enabled": "on",
               "recording.retentionDays": "30"},
    "/channels": {"enabledChannels": "chat", "channelOverrides.chat.greeting": "Hi, this is Northside."},
}  # fmt: skip


async def test_an_agent_is_deleted_by_typing_its_name(house: House, owner: httpx.AsyncClient) -> None:
    """Anything else deletes nothing."""
    agent = await made(owner)
    assert "Type front desk to delete it" in (await owner.post(f"{agent}/delete", data={"name": "desk"})).text
    assert (await owner.get(agent)).status_code == 200
    assert (await owner.post(f"{agent}/delete", data={"name": "front desk"})).status_code == 303
    async with house.pages.database.tenant(house.principal) as tx:
        assert await list_agents(tx) == []


async def test_a_name_is_needed(owner: httpx.AsyncClient) -> None:
    """An empty form makes no agent."""
    assert (await owner.post("/agents/new", data={"name": "  "})).status_code == 400
    assert "No agent yet" in (await owner.get("/agents")).text


async def test_a_source_of_questions_is_written_as_text(owner: httpx.AsyncClient) -> None:
    """What was typed comes back as it was; what cannot be read is refused with the reason."""
    agent = await made(owner)
    text = "Q: Is there parking?\nQ: Where can I park?\nA: Yes, behind the house."
    values = {"kind": "faq", "name": "Parking", "text": text}
    assert (await owner.post(f"{agent}/knowledge/new", data=values)).status_code == 303
    listed = (await owner.get(f"{agent}/knowledge")).text
    source = re.search(rf'href="({agent}/knowledge/src_\w+)"', listed)
    assert source is not None
    assert text in (await owner.get(source[1])).text
    refused = await owner.post(f"{agent}/knowledge/new", data={**values, "text": "Is there parking? Yes."})
    assert refused.status_code == 400
    assert "comes before any Q:" in refused.text
    assert (await owner.post(f"{source[1]}/delete")).status_code == 303
    assert "Nothing to answer from yet" in (await owner.get(f"{agent}/knowledge")).text
