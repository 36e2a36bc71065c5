"""Whoever this installation can send an organization's data to, by category, and the modules that can connect.

The public list is read from the settings through this registry, and so is what start-up refuses: a setting that is
switched on and that no party here accounts for. A module that can connect and does not stand in OPENERS fails the
build (tests/architecture/test_outgoing.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.trust.elsewhere import NEARBY, database_elsewhere, elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`settings` are those that switch it on. Without any, it is an organization that connects it for itself."""

    id: str
    category: str
    sent: str
    why: str
    since: str
    """The date from which this code could send there."""
    settings: tuple[str, ...] = ()
    on: Callable[[Settings], bool] = lambda _: False


def _model(settings: Settings) -> bool:
    return elsewhere(settings.model_base_url)


def _mail(settings: Settings) -> bool:
    return elsewhere(settings.smtp_url.reveal())


def _keys(settings: Settings) -> bool:
    return settings.keys.startswith("aws-kms:")


def _database(settings: Settings) -> bool:
    return database_elsewhere(settings.database_url) or database_elsewhere(settings.owner_database_url)


def _bucket(settings: Settings) -> bool:
    """Without an endpoint it is AWS. Buckets of other regions are read from JSON, and count whatever they name."""
    own = bool(settings.bucket) and (not settings.bucket_endpoint or elsewhere(settings.bucket_endpoint))
    return own or bool(settings.buckets)


def _proxy(settings: Settings) -> bool:
    return settings.trusted_proxy not in NEARBY


PARTIES: tuple[Party, ...] = (
    Party(
        id="language_model", category="Language model", on=_model, since="2026-11-23",
        sent="what is said in a conversation, the agent's instructions, and the knowledge that fits the question",
        why="to word the agent's answers",
        settings=("model_base_url", "model_name", "model_api_key", "model_patience_ms"),
    ),
    Party(
        id="mail", category="Mail server", on=_mail, since="2026-11-24",
        settings=("smtp_url", "mail_from", "open_sign_up"),
        sent="members' addresses, sign-in links, and what an e-mail skill is told to write",
        why="to deliver letters",
    ),
    Party(
        id="key_management", category="Key management", on=_keys, since="2026-11-24", settings=("keys", "kms_endpoint"),
        sent="organizations' keys to be wrapped and unwrapped; no content",
        why="to hold the key-encryption key outside this machine",
    ),
    Party(
        id="object_store", category="Object store", on=_bucket, since="2026-11-25",
        settings=("bucket", "bucket_endpoint", "bucket_region", "bucket_path_style", "bucket_access_key",
                  "bucket_secret_key", "buckets"),
        sent="recordings, sealed before they leave; their names are ids of the organization and the conversation",
        why="to store them in an S3 bucket that is not on this machine",
    ),
    Party(
        id="database", category="Database", on=_database, since="2026-11-23",
        settings=("database_url", "owner_database_url"),
        sent="everything that is kept but recordings; transcripts and credentials are sealed before",
        why="to store it in a PostgreSQL server that is not on this machine",
    ),
    Party(
        id="proxy", category="Proxy in front", on=_proxy, since="2026-11-23", settings=("trusted_proxy",),
        sent="every request and answer, and the sound of calls",
        why="to end TLS",
    ),
    Party(
        id="carrier", category="Telephone carrier of the organization", since="2026-11-23",
        sent="the sound of the agent's side; the carrier carries the caller's side by itself",
        why="for calls to a number that the organization connected",
    ),
    Party(
        id="services", category="Services that the organization connected", since="2026-11-24",
        sent="the fields that a skill declares, the events that a webhook asks for, the addresses of pages to read, "
        "the checkpoints that a witness signs",
        why="for its skills, webhooks, databases and websites",
    ),
)  # fmt: skip

INSIDE = frozenset({
    "data_dir", "database_pool", "host", "port", "voice_port", "public_url", "tls_cert", "tls_key", "models_dir",
    "parts_dir", "max_calls", "max_organization_calls", "key_rpm", "organization_rpm", "organization_storage_mb",
    "egress_allow", "egress_ports", "log_level", "log_json", "log_personal", "papers_dir", "operator_name",
    "operator_address", "region", "operator_contact", "operator_law", "data_location",
})  # fmt: skip
"""Settings that send nothing anywhere. `egress_allow` and `egress_ports` bound where organizations' services may be."""

OPENERS: Mapping[str, str] = {
    "providers/openai_chat/chat.py": "language_model",
    "providers/smtp.py": "mail",
    "vault/aws.py": "key_management",
    "vault/kms.py": "key_management",
    "vault/providers.py": "key_management",
    "objects/bucket.py": "object_store",
    "objects/open.py": "object_store",
    "objects/versions.py": "object_store",
    "kit/db.py": "database",
    "kit/migrate.py": "database",
    "jobs/queue.py": "database",
    "egress/client.py": "services",
    "egress/guard.py": "services",
    "egress/wire.py": "services",
    "egress/postgres.py": "services",
    "knowledge/crawl.py": "services",
    "knowledge/refresh.py": "services",
    "knowledge/website.py": "inside: takes addresses apart with the client's own type, and asks nobody",
    "wiring/doctor.py": "database",
    "proof/canary.py": "inside: reads the rows of a database that the proof made",
    "proof/product.py": "inside: asks the product that the proof started, on loopback",
    "proof/catalogue.py": "database",
    "proof/fingerprint.py": "database",
    "proof/furnish.py": "database",
    "proof/isolation.py": "database",
    "proof/planted.py": "database",
    "proof/probes.py": "database",
    "providers/store/fetch.py": "inside: fetches models and programs by their hashes at set-up, and sends no data",
    "kit/postgres.py": "inside: the embedded database on loopback",
    "channels/splice.py": "inside: the voice process on loopback",
    "channels/twilio/webhook.py": "inside: checks the signature of what comes, with the carrier's library",
    "wiring/client.py": "inside: the command line asks its own installation",
    "wiring/up.py": "inside: looks for a free port on loopback",
}
"""Every module that can open a connection: the party that it reaches, or why it reaches none."""


def connected(settings: Settings) -> list[Party]:
    """Those that the settings switch on, in the order of the registry."""
    return [party for party in PARTIES if party.on(settings)]


def chosen_by_organizations() -> list[Party]:
    return [party for party in PARTIES if not party.settings]


def undeclared(settings: Settings) -> list[str]:
    """Settings that were changed from their default and that neither a party nor INSIDE accounts for."""
    known = INSIDE.union(*(party.settings for party in PARTIES))
    return [
        spec.name for spec in fields(settings) if spec.name not in known and _changed(settings, spec.name, spec.default)
    ]


def refuse_undeclared(settings: Settings) -> None:
    """SetupError at start-up: data would go to somebody whom the public list does not name."""
    if names := undeclared(settings):
        raise SetupError(
            f"The setting {names[0]} is switched on, and trust/processors.py does not say who receives data by it. "
            "This is a fault of this build: unset it, and report it."
        )


def parties_shown(on: Sequence[Party]) -> dict[str, Any]:
    """The public list as JSON values."""
    return {
        "sendsNothing": not on,
        "subprocessors": [_shown(party) for party in on],
        "chosenByOrganizations": [_shown(party) for party in chosen_by_organizations()],
    }


def _shown(party: Party) -> dict[str, str]:
    return {
        "id": party.id, "category": party.category, "sent": party.sent, "why": party.why,
        "possibleSince": party.since,
    }  # fmt: skip


def _changed(settings: Settings, name: str, default: object) -> bool:
    value = getattr(settings, name)
    return bool(value.reveal()) if isinstance(value, SecretText) else value != default
