"""A skill as a form: its fields both ways. Pure.

The form knows texts, numbers and yes-or-no as parameters. One of another shape (a list, an object) that was set over
the API is kept as it is, and so is what a known one says besides.
"""

from collections.abc import Mapping
from typing import Any

from flowyte.dashboard.fields import Field
from flowyte.kit.errors import FieldError, Invalid
from flowyte.skills.schema import SLOTS

Form = Mapping[str, str]
TYPES = (("string", "Text"), ("number", "Number"), ("integer", "Whole number"), ("boolean", "Yes or no"))
SOURCES = (
    ("caller", "the caller says it"), ("verified", "a verified look-up"), ("skill", "another skill’s answer"),
    ("operator", "this agent’s own settings"), ("page", "a web page"), ("model", "the model may choose it"),
)  # fmt: skip
SLOT_CHOICES = (("", "Not said"), *((slot, slot.replace("_", " ")) for slot in SLOTS))
CHANNELS = (("voice", "Calls"), ("chat", "Chat"), ("sms", "Texts"))
STAKES = (("low", "Low"), ("medium", "Medium"), ("high", "High: always asked for before it is done"))
MOST_ROWS = 50


def _choice(path: str, label: str, *options: tuple[str, str], help: str = "") -> Field:
    return Field(path=path, label=label, kind="choice", options=options, help=help)


_TIMEOUT = Field(path="timeout_ms", label="Wait at most, in milliseconds", kind="whole", help="Up to 20000; the caller "
                 "waits on the line.")  # fmt: skip
CONFIG: Mapping[str, tuple[Field, ...]] = {
    "http_webhook": (
        Field(path="url", label="Address", help="Such as https://example.com/orders/{order_id}. A {parameter} may "
              "stand in the path and behind the question mark."),
        _choice("method", "Method", *((method, method) for method in ("POST", "GET", "PUT", "PATCH", "DELETE")),
                help="GET and DELETE send the parameters in the address, the others as JSON."),
        _TIMEOUT,
    ),
    "email": (
        Field(path="to", label="To", help="Addresses with commas between; {parameters} are filled in."),
        Field(path="subject", label="Subject"),
        Field(path="intro", label="First lines", kind="prose", help="The parameters follow below, a line each."),
        Field(path="from_name", label="Sender’s name"),
        Field(path="reply_to", label="Answers go to", help="An address or a {parameter}."),
    ),
    "db_query": (
        Field(path="sql_template", label="Statement", kind="prose", help="One SELECT; {parameters} are bound as "
              "values: SELECT status FROM orders WHERE id = {order_id}"),
    ),
    "mcp": (
        Field(path="server", label="Server’s address", help="Such as https://example.com/mcp"),
        Field(path="tool", label="Tool", help="Its name at the server. Its inputs are the parameters below."),
        _TIMEOUT,
    ),
    "geo": (
        _choice("action", "What it tells", ("check_service_area", "Whether a place is in our area"),
                ("find_nearest_location", "Which of our locations is nearest")),
        Field(path="origin_address", label="Middle of the area", help="An address with a ZIP code, or 42.36, -71.10"),
        Field(path="radius_miles", label="Radius in miles"),
        Field(path="locations", label="Locations", kind="prose", help="A line each: name; ZIP code or 42.36, -71.10; "
              "phone number"),
    ),
    "knowledge_query": (
        Field(path="sourceIds", label="Only these sources", kind="lines", help="An id on each line, as in the address "
              "of the source’s page. Empty: all."),
    ),
    "transfer": (
        Field(path="destination", label="Destination", help="A number or sip: address that the agent’s handoff names."),
    ),
    "builtin": (
        _choice("action", "What it does", ("take_message", "Takes a message"), ("end_call", "Ends the conversation"),
                ("repeat", "Says it again")),
    ),
    "playbook": (
        Field(path="playbookId", label="Playbook", help="Its name, or its id as in the address of its page."),
    ),
    "sms": (
        Field(path="to", label="To", help="A number or a {parameter}."),
        Field(path="body", label="Text", kind="prose"),
    ),
}  # fmt: skip
KINDS: Mapping[str, tuple[str, str]] = {
    "http_webhook": ("Ask a web service", "Your own server or any address: look something up, book, order."),
    "email": ("Send an e-mail", "To your team or to the caller."),
    "db_query": ("Look up in a database", "One read of a PostgreSQL of yours."),
    "mcp": ("Use an MCP tool", "One tool of a server that speaks the Model Context Protocol."),
    "geo": ("Check a place", "In our area? Which location is nearest? By US ZIP code."),
    "knowledge_query": ("Search knowledge", "In some of the sources only."),
    "playbook": ("Follow a playbook", "Begin a conversation that goes step by step."),
    "transfer": ("Hand over the call", "To a number that the agent’s handoff names."),
    "builtin": ("Built in", "Take a message, end the conversation, say it again."),
    "sms": ("Send a text", "Kept; not sent until a campaign is registered."),
}
USUAL_MS = {"http_webhook": "5000", "mcp": "10000"}
WITH_HEADERS = ("http_webhook", "mcp")
OWN_PARAMETERS = ("builtin", "knowledge_query", "playbook")
ANY = (
    Field(path="say", label="Say when it worked", kind="prose", help="{fields} of the answer are filled in. Empty: in "
          "the agent’s own words."),
    Field(path="sayFailed", label="Say when it did not", kind="prose"),
    Field(path="examples", label="What callers say then", kind="lines", help="A sentence on each line; they lead to "
          "this skill."),
)  # fmt: skip


def form_of(skill: Mapping[str, Any]) -> dict[str, str]:
    """The texts of its controls, from the skill as the API answers it."""
    form = {name: str(skill[name]) for name in ("name", "description", "stakes", "expectedLatencyMs")}
    for name in ("isWrite", "requiresVerifiedIdentity", "requiresConfirmation"):
        form[name] = "on" if skill[name] else ""
    form["channels"] = ",".join(skill["channels"])
    config = skill["executionConfig"]
    for field in (*CONFIG.get(skill["skillType"], ()), *ANY):
        value = config.get(field.path)
        plain = _places_text(value or ()) if field.path == "locations" else field.text({field.path: value})
        form[f"config.{field.path}"] = plain
    properties = {name: each for name, each in skill["parametersSchema"]["properties"].items() if known(each)}
    required = {*skill["requiredParams"], *skill["parametersSchema"].get("required", ())}
    for number, (name, described) in enumerate(properties.items()):
        form |= {f"p{number}.{key}": text for key, text in _row(name, described, name in required).items()}
    for number, name in enumerate(config.get("headers") or {}):
        form |= {f"h{number}.name": name, f"h{number}.value": ""}
    return form | {"parameters": str(len(properties)), "headers": str(len(config.get("headers") or {}))}


def fields_of(kind: str, form: Form, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the API takes. Invalid names the fields that cannot be read; `before` is the skill as it was."""
    config = _config(kind, form, (before or {}).get("executionConfig") or {})
    schema, required = _parameters(form, (before or {}).get("parametersSchema") or {})
    return {
        "name": form.get("name", "").strip(),
        "description": form.get("description", "").strip(),
        "skillType": kind,
        "stakes": form.get("stakes", "low"),
        "expectedLatencyMs": _whole("expectedLatencyMs", form.get("expectedLatencyMs", "500")),
        "channels": [name for name in form.get("channels", "").split(",") if name],
        **{name: form.get(name) == "on" for name in ("isWrite", "requiresVerifiedIdentity", "requiresConfirmation")},
        "executionConfig": config,
        "parametersSchema": schema,
        "requiredParams": required,
    }


def arguments_of(schema: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """What a person typed to try a skill, by the types of its parameters; what is empty is not given."""
    given: dict[str, Any] = {}
    for name, described in (schema.get("properties") or {}).items():
        text = form.get(f"argument.{name}", "").strip()
        if text:
            given[name] = _typed(described.get("type", "string"), text)
    return given


def known(described: Mapping[str, Any]) -> bool:
    return described.get("type", "string") in dict(TYPES)


def rows(form: Form, of: str) -> int:
    """How many rows of parameters or headers a form holds."""
    text = form.get(of, "0")
    return min(int(text), MOST_ROWS) if text.isdecimal() and len(text) < 4 else 0


def _row(name: str, described: Mapping[str, Any], required: bool) -> dict[str, str]:
    return {
        "name": name,
        "description": str(described.get("description", "")),
        "type": str(described.get("type", "string")),
        "required": "on" if required else "",
        "choices": "\n".join(str(choice) for choice in described.get("enum", ())),
        "source": ",".join(described.get("x-source", ())),
        "slot": str(described.get("x-slot", "")),
        "ask": str(described.get("x-ask", "")),
    }


def _config(kind: str, form: Form, before: Mapping[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for field in (*CONFIG[kind], *ANY):
        text = form.get(f"config.{field.path}", "").strip()
        if field.path == "locations":
            value: Any = _places(text)
        elif field.path == "radius_miles":
            value = _number(f"config.{field.path}", text)
        elif field.kind == "whole":
            value = _whole(f"config.{field.path}", text)
        else:
            value = field.value(text)
        if value not in ("", None, []):
            config[field.path] = value
    if kind in WITH_HEADERS:
        config["headers"] = _headers(form, before.get("headers") or {})
    if kind == "db_query" and (form.get("connection") or before.get("connection")):
        config["connection"] = form.get("connection") or {"sealed": True}
    return config


def _headers(form: Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose value is empty keeps the one that is set; one without a name is gone."""
    found: dict[str, Any] = {}
    for number in range(rows(form, "headers")):
        name, value = form.get(f"h{number}.name", "").strip(), form.get(f"h{number}.value", "")
        if name:
            found[name] = value if value or name not in before else {"sealed": True}
    return found


def _parameters(form: Form, before: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    was: Mapping[str, Any] = before.get("properties") or {}
    found = {name: each for name, each in was.items() if not known(each)}
    required = [name for name in before.get("required", ()) if name in found]
    for number in range(rows(form, "parameters")):
        row = {key: form.get(f"p{number}.{key}", "").strip() for key in _row("", {}, False)}
        name = row["name"]
        if not name:
            continue
        if name in found:
            raise Invalid(fields=[FieldError(field=f"p{number}.name", message=f"{name} is there twice")])
        found[name] = _described(row, was.get(name, {}))
        required += [name] if row["required"] else []
    return {"type": "object", "properties": found}, required


def _described(row: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's schema with what the form does not know of it kept."""
    ours = ("type", "description", "enum", "x-source", "x-slot", "x-ask")
    kind = row["type"] or "string"
    choices = [_typed(kind, line.strip()) for line in row["choices"].split("\n") if line.strip()]
    sources = [name for name in row["source"].split(",") if name]
    told = {
        "type": kind, "description": row["description"], "enum": choices, "x-source": sources, "x-slot": row["slot"],
        "x-ask": row["ask"],
    }  # fmt: skip
    kept = {name: value for name, value in before.items() if name not in ours}
    return {**kept, **{name: value for name, value in told.items() if value}}


def _typed(kind: object, text: str) -> Any:
    """As its type reads it; a text that is none of it stays one, and is refused by whoever checks."""
    if kind == "boolean" and text.lower() in ("yes", "no", "true", "false"):
        return text.lower() in ("yes", "true")
    if kind == "array":
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def _places(text: str) -> list[dict[str, Any]]:
    places = []
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        name, at, phone = (*(part.strip() for part in line.split(";", 2)), "", "")[:3]
        lat, comma, lng = at.partition(",")
        place: dict[str, Any] = {"name": name}
        if comma:
            place |= {"lat": _number("config.locations", lat), "lng": _number("config.locations", lng)}
        elif at:
            place["postcode"] = at
        places.append({**place, "phone": phone} if phone else place)
    return places


def _places_text(places: Any) -> str:
    def line(place: Mapping[str, Any]) -> str:
        at = place.get("postcode") or (f"{place['lat']}, {place['lng']}" if "lat" in place else "")
        return "; ".join(filter(None, (str(place["name"]), at, place.get("phone", ""))))

    return "\n".join(line(place) for place in places)


def _whole(path: str, text: str) -> int | None:
    if not text.strip():
        return None if path.startswith("config.") else 500
    if not text.strip().isdecimal() or len(text) > 9:
        raise Invalid(fields=[FieldError(field=path, message="is not a whole number")])
    return int(text)


def _number(path: str, text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise Invalid(fields=[FieldError(field=path, message=f"“{text}” is not a number")]) from error
