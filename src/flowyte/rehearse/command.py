"""`flowyte rehearse FOLDER`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from flowyte.kit import log
from flowyte.kit.settings import load

if TYPE_CHECKING:
    from flowyte.rehearse.play import Played

people = Console(stderr=True, highlight=False)


def rehearse_folder(
    folder: Annotated[Path, typer.Argument(help="The agent's folder, with screenplays/*.txt in it.")],
    only: Annotated[str, typer.Option(help="Only screenplays with this in their name.")] = "",
    show: Annotated[bool, typer.Option(help="Show every conversation, not only those that differ.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Play written conversations with the agent of a folder. Example: flowyte rehearse examples/dental-clinic"""
    from flowyte.rehearse.rehearsal import rehearse, report

    settings, _ = load()
    log.configure(level="critical")  # providers that fail on purpose would fill the screen

    def tell(result: "Played") -> None:
        if show or not result.ok:
            people.print(report(result), markup=False, soft_wrap=True)
        else:
            people.print(f"ok  {result.play.name} by {result.channel}", markup=False, soft_wrap=True)

    results = rehearse(folder, settings.models_dir, tell, only)
    wrong = [result for result in results if not result.ok]
    if json:
        differing = [{"screenplay": each.play.name, "channel": each.channel, "report": report(each)} for each in wrong]
        found = {"played": len(results), "asWritten": len(results) - len(wrong), "differing": differing}
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        people.print(f"{len(results) - len(wrong)} of {len(results)} conversations went as they are written.")
    if wrong:
        raise SystemExit(1)
