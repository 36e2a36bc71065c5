"""What the agent's tabs ask for, tab by tab."""

from flowyte.dashboard.fields import Field, Group

DAYS = (
    ("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday"),
    ("sat", "Saturday"), ("sun", "Sunday"),
)  # fmt: skip

BEHAVIOUR = (
    Group(
        title="Who it is",
        fields=(
            Field(path="name", label="Name", help="For you and your colleagues; callers do not hear it."),
            Field(path="persona", label="Persona", kind="prose", help="Who it is and how it speaks."),
            Field(path="tone", label="Tone", help="A few words, such as: warm and to the point."),
            Field(path="greeting", label="Greeting", kind="prose", help="The first thing that it says."),
        ),
    ),
    Group(
        title="What it does",
        fields=(
            Field(path="goals", label="Goals", kind="lines", help="One a line."),
            Field(path="neverDo", label="Never do", kind="lines", help="One a line."),
        ),
    ),
)

HOURS = (
    Group(
        title="Opening hours",
        beside=True,
        fields=tuple(
            Field(path=f"businessHours.weekly.{day}", label=name, kind="ranges", help="") for day, name in DAYS
        ),
    ),
    Group(
        title="Time zone and holidays",
        fields=(
            Field(path="businessHours.timezone", label="Time zone", help="Such as America/New_York."),
            Field(
                path="businessHours.holidays",
                label="Holidays",
                kind="holidays",
                help="One a line: 2026-12-25 Christmas. Open for some hours: 2026-12-24 Christmas Eve :: 08:00-12:00",
            ),
        ),
    ),
)

CALLS = (
    Group(
        title="Voice",
        fields=(Field(path="defaultVoiceId", label="Voice", kind="choice"),),
    ),
    Group(
        title="Recording",
        fields=(
            Field(path="recording.enabled", label="Record calls", kind="switch", help="Both sides, sealed as it runs."),
            Field(
                path="recording.consentMode",
                label="Before recording",
                kind="choice",
                options=(("notice", "Say that the call is recorded"), ("none", "Say nothing")),
            ),
            Field(
                path="recording.disclosure",
                label="What is said",
                kind="prose",
                help="Empty for the standard words.",
            ),
        ),
    ),
    Group(
        title="What is not kept",
        fields=(
            Field(
                path="redaction.entities",
                label="Taken out of transcripts",
                kind="lines",
                help="One a line: card, ssn, account, phone, email, address, date_of_birth, name.",
            ),
            Field(
                path="redaction.audio",
                label="Silence them in the recording",
                kind="switch",
                help="The whole of what was said around them falls silent.",
            ),
        ),
    ),
    Group(
        title="Length and silence",
        beside=True,
        fields=(
            Field(path="callControl.maxCallSeconds", label="Longest call, in seconds", kind="whole"),
            Field(path="callControl.idleReminderDelaySeconds", label="Ask after silence of, seconds", kind="whole"),
            Field(path="callControl.idleReminderIntervalSeconds", label="Ask again after, seconds", kind="whole"),
            Field(path="callControl.maxIdleReminders", label="Times to ask", kind="whole"),
            Field(path="endpointing.minSilenceMs", label="Shortest pause, in ms", kind="whole"),
            Field(path="endpointing.maxSilenceMs", label="Longest pause, in ms", kind="whole"),
        ),
    ),
)

TABS = {"behaviour": BEHAVIOUR, "hours": HOURS, "calls": CALLS}
