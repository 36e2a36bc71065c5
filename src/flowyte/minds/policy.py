"""The policy: one turn of the caller in, what to say and do out. Pure; what was found and what time it is are given.

Answers are the business's own words. A message is taken in a fixed order (name, number, the number read back from the
stored value, the message), and questions asked in between are answered before it goes on. What is not known is said to
be not known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flowyte.conversation.reply import Captured, EndCall, Expect, Passage, Reply, Sentence
from flowyte.slots.spoken import digits, parse_phone, say_phone

Flow = Literal["idle", "offered", "name", "phone", "confirm", "body"]

MOST_NAME = 80  # characters; whoever says more has not said a name
MOST_NAME_WORDS = 6  # "this is Maria del Carmen Ortiz Vega" has five without its beginning; a complaint has more
MOST_BODY = 5_000

_YES = re.compile(r"\b(yes|yeah|yep|yup|sure|correct|right|that's it|exactly|please do|ok|okay|absolutely|of course)\b")
_NO = re.compile(r"\b(no|nope|nah|wrong|incorrect|not right|isn't right|that's not)\b")
_CANCEL = re.compile(r"\b(never ?mind|cancel|forget (it|that)|stop that|don't bother)\b")
_MESSAGE = re.compile(
    r"\b((take|leave|pass on|give (him|her|them)) (a |my )?messages?|leave word|call(ed)? me back|ring me back|"
    r"(speak|talk) (to|with) (a|an|the|some|some ?one|some ?body|your)\b.*|"
    r"real (person|human)|human being|operator|receptionist)"
)
_ROBOT = re.compile(
    r"\b(are you|am i ((really|even|actually|just) )?(talking|speaking) (to|with)|is this) "
    r"((a|an|really|even|actually|just) )*"
    r"(real|human|robot|bot|machine|computer|ai|person|recording)\b"
)
_BYE = re.compile(
    r"^(ok(ay)?,? |no,? |thanks?( you)?,? |that's all,? |great,? )*"
    r"(good ?bye|bye( bye)?|see you|that's all|that is all)\b"
)
_THANKS = re.compile(r"^(ok(ay)?,? |great,? |perfect,? )*(thanks?( you)?( very much| so much| a lot)?)\W*$")
_HELLO = re.compile(r"^(hello|hi|hey|good (morning|afternoon|evening))( there)?\W*$")
_REPEAT = re.compile(r"\b(repeat|say) (that|it)( again| once more)?\b|\bpardon\b|\bcome again\b|^what\W*$|^sorry\W*$")
# How the platform and this mind offer it, whoever said so: a yes to that is a yes to a message.
_OFFER = re.compile(r"\bshall i take a message\b[^.?!]*\?\W*$", re.I)
_QUESTION = re.compile(
    r"^(\W*(and|but|so|oh|well|wait|sorry|um|uh)\W+)*"
    r"(what|when|where|who|why|how|which|do|does|did|can|could|are|is|will|would|may)\b"
)
_NAME = re.compile(
    r"^\W*(oh|um|uh|well|yes|sure|hi|hello)?\W*"
    r"((my name is|my name's|the name is|it's|it is|this is|i am|i'm|call me)\s+)?",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the conversation stands. `filed` counts messages, so that each has an intent of its own.

    `body` is known before the number only when a language model passed it on. `read` counts how often the number was
    read back, and `number_heard` says whether the caller heard the whole of it.
    """

    flow: Flow = "idle"
    name: str = ""
    phone: str = ""
    body: str = ""
    read: int = 0
    number_heard: bool = False
    filed: int = 0
    last: str = ""
    only: bool = False
    """Nothing else is done than to take one message, for nobody is there at this hour."""

    @property
    def collecting(self) -> bool:
        return self.flow in ("name", "phone", "confirm", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A message to be kept; what is said depends on whether that worked."""

    intent_key: str
    name: str
    phone: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the caller's words brought up: an answer from the schedule, and passages good enough to be quoted."""

    hours: str | None = None
    passages: Sequence[Passage] = ()

    @property
    def answer(self) -> str | None:
        return self.hours or (self.passages[0].text if self.passages else None)


Step = tuple[State, list[Reply], Filing | None]


def step(state: State, text: str, found: Found, agent: Mapping[str, object]) -> Step:
    said = text.lower().strip()
    if state.collecting:
        return _collecting(state, text, said, found)
    if state.flow == "offered" and _YES.search(said) and not found.hours:
        return _ask_name(state)
    if state.flow == "offered" and _NO.search(said):
        return _say(replace(state, flow="idle"), "All right. Is there anything else that I can do for you?")
    return _open(replace(state, flow="idle"), said, found, agent)


def after_hours(*, asked: bool) -> State:
    """Where one message is taken and the conversation ends; `asked`: the opening words have asked for the name."""
    return State(flow="name" if asked else "idle", only=True)


def take_up(state: State, *, name: str, phone: str, body: str) -> Step:
    """Go on with a message of which something is known already; what is missing or no number is asked for."""
    number = parse_phone(phone) or ""
    state = replace(state, name=_name(name), phone=number, body=body.strip()[:MOST_BODY], read=0)
    known = (
        ("name", state.name, state.name),
        ("phone", number, say_phone(number) if number else ""),
    )
    captured = [Captured(slot=slot, value=value, display=display) for slot, value, display in known if value]
    state, replies, _ = _onward(state)
    return state, [*captured, *replies], None


def heard(state: State, spoken: str) -> State:
    """The caller heard `spoken`: a number cut off in the middle has not been read back, and "say that again" means
    the last thing that was heard, whoever said it."""
    if state.flow == "confirm" and _national(state.phone) in digits(spoken):
        return replace(state, number_heard=True)
    if state.flow == "idle" and _OFFER.search(spoken):
        state = replace(state, flow="offered")
    if not state.collecting and spoken and not state.last.startswith(spoken):
        return replace(state, last=spoken)
    return state


def _open(state: State, said: str, found: Found, agent: Mapping[str, object]) -> Step:
    if state.only:
        return _ask_name(state)
    if _ROBOT.search(said):
        return _say(
            state, f"I am an AI assistant of {agent.get('name', 'this business')}, not a person. How can I help?"
        )
    if _MESSAGE.search(said):
        return _ask_name(state)
    if _BYE.search(said):
        state, replies, _ = _say(state, "Thank you for calling. Goodbye.")
        return state, [*replies, EndCall(reason="caller said goodbye")], None
    if _THANKS.search(said):
        return _say(state, "You are welcome. Is there anything else?")
    if _HELLO.search(said):
        return _say(state, "Hello. What can I do for you?")
    if _REPEAT.search(said) and state.last:
        return _say(state, state.last)
    if found.answer:
        return _say(state, found.answer)
    return _say(
        replace(state, flow="offered"),
        "I do not know that, I am afraid. Shall I take a message for the team?",
        "yes_no",
    )


def _collecting(state: State, text: str, said: str, found: Found) -> Step:
    if state.only and (_CANCEL.search(said) or _BYE.search(said)):
        return _over(state, "All right, I will not take a message. Goodbye.")
    if _CANCEL.search(said):
        return _say(replace(state, flow="idle"), "All right, I will not take a message. What else can I do for you?")
    if state.flow != "body" and (_QUESTION.search(said) or said.endswith("?")) and found.answer:
        state, asked, _ = _ask(state)
        return state, [Sentence(text=found.answer), *asked], None
    match state.flow:
        case "name":
            return _take_name(state, text)
        case "phone":
            return _take_phone(state, text)
        case "confirm":
            return _confirm(state, text, said)
        case _:
            return _take_body(state, text)


def _take_name(state: State, text: str) -> Step:
    name = _name(text)
    if not name:
        return _say(state, "I did not get that. What is your name, please?", "name")
    state, replies, _ = _onward(replace(state, name=name))
    return state, [Captured(slot="name", value=name, display=name), *replies], None


def _take_phone(state: State, text: str) -> Step:
    phone = parse_phone(text)
    if phone is None:
        return _say(
            state, "That was not a whole number. Please say it once more with the area code, or key it in.", "digits"
        )
    state, replies, _ = _ask(replace(state, flow="confirm", phone=phone, read=0))
    return state, [Captured(slot="phone", value=phone, display=say_phone(phone)), *replies], None


def _confirm(state: State, text: str, said: str) -> Step:
    if parse_phone(text):
        return _take_phone(state, text)
    if _NO.search(said):
        return _say(replace(state, flow="phone", phone=""), "Sorry. What is the right number?", "digits")
    # A yes to half a number says little; who says it twice knows what was going to be read.
    if _YES.search(said) and (state.number_heard or state.read > 1):
        return _take_body(state, state.body) if state.body else _ask(replace(state, flow="body"))
    return _ask(state)


def _take_body(state: State, text: str) -> Step:
    filing = Filing(
        intent_key=f"message-{state.filed + 1}", name=state.name, phone=state.phone, body=text.strip()[:MOST_BODY]
    )
    return replace(state, flow="idle", body="", filed=state.filed + 1), [], filing


def filed(state: State, filing: Filing, *, ok: bool) -> Step:
    """What is said once the message was kept, or could not be."""
    if not ok:
        back = replace(state, flow="body", filed=state.filed - 1)
        return _say(back, "I could not file your message just now. Please say it once more.")
    kept = (
        f"Thank you, {filing.name}. I have filed your message, and somebody will call you back at "
        f"{say_phone(filing.phone)}."
    )
    return _over(state, f"{kept} Goodbye.") if state.only else _say(state, f"{kept} Is there anything else?")


def _over(state: State, words: str) -> Step:
    """The last words of a conversation that was for a message alone."""
    state, replies, _ = _say(state, words)
    return state, [*replies, EndCall(reason="after hours")], None


def _ask_name(state: State) -> Step:
    state, replies, _ = _ask(replace(state, flow="name", name="", phone="", body="", read=0))
    return state, [Sentence(text="Yes, I can take a message."), *replies], None


def _onward(state: State) -> Step:
    """To the first thing that is missing; a number that is there is read back."""
    return _ask(replace(state, flow="name" if not state.name else "confirm" if state.phone else "phone"))


def _ask(state: State) -> Step:
    """The question of the present step."""
    match state.flow:
        case "name":
            return _say(state, "What is your name, please?", "name")
        case "phone":
            return _say(state, "And what number can we call you back on?", "digits")
        case "confirm":
            state = replace(state, read=state.read + 1, number_heard=False)
            return _say(state, f"I have {say_phone(state.phone)}. Is that right?", "yes_no")
        case _:
            return _say(state, "What is your message?")


def _name(text: str) -> str:
    """The name in an answer such as "It's Ann Lee."; empty when there is none."""
    name = _NAME.sub("", text, count=1).strip(" .,!?")[:MOST_NAME]
    if len(name.split()) > MOST_NAME_WORDS or _MESSAGE.search(name.lower()):
        return ""
    return name if any(character.isalpha() for character in name) else ""


def _national(e164: str) -> str:
    """The digits as `say_phone` says them, without the country's 1 in North America."""
    return digits(say_phone(e164))


def _say(state: State, text: str, expect: Literal["anything", "digits", "yes_no", "name"] = "anything") -> Step:
    return replace(state, last=text), [Sentence(text=text), Expect(kind=expect)], None
