"""`flowyte rehearse`: all screenplays of a folder with its agent, and a report of where a conversation parted."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from flowyte.kit import postgres
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.kit.migrate import migrate
from flowyte.rehearse.hours import StillLoop
from flowyte.rehearse.play import Played, played
from flowyte.rehearse.script import Answers, BadScreenplayError, Expects, Screenplay, read_screenplay
from flowyte.rehearse.stage import House, Remembering, staged
from flowyte.vault.keyring import FileKeys
from flowyte.vault.providers import Keyring
from flowyte.wiring.agent_folder import Folder, read_folder


class NoScreenplaysError(FlowyteError):
    """There is nothing to rehearse."""

    code = "no_screenplays"


def rehearse(where: Path, models_dir: Path, tell: Callable[[Played], None], only: str = "") -> list[Played]:
    """Plays `screenplays/*.txt` of an agent's folder on a database made for the purpose; `tell` is told of each."""
    folder, plays = read_folder(where), screenplays_of(where)
    plays = [play for play in plays if only in play.name]
    if not plays:
        raise NoScreenplaysError(f"{where / 'screenplays'} has no screenplay{' with that name' if only else ''}.")

    async def all_of_them() -> list[Played]:
        async with _house(models_dir) as house:
            return await play_all(house, folder, plays, tell)

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        return runner.run(all_of_them())


def screenplays_of(where: Path) -> list[Screenplay]:
    """Checked against the agent's skills too; BadScreenplayError says where and what instead."""
    folder = read_folder(where)
    plays = []
    for path in sorted((where / "screenplays").glob("*.txt")):
        try:
            text = path.read_text()
        except UnicodeDecodeError as error:
            raise BadScreenplayError(f"{path}: {error}") from error
        play = read_screenplay(str(path), text)
        _check_skills(play, folder)
        plays.append(play)
    return plays


async def play_all(
    house: House, folder: Folder, plays: Sequence[Screenplay], tell: Callable[[Played], None]
) -> list[Played]:
    """Each on a stage of its own: what one leaves behind, another does not meet."""
    results = []
    for play in plays:
        for channel in play.channels:
            async with staged(house, folder, play) as stage:
                result = await played(stage, play, channel)
            tell(result)
            results.append(result)
    return results


def report(result: Played) -> str:
    """The conversation as it was, with what was written at each line that differs."""
    lines = [f"{result.play.name} by {result.channel}: {len(result.differences)} differences"]
    left = list(result.differences)
    for number, who, text in result.dialogue:
        while left and left[0].line == number and not left[0].written:
            lines.append(f"      + {left.pop(0).came}")
        if left and left[0].line == number and who != "Caller":
            difference = left.pop(0)
            lines += [f"  {number:3} - {difference.written}", f"      + {difference.came}"]
        else:
            lines.append(f"  {number:3}   {who}: {text}" if who else f"  {number:3}   {text}")
    return "\n".join([*lines, *(f"      + {difference.came}" for difference in left)])


def _check_skills(play: Screenplay, folder: Folder) -> None:
    hooks = {name for name, skill in folder.skills.items() if skill["skillType"] == "http_webhook"}
    for line in play.lines:
        if isinstance(line.step, Answers) and line.step.skill not in hooks:
            known = ", ".join(sorted(hooks)) or "none"
            raise BadScreenplayError(
                f"{play.name}:{line.number}: {line.step.skill} is no webhook of this agent; there is {known}"
            )
        if isinstance(line.step, Expects) and line.step.what == "called" and line.step.name not in folder.skills:
            raise BadScreenplayError(f"{play.name}:{line.number}: this agent has no skill {line.step.name}")


@asynccontextmanager
async def _house(models_dir: Path) -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(prefix="flowyte-rehearsal-") as made:
        cluster = await postgres.start(Path(made) / "postgres")
        try:
            await migrate(cluster.owner_dsn)
            with closing(Remembering(models_dir)) as embedder:
                async with house(cluster.app_dsn, Path(made), embedder) as opened:
                    yield opened
        finally:
            cluster.stop()


@asynccontextmanager
async def house(dsn: str, data_dir: Path, embedder: Remembering) -> AsyncIterator[House]:
    """On a database that is there and migrated."""
    database = await Database.open(dsn, size=4)
    try:
        (data_dir / "objects").mkdir(exist_ok=True)
        keys = FileKeys.create(data_dir)
        yield House(database=database, keys=Keyring(keys, held=keys), embedder=embedder, data_dir=data_dir)
    finally:
        await database.close()
