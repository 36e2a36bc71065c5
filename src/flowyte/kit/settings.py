"""Every setting: its name, type, default and what it means. One frozen value, handed to who needs it.

A value comes from the command line's flag, else the environment (`FLOWYTE_` and the name in capitals; `DATABASE_URL`
as everybody names it), else `flowyte.toml` in the data folder, else the default. `flowyte settings` prints this table.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText

LOG_LEVELS = ("debug", "info", "warning", "error")


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path = _setting(Path("data"), "folder that holds everything this installation keeps")
    database_url: str = _setting("", "PostgreSQL as flowyte_app; empty starts the embedded one")
    owner_database_url: str = _setting("", "PostgreSQL as flowyte_owner, for migrations only")
    database_pool: int = _setting(8, "most connections a process keeps open to PostgreSQL")
    host: str = _setting("127.0.0.1", "address to listen on; loopback unless you say otherwise")
    port: int = _setting(8080, "port of the dashboard, the API and calls; 0 takes any free one")
    voice_port: int = _setting(0, "loopback port of the voice process; 0 takes any free one")
    public_url: str = _setting("", "address by which callers and carriers reach this installation")
    trusted_proxy: str = _setting("", "address or network of the TLS proxy in front, which sets X-Forwarded-*")
    tls_cert: str = _setting("", "certificate chain for serving https, a PEM file")
    tls_key: str = _setting("", "key of that certificate, a PEM file")
    models_dir: Path = _setting(
        Path("~/.cache/flowyte/models"), "cache of speech and embedding models, shared by all data folders"
    )
    parts_dir: Path = _setting(
        Path("~/.cache/flowyte/parts"), "programs that run beside this one under their own licence (Piper)"
    )
    model_base_url: str = _setting("", "OpenAI-compatible endpoint of the language model; empty: none")
    model_name: str = _setting("", "name of the language model at that endpoint")
    model_api_key: SecretText = _setting(SecretText(""), "key for that endpoint")
    model_patience_ms: int = _setting(
        4000, "how long a caller waits for the model's first words before the policy mind answers instead"
    )
    max_calls: int = _setting(200, "calls that one voice process admits at once")
    smtp_url: SecretText = _setting(
        SecretText(""), "mail server, as smtp://user:password@host:587 or smtps://…; empty: links are shown instead"
    )
    mail_from: str = _setting("", "address that mail comes from; needed with smtp_url")
    open_sign_up: bool = _setting(False, "let anybody with a mailbox make an organization here; needs smtp_url")
    max_organization_calls: int = _setting(50, "calls of one organization that one voice process admits at once")
    key_rpm: int = _setting(600, "API requests that one key or session may make in a minute")
    organization_rpm: int = _setting(3000, "API requests that one organization may make in a minute")
    organization_storage_mb: int = _setting(20_480, "megabytes of knowledge and recordings that one organization keeps")
    keys: str = _setting("file", "where key-encryption keys are: file, environment, or aws-kms: and a key's ARN")
    kms_endpoint: str = _setting("", "address of AWS KMS where it is not the region's public one")
    region: str = _setting("", "name of the region that this installation keeps data in; empty: as the database says")
    bucket: str = _setting("", "S3 bucket that recordings are moved to when a call is over; empty: the data folder")
    bucket_endpoint: str = _setting("", "address of the S3 server where it is not AWS; https, or loopback")
    bucket_region: str = _setting("us-east-1", "the S3 server's own name for where that bucket is")
    bucket_path_style: bool = _setting(False, "name the bucket in the path instead of in the host, as MinIO wants")
    bucket_access_key: SecretText = _setting(
        SecretText(""), "access key for the bucket; empty: of the environment, or this machine's role"
    )
    bucket_secret_key: SecretText = _setting(SecretText(""), "secret key that belongs to it")
    buckets: SecretText = _setting(
        SecretText(""), "buckets of other regions, JSON by region, as docs/howto/object-store.md has it"
    )
    egress_allow: str = _setting(
        "", "private networks that requests of agents may reach, separated by commas; empty: none"
    )
    egress_ports: str = _setting("", "ports besides 80 and 443 that those requests may use, separated by commas")
    papers_dir: str = _setting("", "folder with nda.txt and subprocessors.toml; empty: papers in the data folder")
    operator_name: str = _setting("", "company or person who runs this installation, as it stands in papers")
    operator_address: str = _setting("", "their postal address")
    operator_contact: str = _setting("", "their mailbox or telephone number for questions about data")
    operator_law: str = _setting("", "by whose law papers are read, such as Ireland")
    data_location: str = _setting("", "where this installation and its backups are, such as Frankfurt, Germany")
    log_level: str = _setting("info", "debug, info, warning or error")
    log_json: bool = _setting(False, "log one JSON object a line")
    log_personal: bool = _setting(False, "keep personal data in the log (keys that begin with pii_)")

    @property
    def run_dir(self) -> Path:
        """Where a running installation leaves its lock, its address and its local credential."""
        return self.data_dir / "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One setting as `flowyte settings` shows it."""

    name: str
    value: str
    source: str
    meaning: str


def load(
    flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, list[Origin]]:
    """Settings and where each came from. SetupError names a value that cannot be read."""
    flags = {name: value for name, value in (flags or {}).items() if value is not None}
    data_dir = Path(flags.get("data_dir") or environ.get("FLOWYTE_DATA_DIR") or "data").expanduser().resolve()
    from_file = _read_file(data_dir / "flowyte.toml")
    values: dict[str, Any] = {}
    origins: list[Origin] = []
    for spec in fields(Settings):
        variable = "DATABASE_URL" if spec.name == "database_url" else f"FLOWYTE_{spec.name.upper()}"
        default = spec.default if spec.default is not MISSING else None
        if spec.name in flags:
            raw, source = flags[spec.name], "flag"
        elif variable in environ:
            raw, source = environ[variable], variable
        elif spec.name in from_file:
            raw, source = from_file[spec.name], "flowyte.toml"
        else:
            raw, source = default, "default"
        values[spec.name] = _convert(spec.name, raw, type(default))
        shown = str(values[spec.name])
        origins.append(Origin(name=spec.name, value=shown, source=source, meaning=spec.metadata["meaning"]))
    values["data_dir"] = data_dir
    if values["log_level"].lower() not in LOG_LEVELS:
        raise SetupError(
            f"The setting log_level cannot be {values['log_level']!r}: it is one of {', '.join(LOG_LEVELS)}."
        )
    return Settings(**values), origins


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path} is not valid TOML ({error}). Mend or remove it.") from error
    known = {spec.name for spec in fields(Settings)}
    for name in values:
        if name not in known:
            raise SetupError(f"{path} sets {name}, which is no setting. See `flowyte settings`.")
    return values


def _convert(name: str, raw: Any, kind: Any) -> Any:
    try:
        if kind is bool:
            return raw if isinstance(raw, bool) else str(raw).lower() in {"1", "true", "yes", "on"}
        if issubclass(kind, Path):
            return Path(str(raw)).expanduser()
        if kind is SecretText:
            return raw if isinstance(raw, SecretText) else SecretText(str(raw))
        return kind(raw)
    except ValueError as error:
        wanted = "a whole number" if kind is int else f"a {kind.__name__}"
        raise SetupError(f"The setting {name} cannot be {raw!r}: it is {wanted}.") from error
