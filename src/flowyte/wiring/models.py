"""Fetching the built-in models and the voice's program, with progress on a terminal and plain lines elsewhere."""

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from flowyte.kit.settings import Settings
from flowyte.providers.store.fetch import fetch_all, list_models
from flowyte.providers.store.model import Progress as Step
from flowyte.providers.store.piper import install_piper, is_installed


def fetch_models(settings: Settings, console: Console) -> None:
    """Nothing is said and done when all is there. WrongHash and SetupError say what to do."""
    missing = [status.model for status in list_models(settings.models_dir) if not status.present]
    voice_missing = not is_installed(settings.parts_dir)
    if not missing and not voice_missing:
        return
    console.print("Fetching the built-in speech and language parts, once (about 250 MB)", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=False, disable=not console.is_terminal) as progress:
        tasks: dict[str, int] = {}

        def report(step: Step) -> None:
            if not console.is_terminal:
                if step.stage == "ready":
                    console.print(f"  {step.name}: ready", markup=False)
                return
            task = tasks.get(step.name)
            if task is None:
                task = tasks[step.name] = progress.add_task(step.name, total=step.total_bytes or None)
            progress.update(task, completed=step.done_bytes, description=f"{step.name} ({step.stage})")  # type: ignore[arg-type]

        if missing:
            fetch_all(settings.models_dir, report)
        if voice_missing:
            install_piper(settings.parts_dir, report)
