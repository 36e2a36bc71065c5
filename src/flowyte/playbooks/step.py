"""A flow walked one input at a time. Pure: state in, state and outputs out.

    state = begin(flow)
    state, outputs = step(flow, state, Begin(), today=today)       # then Said, Keyed, Silence, SkillDone, SkillFailed

`state` is a plain JSON object: keep it with the conversation and hand it back. Outputs are to be carried out in order.
The last one is `Listen`, `Run`, `Transferred` or `Ended`, or nothing once it has ended. No input makes it raise.
A `Digress` is what the caller asked instead of answering: have it answered elsewhere, then say what follows it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, assert_never

from flowyte.playbooks import patterns
from flowyte.playbooks.check import SLOT
from flowyte.playbooks.model import Branch, Case, Collect, Data, End, Flow, Message, SkillCall, Start, Transfer
from flowyte.slots.figures import plain
from flowyte.slots.model import Reading
from flowyte.slots.read import read

State = dict[str, Any]
UNSAID = "what you gave me"  # of a sensitive value, where it would be said
MOST_DIGRESSIONS = 5  # questions at one place; after that each counts as an answer that was none
MOST_VALUE = 1_000  # characters of a skill's result that are kept in a slot
_QUESTION = re.compile(
    r"^(?:(?:um+|uh+|well|so|but|and|wait|sorry|ok|okay)\W+)*(?:what|when|where|who|why|how|which|do you|does|can you|"
    r"can i|could you|are you|is it|is there|are there|will you)\b|\?\s*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:(?:um+|uh+|well|so|but|and|wait|sorry|ok|okay)\W+)*(?:what|when|where|who|why|how|which)\b", re.IGNORECASE
)
_CHANGE = re.compile(
    r"\b(?:no|sorry|actually|wait|wrong|change|correct|correction|mistake|meant|instead|update|fix)\b", re.IGNORECASE
)
_NO_FIRST = re.compile(r"^\W*(?:no|nope|wrong|sorry)\b\W*(?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Begin:
    """The playbook begins."""


@dataclass(frozen=True, slots=True)
class Said:
    text: str


@dataclass(frozen=True, slots=True)
class Keyed:
    digits: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was said in time."""


@dataclass(frozen=True, slots=True)
class SkillDone:
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SkillFailed:
    pass


Input = Begin | Said | Keyed | Silence | SkillDone | SkillFailed


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Listen:
    """For a value of this kind; a yes or no to what was said back has no slot. What proves who a caller is, is
    asked by verification, not here."""

    slot: str
    kind: str
    keypad: bool


@dataclass(frozen=True, slots=True)
class Digress:
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """`confirmed`: the caller heard these arguments and said yes."""

    skill: str
    arguments: Mapping[str, Any]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Transferred:
    destination: str


@dataclass(frozen=True, slots=True)
class Ended:
    """`fault`: the state was not of this flow."""

    reason: Literal["end", "fault"]


Output = Say | Listen | Digress | Run | Transferred | Ended


def begin(flow: Flow) -> State:
    return {"node": flow.start, "waits": "begin", "slots": {}, "tries": 0, "digressions": 0, "pending": None,
            "back": None}  # fmt: skip


def values(state: State) -> dict[str, Any]:
    """What was collected so far."""
    return {name: kept["value"] for name, kept in state["slots"].items()}


def step(flow: Flow, state: State, heard: Input, *, today: date) -> tuple[State, list[Output]]:
    walk = _Walk(flow, {**state, "slots": dict(state.get("slots") or {})}, today)
    walk.take(heard)
    return walk.state, walk.outputs


class _Walk:
    """One step. `state` is its own copy."""

    def __init__(self, flow: Flow, state: State, today: date) -> None:
        self.flow, self.state, self.today = flow, state, today
        self.outputs: list[Output] = []

    def take(self, heard: Input) -> None:
        waits, node = self.state.get("waits"), self.flow.nodes.get(str(self.state.get("node")))
        if waits == "nothing":
            return
        if node is None:
            self._stop(Ended("fault"))
        elif waits == "begin":
            self._enter(self.state["node"])
        elif waits == "run" and isinstance(node, SkillCall):
            self._ran(node, heard)
        elif waits in ("value", "right", "consent") and isinstance(node, Collect | SkillCall):
            self._answered(node, heard)
        else:
            self._stop(Ended("fault"))

    # What was heard

    def _answered(self, node: Collect | SkillCall, heard: Input) -> None:
        match heard:
            case Keyed(digits=digits):
                text = digits if not isinstance(node, Collect) or node.keypad else ""
            case Said(text=text):
                if self._corrects(node, text):
                    return
            case Silence():
                text = ""
            case Begin():
                self._ask(node)
                return
            case SkillDone() | SkillFailed():
                self._listen(node)
                return
            case _:
                assert_never(heard)
        if isinstance(node, Collect) and node.sensitive:
            self._secret(node, text)
        elif isinstance(node, Collect) and self.state["waits"] == "value":
            self._value(node, text)
        elif isinstance(node, Collect):
            self._is_right(node, text)
        else:
            self._consent(node, text)

    def _secret(self, node: Collect, text: str) -> None:
        """It is not said back, and a question in between is not passed on: it might hold the value."""
        found = self._read(node, text)
        if found is None:
            self._missed(node, node.ask_again or "Sorry, I did not get that.")
        else:
            self._keep(node, {"value": found.value, "spoken": UNSAID})

    def _value(self, node: Collect, text: str) -> None:
        question = bool(_QUESTION.search(text.strip()))
        found = self._read(node, text)
        free = node.kind in ("name", "text", "address")
        asks = bool(_ASKS.search(text.strip()))  # "what time do you open on Saturday" names a day and chooses none
        if found is None or asks or (question and (free or not found.certain)):
            self._not_it(node, text, question)
        elif node.confirm == "always" or (node.confirm == "unsure" and (question or not found.certain)):
            self.state["pending"] = {"value": found.value, "spoken": found.spoken}
            self.state["waits"] = "right"
            self._ask(node)
        else:
            self._keep(node, {"value": found.value, "spoken": found.spoken})

    def _is_right(self, node: Collect, text: str) -> None:
        answer = read("yes_no", text, today=self.today)
        better = self._read(node, _NO_FIRST.sub("", text)) if _NO_FIRST.search(text) or answer is None else None
        if better is not None and (answer is None or not answer.value) and node.kind != "yes_no":
            question = bool(_QUESTION.search(text.strip()))
            if question or (answer is None and node.kind in ("name", "text", "address")):
                self._not_it(node, text, question)
                return
            self.state["pending"] = {"value": better.value, "spoken": better.spoken}
            self._missed(node, None)
        elif answer is None:
            self._not_it(node, text, bool(_QUESTION.search(text.strip())))
        elif answer.value:
            self._keep(node, self.state["pending"])
        else:
            self.state["waits"], self.state["pending"] = "value", None
            self._missed(node, None)

    def _consent(self, node: SkillCall, text: str) -> None:
        answer = read("yes_no", text, today=self.today)
        if answer is None:
            self._not_it(node, text, bool(_QUESTION.search(text.strip())))
        elif answer.value:
            self._run(node, confirmed=True)
        else:
            self._leave("failed")

    def _not_it(self, node: Collect | SkillCall, text: str, question: bool) -> None:
        if question and self.state["digressions"] < MOST_DIGRESSIONS:
            self.state["digressions"] += 1
            self.outputs.append(Digress(text))
            self._ask(node)
        else:
            again = node.ask_again if isinstance(node, Collect) and self.state["waits"] == "value" else ""
            self._missed(node, again or "Sorry, I did not get that.")

    def _missed(self, node: Collect | SkillCall, words: str | None) -> None:
        self.state["tries"] += 1
        if self.state["tries"] >= node.tries:
            self.state["back"] = None
            self._leave("fallback" if isinstance(node, Collect) else "failed")
            return
        if words:
            self._say(words)
        if not (words and isinstance(node, Collect) and words == node.ask_again):
            self._ask(node)
        else:
            self._listen(node)

    def _read(self, node: Collect, text: str) -> Reading | None:
        found = read(node.kind, text, today=self.today, options=node.options)
        if found is not None and node.pattern and not patterns.matches(node.pattern, _text(found.value)):
            return None
        return found

    def _corrects(self, node: Collect | SkillCall, text: str) -> bool:
        """An earlier value is named and put right: "sorry, my phone number is ...", "change the date"."""
        changes = _CHANGE.search(text)
        if not changes or (isinstance(node, Collect) and node.sensitive):
            return False
        for node_id, other in self.flow.nodes.items():
            if not isinstance(other, Collect) or other.slot not in self.state["slots"] or other is node:
                continue
            if other.sensitive:
                continue  # asked for again only by the way that the graph has for it
            named = re.search(rf"\b{re.escape(_plain(other.slot))}\b", text, re.IGNORECASE)
            if named is None or (isinstance(node, Collect) and node.slot == other.slot):
                continue
            rest = re.sub(r"^\W*(?:(?:is|to|was|should be|it's|be|number)\b\W*)*", "", text[named.end() :])
            found = self._read(other, rest)
            if found is not None:
                self.state["slots"][other.slot] = {"value": found.value, "spoken": found.spoken}
                self._say(f"All right: {_plain(other.slot)} {found.spoken}.")
                self._ask(node)
            else:
                self.state.update(back=self.state["node"], node=node_id, waits="value", tries=0, pending=None)
                self._ask(other)
            return True
        return False

    # Moving on

    def _keep(self, node: Collect, kept: Any) -> None:
        self.state["slots"][node.slot] = kept
        back, self.state["back"] = self.state["back"], None
        if back is not None and back in self.flow.nodes:
            self._enter(back)
        else:
            self._leave("done")

    def _ran(self, node: SkillCall, heard: Input) -> None:
        match heard:
            case SkillDone(result=result):
                for slot, path in node.saves.items():
                    if (value := _field(result, path)) is not None:
                        self.state["slots"][slot] = {"value": value, "spoken": _text(value)}
                self._leave("done")
            case SkillFailed():
                self._leave("failed")
            case Said(text=text):
                self.outputs.append(Digress(text))
            case Keyed() | Silence() | Begin():
                pass
            case _:
                assert_never(heard)

    def _leave(self, handle: str) -> None:
        self._enter(self.flow.ways.get((self.state["node"], handle), ""))

    def _enter(self, node_id: str) -> None:
        """On through what neither listens nor waits. The check lets no circle of those through; the count is for a
        flow that was never checked."""
        for _ in range(len(self.flow.nodes) + 1):
            node = self.flow.nodes.get(node_id)
            self.state.update(node=node_id, tries=0, digressions=0, pending=None)
            handle = self._do(node) if node is not None else None
            if handle is None:
                if node is None:
                    self._stop(Ended("fault"))
                return
            node_id = self.flow.ways.get((node_id, handle), "")
        self._stop(Ended("fault"))

    def _do(self, node: Data) -> str | None:
        """The way out, or None where it stays."""
        match node:
            case Start():
                return "done"
            case Message(text=text):
                self._say(text)
                return "done"
            case Branch(cases=cases):
                return next((case.handle for case in cases if self._holds(case)), "default")
            case Collect():
                self.state["waits"] = "value"
                self._ask(node)
            case SkillCall():
                if self._has_effects(node):
                    self.state["waits"] = "consent"
                    self._ask(node)
                else:
                    self._run(node, confirmed=False)
            case Transfer(destination=destination, say=say):
                self._say(say)
                self._stop(Transferred(destination))
            case End(say=say):
                self._say(say)
                self._stop(Ended("end"))
            case _:
                assert_never(node)
        return None

    def _holds(self, case: Case) -> bool:
        kept = self.state["slots"].get(case.slot)
        if kept is None:
            return case.op == "not_equals"
        value, wanted = _text(kept["value"]).casefold(), _text(case.value).casefold()
        match case.op:
            case "filled":
                return True
            case "equals":
                return value == wanted
            case "not_equals":
                return value != wanted
            case "contains":
                return wanted in value
            case "matches":
                return patterns.matches(str(case.value), value)
            case "greater" | "less":
                found, limit = _number(value), _number(wanted)
                if found is None or limit is None:
                    return False
                return found > limit if case.op == "greater" else found < limit

    # Saying, asking, doing

    def _ask(self, node: Collect | SkillCall) -> None:
        if isinstance(node, SkillCall):
            said = ", ".join(f"{_plain(name)} {self._spoken(value)}" for name, value in node.arguments.items())
            what = _plain(self.flow.skills[node.skill].name)
            self._say(f"I am about to {what}{f': {said}' if said else ''}. Shall I do that?", fill=False)
        elif self.state["waits"] == "right":
            self._say(f"{self.state['pending']['spoken']}. Is that right?", fill=False)
        else:
            self._say(node.ask)
        self._listen(node)

    def _listen(self, node: Collect | SkillCall) -> None:
        if isinstance(node, Collect) and self.state["waits"] == "value":
            self.outputs.append(Listen(node.slot, node.kind, node.keypad))
        else:
            self.outputs.append(Listen("", "yes_no", True))

    def _run(self, node: SkillCall, *, confirmed: bool) -> None:
        self.state["waits"] = "run"
        arguments = {name: self._argument(value) for name, value in node.arguments.items()}
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        self.outputs.append(Run(self.flow.skills[node.skill].name, given, confirmed))

    def _has_effects(self, node: SkillCall) -> bool:
        return self.flow.skills[node.skill].has_effects

    def _argument(self, value: Any) -> Any:
        """One slot alone keeps its type; within a text it is written out."""
        if isinstance(value, str) and (whole := SLOT.fullmatch(value)):
            return (self.state["slots"].get(whole[1]) or {}).get("value")
        return self._filled(value, "value") if isinstance(value, str) else value

    def _spoken(self, value: Any) -> str:
        return self._filled(value, "spoken") if isinstance(value, str) else _text(value)

    def _filled(self, text: str, form: str) -> str:
        return SLOT.sub(lambda found: _text((self.state["slots"].get(found[1]) or {}).get(form, "")), text)

    def _say(self, text: str, *, fill: bool = True) -> None:
        said = self._filled(text, "spoken") if fill else text
        if said.strip():
            self.outputs.append(Say(said))

    def _stop(self, last: Output) -> None:
        self.state["waits"] = "nothing"
        self.outputs.append(last)


def _field(result: Any, path: str) -> str | int | float | bool | None:
    for name in path.split("."):
        result = result.get(name) if isinstance(result, Mapping) else None
    if isinstance(result, str):
        return result[:MOST_VALUE]
    return result if isinstance(result, bool | int | float) else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, float) else str(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower().strip()
