"""How an agent's chat looks and speaks on somebody's site: what may be chosen, what is refused, what visitors are told.

It is no part of a version: what is saved is what the next page view shows. The disclosure is not among it.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from flowyte.agents.colours import palette, unreadable
from flowyte.agents.definition import field_of
from flowyte.agents.disclosures import direction, spoken, written
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FieldError, Invalid

Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]
Words = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(min_length=1, max_length=200)]
Short = Annotated[str, Meta(max_length=60)]
Question = Annotated[str, Meta(min_length=1, max_length=80)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Link = Annotated[str, Meta(max_length=500)]
ADDRESS = re.compile(r"https://[^\s\"'<>/]+(/[^\s\"'<>]*)?")
OF_VOICE = (
    "startTalking", "back", "hangUp", "mute", "connecting", "listening", "thinking", "speaking", "callOver",
    "callRefused", "callLost", "microphoneRefused", "noMicrophone",
)  # fmt: skip
MOST_QUESTIONS = 6  # more than fit above the keyboard of a phone are not read


class Part(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Anything of a widget's settings."""


class Colours(Part):
    """Four from which all others follow. `onAccent` is written on `accent`, `text` on `background`."""

    accent: Colour = "#4450b8"
    on_accent: Colour = "#ffffff"
    background: Colour = "#ffffff"
    text: Colour = "#1b1b18"


class Dark(Part):
    """The same four where the visitor's device is dark."""

    accent: Colour = "#a3adff"
    on_accent: Colour = "#15172b"
    background: Colour = "#1c1c1a"
    text: Colour = "#ededea"


class Theme(Part):
    """`corner` is the end or the start of a line, so that it is mirrored where one reads from right to left."""

    scheme: Literal["auto", "light", "dark"] = "auto"
    corner: Literal["end", "start"] = "end"
    size: Literal["compact", "regular", "large"] = "regular"
    radius: Annotated[int, Meta(ge=0, le=24)] = 14
    launcher: Literal["icon", "label"] = "label"
    light: Colours = field(default_factory=Colours)
    dark: Dark = field(default_factory=Dark)


class Labels(Part):
    """What buttons and notices say. `{name}` is the agent's, `{seconds}` how long to wait."""

    send: Said = "Send"
    close: Said = "Close"
    new_conversation: Said = "New conversation"
    end: Said = "End conversation"
    you: Said = "You"
    writing: Said = "{name} is writing"
    privacy: Said = "Privacy"
    suggestions: Said = "Suggestions"
    no_connection: Said = "There is no connection. Your message is sent as soon as there is one."
    too_many: Said = "Many people are writing at the moment. Your message is sent in {seconds} seconds."
    switched_off: Said = "This chat has been switched off."
    not_here: Said = "This chat may not be used on this site."
    ended: Said = "This conversation has ended."
    went_on: Said = "The earlier conversation has ended. This is a new one."
    broke_off: Said = "The answer broke off."
    ask_again: Said = "Ask again"
    talk: Said = "Talk"
    start_talking: Said = "Start talking"
    back: Said = "Back to writing"
    hang_up: Said = "End the call"
    mute: Said = "Mute"
    connecting: Said = "Connecting"
    listening: Said = "Listening"
    thinking: Said = "Thinking"
    speaking: Said = "Speaking"
    call_over: Said = "The call is over."
    call_refused: Said = "No call can be taken at the moment. Try again in a minute."
    call_lost: Said = "The connection was lost."
    microphone_refused: Said = "The browser does not let this page use the microphone. Allow it, then start again."
    no_microphone: Said = "There is no microphone. Connect one, then start again."


class Copy(Part):
    """Empty texts stand for the agent's own: `title` its name, `greeting` its greeting."""

    language: Language = "en"
    launcher_label: Annotated[str, Meta(min_length=1, max_length=40)] = "Chat with us"
    title: Short = ""
    subtitle: Short = ""
    greeting: Annotated[str, Meta(max_length=1_000)] = ""
    placeholder: Annotated[str, Meta(min_length=1, max_length=80)] = "Write a message"
    starter_questions: Annotated[list[Question], Meta(max_length=MOST_QUESTIONS)] = []
    privacy_url: Link = ""
    offline_text: Annotated[str, Meta(min_length=1, max_length=300)] = (
        "We cannot be reached here at the moment. Please try again later."
    )
    labels: Labels = field(default_factory=Labels)


class Behavior(Part):
    """`openAfterSeconds` opens it by itself, once a visit and never on a phone, where it would cover the page."""

    open_after_seconds: Annotated[int, Meta(ge=1, le=600)] | None = None
    remember_conversation: bool = True
    voice: bool = False


class Widget(Part):
    theme: Theme = field(default_factory=Theme)
    copy: Copy = field(default_factory=Copy)
    behavior: Behavior = field(default_factory=Behavior)

    def check(self) -> None:
        """Invalid for colours in which something could not be read, and for texts that are blank."""
        faults = [
            FieldError(field=f"theme.{name}.{colour}", message=message)
            for name, colours in (("light", self.theme.light), ("dark", self.theme.dark))
            for colour, message in unreadable(**msgspec.structs.asdict(colours))
        ]
        needed = {"launcherLabel": self.copy.launcher_label, "placeholder": self.copy.placeholder,
                  "offlineText": self.copy.offline_text}  # fmt: skip
        blank = [name for name, text in needed.items() if not text.strip()]
        faults += [FieldError(field=f"copy.{name}", message="is blank") for name in blank]
        if self.copy.privacy_url and not ADDRESS.fullmatch(self.copy.privacy_url):
            faults.append(FieldError(field="copy.privacyUrl", message="is not like https://example.com/privacy"))
        for number, question in enumerate(self.copy.starter_questions):
            if not question.strip() or question in self.copy.starter_questions[:number]:
                faults.append(FieldError(field=f"copy.starterQuestions[{number}]", message="is blank or there twice"))
        if faults:
            raise Invalid(fields=faults)


def read(values: Any) -> Widget:
    """Settings as the API has them, what is left out as it is at first. Invalid says which field, and why not."""
    try:
        found = msgspec.convert(values, Widget)
    except msgspec.ValidationError as error:
        raise Invalid(fields=[field_of(error)]) from error
    found.check()
    return found


def told(widget: Widget, *, name: str, greeting: str, talks: bool) -> dict[str, Any]:
    """What a visitor's browser is given: every colour and every text that it shows. `talks` is whether it may talk."""
    theme: dict[str, Any] = msgspec.to_builtins(widget.theme)
    for scheme, colours in (("light", widget.theme.light), ("dark", widget.theme.dark)):
        whole = msgspec.to_builtins(palette(**msgspec.structs.asdict(colours)))
        theme[scheme] = {"onAccent": whole.pop("on_accent"), **whole}
    copy = msgspec.to_builtins(widget.copy)
    copy["title"] = copy["title"].strip() or name
    copy["greeting"] = copy["greeting"].strip() or greeting
    copy["direction"] = direction(widget.copy.language)
    if not talks:
        copy["labels"] = {label: said for label, said in copy["labels"].items() if label not in OF_VOICE}
    return {"theme": theme, "copy": copy, "behavior": {**msgspec.to_builtins(widget.behavior), "voice": talks}}


def talks(widget: Widget, snapshot: Mapping[str, Any]) -> bool:
    """The operator lets visitors talk, and the agent's version answers calls."""
    return widget.behavior.voice and "voice" in snapshot["enabledChannels"]


def bootstrap(widget: Widget, *, name: str, snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """All that the widget needs of an agent before anybody writes."""
    recording = snapshot["recording"]
    language, recorded = widget.copy.language, bool(recording["enabled"]) and recording.get("consentMode") != "none"
    asked = recorded and recording.get("consentMode") in ("ask", "by_place")
    shown = told(widget, name=name, greeting=str(snapshot.get("greeting") or ""), talks=talks(widget, snapshot))
    more = (
        {"voiceDisclosure": spoken(language, recorded=None if asked else recorded)}
        if shown["behavior"]["voice"]
        else {}
    )
    return {"agent": {"name": name}, "disclosure": written(language), **more, **shown}


async def get_widget(tx: TenantTx, agent_id: str) -> Widget:
    """As it was saved, or as it is at first."""
    settings = await tx.fetchval("SELECT settings FROM widgets WHERE org_id = $1 AND id = $2", tx.org, agent_id)
    return msgspec.convert(settings, Widget) if settings is not None else Widget()


async def set_widget(tx: TenantTx, agent_id: str, widget: Widget) -> None:
    widget.check()
    await tx.execute(
        "INSERT INTO widgets (org_id, id, settings) VALUES ($1, $2, $3) "
        "ON CONFLICT (org_id, id) DO UPDATE SET settings = excluded.settings, updated_at = now()",
        tx.org, agent_id, msgspec.to_builtins(widget),
    )  # fmt: skip
