"""What the agent's tabs ask for, tab by tab. Labels and help are the field's own words, unless a form needs others."""

from flowyte.agents.described import OVERRIDES
from flowyte.dashboard.fields import Field, Group, Kind
from flowyte.dashboard.rows import HOLIDAYS, PRONUNCIATIONS, RULES, VOICES
from flowyte.redact.model import PLURAL

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KINDS: dict[str, Kind] = {"greeting": "prose", "persona": "prose", "goals": "lines", "neverDo": "lines",
                           "languages": "lines"}  # fmt: skip

BEHAVIOUR = (
    Group(
        title="Who it is",
        fields=(
            Field(path="name", help="For you and your colleagues; callers do not hear it."),
            Field(path="greeting", kind="prose"),
            Field(path="persona", kind="prose"),
            Field(path="tone"),
        ),
    ),
    Group(
        title="What it does",
        fields=(Field(path="goals", kind="lines"), Field(path="neverDo", kind="lines")),
    ),
    Group(
        title="Language model",
        beside=True,
        fields=(Field(path="llmModel"), Field(path="llmTemperature", kind="decimal")),
    ),
)

VOICE = (
    Group(
        title="Voice",
        beside=True,
        fields=(
            Field(path="defaultVoiceId", kind="choice", help="Who speaks on calls."),
            Field(path="voiceSettings.speed", kind="decimal"),
        ),
    ),
    Group(
        title="Pronunciations",
        help="Names and words that the voice says wrong. Transcripts keep the spelling.",
        fields=(Field(path="lexicon.pronunciations", kind="rows", rows=PRONUNCIATIONS, help=" "),),
    ),
    Group(
        title="Words",
        fields=(Field(path="lexicon.preferred", kind="lines"), Field(path="lexicon.banned", kind="lines")),
    ),
    Group(
        title="Languages",
        fields=(
            Field(path="primaryLanguage"),
            Field(path="languages", kind="lines", help="Those that callers may use, one a line, such as es-US."),
            Field(
                path="languageMode",
                kind="choice",
                help="In chats, by a language model.",
                options=(("single_language", "Stay with its own language"), ("code_switch", "Answer in the caller's")),
            ),
            Field(path="voiceMap", kind="rows", rows=VOICES),
        ),
    ),
)

HOURS = (
    Group(
        title="Opening hours",
        help="Such as 9:00-12:00, 13:00-17:30. A day that is left empty is closed.",
        beside=True,
        fields=tuple(Field(path=f"businessHours.weekly.{day}", kind="ranges", help=" ") for day in DAYS),
    ),
    Group(title="Time zone", fields=(Field(path="businessHours.timezone"),)),
    Group(
        title="Holidays",
        help="Hours left empty: closed. Callers who ask for a day by its name or its date are answered from here.",
        fields=(Field(path="businessHours.holidays", kind="rows", rows=HOLIDAYS, help=" "),),
    ),
    Group(
        title="After hours",
        fields=(
            Field(
                path="businessHours.afterHours.mode",
                kind="choice",
                help=" ",
                options=(("answer", "Answer as always"), ("message", "Take a message"), ("transfer", "Transfer")),
            ),
            Field(path="businessHours.afterHours.message", kind="prose"),
            Field(path="businessHours.afterHours.allowHumanTransfer", kind="switch"),
            Field(path="businessHours.afterHours.number"),
            Field(path="businessHours.afterHours.emergencyNumber"),
        ),
    ),
)

CALLS = (
    Group(
        title="Length and silence",
        beside=True,
        fields=(
            Field(path="callControl.maxCallSeconds", kind="whole"),
            Field(path="callControl.idleReminderDelaySeconds", kind="whole"),
            Field(path="callControl.idleReminderIntervalSeconds", kind="whole"),
            Field(path="callControl.maxIdleReminders", kind="whole"),
            Field(
                path="callControl.onNoResponseAction",
                kind="choice",
                help=" ",
                options=(("end", "End the call"), ("transfer", "Hand it to a person")),
            ),
        ),
    ),
    Group(
        title="Endings",
        fields=(
            Field(path="callControl.maxDurationMessage", label="When the longest call ends", kind="prose", help=" "),
            Field(path="callControl.endCallPhrasesEnabled", kind="switch"),
        ),
    ),
    Group(
        title="Pauses",
        beside=True,
        fields=(
            Field(path="endpointing.minSilenceMs", kind="whole"),
            Field(path="endpointing.maxSilenceMs", kind="whole"),
            Field(path="endpointing.semantic", kind="switch"),
        ),
    ),
    Group(
        title="Hand-off",
        fields=(
            Field(path="handoffConfig.transferDestination"),
            Field(path="handoffConfig.sayNumber", kind="switch"),
            Field(path="handoffConfig.warm", kind="switch"),
            Field(path="handoffConfig.escalationThreshold", kind="whole"),
            Field(path="handoffConfig.contextSummaryUrl"),
            Field(path="handoffConfig.transferRules", kind="rows", rows=RULES),
        ),
    ),
    Group(
        title="Recording",
        fields=(
            Field(path="recording.enabled", kind="switch"),
            Field(
                path="recording.consentMode",
                kind="choice",
                help=" ",
                options=(
                    ("notice", "Say that the call is recorded"),
                    ("ask", "Ask, and record after a yes"),
                    ("by_place", "Ask where the place wants it, say it elsewhere"),
                    ("none", "Record nothing"),
                ),
            ),
            Field(
                path="recording.onDenial",
                kind="choice",
                options=(("unrecorded", "Go on unrecorded"), ("transfer", "Put through"), ("end", "End the call")),
            ),
            Field(
                path="recording.onWithdrawal",
                kind="choice",
                options=(("keep", "Keep it"), ("erase", "Erase it")),
            ),
            Field(path="recording.disclosure", kind="prose"),
            Field(path="recording.retentionDays", kind="whole"),
        ),
    ),
    Group(
        title="What is not kept",
        help="Taken out before anything is kept, shown or sent to a language model. No finder finds all of it.",
        fields=(
            Field(
                path="redaction.entities",
                kind="checks",
                help="[card] stands in place of a card's number. In English.",
                options=tuple((entity, words.capitalize()) for entity, words in PLURAL.items()),
            ),
            Field(path="redaction.audio", kind="switch"),
        ),
    ),
)

CHANNELS = (
    Group(
        title="Where it answers",
        fields=(
            Field(
                path="enabledChannels",
                kind="checks",
                options=(("voice", "Calls"), ("chat", "Chats"), ("sms", "Texts")),
            ),
            Field(path="avgTicketCents", kind="whole"),
        ),
    ),
    *(
        Group(
            title=title,
            help="Only what is otherwise here. What is left empty is as everywhere.",
            fields=tuple(
                Field(
                    path=f"channelOverrides.{channel}.{name}",
                    label=words,
                    kind=_KINDS.get(name, "line"),
                    optional=True,
                    help=" ",
                )
                for name, words in zip(
                    OVERRIDES,
                    ("Greeting", "Persona", "Tone", "Goals", "Never do", "Language", "Other languages"),
                    strict=True,
                )
            ),
        )
        for channel, title in (("voice", "On calls"), ("chat", "In chats"))
    ),
)

TABS = {"behaviour": BEHAVIOUR, "voice": VOICE, "hours": HOURS, "calls": CALLS, "channels": CHANNELS}
