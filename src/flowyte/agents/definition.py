"""The fields of an agent, their defaults and their limits. Camel case outside, as the API documents them.

Fields whose effect comes later are stored and checked now, so that what is sent today means the same tomorrow.
"""

import datetime as dt
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import phonenumbers
from msgspec import UNSET, Meta, Struct, UnsetType, field

from flowyte.guardrails.engine import BadPolicy, PolicySpec, read_specs
from flowyte.guardrails.verification import BadVerification
from flowyte.guardrails.verification import Spec as Verification
from flowyte.guardrails.verification import read_spec as read_verification
from flowyte.kit.errors import FieldError, Invalid
from flowyte.redact.model import ENTITIES, Entity
from flowyte.skills.address import destination

Line = Annotated[str, Meta(max_length=200)]
Prose = Annotated[str, Meta(max_length=4_000)]
Lines = Annotated[list[Line], Meta(max_length=100)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Unit = Annotated[float, Meta(ge=0, le=1)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Channel = Literal["voice", "chat", "sms"]


class Part(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A nested object of an agent."""


class Lexicon(Part):
    preferred: Lines = field(default_factory=list)
    banned: Lines = field(default_factory=list)
    pronunciations: Annotated[dict[str, Line], Meta(max_length=500)] = field(default_factory=dict)


class VoiceSettings(Part):
    stability: Unit = 0.5
    similarity_boost: Unit = 0.75
    style: Unit = 0.0
    use_speaker_boost: bool = True
    speed: Annotated[float, Meta(ge=0.5, le=2)] = 1.0


class Endpointing(Part):
    min_silence_ms: Annotated[int, Meta(ge=100, le=3_000)] = 256
    max_silence_ms: Annotated[int, Meta(ge=300, le=8_000)] = 1_600
    semantic: bool = True


class TransferRule(Part):
    label: Line
    when: Prose
    destination: Line


class Handoff(Part):
    warm: bool = False
    transfer_destination: Line | None = None
    escalation_threshold: Annotated[int, Meta(ge=1, le=20)] | None = None
    context_summary_url: Line | None = None
    transfer_rules: Annotated[list[TransferRule], Meta(max_length=50)] = field(default_factory=list)
    say_number: bool = False
    """Where a line cannot transfer (chat, browser), the caller is told the number; else a message is taken."""


class CallControl(Part):
    max_call_seconds: Annotated[int, Meta(ge=30, le=7_200)] = 600
    max_duration_message: Prose = "We have reached the longest time that a call may take. Goodbye."
    idle_reminder_delay_seconds: Annotated[int, Meta(ge=3, le=120)] = 10
    idle_reminder_interval_seconds: Annotated[int, Meta(ge=3, le=120)] = 10
    max_idle_reminders: Annotated[int, Meta(ge=0, le=10)] = 2
    end_call_phrases_enabled: bool = True
    on_no_response_action: Literal["end", "transfer"] = "end"


class Range(Part):
    start: Clock
    end: Clock


class Holiday(Part):
    date: dt.date
    name: Line
    end_date: dt.date | None = None
    closed: bool = True
    ranges: list[Range] = field(default_factory=list)


class AfterHours(Part):
    mode: Literal["answer", "message", "transfer"] = "answer"
    message: Prose = ""
    allow_human_transfer: bool = False
    number: Line | None = None
    emergency_number: Line | None = None


class BusinessHours(Part):
    timezone: Line | None = None
    weekly: dict[Day, list[Range]] = field(default_factory=dict)
    holidays: Annotated[list[Holiday], Meta(max_length=200)] = field(default_factory=list)
    after_hours: AfterHours = field(default_factory=AfterHours)


class Recording(Part):
    enabled: bool = True
    consent_mode: Literal["notice", "ask", "by_place", "none"] = "notice"
    on_denial: Literal["unrecorded", "transfer", "end"] = "unrecorded"
    on_withdrawal: Literal["keep", "erase"] = "keep"
    retention_days: Annotated[int, Meta(ge=1, le=3_650)] | None = None
    disclosure: Prose | None = None


class Redaction(Part):
    """What is taken out of what is kept; `audio`: out of the recording too."""

    entities: Annotated[list[Entity], Meta(max_length=len(ENTITIES))] = field(default_factory=list)
    audio: bool = True


class ChannelOverride(Part):
    """What one channel says otherwise; what is not here is as everywhere."""

    greeting: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    persona: Prose | UnsetType = UNSET
    tone: Line | UnsetType = UNSET
    goals: Lines | UnsetType = UNSET
    never_do: Lines | UnsetType = UNSET
    primary_language: Language | UnsetType = UNSET
    languages: list[Language] | UnsetType = UNSET


class Definition(Part):
    """Everything that a draft says and a version freezes."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    persona: Prose = ""
    goals: Lines = field(default_factory=list)
    never_do: Lines = field(default_factory=list)
    tone: Line = ""
    lexicon: Lexicon = field(default_factory=Lexicon)
    primary_language: Language = "en-US"
    languages: list[Language] = field(default_factory=lambda: ["en-US"])
    language_mode: Literal["code_switch", "single_language"] = "single_language"
    enabled_channels: list[Channel] = field(default_factory=lambda: ["voice", "chat"])
    voice_map: dict[str, Line] = field(default_factory=dict)
    default_voice_id: Line = "joe"
    voice_settings: VoiceSettings = field(default_factory=VoiceSettings)
    llm_model: Line | None = None
    llm_temperature: Annotated[float, Meta(ge=0, le=2)] = 0.3
    tts_model: Line | None = None
    stt_model: Line | None = None
    endpointing: Endpointing = field(default_factory=Endpointing)
    greeting: Annotated[str, Meta(max_length=500)] = ""
    handoff_config: Handoff = field(default_factory=Handoff)
    call_control: CallControl = field(default_factory=CallControl)
    business_hours: BusinessHours = field(default_factory=BusinessHours)
    guardrails: list[PolicySpec] = field(default_factory=list)
    caller_verification: Verification | None = None
    channel_overrides: dict[Channel, ChannelOverride] = field(default_factory=dict)
    recording: Recording = field(default_factory=Recording)
    redaction: Redaction = field(default_factory=Redaction)
    avg_ticket_cents: Annotated[int, Meta(ge=0)] | None = None


FIELDS = tuple(spec.encode_name for spec in msgspec.structs.fields(Definition))


def read(values: dict[str, Any]) -> Definition:
    """A checked definition. Invalid names each field in the API's own spelling."""
    try:
        definition = msgspec.convert(values, Definition)
    except msgspec.ValidationError as error:
        raise Invalid(fields=[field_of(error)]) from error
    try:
        read_specs(values.get("guardrails") or [])
    except BadPolicy as error:
        raise Invalid(fields=[FieldError(field=error.place, message=error.message)]) from error
    checked_verification(values.get("callerVerification"))
    faults = [*_hours(definition.business_hours), *_silence(definition.endpointing)]
    faults += _destinations(definition)
    if faults:
        raise Invalid(fields=faults)
    return definition


def checked_verification(value: Any) -> Verification | None:
    """How callers are verified; Invalid says where and why not."""
    try:
        return read_verification(value)
    except BadVerification as error:
        raise Invalid(fields=[FieldError(field=error.place, message=error.message)]) from error


def as_dict(definition: Definition) -> dict[str, Any]:
    """Camel case, JSON values, numbers in E.164."""
    values: dict[str, Any] = msgspec.to_builtins(definition)
    handoff, after = values["handoffConfig"], values["businessHours"]["afterHours"]
    for place, name in ((handoff, "transferDestination"), (after, "number")):
        if place[name]:
            place[name] = destination(place[name])
    for rule in handoff["transferRules"]:
        rule["destination"] = destination(rule["destination"])
    return values


def normalised(number: str) -> str | None:
    """E.164, a number without a country taken as one of the United States; None for what cannot be one."""
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def field_of(error: msgspec.ValidationError) -> FieldError:
    """msgspec's `… - at `$.callControl.maxCallSeconds`` as our own pair."""
    message, _, path = str(error).replace("`key` in ", "").partition(" - at `$")
    name = path.rstrip("`").lstrip(".")
    for start in ("Object contains unknown field `", "Object missing required field `"):
        if message.startswith(start):
            unknown = message.removeprefix(start).rstrip("`")
            name = f"{name}.{unknown}".lstrip(".")
            message = "is not a field" if "unknown" in start else "is required"
    return FieldError(field=name or "body", message=message)


def _hours(hours: BusinessHours) -> list[FieldError]:
    scheduled = bool(hours.weekly or hours.holidays)
    faults = []
    if scheduled and hours.timezone is None:
        faults.append(FieldError(field="businessHours.timezone", message="is required with a schedule"))
    if hours.timezone is not None and hours.timezone not in available_timezones():
        faults.append(FieldError(field="businessHours.timezone", message="is no time zone, such as America/New_York"))
    elif hours.timezone is not None:
        ZoneInfo(hours.timezone)
    for day, ranges in hours.weekly.items():
        faults += [
            FieldError(field=f"businessHours.weekly.{day}[{i}]", message="ends before it begins")
            for i, span in enumerate(ranges)
            if span.end <= span.start
        ]
    for number, holiday in enumerate(hours.holidays):
        place = f"businessHours.holidays[{number}]"
        if holiday.end_date is not None and holiday.end_date < holiday.date:
            faults.append(FieldError(field=f"{place}.endDate", message="is before the first day"))
        faults += [
            FieldError(field=f"{place}.ranges[{i}]", message="ends before it begins")
            for i, span in enumerate(holiday.ranges)
            if span.end <= span.start
        ]
    return faults


def _destinations(definition: Definition) -> list[FieldError]:
    """Everybody whom a call may go to can be called."""
    handoff, after = definition.handoff_config, definition.business_hours.after_hours
    named = [("handoffConfig.transferDestination", handoff.transfer_destination)]
    named += [
        (f"handoffConfig.transferRules[{place}].destination", rule.destination)
        for place, rule in enumerate(handoff.transfer_rules)
    ]
    named.append(("businessHours.afterHours.number", after.number))
    faults = [
        FieldError(field=field, message="is no phone number or SIP address")
        for field, where in named
        if where and destination(where) is None
    ]
    faults += [
        FieldError(field=f"handoffConfig.transferRules[{place}].{name}", message="is required")
        for place, rule in enumerate(handoff.transfer_rules)
        for name, value in (("label", rule.label), ("destination", rule.destination))
        if not value.strip()
    ]
    if after.mode == "transfer" and not after.allow_human_transfer:
        message = "must be true where afterHours.mode is transfer"
        faults.append(FieldError(field="businessHours.afterHours.allowHumanTransfer", message=message))
    return faults


def _silence(endpointing: Endpointing) -> list[FieldError]:
    if endpointing.max_silence_ms < endpointing.min_silence_ms:
        return [FieldError(field="endpointing.maxSilenceMs", message="is less than minSilenceMs")]
    return []
