"""Every table and folder, and whose personal data it holds: a new one that is not here fails a test.

What is a caller's hangs on a conversation, and goes with it. So a person's data are found by finding their
conversations, and deleted by deleting those; the manifest then counts what is left in each store.
"""

from dataclasses import dataclass
from typing import Literal

from flowyte.kit.db import TenantTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """`key` is the column of a caller's store that names the conversation; `why` says how it goes, or why it stays."""

    table: str
    of: Literal["caller", "member", "nobody"]
    why: str
    key: str = ""


def _caller(table: str, why: str, key: str = "conversation_id") -> Store:
    return Store(table=table, of="caller", why=why, key=key)


def _member(table: str, why: str) -> Store:
    return Store(table=table, of="member", why=why)


def _nobody(table: str, why: str) -> Store:
    return Store(table=table, of="nobody", why=why)


STORES = (
    _caller("conversations", "the row itself", "id"),
    _caller("timeline", "deleted with the row, and unreadable once its key is gone"),
    _caller("conversation_keys", "the key of timeline and recording: without it copies in backups stay closed"),
    _caller("messages", "deleted with the conversation"),
    _caller("skill_runs", "deleted with the conversation, arguments and results included"),
    _caller("knowledge_questions", "sealed under the conversation's key, and deleted with it"),
    _caller("stored_objects", "which bucket has a recording; deleted with the conversation, and the object with it"),
    _caller("object_removals", "what a bucket still has to lose; deleted when it shows nothing of it"),
    _member("members", "accounts of the organization's own people; they end under Members"),
    _member("people", "keyed digests of addresses, password digests; end with the account"),
    _member("memberships", "ids"),
    _member("invites", "sealed or keyed; run out by themselves"),
    _member("sessions", "ids and a browser's name; end with the account"),
    _member("sign_in_links", "digests; an hour old at most"),
    _member("recovery_codes", "keyed digests"),
    _member("passkeys", "public keys"),
    _member("audit_events", "who of the organization did what, from which address; kept as evidence"),
    _member("security_reports", "what a reporter wrote, sealed; for who runs the installation"),
    _member("nda_texts", "agreements that somebody accepted; kept as evidence"),
    _member("nda_acceptances", "who accepted one, sealed; kept as evidence"),
    _member("subprocessor_subscribers", "mailboxes, sealed or keyed; gone when they say stop"),
    _member("subprocessor_letters", "ids and states; gone with the mailbox"),
    _member("privacy_requests", "the person is sealed, and emptied once a deletion is done"),
    _member("checkpoint_places", "mailboxes that the organization named for its checkpoints"),
    _nobody("organizations", "names of organizations"),
    _nobody("agents", "what the organization wrote"),
    _nobody("agent_versions", "what the organization wrote"),
    _nobody("skills", "what the organization wrote"),
    _nobody("skill_secrets", "credentials of services, sealed"),
    _nobody("playbooks", "what the organization wrote"),
    _nobody("knowledge_sources", "what the organization wrote, or its website"),
    _nobody("knowledge_pages", "its website"),
    _nobody("knowledge_chunks", "its knowledge"),
    _nobody("knowledge_terms", "the words of its knowledge, counted"),
    _nobody("knowledge_gaps", "a state and a count of questions; none without a question"),
    _nobody("knowledge_probes", "its knowledge, as vectors"),
    _nobody("publishable_keys", "keyed digests"),
    _nobody("api_keys", "keyed digests"),
    _nobody("phone_lines", "the organization's own numbers"),
    _nobody("org_keys", "wrapped keys"),
    _nobody("own_keys", "names of keys"),
    _nobody(
        "idempotency",
        "sealed answers to retries, a day old at most; those that may quote are emptied with any deletion",
    ),
    _nobody("sign_in_policies", "settings"),
    _nobody("retention_windows", "settings"),
    _nobody("legal_holds", "ids and reasons that the organization wrote"),
    _nobody("verification_attempts", "keyed digests of account numbers and a count"),
    _nobody("widgets", "look and texts that the organization wrote"),
    _nobody("log_entries", "digests of events; what they commit to is opened by the conversation's key alone"),
    _nobody("leaf_queue", "digests of events that wait for their place in the log"),
    _nobody("log_nodes", "digests of digests"),
    _nobody("log_keys", "public keys"),
    _nobody("log_secrets", "signing keys, sealed"),
    _nobody("checkpoints", "sizes, digests and signatures"),
    _nobody("witnesses", "addresses and keys of second parties"),
    _nobody("cosignatures", "signatures"),
    _nobody("webhook_endpoints", "addresses of the organization's services"),
    _nobody("webhook_messages", "ids and states of conversations; 30 days"),
    _nobody("webhook_deliveries", "ids"),
    _nobody("webhook_attempts", "states"),
    _nobody("installation", "the region's name"),
    _nobody("subprocessor_lists", "categories of who receives data"),
    _nobody("directory", "digests and ids"),
    _nobody("spent", "keyed digests"),
    _nobody("attempts", "keyed digests"),
    _nobody("schema_migrations", "names of files"),
    _nobody("pgqueuer", "ids of jobs"),
    _nobody("pgqueuer_log", "ids of jobs"),
    _nobody("pgqueuer_schedules", "names of jobs"),
    _nobody("pgqueuer_statistics", "counts"),
)
RECORDINGS = "recordings"  # on the manifest: sound on this machine and in the bucket, of which `folders` tells more


async def count_of(tx: TenantTx, conversations: list[str]) -> dict[str, int]:
    """How many rows of these conversations each store of callers' data holds."""
    return {
        store.table: int(
            await tx.fetchval(
                f"SELECT count(*) FROM {store.table} WHERE org_id = $1 AND {store.key} = ANY ($2)",
                tx.org, conversations,
            )
        )
        for store in STORES
        if store.of == "caller"
    }  # fmt: skip
