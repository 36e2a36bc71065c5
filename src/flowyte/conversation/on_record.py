"""What a caller says about being recorded: yes or no to the question, and "please stop recording" at any time. Pure.

Understood by the platform and not by a mind, so that it holds with every model and no prompt takes it away. English.
Where words could be taken either way, "stop" is heard rather than not: a recording that stops for a misunderstanding
costs a sentence, one that goes on against somebody's will cannot be taken back.
"""

import re
from dataclasses import dataclass
from typing import Literal

Wish = Literal["stop", "delete", "pause", "resume", "ask"]

CLAUSE = re.compile(r"[.?!;,:]+|\b(?:and|but|because|so|before)\b")
MANY_WORDS = 4  # what is said beside a yes or a no, from this length on, is something to be answered
SHORT = 4  # words: within so few a yes or a no may stand anywhere, in more only at the beginning

# "record" is a noun as well, of patients and musicians: only what means the recording of this call is taken.
_THIS = (
    r"(?:this|me|us|my voice|(?:this|the|our|my) (?:phone )?(?:calls?|conversation)|anything|any of (?:this|it)|what i|"
    r"everything|it|here|the line|myself)"
)
_BARE = r"(?:(?<=not )|(?<=n't )|(?<=dont )|(?<=to )|(?<=never ))record$"
_REC = (
    r"(?:recording|being recorded|be recorded|get recorded|getting recorded|taping|being taped|be taped|on tape|"
    rf"recorder|recorded(?! (?:message|line|my|your|his|her|their|a|an)\b)|(?:record|tape) {_THIS}\b|record that$|"
    rf"{_BARE}|a record of (?:this|the) (?:call|conversation))"
)
_NOT = r"(?:\w+n't|dont|cant|never|not|no|nobody|cannot|stop|without)"
_OBJECT = (
    r"(?:object\w*|refus\w+|declin\w+|oppos\w+|uncomfortable|nervous|unhappy|against|withdr\w+|revok\w+|take back|"
    r"retract\w*|opt out|opting out|hate|dislike)"
)
_STOP_VERB = (
    r"(?:stop|stopping|stopped|halt|quit|cease|end|terminate|discontinue|disable|kill|cancel|cut|turn off|"
    r"switch off|shut off|shut down)"
)
_WHILE = r"(?:for )?(?:a|one|this|the next) (?:moment|second|sec|minute|bit|while|part)\b"

FINE = re.compile(
    r"\b(?:no |nope |nah )?(?:i )?(?:no (?:problem|objections?|worries|issue)|"
    r"(?:do not|don't|dont|wouldn't|would not|won't|never) (?:mind|object|care)|"
    r"not (?:a problem|an issue|opposed|against|object)|not uncomfortable|why not|"
    r"have no objections?|not bothered|doesn't bother)\b"
)
_NOT_OURS = re.compile(
    r"\b(?:didn't|did not|doesn't|does not|hasn't|has not|wasn't|was not|couldn't|could not) (?:\w+ ){0,2}record\b"
    r"(?! (?:this|me)|$)|\b(?:they|he|she|doctor|clinic|office) (?:\w+ ){0,2}(?:never|not) record\b|"
    r"\b(?:record(?:ing)? (?:studio|label|player|store|shop|deal|album|artist|session|number|equipment|engineer|"
    r"keeping))\b|\b(?:the|a|that|your) recording (?:of my|from (?:last|yesterday|my)|"
    r"(?:that |which )?(?:said|says|told)|that i|about|i (?:got|made|left|heard))\b|"
    r"\bvoicemail recording\b|\brecorded (?:message|line|announcement)\b"
)
_GO_ON = re.compile(
    r"\b(?:don't|do not|dont|never|no need to|needn't|please keep|did you|why) (?:you )?"
    r"(?:stop|pause|end|cancel|turn off)\b"
)
_DELETE = re.compile(
    r"\b(?:delete|erase|destroy|remove|wipe|get rid of|throw away|discard)\b(?: \w+){0,6} "
    rf"(?:recording|recorded|tape|{_REC})"
)
_PAUSE = re.compile(
    r"\b(?:paused?|suspend|hold|interrupt|mute)(?: \w+){0,3} (?:recording|recorder|taping|the tape)\b|"
    rf"\b{_STOP_VERB}(?: \w+){{0,3}} (?:recording|recorder|taping)(?: \w+){{0,3}} {_WHILE}|"
    r"\b(?:do not|don't|dont|stop|not) (?:record|recording|tape|taping) (?:this|the next|that|what i (?:say|tell|am)|"
    r"what i'm) ?(?:next )?(?:part|bit|piece|number|card|about|going|now|next)\b|"
    rf"\b(?:off the record|{_NOT}(?: \w+){{0,3}} on (?:the )?record) {_WHILE}"
)
_STOP = re.compile(
    rf"\b{_STOP_VERB}(?: \w+){{0,4}} {_REC}|"
    r"\b(?:turn|switch|shut) (?:that|this|the|your|off the)? ?(?:\w+ )?(?:recording|recorder|tape)(?: \w+)? off\b|"
    r"\b(?:recording|recorder) (?:off|to stop|stopped|to end|be stopped|turned off|switched off|needs to stop|"
    r"has to stop|must stop|should stop|(?:is not|isn't) (?:ok|okay|fine|allowed|acceptable))\b|"
    rf"\b(?:{_NOT}|{_OBJECT})(?: \w+){{0,7}} {_REC}|"
    rf"{_REC}(?: \w+){{0,6}} (?:{_NOT}|{_OBJECT}|off)\b|\b(?:stop|turn off|switch off) (?:the|that|your) tape\b|"
    r"\b(?:do not|don't|dont|not|withdraw|revoke|take back|no longer|cannot|can't|never|didn't|nobody)(?: \w+){0,3} "
    r"(?:consent|permission|(?:agreed?|allow(?:ed)?)(?: \w+){0,4} record)|"
    r"\byou (?:didn't|did not|don't) (?:record|tape)|\bunrecorded\b|\benough (?:with|of) (?:the|this|that|your) record|"
    r"\b(?:did not|didn't|never|who) (?:say|said) you (?:could|can|may) record|\bwithout (?:the|a|that|your) tape\b|"
    r"\b(?:off the record|off record)\b|"
    r"\b(?:leave|take|keep|remove) (?:this|me|us|it) (?:off|out of|from) (?:of )?(?:the |your )?(?:record|recording|"
    r"tape)\b"
)
_ASKS = re.compile(
    r"\b(?:am i|are we|is this|is the|is my|is our|is it|is that|are you|is anyone|is anybody|is somebody|are they|"
    r"is any of this)(?: \w+){0,4} (?:being )?(?:recorded|recording|taped|taping)\b|"
    r"\b(?:do|will|would) you (?:record|tape) (?:this|me|these|my|the|our|calls?)\b|"
    r"\b(?:does|will) (?:this|it) (?:call )?(?:get|be) recorded\b"
)
_STOP_IT = re.compile(r"\b(?:stop|quit|don't|do not)\b")
_RESUME = re.compile(
    r"\b(?:resume|restart|continue|start|begin|unpause|carry on|go on|go ahead|turn on|switch on|reactivate)"
    r"(?: \w+){0,2} (?:recording|taping|recorder|to record|and record)\b|\bkeep (?:on )?recording\b|"
    r"\b(?:turn|switch) (?:the |that |your )?(?:recording|recorder) (?:back )?on\b|"
    r"\b(?:you can|you may|you could|feel free to|okay to|ok to|fine to|happy for you to|allowed to|like you to|"
    r"want you to) (?:\w+ )?(?:record|keep recording|start recording|resume)\b|"
    r"\b(?:fine|okay|ok|happy|comfortable|good|agree|consent|cool) (?:with|to) (?:the |you |this |it )?"
    r"(?:being |call being |be )?record|\brecording (?:is |it is )?(?:fine|okay|ok|all right|good)\b|"
    r"\b(?:don't|do not|dont|wouldn't) mind (?:\w+ ){0,3}(?:record|taped)|\bback on (?:the )?record\b"
)

# With one of these no resuming is meant, or not surely.
_CONTRARY = re.compile(rf"\b(?:{_NOT}|{_OBJECT}|who|how|why|when|where|what)\b|^(?:do|did|are|is|were|was|have|has) ")

_YES_WORDS = (
    "yes yeah yep yup yea sure ok okay fine alright absolutely certainly definitely agreed agree accept consent "
    "granted permitted allowed affirmative one 1"
)
_YES = frozenset(_YES_WORDS.split())
_YES_PHRASES = re.compile(
    r"\b(?:of course|go ahead|all right|please do|you may|you can|i do|that's fine|that is fine|that works|sounds good|"
    r"by all means|be my guest|go for it|(?:that's|that is|it's|it is) (?:okay|ok|all right|alright|fine)|fine by me|"
    r"(?:okay|ok|fine) with me|feel free|i guess so|i suppose so|uh huh)\b"
)
_NO_WORDS = "no nope nah not never negative don't dont won't can't cannot refuse decline rather disagree denied two 2"
_NO = frozenset(_NO_WORDS.split())
_NOT_AT_ALL = re.compile(
    r"\b(?:absolutely|certainly|definitely|of course|please do|may|can|could|do|should) not\b|"
    r"\b(?:don't|do not|can't|cannot|not) (?:\w+ )?(?:agree|consent|accept|allow|okay|ok|fine|all right|alright|"
    r"comfortable|good)\b|i don't think so|^i'd rather|^i would rather|\bi (?:do )?mind\b"
)
_FILLERS = re.compile(r"^(?:(?:uh|um|er|erm|well|oh|ah|so|hmm|hm|actually|sorry|look|listen) )+(?!huh)")
_UNSURE = re.compile(
    r"\b(?:not sure|don't know|do not know|dont know|don't understand|do not understand|"
    r"didn't (?:catch|hear|understand|get)|what|why|who|which|how|pardon|excuse me|repeat|say (?:that|it) again|"
    r"come again|hello|depends|maybe|perhaps)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wished, the words that said it, and what else was said."""

    wish: Wish
    words: str
    rest: str


def request_of(text: str) -> Request | None:
    """A wish about the recording of this call, or None when nothing of that is meant."""
    wish = _wish(_plain(text))
    if wish is None:
        return None
    about: list[str] = []
    other: list[str] = []
    for clause in _clauses(text):
        (about if _wish(_plain(clause)) else other).append(clause)
    if not about:  # it takes all of the words to mean it
        return Request(wish=wish, words=text.strip(), rest="")
    rest = " ".join(part for part in other if len(part.split()) > 1)
    return Request(wish=wish, words=", ".join(about), rest=rest if len(rest.split()) >= MANY_WORDS else "")


def answer_of(text: str) -> bool | None:
    """Yes or no to "may this call be recorded?"; None for what is neither, or both."""
    said = _plain(text)
    wish = _wish(said)
    if wish in ("stop", "delete", "pause"):
        return False
    if wish == "resume":
        return True
    if wish == "ask" or not said:
        return None
    said = _FILLERS.sub("", said)
    fine = FINE.search(said)
    said = FINE.sub(" ", said)
    words = said.split()
    heard = words if len(words) <= SHORT else words[:2]
    no = any(word in _NO for word in heard)
    yes = bool(fine) or any(word in _YES for word in heard) or bool(_YES_PHRASES.search(" ".join(words[:5])))
    if _NOT_AT_ALL.search(" ".join(words[:6])):
        return False
    if _UNSURE.search(said) or (yes and no):
        return None
    return True if yes else False if no else None


def beside_answer(text: str) -> str:
    """What else is said in the breath of a yes or a no, when it is long enough to be more than politeness."""
    clauses = [clause for clause in _clauses(text) if answer_of(clause) is None and not _wish(_plain(clause))]
    rest = " ".join(clauses)
    return rest if len(rest.split()) >= MANY_WORDS else ""


def _wish(said: str) -> Wish | None:
    said = _NOT_OURS.sub(" ", said)
    asks = bool(_ASKS.search(said))
    if _GO_ON.search(said):
        return "resume" if "recording" in said or "taping" in said else None
    if _DELETE.search(said):
        return "delete"
    if _PAUSE.search(said):
        return "pause"
    if _STOP.search(said) and not FINE.search(said):
        return "stop" if not asks or _STOP_IT.search(said) else "ask"
    if asks:
        return "stop" if _STOP_IT.search(said) else "ask"
    return "resume" if _RESUME.search(said) and not _CONTRARY.search(FINE.sub(" ", said)) else None


def _plain(text: str) -> str:
    """Lower case, without punctuation; "n't" stays."""
    lowered = text.lower().replace("’", "'")
    return " ".join(re.findall(r"[a-z0-9']+(?:-[a-z0-9']+)*", lowered.replace("-", " ")))


def _clauses(text: str) -> list[str]:
    return [part.strip() for part in CLAUSE.split(text) if part and part.strip()]
