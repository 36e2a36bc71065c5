"""The executionConfig of each kind: what the operator sets, closed and typed. Pure but for the SQL parser.

A field that is not known is refused by its path, so a slip of the pen is never a setting that silently does nothing.
Credentials are not here: where one is set, `{"sealed": true}` stands (skills/credentials.py takes the values out).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Template = Annotated[str, Meta(min_length=1, max_length=1_000)]
Example = Annotated[str, Meta(min_length=1, max_length=200)]
TimeoutMs = Annotated[int, Meta(ge=100, le=20_000)]  # a caller waits on the line
Degrees = Annotated[float, Meta(ge=-180, le=180)]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What any kind may have: what is said when it worked and when not, and sentences that should trigger it."""

    say: Annotated[str, Meta(max_length=1_000)] = ""
    say_failed: Annotated[str, Meta(max_length=1_000)] = field(default="", name="sayFailed")
    examples: Annotated[list[Example], Meta(max_length=20)] = []


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sealed: bool


Headers = Annotated[dict[str, Sealed], Meta(max_length=20)]


class Webhook(Config, frozen=True, kw_only=True):
    url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: Headers = {}
    timeout_ms: TimeoutMs = 5_000


class Query(Config, frozen=True, kw_only=True):
    sql_template: Annotated[str, Meta(min_length=1, max_length=4_000)]
    connection: Sealed | None = None


class Transfer(Config, frozen=True, kw_only=True):
    destination: Text


class Email(Config, frozen=True, kw_only=True):
    to: Template
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    from_name: Annotated[str, Meta(max_length=100)] = ""
    intro: Annotated[str, Meta(max_length=2_000)] = ""
    reply_to: Annotated[str, Meta(max_length=254)] = ""


class Sms(Config, frozen=True, kw_only=True):
    to: Template
    body: Annotated[str, Meta(min_length=1, max_length=1_600)]  # what carriers join into one message


class Calendar(Config, frozen=True, kw_only=True):
    calendar_id: Text
    action: Literal["check_availability", "book_appointment"]
    duration_minutes: Annotated[int, Meta(ge=5, le=480)] = 30
    buffer_minutes: Annotated[int, Meta(ge=0, le=240)] = 0
    timezone: Annotated[str, Meta(max_length=64)] = ""


class Sheets(Config, frozen=True, kw_only=True):
    spreadsheet_id: Text
    tab: Text
    action: Literal["append_row", "lookup_row"] = "append_row"
    columns: Annotated[dict[str, Text], Meta(max_length=50)] = {}


class Crm(Config, frozen=True, kw_only=True):
    provider: Text
    action: Text
    mapping: Annotated[dict[str, Text], Meta(max_length=50)] = {}


class Knowledge(Config, frozen=True, kw_only=True):
    source_ids: Annotated[list[Text], Meta(max_length=50)] = field(default_factory=list, name="sourceIds")


class Playbook(Config, frozen=True, kw_only=True):
    playbook_id: Text = field(name="playbookId")


class Builtin(Config, frozen=True, kw_only=True):
    action: Literal["end_call", "take_message", "repeat"]


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    postcode: Annotated[str, Meta(max_length=10)] = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lng: Degrees | None = None
    phone: Annotated[str, Meta(max_length=30)] = ""


class Geo(Config, frozen=True, kw_only=True):
    action: Literal["check_service_area", "find_nearest_location"]
    origin_address: Annotated[str, Meta(max_length=300)] = ""
    radius_miles: Annotated[float, Meta(gt=0, le=500)] = 25
    locations: Annotated[list[Place], Meta(max_length=200)] = []


class Mcp(Config, frozen=True, kw_only=True):
    server: Annotated[str, Meta(min_length=1, max_length=2_000)]
    tool: Annotated[str, Meta(min_length=1, max_length=128)]
    headers: Headers = {}
    timeout_ms: TimeoutMs = 10_000


class Native(Config, frozen=True, kw_only=True):
    """Made by a binding, which knows its statement; the skill holds none."""


SHAPES: Mapping[str, type[Config]] = {
    "http_webhook": Webhook, "db_query": Query, "transfer": Transfer, "email": Email, "sms": Sms, "calendar": Calendar,
    "google_sheets": Sheets, "crm": Crm, "knowledge_query": Knowledge, "playbook": Playbook, "builtin": Builtin,
    "geo": Geo, "native_graphql": Native, "native_rest": Native, "native_sql": Native, "mcp": Mcp,
}  # fmt: skip


def read_config(kind: str, config: Mapping[str, Any]) -> Config:
    """By its shape alone. msgspec.ValidationError names the path."""
    return msgspec.convert(dict(config), SHAPES[kind])


def plain_config(config: Config) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(config)
    return built
