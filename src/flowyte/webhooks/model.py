"""The nouns of events out: an endpoint, a delivery and its attempts; and the types of events that there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Algorithm = Literal["v1", "v1a"]
State = Literal["pending", "delivered", "failed", "cancelled"]

TYPES = {
    "conversation.started": "A call or chat with a published version began.",
    "conversation.ended": "It ended: with which outcome and cause, after how long.",
    "conversation.analysed": "Its latency was measured on the recording.",
    "recording.ready": "Its recording is complete, or is kept as far as it came (state partial).",
    "guardrail.refused": "An act or words of the agent were refused, with the policy and its reason.",
    "skill.done": "A skill was carried out, or failed.",
    "message.taken": "A caller left a message.",
    "agent.published": "A version of an agent serves from now on.",
    "number.changed": "A telephone number was imported, assigned or removed.",
    "privacy.request": "A person's request was received or is done.",
    "checkpoint.signed": "The newest signed checkpoint of the log, once an hour when it has grown.",
    "subprocessors.changed": "Who receives data of organizations by this installation's settings has changed.",
    "webhook.test": "You asked for a test.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where events go. Its secret is not here: it is shown when it is made, and never again."""

    id: str
    url: str
    description: str
    events: tuple[str, ...]
    """Types; none means all of them."""
    algorithm: Algorithm
    public_key: str | None
    last_four: str
    is_enabled: bool
    disabled_because: str | None
    failing_since: datetime | None
    created_by: str
    created_at: datetime
    rotated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`status` is that of the answer, None when there was none; `error` is None for a success."""

    number: int
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: str
    message_id: str
    endpoint_id: str
    type: str
    at: datetime
    state: State
    attempts: tuple[Attempt, ...]
    next_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    body: str
    """JSON, as it was sent."""
