"""A playbook walked: what it says, asks and does, whatever is heard. And which graphs are refused, at which node."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowyte.kit.errors import Invalid
from flowyte.playbooks.check import Fault, compiled, read_graph
from flowyte.playbooks.model import Flow, SkillView
from flowyte.playbooks.patterns import BadPattern, check, matches
from flowyte.playbooks.step import (
    Begin,
    Digress,
    Ended,
    Input,
    Keyed,
    Listen,
    Output,
    Run,
    Said,
    Say,
    Silence,
    SkillDone,
    SkillFailed,
    State,
    Transferred,
    begin,
    step,
    values,
)  # fmt: skip
from flowyte.slots.model import KINDS

TODAY = date(2026, 11, 24)
GUIDE = Path(__file__).parents[3] / "docs/howto/playbooks.md"
SKILLS = {
    "book": SkillView(
        name="book", parameters=frozenset(("name", "day", "seats")), required=frozenset(("name", "day")),
        has_effects=True,
    ),
    "look_up": SkillView(name="look_up", parameters=frozenset(("phone",)), required=frozenset(), has_effects=False),
    "off": SkillView(name="off", parameters=frozenset(), required=frozenset(), has_effects=True, enabled=False),
}  # fmt: skip
BOOKING: dict[str, Any] = {
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "hello", "type": "message", "data": {"text": "Let us book a table."}},
        {"id": "who", "type": "collect", "data": {"slot": "name", "kind": "name", "ask": "What name is it for?"}},
        {"id": "when", "type": "collect", "data": {"slot": "day", "kind": "date", "ask": "For which day, {name}?"}},
        {"id": "many", "type": "collect", "data": {"slot": "seats", "kind": "number", "ask": "How many are you?"}},
        {"id": "large", "type": "branch",
         "data": {"cases": [{"handle": "large", "slot": "seats", "op": "greater", "value": 8}]}},
        {"id": "do", "type": "skill", "data": {
            "skill": "book", "arguments": {"name": "{name}", "day": "{day}", "seats": "{seats}"},
            "saves": {"code": "booking.code"}}},
        {"id": "done", "type": "end", "data": {"say": "Your code is {code}. Goodbye."}},
        {"id": "person", "type": "transfer", "data": {"say": "I will put you through."}},
    ],
    "connections": [
        {"source": "start", "target": "hello"}, {"source": "hello", "target": "who"},
        {"source": "who", "target": "when"}, {"source": "when", "target": "many"},
        {"source": "many", "target": "large"}, {"source": "large", "sourceHandle": "large", "target": "person"},
        {"source": "large", "sourceHandle": "default", "target": "do"}, {"source": "do", "target": "done"},
        {"source": "do", "sourceHandle": "failed", "target": "person"},
        *({"source": node, "sourceHandle": "fallback", "target": "person"} for node in ("who", "when", "many")),
    ],
}  # fmt: skip


def flow_of(graph: dict[str, Any]) -> Flow:
    flow, faults = compiled(read_graph(graph), SKILLS)
    assert flow is not None, faults
    return flow


class Talk:
    """A conversation; the state goes through JSON between any two steps, as it does where it is kept."""

    def __init__(self, graph: dict[str, Any] = BOOKING) -> None:
        self.flow = flow_of(graph)
        self.state: State = begin(self.flow)
        self.outputs = self.hear(Begin())

    def hear(self, heard: Input | str) -> list[Output]:
        taken = Said(heard) if isinstance(heard, str) else heard
        self.state, self.outputs = step(self.flow, json.loads(json.dumps(self.state)), taken, today=TODAY)
        return self.outputs

    def said(self, heard: Input | str) -> str:
        return " ".join(output.text for output in self.hear(heard) if isinstance(output, Say))


def test_a_booking_from_the_first_word_to_the_last() -> None:
    """Asked, said back, agreed to, done; the skill gets values and the caller hears words."""
    talk = Talk()
    assert talk.outputs == [Say("Let us book a table."), Say("What name is it for?"), Listen("name", "name", True)]
    assert talk.said("my name is jo doe") == "For which day, Jo Doe?"
    assert talk.said("the third of may") == "How many are you?"
    assert talk.said(Keyed("4")) == (
        "I am about to book: name Jo Doe, day Monday, May 3, 2027, seats 4. Shall I do that?"
    )
    assert talk.hear("yes please") == [Run("book", {"name": "Jo Doe", "day": "2027-05-03", "seats": 4}, True)]
    assert talk.hear(SkillDone({"booking": {"code": "A7"}})) == [Say("Your code is A7. Goodbye."), Ended("end")]
    assert talk.hear("hello?") == []


def test_a_question_in_the_middle_is_answered_elsewhere_and_the_collect_asked_again() -> None:
    """It costs no try."""
    talk = Talk()
    for _ in range(4):
        assert talk.hear("do you have parking?") == [
            Digress("do you have parking?"), Say("What name is it for?"), Listen("name", "name", True),
        ]  # fmt: skip
    assert talk.said("jo doe") == "For which day, Jo Doe?"


def test_a_question_that_names_a_value_chooses_none() -> None:
    """ "What time do you open on Saturday?" is no answer; "could I come on Saturday?" is one, and is said back."""
    talk = Talk()
    talk.hear("jo doe")
    asked = "What time do you open on Saturday?"
    assert talk.hear(asked)[0] == Digress(asked)
    assert "Is that right?" in talk.said("Could I come on the third of May?")


def test_after_so_many_answers_that_were_none_the_fallback_is_taken() -> None:
    """Silence counts as one."""
    talk = Talk()
    talk.hear("jo doe")
    assert talk.said("banana") == "Sorry, I did not get that. For which day, Jo Doe?"
    talk.hear(Silence())
    assert talk.hear(Keyed("7")) == [Say("I will put you through."), Transferred("")]


def test_no_is_no() -> None:
    """A skill with effects is not carried out; neither is one without an answer."""
    talk = Talk()
    for answer in ("jo doe", "tomorrow", "four"):
        talk.hear(answer)
    assert talk.hear("no") == [Say("I will put you through."), Transferred("")]


def test_an_earlier_value_is_corrected_from_anywhere() -> None:
    """With the new value at once, or by being asked again; then it goes on where it was."""
    talk = Talk()
    for answer in ("jo doe", "tomorrow", "four"):
        talk.hear(answer)
    said = talk.said("no sorry, the day is the third of may")
    assert said.startswith("All right: day Monday, May 3, 2027. I am about to book: name Jo Doe, day Monday")
    assert talk.said("wait, change the name") == "What name is it for?"
    assert talk.said("jo smith").startswith("I am about to book: name Jo Smith, day Monday, May 3")
    assert values(talk.state) == {"name": "Jo Smith", "day": "2027-05-03", "seats": 4}


def test_what_is_not_certain_is_said_back() -> None:
    """And a better answer than "no" is taken at its word."""
    talk = Talk()
    talk.hear("jo doe")
    assert talk.said("next friday") == "Friday, December 4, 2026. Is that right?"
    assert talk.said("no, november 27") == "Friday, November 27, 2026. Is that right?"
    assert talk.said("yes") == "How many are you?"


@pytest.mark.parametrize(
    ("node", "data", "connections", "fault"),
    [
        ("alone", {"type": "message", "data": {"text": "x"}}, [("alone", None, "done")], "no way leads here"),
        ("large", {"type": "branch", "data": {"cases": [{"handle": "a", "slot": "nothing"}]}}, [], "nothing collects"),
        ("do", {"type": "skill", "data": {"skill": "unknown"}}, [], "has no skill unknown"),
        ("do", {"type": "skill", "data": {"skill": "off"}}, [], "switched off"),
        ("do", {"type": "skill", "data": {"skill": "book", "arguments": {"colour": "x"}}}, [], "takes no colour"),
        ("do", {"type": "skill", "data": {"skill": "book", "arguments": {"name": "x"}}}, [], "needs day"),
        ("hello", {"type": "message", "data": {"text": "Hello {you}"}}, [], "{you}"),
        ("who", {"type": "collect", "data": {"slot": "name", "kind": "choice", "ask": "x"}}, [], "two options"),
        ("who", {"type": "collect", "data": {"slot": "name", "kind": "soup", "ask": "x"}}, [], "kind"),
        ("who", {"type": "collect", "data": {"slot": "name", "kind": "text", "ask": "x", "pattern": "(a+)+"}}, [],
         "repeats a group"),
        ("second", {"type": "start"}, [], "one start"),
        ("done", {"type": "message", "data": {"text": "x"}}, [("done", None, "hello")], ""),
        ("hello", {"type": "message", "data": {"text": "x"}}, [("hello", "sideways", "who")], "no way out “sideways”"),
        ("hello", {"type": "message", "data": {"text": "x"}}, [("hello", None, "who")], "leads to two nodes"),
        ("hello", {"type": "message", "data": {"text": "x"}}, [("hello", None, "nowhere")], "nowhere"),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_its_node(node: str, data: dict[str, Any], connections: Any, fault: str) -> None:
    """Each in the graph that was right without it; only the last way back past a collect is none."""
    nodes = [each for each in BOOKING["nodes"] if each["id"] != node]
    graph = {
        "nodes": [*nodes, {"id": node, **data}],
        "connections": [*BOOKING["connections"],
                        *({"source": a, "sourceHandle": b, "target": c} for a, b, c in connections)],
    }  # fmt: skip
    flow, faults = compiled(read_graph(graph), SKILLS)
    if not fault:
        assert flow is not None
        return
    assert any(found.node == node and fault in found.message for found in faults), faults


def test_what_has_no_way_out_no_end_or_no_ear_is_refused() -> None:
    """A branch without a default, a circle of messages, a circle that never ends."""
    without = {**BOOKING, "connections": [c for c in BOOKING["connections"] if c.get("sourceHandle") != "default"]}
    assert Fault(node="large", message="its way out “default” leads nowhere") in compiled(read_graph(without), {})[1]
    circle = {
        "nodes": [
            {"id": "s", "type": "start"}, {"id": "a", "type": "message", "data": {"text": "x"}},
            {"id": "b", "type": "message", "data": {"text": "x"}},
        ],
        "connections": [{"source": "s", "target": "a"}, {"source": "a", "target": "b"}, {"source": "b", "target": "a"}],
    }  # fmt: skip
    messages = {(fault.node, fault.message) for fault in compiled(read_graph(circle), {})[1]}
    assert ("a", "goes round in a circle in which nobody is listened to") in messages
    assert ("b", "no way from here ends") in messages


@pytest.mark.parametrize("text", ["a\x00", "\ud800", "x" * 300_000])
def test_what_cannot_be_kept_is_refused(text: object) -> None:
    """Before the database would."""
    with pytest.raises(Invalid):
        read_graph({"nodes": [{"id": "a", "type": "message", "data": {"text": text}}]})


@pytest.mark.parametrize("pattern", ["(a*)*", "a**", "(?=a)", r"(a)\1", "a*b*c*d*", "(", ")", "[", "a?" * 30, "(a|b)*",
                                     "(?P<x>a)", "a{1,999}b{1,999}c{1,999}"])  # fmt: skip
def test_patterns_that_could_explode_are_refused(pattern: str) -> None:
    """And so is what is no pattern."""
    with pytest.raises(BadPattern):
        check(pattern)


def test_patterns_match_the_whole_value() -> None:
    """Without regard to case."""
    assert matches(r"[a-z]{2}-?\d{4}", "AB1234")
    assert not matches(r"\d{4}", "12345")
    assert matches("(red|blue) car", "Red car")


@given(st.text("ab(|)*+?{}1,[]\\d.^$-", max_size=30), st.text("ab1", max_size=200))
def test_any_pattern_is_refused_or_matched(pattern: str, value: str) -> None:
    """What passes is quick on the longest value: the whole of this takes no time that shows."""
    try:
        check(pattern)
    except BadPattern:
        return
    assert matches(pattern, value) in (True, False)


IDS = [f"n{n}" for n in range(6)]
SLOTS = st.sampled_from(["a", "b"])
TEXTS = st.sampled_from(["Hello {a}", "{b}?", "x"])
DATA = {
    "message": st.fixed_dictionaries({"text": TEXTS}),
    "collect": st.fixed_dictionaries({
        "slot": SLOTS, "kind": st.sampled_from(KINDS), "ask": TEXTS, "options": st.just(["red", "blue"]),
        "tries": st.integers(1, 3), "confirm": st.sampled_from(["always", "unsure", "never"]),
    }),
    "branch": st.fixed_dictionaries({"cases": st.lists(st.fixed_dictionaries({
        "handle": st.just("c0"), "slot": SLOTS, "op": st.sampled_from(["equals", "filled", "less", "matches"]),
        "value": st.just("5")}), min_size=1, max_size=1)}),
    "skill": st.sampled_from([{"skill": "book", "arguments": {"name": "{a}", "day": "x"}, "saves": {"b": "x.y"}},
                              {"skill": "look_up"}]),
}  # fmt: skip
WAYS = {"message": [None], "collect": ["done", "fallback"], "branch": ["c0", "default"], "skill": ["done", "failed"]}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Right by construction: the usual way leads to the next node, others onward or back to a collect, and out of a
    collect anywhere."""
    nodes: list[dict[str, Any]] = [
        {"id": "start", "type": "start"},
        {"id": "ca", "type": "collect", "data": {"slot": "a", "kind": "text", "ask": "A?"}},
        {"id": "cb", "type": "collect", "data": {"slot": "b", "kind": "number", "ask": "B?"}},
        {"id": "bye", "type": draw(st.sampled_from(["end", "transfer"]))},
    ]
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    ways = [("start", None, "ca"), ("ca", None, "cb"), ("ca", "fallback", "bye"), ("cb", None, ids[0])]
    ways.append(("cb", "fallback", draw(st.sampled_from([*ids, "bye", "ca"]))))
    for place, node in enumerate(ids):
        kind = draw(st.sampled_from(list(WAYS)))
        nodes.append({"id": node, "type": kind, "data": draw(DATA[kind])})
        onward = [*ids[place + 1 :], "bye"]
        others = [*ids, "bye", "ca"] if kind == "collect" else [*onward, "ca"]
        usual, *rest = WAYS[kind]
        ways.append((node, usual, onward[0]))
        ways += [(node, way, draw(st.sampled_from(others))) for way in rest]
    return {
        "nodes": nodes,
        "connections": [{"source": source, "sourceHandle": way, "target": target} for source, way, target in ways],
    }


HEARD = st.one_of(
    st.builds(Said, st.one_of(st.text(max_size=40), st.sampled_from(
        ["yes", "no", "no, seven", "what is that?", "change a", "sorry, b is five", "red", "tomorrow"]))),
    st.builds(Keyed, st.text("0123456789#*", max_size=8)),
    st.builds(SkillDone, st.dictionaries(st.sampled_from(["x", "z"]), st.one_of(
        st.text(max_size=5), st.dictionaries(st.just("y"), st.integers())), max_size=2)),
    st.sampled_from([Begin(), Silence(), SkillFailed()]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(graphs(), st.lists(HEARD, max_size=15))
def test_what_passes_the_check_ends_or_listens(graph: dict[str, Any], heard: list[Input]) -> None:
    """After any input, within as many outputs as there are nodes; the state is JSON throughout."""
    flow = flow_of(graph)
    state = begin(flow)
    for each in [Begin(), *heard]:
        over = state["waits"] == "nothing"
        state, outputs = step(flow, json.loads(json.dumps(state)), each, today=TODAY)
        assert Ended("fault") not in outputs
        assert len(outputs) <= len(flow.nodes) + 4
        waiting = state["waits"] == "run" and not isinstance(each, SkillDone | SkillFailed)
        if not over and not waiting:
            assert isinstance(outputs[-1], Listen | Run | Transferred | Ended)
        if any(isinstance(output, Run) and output.skill == "book" for output in outputs):
            assert all(output.confirmed for output in outputs if isinstance(output, Run) and output.skill == "book")


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=12), st.sets(st.sampled_from(IDS)))
def test_a_circle_is_refused_when_and_only_when_nobody_is_listened_to_in_it(
    ways: list[tuple[str, str]], listening: set[str]
) -> None:
    """Branches with as many ways as there are, held against walking every path."""
    after = {node: [target for source, target in ways if source == node] for node in IDS}
    nodes: list[dict[str, Any]] = [{"id": "start", "type": "start"}, {"id": "bye", "type": "end"}]
    connections = [{"source": "start", "target": "all"}]
    every = {"handle": "h", "slot": "a", "op": "filled"}
    nodes.append({"id": "all", "type": "branch", "data": {"cases": [{**every, "handle": node} for node in IDS]}})
    connections += [{"source": "all", "sourceHandle": node, "target": node} for node in IDS]
    connections.append({"source": "all", "sourceHandle": "default", "target": "a"})
    nodes.append({"id": "a", "type": "collect", "data": {"slot": "a", "kind": "text", "ask": "A?"}})
    connections += [{"source": "a", "target": "bye"}, {"source": "a", "sourceHandle": "fallback", "target": "bye"}]
    for node in IDS:
        cases = [{**every, "handle": f"w{n}"} for n in range(max(1, len(after[node])))]
        first = f"l{node}" if node in listening else node
        if node in listening:
            nodes.append({"id": node, "type": "collect", "data": {"slot": "a", "kind": "text", "ask": "A?"}})
            connections += [
                {"source": node, "target": first},
                {"source": node, "sourceHandle": "fallback", "target": "bye"},
            ]
        nodes.append({"id": first, "type": "branch", "data": {"cases": cases}})
        connections += [
            {"source": first, "sourceHandle": f"w{n}", "target": target}
            for n, target in enumerate(after[node] or ["bye"])
        ]
        connections.append({"source": first, "sourceHandle": "default", "target": "bye"})

    def comes_back(node: str, to: str, left: int) -> bool:
        return any(
            target == to or (left > 0 and comes_back(target, to, left - 1))
            for target in dict.fromkeys(after[node])
            if target not in listening
        )

    silent = {node for node in IDS if node not in listening and comes_back(node, node, len(IDS))}
    _, faults = compiled(read_graph({"nodes": nodes, "connections": connections}), {})
    assert {fault.node for fault in faults} == silent


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(
    st.dictionaries(st.sampled_from(["node", "waits", "slots", "tries", "digressions", "pending", "back"]), JSON), HEARD
)
def test_a_state_of_another_flow_ends_it(state: dict[str, Any], heard: Input) -> None:
    """A node that is gone is a fault, not an error."""
    state = {**begin(flow_of(BOOKING)), "node": "gone", "waits": str(state.get("waits"))}
    after, outputs = step(flow_of(BOOKING), state, heard, today=TODAY)
    assert outputs in ([Ended("fault")], [])
    assert after["waits"] == "nothing"


def test_the_guides_example_passes() -> None:
    """As a reader would send it."""
    written = re.search(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert written is not None
    order = SkillView(
        name="order_status", parameters=frozenset(("order_id",)), required=frozenset(("order_id",)), has_effects=False
    )
    flow, faults = compiled(read_graph(json.loads(written[1])), {"order_status": order})
    assert flow is not None, faults
    state, _ = step(flow, begin(flow), Begin(), today=TODAY)
    state, _ = step(flow, state, Said("one two three"), today=TODAY)
    _, outputs = step(flow, state, SkillDone({"order": {"state": "packed"}}), today=TODAY)
    assert outputs == [Say("Your order 1 2 3 is packed."), Ended("end")]
