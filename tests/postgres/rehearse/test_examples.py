"""The examples' screenplays, played with the real agents; and what one says when an agent no longer keeps to it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flowyte.kit.postgres import Cluster
from flowyte.kit.settings import load
from flowyte.providers.store.fetch import list_models
from flowyte.rehearse.hours import StillLoop
from flowyte.rehearse.play import Played
from flowyte.rehearse.rehearsal import house, play_all, report, screenplays_of
from flowyte.rehearse.script import BadScreenplayError, Screenplay, read_screenplay
from flowyte.rehearse.stage import Remembering
from flowyte.wiring.agent_folder import Folder, read_folder

ROOT = Path(__file__).parents[3] / "examples"
EXAMPLES = sorted(path.parent for path in ROOT.glob("*/agent.yaml"))
SITUATIONS = ("good-day", "interruption", "wrong-data", "angry-caller", "digression", "after-hours")

On = Callable[[Folder, list[Screenplay]], list[Played]]


@pytest.fixture(scope="module")
def on_stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> On:
    settings, _ = load()
    missing = [status.model.name for status in list_models(settings.models_dir) if not status.present]
    if "minilm-l6-v2" in missing:
        pytest.skip("the embedding model is not here; `flowyte models --fetch` brings it")
    folder_of_keys, embedder = tmp_path_factory.mktemp("rehearsal"), Remembering(settings.models_dir)

    def play(folder: Folder, plays: list[Screenplay]) -> list[Played]:
        async def work() -> list[Played]:
            async with house(cluster.app_dsn, folder_of_keys, embedder) as opened:
                return await play_all(opened, folder, plays, lambda _: None)

        with asyncio.Runner(loop_factory=StillLoop) as runner:
            return runner.run(work())

    return play


def named(example: str, name: str) -> tuple[Folder, Screenplay]:
    folder, plays = read_folder(ROOT / example), screenplays_of(ROOT / example)
    return folder, next(play for play in plays if play.name.endswith(f"/{name}.txt"))


def changed(play: Screenplay, before: str, after: str) -> Screenplay:
    text = Path(play.name).read_text()
    assert before in text
    return read_screenplay(play.name, text.replace(before, after))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_conversations_go_as_they_are_written(example: Path, on_stage: On) -> None:
    played = on_stage(read_folder(example), screenplays_of(example))
    assert [report(each) for each in played if not each.ok] == []


def test_there_is_one_for_every_situation_by_voice_and_by_chat() -> None:
    """Forty at least, and in each example those that every business meets."""
    count = 0
    for example in EXAMPLES:
        plays = screenplays_of(example)
        count += sum(len(play.channels) for play in plays)
        for situation in SITUATIONS:
            assert any(Path(play.name).stem == situation for play in plays), f"{example.name}: {situation}"
        assert any("fail" in play.name or "silent" in play.name or "503" in play.name for play in plays)
        assert {channel for play in plays for channel in play.channels} == {"voice", "chat"}
    assert count >= 40


@pytest.mark.parametrize(
    ("example", "name", "before", "after"),
    [
        ("dental-clinic", "good-day", "95 dollars", "96 dollars"),
        ("dental-clinic", "interruption-of-a-read-back", "Agent: What is your message?", "Agent: Thank you."),
        ("plumber", "emergency", "phone=+12025550142", "phone=+12025550143"),
        ("plumber", "hangs-up", "[no message was taken]", "[a message was taken: name=…]"),
        ("web-shop", "good-day", "was called once with order_id=5501", "was called twice"),
        ("web-shop", "slow-order-system", "Your order is on its way.", "I cannot look that up right now."),
    ],
)
def test_a_changed_line_fails_at_that_line(example: str, name: str, before: str, after: str, on_stage: On) -> None:
    """By voice and by chat, with both what is written and what came."""
    folder, play = named(example, name)
    for result in on_stage(folder, [changed(play, before, after)]):
        written = Path(play.name).read_text().splitlines()
        line = next(number for number, each in enumerate(written, 1) if before in each)
        assert [difference.line for difference in result.differences] == [line], report(result)
        assert after in result.differences[0].written
        assert f"{line:3} - " in report(result)


def test_an_agent_that_tells_strangers_is_found_out(on_stage: On) -> None:
    """The same screenplay, with verification taken out of the agent's files."""
    folder, play = named("web-shop", "stranger")
    folder.skills["order_status"]["requiresVerifiedIdentity"] = False
    folder.agent["guardrails"] = []
    for result in on_stage(folder, [play]):
        assert "+ Agent: Your order is on its way." in report(result)
        assert any(difference.written == "[nothing was disclosed]" for difference in result.differences)


def test_an_agent_whose_hours_have_changed_is_found_out(on_stage: On) -> None:
    folder, play = named("dental-clinic", "after-hours")
    folder.agent["businessHours"]["weekly"]["sun"] = [{"start": "20:00", "end": "22:00"}]
    for result in on_stage(folder, [play]):
        assert "+ Agent: Yes, we are open now." in report(result)


def test_a_skill_that_the_agent_does_not_have_is_a_fault_of_the_file(tmp_path: Path) -> None:
    for path in [*(ROOT / "plumber").rglob("*.yaml")]:
        there = tmp_path / path.relative_to(ROOT / "plumber")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(path.read_text())
    (tmp_path / "screenplays").mkdir()
    for text in ("Caller: Hi\n[booking was not called]", "[booking answers 503]\nCaller: Hi"):
        (tmp_path / "screenplays" / "a.txt").write_text(text)
        with pytest.raises(BadScreenplayError, match=r"a\.txt:\d: .*booking"):
            screenplays_of(tmp_path)
