"""Agents as files against the product's own API: pulled, pushed, the same bytes again; faults are named before."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.wiring.agent_folder import BadFolderError, Folder, _Loader, dumped, read_folder, write_folder
from flowyte.wiring.agent_sync import WouldDeleteError, differences, fetch, push
from flowyte.wiring.client import Client

EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[3] / "examples").glob("*/agent.yaml"))


class Here(Client):
    """The command line's client, against the application of this test."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def request(self, method: str, path: str, body: object = None, *, follow: bool = False) -> httpx.Response:
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer


@pytest.fixture
def client(mine: httpx.AsyncClient) -> Here:
    return Here(mine)


def quiet(_: str) -> None:
    pass


async def pushed(client: Here, folder: Folder) -> str:
    agent: str = (await client.data("POST", "/agents", {"name": folder.agent["name"]}))["id"]
    assert await push(client, folder, await fetch(client, agent), quiet, prune=False) > 0
    return agent


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
async def test_an_example_is_pushed_published_and_pulled_as_the_same_bytes(
    example: Path, client: Here, tmp_path: Path
) -> None:
    """And a second push has nothing to do; what it says about itself can be asked."""
    folder = read_folder(example)
    agent = await pushed(client, folder)
    remote = await fetch(client, agent)
    assert differences(remote.folder, folder) == []
    assert await push(client, folder, remote, quiet, prune=False) == 0
    written = write_folder(tmp_path / "again", remote.folder)
    assert {name: (tmp_path / "again" / name).read_text() for name in written} == folder.files()
    assert write_folder(tmp_path / "again", remote.folder) == []
    version = await client.data("POST", f"/agents/{agent}/publish", {})
    assert version["number"] == 1


async def test_what_is_changed_in_a_file_is_all_that_is_changed(client: Here, tmp_path: Path) -> None:
    """One request for one change; a map's entry that is gone from the file is gone from the agent."""
    folder = read_folder(EXAMPLES[0])
    folder.agent["lexicon"] = {**folder.agent["lexicon"], "pronunciations": {"Harbour": "harber", "Ltd": "limited"}}
    agent = await pushed(client, folder)
    folder.agent["lexicon"] = {**folder.agent["lexicon"], "pronunciations": {"Harbour": "harber"}}
    folder.agent["businessHours"]["weekly"].pop("sat", None)
    remote = await fetch(client, agent)
    assert {each.field.split(".")[0] for each in differences(remote.folder, folder)} == {"agent"}
    assert await push(client, folder, remote, quiet, prune=False) == 1
    found = await client.data("GET", f"/agents/{agent}")
    assert found["lexicon"]["pronunciations"] == {"Harbour": "harber"}
    assert "sat" not in found["businessHours"]["weekly"]


async def test_nothing_is_deleted_unless_it_is_said(client: Here, tmp_path: Path) -> None:
    """A file that is missing may be a mistake."""
    folder = read_folder(EXAMPLES[0])
    agent = await pushed(client, folder)
    gone = next(iter(folder.knowledge))
    del folder.knowledge[gone]
    with pytest.raises(WouldDeleteError, match=gone):
        await push(client, folder, await fetch(client, agent), quiet, prune=False)
    assert await push(client, folder, await fetch(client, agent), quiet, prune=True) == 1
    assert gone not in (await fetch(client, agent)).folder.knowledge


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("agent.yaml", "name: A\ngreeting: [\n", r"agent\.yaml:3:1"),
        ("agent.yaml", "name: A\nname: B\n", r"agent\.yaml:2:1: name stands here twice"),
        ("agent.yaml", "name: A\ngoals: &a [x]\nneverDo: *a\n", r"agent\.yaml:3:10: aliases"),
        ("agent.yaml", "name: A\ngreting: Hello\n", r"agent\.yaml:2: greting: is not a field"),
        ("agent.yaml", "- name\n", "begins with a field"),
        ("skills/a.yaml", "name: a\ndescription: b\nskillType: nothing\n", r"skills/a\.yaml:3: skillType"),
        ("knowledge/a.yaml", "name: a\nkind: text\n", r"knowledge/a\.yaml:1: content: is required"),
        ("playbooks/a.yaml", "name: a\ngraph: {nodes: 1, connections: []}\n", r"playbooks/a\.yaml:2: graph\.nodes"),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path: Path, file: str, text: str, words: str) -> None:
    """And with line and column where it is the YAML."""
    (tmp_path / "agent.yaml").write_text("name: A\n")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    with pytest.raises(BadFolderError, match=words):
        read_folder(tmp_path)


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")))
    | st.sampled_from(["10:30", "2026-12-25", "yes", "no", "on", "1e3", "007", "~", "null", "true", "# x", "x\ny\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text("abc", min_size=1), PLAIN, max_size=4))
def test_what_is_written_is_read_as_it_was(values: dict[str, Any]) -> None:
    """Times, dates and words that other readers of YAML take for something else stay texts."""
    import yaml

    assert yaml.load(dumped(values), Loader=_Loader) == values


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_written_as_a_pull_would_write_them(example: Path) -> None:
    """So that pulling one shows only what was changed."""
    for name, text in read_folder(example).files().items():
        assert (example / name).read_text() == text


async def test_a_website_goes_there_and_back(client: Here, tmp_path: Path) -> None:
    """What is usual is not written; the address is written in full, so that nothing differs."""
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "agent.yaml").write_text("name: sites\n")
    (tmp_path / "knowledge/help.yaml").write_text("name: Help\nkind: url\nurl: Example.com/help\n")
    (tmp_path / "knowledge/shop.yaml").write_text(
        "name: Shop\nkind: url\nurl: https://example.org/\nmaxPages: 5\nrefreshSeconds: null\n"
    )
    folder = read_folder(tmp_path)
    agent = await pushed(client, folder)
    remote = await fetch(client, agent)
    assert differences(remote.folder, folder) == []
    write_folder(tmp_path, remote.folder)
    assert (tmp_path / "knowledge/help.yaml").read_text() == "name: Help\nkind: url\nurl: https://example.com/help\n"
    assert "refreshSeconds: null" in (tmp_path / "knowledge/shop.yaml").read_text()
    folder = read_folder(tmp_path)
    folder.knowledge["Shop"] |= {"refreshSeconds": 86_400}
    assert await push(client, folder, remote, quiet, prune=False) == 1
    assert (await fetch(client, agent)).folder.knowledge == folder.knowledge
    for wrong in ("url: 1", "url: https://example.com\nmaxPages: no", "url: ftp://example.com"):
        (tmp_path / "knowledge/help.yaml").write_text(f"name: Help\nkind: url\n{wrong}\n")
        with pytest.raises(BadFolderError, match=r"knowledge/help\.yaml"):
            read_folder(tmp_path)
