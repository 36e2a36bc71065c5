"""`flowyte up`: everything on one machine. Database first, then voice, web and worker; ended in the reverse order."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from flowyte.egress.addresses import networks
from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.errors import SetupError
from flowyte.kit.migrate import migrate, name_region
from flowyte.kit.settings import Settings
from flowyte.objects.model import StoreAway
from flowyte.tenancy.organizations import only_organization, system_principal
from flowyte.tenancy.sessions import create_link
from flowyte.wiring.credential import local_key
from flowyte.wiring.demo import create_demo
from flowyte.wiring.foundation import foundation, keyring, objects_of
from flowyte.wiring.lock import Local, locked, write_local
from flowyte.wiring.processes import Role
from flowyte.wiring.tls import address, check_exposure

LOOK_S = 1.0
Say = Callable[[str], None]


async def up(settings: Settings, say: Say, *, began: float | None = None) -> None:
    """Until a signal. The first one drains, the second stops now. `began` (seconds of the epoch) is when setting up
    began, where that was before; how long it took until calls were taken is said at the end."""
    began = SystemClock().now().timestamp() if began is None else began
    check_exposure(settings)
    networks(settings.egress_allow)  # what is no network is said now, not when the first skill asks for it
    with locked(settings.run_dir):
        settings = replace(settings, port=_claim_port(settings))
        async with keyring(settings, SystemClock(), create=True):
            pass  # the roles open them again; here a missing first key is made, and what is wrong is said early
        await _look_at_bucket(settings, say)
        async with _database(settings, say) as settings:
            await create_demo(settings, say)
            await _serve(settings, say, began)


async def _look_at_bucket(settings: Settings, say: Say) -> None:
    """One that refuses is a wrong setting, and nothing starts. One that is away is waited for while calls are taken."""
    async with objects_of(settings, SystemClock()) as objects:
        if objects.home is None:
            return
        try:
            say(await objects.home.check())
        except StoreAway as error:
            say(f"{error.message} Recordings wait in {objects.root} until it does.")


@asynccontextmanager
async def _database(settings: Settings, say: Say) -> AsyncIterator[Settings]:
    if settings.database_url:
        yield settings
        return
    cluster = await postgres.start(settings.data_dir / "postgres", say)
    try:
        for name in await migrate(cluster.owner_dsn):
            say(f"Migrated {name}")
        await name_region(cluster.owner_dsn, settings.region)
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(_keep(cluster, say))
            yield replace(settings, database_url=cluster.app_dsn, owner_database_url=cluster.owner_dsn)
            keeping.cancel()
    finally:
        await asyncio.to_thread(cluster.stop)


async def _keep(cluster: postgres.Cluster, say: Say) -> None:
    """Bring the embedded server back when its process is lost; meanwhile requests are told so and calls go on."""
    while True:
        await asyncio.sleep(LOOK_S)
        if not cluster.alive:
            say("The embedded PostgreSQL was lost; starting it again")
            try:
                await asyncio.to_thread(cluster.restart)
            except SetupError as error:  # what is left of the old one holds its memory for some seconds
                say(f"It did not start yet, and is tried again. {error.message}")


async def _serve(settings: Settings, say: Say, began: float) -> None:
    voice_port = settings.voice_port or _free_port()
    environ = {
        "DATABASE_URL": settings.database_url,
        "FLOWYTE_DATA_DIR": str(settings.data_dir),
        "FLOWYTE_HOST": settings.host,
        "FLOWYTE_PORT": str(settings.port),
        "FLOWYTE_VOICE_PORT": str(voice_port),
        "FLOWYTE_PUBLIC_URL": settings.public_url,
        "FLOWYTE_TRUSTED_PROXY": settings.trusted_proxy,
        "FLOWYTE_TLS_CERT": settings.tls_cert,
        "FLOWYTE_TLS_KEY": settings.tls_key,
        "FLOWYTE_MODEL_BASE_URL": settings.model_base_url,
        "FLOWYTE_MODEL_NAME": settings.model_name,
        "FLOWYTE_MODEL_API_KEY": settings.model_api_key.reveal(),
        "FLOWYTE_MODEL_PATIENCE_MS": str(settings.model_patience_ms),
        "FLOWYTE_SMTP_URL": settings.smtp_url.reveal(),
        "FLOWYTE_MAIL_FROM": settings.mail_from,
        "FLOWYTE_OPEN_SIGN_UP": str(settings.open_sign_up),
        "FLOWYTE_MAX_CALLS": str(settings.max_calls),
        "FLOWYTE_MAX_ORGANIZATION_CALLS": str(settings.max_organization_calls),
        "FLOWYTE_KEY_RPM": str(settings.key_rpm),
        "FLOWYTE_ORGANIZATION_RPM": str(settings.organization_rpm),
        "FLOWYTE_ORGANIZATION_STORAGE_MB": str(settings.organization_storage_mb),
        "FLOWYTE_KEYS": settings.keys,
        "FLOWYTE_KMS_ENDPOINT": settings.kms_endpoint,
        "FLOWYTE_REGION": settings.region,
        "FLOWYTE_BUCKET": settings.bucket,
        "FLOWYTE_BUCKET_ENDPOINT": settings.bucket_endpoint,
        "FLOWYTE_BUCKET_REGION": settings.bucket_region,
        "FLOWYTE_BUCKET_PATH_STYLE": str(settings.bucket_path_style),
        "FLOWYTE_BUCKET_ACCESS_KEY": settings.bucket_access_key.reveal(),
        "FLOWYTE_BUCKET_SECRET_KEY": settings.bucket_secret_key.reveal(),
        "FLOWYTE_BUCKETS": settings.buckets.reveal(),
        "FLOWYTE_EGRESS_ALLOW": settings.egress_allow,
        "FLOWYTE_LOG_LEVEL": settings.log_level,
    }
    roles = {name: Role(name, environ, on_ready=lambda _address: None) for name in ("voice", "worker", "web")}
    stopping = _signals(roles, say)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(role.run()) for role in roles.values()]
        group.create_task(_announce(settings, roles, say, began))
        await stopping.wait()
        for name in ("web", "voice", "worker"):
            await roles[name].stop()
        await asyncio.gather(*running)


def _signals(roles: dict[str, Role], say: Say) -> asyncio.Event:
    stopping = asyncio.Event()

    def heard() -> None:
        if stopping.is_set():
            say("Stopping now")
            for role in roles.values():
                role.kill()
        else:
            say("Draining: live calls may finish; again to stop now")
            stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard)
    return stopping


async def _announce(settings: Settings, roles: dict[str, Role], say: Say, began: float) -> None:
    """Leave the local credential, and print the address and what to do first."""
    for role in roles.values():
        await role.ready.wait()
    at = address(settings)
    async with foundation(settings) as base:
        org = await only_organization(base.database)
        key = await local_key(base, org, settings.data_dir)
        async with base.database.tenant(system_principal(org)) as tx:
            link = await create_link(tx, base.peppers, base.clock)
    write_local(settings.run_dir, Local(url=at, key=key))
    say(f"Sign in once, within the hour: {at}/sign-in?link={link}")
    say(
        f"Ask it: flowyte call --data {settings.data_dir} --agent clinic --out call "
        '--say "When do you open on Saturday?"'
    )
    say(f"Ready {SystemClock().now().timestamp() - began:.1f} s after the start")
    print(f"ready {at}", flush=True)  # noqa: T201 - the line that programs wait for


def _claim_port(settings: Settings) -> int:
    """The port asked for, if it is free; SetupError before anything was started otherwise."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SetupError(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                "Give another with --port; 0 takes any."
            ) from error
        port: int = probe.getsockname()[1]
        return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
