"""The command line: one verb a role and a few for looking and doing. `flowyte VERB --help` has an example each.

Messages go to standard error; with `--json` there is one JSON object on standard output and nothing else. Exit 0 is
done, 1 failed, 2 called wrongly. An error is one line that says what to do; the traceback comes with `--debug`.
"""

import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from flowyte import __version__
from flowyte.kit import log
from flowyte.kit.errors import FlowyteError
from flowyte.kit.settings import Origin, Settings, load
from flowyte.rehearse.command import rehearse_folder
from flowyte.wiring.agent_commands import agents_app
from flowyte.wiring.operator import people_app, region_app, vault_app

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
keys_app = typer.Typer(no_args_is_help=True, help="API keys of an organization.")
app.add_typer(keys_app, name="keys")
prove_app = typer.Typer(no_args_is_help=True, help="Proofs that anybody can run on their own installation.")
app.add_typer(prove_app, name="prove")
app.add_typer(agents_app, name="agents")
app.add_typer(vault_app, name="vault")
app.add_typer(people_app, name="people")
app.add_typer(region_app, name="region")
app.command("rehearse")(rehearse_folder)
people = Console(stderr=True, highlight=False)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder of the installation.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def main() -> None:
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        app()
    except FlowyteError as error:
        if debug:
            raise
        fail(error.message)
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}. Is the disk full, or the folder not writable?")
    except Exception as error:  # the edge of a command: whatever else went wrong is one line too
        if debug:
            raise
        fail(f"Something failed here ({type(error).__name__}: {error}). It is our fault; --debug shows where.")


def fail(words: str) -> NoReturn:
    people.print(f"flowyte: {' '.join(words.split())}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(1) from None


def settings_of(**flags: Any) -> Settings:
    settings, _ = load(flags)
    log.configure(level=settings.log_level, as_json=settings.log_json, keep_personal=settings.log_personal)
    return settings


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """On uvloop. A task group's single failure is shown as itself."""
    import uvloop

    try:
        return uvloop.run(work)
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group


def say(line: str) -> None:
    people.print(line, markup=False, soft_wrap=True)


def out(value: object) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on; 0 takes any free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain for https, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    since: Annotated[float | None, typer.Option(hidden=True, help="When the command before this one began.")] = None,
) -> None:
    """Run everything here: database, web, voice and worker. Example: flowyte up --data data --port 8080"""
    from flowyte.wiring.models import fetch_models
    from flowyte.wiring.up import up as run_up

    tls = {"tls_cert": tls_cert and tls_cert.resolve(), "tls_key": tls_key and tls_key.resolve()}
    settings = settings_of(data_dir=data, port=port, host=host, **tls)
    fetch_models(settings, people)
    run(run_up(settings, say, began=since))


@app.command()
def web() -> None:
    """Serve the API and the dashboard. Example: DATABASE_URL=… flowyte web"""
    from flowyte.wiring.web import serve

    run(serve(settings_of()))


@app.command()
def voice() -> None:
    """Serve live calls on a loopback port. Example: DATABASE_URL=… FLOWYTE_VOICE_PORT=8090 flowyte voice"""
    from flowyte.wiring.voice import serve

    run(serve(settings_of()))


@app.command()
def worker() -> None:
    """Take jobs. Example: DATABASE_URL=… flowyte worker"""
    from flowyte.wiring.worker import serve

    run(serve(settings_of()))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema, as its owner. Example: FLOWYTE_OWNER_DATABASE_URL=… flowyte migrate"""
    from flowyte.kit.migrate import migrate as run_migrations
    from flowyte.kit.migrate import name_region

    settings = settings_of()
    if not settings.owner_database_url:
        raise typer.BadParameter("set FLOWYTE_OWNER_DATABASE_URL to the database as flowyte_owner")
    applied = run(run_migrations(settings.owner_database_url))
    run(name_region(settings.owner_database_url, settings.region))
    say("\n".join(f"Migrated {name}" for name in applied) or "Nothing to do")


@app.command()
def models(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing.")] = False,
    quiet_when_ready: Annotated[bool, typer.Option("--quiet-when-ready", help="Say nothing if all is there.")] = False,
    json: AsJson = False,
) -> None:
    """List the built-in models, or fetch them. Example: flowyte models --fetch"""
    from flowyte.providers.store.fetch import list_models
    from flowyte.wiring.models import fetch_models

    settings = settings_of()
    if fetch:
        fetch_models(settings, people)
        if quiet_when_ready:
            return
    found = list_models(settings.models_dir)
    if json:
        out(
            [
                {"name": s.model.name, "revision": s.model.revision, "present": s.present, "path": str(s.path)}
                for s in found
            ]
        )
        return
    table = Table("model", "revision", "size", "licence", "here")
    for status in found:
        size = f"{status.model.bytes / 1e6:.1f} MB"
        table.add_row(
            status.model.name, status.model.revision, size, status.model.licence, "yes" if status.present else "no"
        )
    Console().print(table)


@app.command()
def settings(data: Data = None, json: AsJson = False) -> None:
    """Show every setting, where it came from and what it means. Example: flowyte settings --data data"""
    _, origins = load({"data_dir": data})
    if json:
        out([msgspec.to_builtins(_origin(origin)) for origin in origins])
        return
    table = Table("setting", "value", "from", "meaning")
    for origin in origins:
        table.add_row(origin.name, origin.value, origin.source, origin.meaning)
    Console().print(table)


def _origin(origin: Origin) -> dict[str, str]:
    return {"name": origin.name, "value": origin.value, "source": origin.source, "meaning": origin.meaning}


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    data: Data = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope; repeat for more. All when none is given.")] = None,
    json: AsJson = False,
) -> None:
    """Make an API key of the installation on --data and show it once. Example: flowyte keys create "Website" """
    from flowyte.wiring.client import Client

    made = run(Client.local(settings_of(data_dir=data).data_dir).create_key(name, scope))
    if json:
        out(made)
    else:
        say("This key is shown once:")
        sys.stdout.write(f"{made['key']}\n")


@app.command()
def doctor(data: Data = None, json: AsJson = False) -> None:
    """Look this installation over and say what to do. Example: flowyte doctor --data data"""
    from flowyte.wiring.doctor import Finding, look_over

    async def look() -> list[Finding]:
        found = []
        async for finding in look_over(settings_of(data_dir=data)):
            found.append(finding)
            if not json:
                say(f"{marks[finding.state]}  {finding.check}: {finding.words}")
        return found

    marks = {"good": "ok ", "attention": "!  ", "bad": "BAD"}
    found = run(look())
    if json:
        out([msgspec.to_builtins(finding) for finding in found])
    if any(finding.state == "bad" for finding in found):
        raise SystemExit(1)


@app.command()
def trust(data: Data = None, json: AsJson = False) -> None:
    """What is promised and whether it holds on the installation that runs on --data. Example: flowyte trust --json"""
    from flowyte.wiring.trust import told

    shown = run(told(settings_of(data_dir=data)))
    if json:
        out(shown)
    else:
        table = Table("", "claim", "state", "because")
        for claim in shown["claims"]:
            table.add_row(claim["id"], claim["title"], claim["status"].replace("_", " "), claim["reason"])
        Console().print(table)
    if any(claim["status"] == "broken" for claim in shown["claims"]):
        raise SystemExit(1)


@prove_app.command("guardrails")
def prove_guardrails(
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 20_260_101,
    json: AsJson = False,
) -> None:
    """Prove that a captured model reaches nothing and no effect happens twice. Example: flowyte prove guardrails"""
    from flowyte.proof import guardrails, once

    log.configure(level="critical")  # services that fail at will would fill the screen
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # so would connections whose process is killed

    async def both() -> tuple[guardrails.Served, once.Once]:
        return await guardrails.prove(say, seed=seed), await once.prove(say, seed=seed)

    attacked, effects = run(both())
    say(f"{attacked.reached} of {attacked.attacks} attacks reached a gated effect; {attacked.control} of the 949 pairs "
        f"land where nothing opposes them, {attacked.words_only} ask for words alone. "
        f"{attacked.served} of {attacked.legitimate} legitimate tasks were served.")  # fmt: skip
    say(f"{effects.runs} effects, {effects.interrupted} interrupted, {effects.killed} with a process killed: "
        f"{effects.twice} took place twice, {effects.lost} were lost, {effects.in_doubt} are in doubt.")  # fmt: skip
    for finding in (*attacked.findings, *effects.findings):
        say(finding)
    if json:
        out({"attacks": attacked.attacks, "reached": attacked.reached, "legitimate": attacked.legitimate,
             "served": attacked.served, "effectsTwice": effects.twice})  # fmt: skip
    if attacked.findings or effects.findings:
        raise SystemExit(1)


@prove_app.command("evidence")
def prove_evidence(
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 20_260_101,
    json: AsJson = False,
) -> None:
    """Prove receipts, deletion, consent and signed addresses, on installations made for it. Example: flowyte prove
    evidence"""
    from flowyte.proof import evidence
    from flowyte.proof.ear import listener

    hear = listener(settings_of(data_dir=None).models_dir)
    log.configure(level="critical")  # refusals are what is looked for
    proof = evidence.prove(say, hear, seed=seed)
    for finding in proof.findings:
        say(finding)
    if json:
        out(proof.figures())
    if not proof.ok:
        raise SystemExit(1)


@prove_app.command("isolation")
def prove_isolation(
    data: Data = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Keep the report in this file.")] = None,
    json: AsJson = False,
) -> None:
    """Prove that no organization reaches another's rows; touches nothing. Example: flowyte prove isolation"""
    from flowyte.kit import postgres
    from flowyte.proof.isolation import prove

    config = settings_of(data_dir=data)
    cluster = None if config.database_url else postgres.running(config.data_dir / "postgres")
    serving = config.database_url or (cluster.app_dsn if cluster else None)
    if serving is None:
        say(f"No database serves on {config.data_dir}: the proof is of this version alone.")
    proof = run(prove(serving, say))
    report = {**msgspec.to_builtins(proof), "version": __version__, "ok": proof.ok}
    if out_file is not None:
        out_file.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    if json:
        out({name: report[name] for name in ("tables", "mutants", "killed", "planted", "found")})
    else:
        say(f"{proof.killed} of {proof.mutants} broken protections of {proof.tables} tables noticed; "
            f"{proof.found} of {proof.planted} planted violations found.")  # fmt: skip
    for finding in proof.findings:
        say(finding)
    if not proof.ok:
        raise SystemExit(1)


@app.command("sign-in")
def sign_in(data: Data = None) -> None:
    """Print a new link into the dashboard of the product that runs on --data. Example: flowyte sign-in"""
    from flowyte.wiring.client import Client

    client = Client.local(settings_of(data_dir=data).data_dir)
    made = run(client.data("POST", "/sign-in-links"))
    say("Sign in once, within the hour:")
    sys.stdout.write(f"{client.url}{made['path']}\n")


@app.command()
def call(
    agent: Annotated[str, typer.Option(help="Name or id of the agent.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the sound and the receipt.")],
    say_text: Annotated[list[str] | None, typer.Option("--say", help="What the caller says; repeat for turns.")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="The same as a sound file.")] = None,
    data: Data = None,
    url: Annotated[str | None, typer.Option(help="Address of a running product.")] = None,
    key: Annotated[str | None, typer.Option(help="API key for --url.", envvar="FLOWYTE_KEY")] = None,
    json: AsJson = False,
) -> None:
    """Place a scripted spoken call. Example: flowyte call --agent clinic --say "When do you open?" --out call"""
    from flowyte.wiring.client import Client
    from flowyte.wiring.place import place

    if not say_text and not wav:
        raise typer.BadParameter("give --say or --wav")
    if url and not key:
        raise typer.BadParameter("--url needs --key")
    config = settings_of(data_dir=data)
    client = Client(url, key) if url and key else Client.local(config.data_dir)
    result = run(place(client, config, agent=agent, say=say_text or [], wavs=wav or [], out=out_dir))
    if json:
        out(result)
        return
    for turn in result["turns"]:
        sys.stdout.write(f"{turn['tsMs'] / 1000:7.1f} s  {turn['role']:5}  {turn['text']}\n")
    waits = ", ".join(f"{wait} ms" for wait in result["voiceToVoiceMs"])
    say(f"From the end of the caller's speech to the answer's first sound, on the recording: {waits or 'not measured'}")
    say(f"{result['replyWav']}  {result['receipt']}  Verify it: flowyte verify {result['receiptFile']}")


Given = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The receipt.")],
    checkpoint: Given = None,
    keys: Given = None,
    proof: Given = None,
    recording: Given = None,
    witness: Annotated[str | None, typer.Option(help="Key of a witness, which must have signed too.")] = None,
    json: AsJson = False,
) -> None:
    """Verify a receipt: no network, no account, no database. Example: flowyte verify receipt.json --checkpoint old.txt

    With a checkpoint, keys or a recording (WAV) that you kept it is compared with those. Exit 0: it holds; 1: it does
    not, or nothing is proved; 2: it is no receipt.
    """
    from flowyte.receipts.verify_receipt import told, verify_files

    verdict = verify_files(file, checkpoint, keys, proof, recording, witness)
    sys.stdout.write(told(verdict, as_json=json))
    raise SystemExit(verdict.exit_code)


@app.command()
def bench(
    what: Annotated[str, typer.Argument(help="calls, receipts or voice")],
    calls: Annotated[int, typer.Option(help="Calls at once.")] = 100,
    json: AsJson = False,
) -> None:
    """Measure this machine (from a source checkout). Example: flowyte bench calls --json --calls 100"""
    root = Path(__file__).parents[2]
    if not (root / "bench").is_dir():
        raise FlowyteError("The benchmarks are in the source tree; run this from a checkout.")
    sys.path.insert(0, str(root))
    if what == "calls":
        from bench.calls import run as bench_calls

        bench_calls(calls, json)
    elif what == "voice":
        from bench.voice import run as bench_voice

        bench_voice(json)
    elif what == "receipts":
        from bench.receipts import run as bench_receipts

        bench_receipts(json)
    else:
        raise typer.BadParameter("calls, receipts or voice")


@app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(f"{__version__}\n")
