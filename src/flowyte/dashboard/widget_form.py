"""The widget's settings as a form: what an operator chooses, in the order in which they would."""

from flowyte.agents.disclosures import LANGUAGES
from flowyte.agents.widget import Labels
from flowyte.dashboard.fields import Field, Group

NAMES = {
    "ar": "العربية", "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "he": "עברית",
    "it": "Italiano", "ja": "日本語", "nl": "Nederlands", "pl": "Polski", "pt": "Português",
    "tr": "Türkçe", "zh": "中文",
}  # fmt: skip
SCHEMES = (("auto", "As the visitor's device"), ("light", "Light"), ("dark", "Dark"))
CORNERS = (("end", "Right"), ("start", "Left"))  # mirrored where one reads from right to left
SIZES = (("compact", "Compact"), ("regular", "Regular"), ("large", "Large"))
LAUNCHERS = (("label", "Icon and words"), ("icon", "Icon alone"))


def _colours(scheme: str) -> tuple[Field, ...]:
    return tuple(
        Field(path=f"theme.{scheme}.{name}", label=label, kind="colour")
        for name, label in (
            ("accent", "Accent"), ("onAccent", "Text on accent"), ("background", "Background"), ("text", "Text"),
        )
    )  # fmt: skip


TEXTS = Group(
    title="Texts",
    fields=(
        Field(path="copy.language", label="Language", kind="choice",
              help="Of the texts below. It also decides in which language the visitor is told that this is an AI."),
        Field(path="copy.title", label="Title", help="Empty: the agent's name."),
        Field(path="copy.subtitle", label="Line under the title"),
        Field(path="copy.launcherLabel", label="Button on the page"),
        Field(path="copy.greeting", label="Greeting", kind="prose", help="Empty: the agent's own greeting."),
        Field(path="copy.starterQuestions", label="Starter questions", kind="lines",
              help="Up to six, a line each; a visitor asks one with a click."),
        Field(path="copy.placeholder", label="In the empty field"),
        Field(path="copy.privacyUrl", label="Privacy page", help="Its address, linked at the foot of the chat."),
        Field(path="copy.offlineText", label="When nobody answers", kind="prose",
              help="Shown when the service cannot be reached or nothing is published."),
    ),
)  # fmt: skip
BEHAVIOR = Group(
    title="Behaviour",
    fields=(
        Field(path="behavior.openAfterSeconds", label="Open by itself after", kind="number",
              help="Seconds. Empty: never. Once for each visitor, and never on a phone."),
        Field(path="behavior.rememberConversation", label="Go on with the conversation on the next page", kind="switch",
              help="Keeps its id and token in the visitor's browser, for a day at most."),
        Field(path="behavior.voice", label="Visitors may talk", kind="switch",
              help="By microphone, after a click and the notice. The agent's voice channel must be on."),
    ),
)  # fmt: skip
LOOK = Group(
    title="Look",
    beside=True,
    fields=(
        Field(path="theme.scheme", label="Light or dark", kind="choice", options=SCHEMES),
        Field(path="theme.corner", label="Corner", kind="choice", options=CORNERS),
        Field(path="theme.size", label="Size", kind="choice", options=SIZES),
        Field(path="theme.launcher", label="Button", kind="choice", options=LAUNCHERS),
        Field(path="theme.radius", label="Roundness, 0 to 24", kind="whole"),
    ),
)
LIGHT = Group(title="Colours, light", beside=True, fields=_colours("light"))
DARK = Group(title="Colours, dark", beside=True, fields=_colours("dark"))


def languages(current: str) -> tuple[tuple[str, str], ...]:
    """Those in which the disclosure is known, and the one that was set by program."""
    known = tuple((code, NAMES[code]) for code in LANGUAGES)
    return known if current in LANGUAGES or not current else (*known, (current, current))


def _spaced(name: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words[:1].upper() + words[1:]


LABELS = Group(
    title="Buttons and notices",
    fields=tuple(
        Field(path=f"copy.labels.{name}", label=_spaced(name)) for name in Labels.__struct_encode_fields__
    ),
)  # fmt: skip
SHOWN = (LOOK, LIGHT, DARK, TEXTS, BEHAVIOR)
GROUPS = (*SHOWN, LABELS)
