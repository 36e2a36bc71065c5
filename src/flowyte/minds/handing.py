"""Handing a caller over to a person: to whom, how on this line, and in which words. Nothing is carried out here.

On a telephone the caller is put through, once that has been announced. A line that cannot do so tells them how to reach
the person, where the owner lets the number be said, or takes a message; so does every line while nobody can be reached.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowyte.agents.handoff import Person, masked, named, people_of, reachable, usual, written
from flowyte.agents.hours import Closed, closed
from flowyte.conversation.reply import HandOff, MindContext, Opening, Reply, Sentence
from flowyte.kit.clock import Clock
from flowyte.skills.registry import TRANSFER
from flowyte.skills.spec import Skill
from flowyte.slots.spoken import parse_phone, say_phone

PUT_THROUGH = "put_through"
SHUT = "We are closed at the moment."
UNANSWERED = "I could not reach {label}: nobody answers."
OFFERS_MESSAGE = "Shall I take a message?"
ASKS_NAME = "What is your name, please?"
_ASKS_PERSON = re.compile(
    r"\b((speak|talk|chat) (to|with) (a|an|the|some|some ?one|some ?body|your|my|him|her|them)\b|"
    r"(put|patch) me through|(transfer|connect|forward|redirect) me|hand me over|"
    r"(real|actual|live) (person|human)|human being|an? (operator|receptionist|representative|human)\b|"
    r"get me (a|an|the|some ?one|some ?body))"
)
_EMERGENCY = re.compile(r"\b(emergenc(y|ies)|life[- ]threatening|urgent(ly)?)\b")
_NO_EMERGENCY = re.compile(r"\b(not|no|isn't|n't|non)\W+(\w+\W+)?(emergency|urgent)\b")


def asks_person(text: str) -> bool:
    """Whether the caller wants somebody else than the agent."""
    return _ASKS_PERSON.search(text.lower()) is not None


def matters(when: str) -> list[str]:
    """The sentences and parts of a rule's `when`, each of which a caller may say."""
    return [part.strip() for part in re.split(r"[\n;•]|(?<=[.?!])\s+", when) if part.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What was decided: to this person, or to nobody because there is none to be reached."""

    person: Person | None
    reason: str


class Line:
    """One conversation's way to other people."""

    def __init__(self, context: MindContext, clock: Clock, *, carried_out: bool) -> None:
        self._context = context
        self._clock = clock
        self.transfers = context.transfers and carried_out
        self.shut = closed(context.agent, clock.now())
        """As it was when the conversation began."""
        handoff: Mapping[str, Any] = context.agent.get("handoffConfig") or {}  # type: ignore[assignment]
        self._say_number = handoff.get("sayNumber") is True

    @property
    def people(self) -> tuple[Person, ...]:
        """Who can be reached now."""
        return reachable(self._context.agent, self._clock.now())

    @property
    def has_people(self) -> bool:
        """Whether the agent has anybody at all."""
        return bool(people_of(self._context.agent))

    @property
    def takes_message_only(self) -> bool:
        """At this hour a message is taken, and nothing else is done; so too where a transfer was meant and the line has
        none."""
        if self.shut is None or self._context.unanswered:
            return False
        return self.shut.mode == "message" or (self.shut.mode == "transfer" and self._first() is None)

    def skill(self) -> Skill:
        """What a mind may ask for: a place in the list."""
        listed = people_of(self._context.agent)
        told = "; ".join(f"{p.place}: {p.label}{f' ({p.when})' if p.when else ''}" for p in listed)
        how = (
            "Puts the caller through to a person. Call this rather than say that you will."
            if self.transfers
            else "The caller wants a person. This line cannot put anybody through: the caller is told how to reach the "
            "person, or a message is taken."
        )
        schema = {
            "type": "object",
            "properties": {"to": {"type": "integer", "enum": [person.place for person in listed], "description": told}},
            "required": ["to"],
        }
        return Skill(
            name=PUT_THROUGH, description=f"{how} People: {told}", skill_type="transfer", parameters_schema=schema,
            required_params=["to"], execution_config={}, is_write=True,
        )  # fmt: skip

    def skills(self) -> tuple[Skill, ...]:
        """One for each that can be reached, the usual one first; named by label, asked for by what `when` says."""
        first = usual(self.people)
        ordered = sorted(self.people or people_of(self._context.agent), key=lambda person: person != first)
        return tuple(
            Skill(
                name=person.label, description=person.when, skill_type="transfer",
                execution_config={"to": person.place, "examples": matters(person.when)},
            )
            for person in ordered
        )  # fmt: skip

    def choose(self, config: Mapping[str, Any], arguments: Mapping[str, Any], *, reason: str) -> Handing:
        """By a transfer skill's own destination, or by the place that was asked for."""
        people = self.people
        if config.get("destination"):
            return Handing(person=named(people, str(config["destination"])), reason=reason)
        return Handing(person=self.at(arguments.get("to")), reason=reason)

    def at(self, place: object) -> Person | None:
        """By their place in the agent's list, if they can be reached now."""
        return next((person for person in self.people if person.place == place), None)

    def by_name(self, name: str, *, reason: str) -> Handing:
        """As a playbook names them; nobody named is the usual one."""
        return Handing(person=named(self.people, name) if name.strip() else usual(self.people), reason=reason)

    def opening(self, *, silent: bool, refused: bool = False) -> Opening:
        """`silent`: a caller who never says anything is put through; `refused`: so is one not to be recorded."""
        context, first = self._context, self._first()
        if context.history and not context.unanswered:
            return Opening()
        there = usual(self.people) if self.transfers else None
        at_last = _hand_off(there, "no_response") if there is not None and silent else None
        instead = _hand_off(there, "not_recorded") if there is not None and refused else None
        if context.unanswered:
            return Opening(before=UNANSWERED.format(label=context.unanswered), greeting=OFFERS_MESSAGE)
        own = str(context.agent.get("greeting") or "").strip()
        if self.shut is None:
            return Opening(greeting=own, silent=at_last, refused=instead)
        said = [own, self.shut.message or (SHUT if self.shut.mode != "answer" else "")]
        if self.takes_message_only:
            said.append(f"I can take a message. {ASKS_NAME}")
        elif first is not None:
            said.append(f"I am putting you through to {first.label}.")
        to = _hand_off(first, "after_hours") if first is not None and not self.takes_message_only else None
        return Opening(greeting=" ".join(filter(None, said)), hand_off=to, silent=at_last, refused=instead)

    @property
    def would_take_message(self) -> bool:
        """What comes of it here and now when a person is wanted."""
        return usual(self.people) is None or not (self.transfers or self._say_number)

    def over_to(self, handing: Handing) -> tuple[list[Reply], bool]:
        """The words and what is to happen; and whether a message has to be taken instead."""
        person = handing.person
        if person is not None and self.transfers:
            return [
                Sentence(text=f"I am putting you through to {person.label}."),
                _hand_off(person, handing.reason),
            ], False
        if person is not None and self._say_number:
            told = HandOff(
                reason=handing.reason, outcome="told", to=person.place, label=person.label,
                number=masked(person.destination),
            )  # fmt: skip
            words = f"I cannot put you through from here. You can reach {person.label} at {self._number(person)}."
            return [Sentence(text=words), told], False
        why = (
            "I cannot put you through from here, but I can take a message."
            if person is not None
            else "Nobody can be reached at this hour, but I can take a message."
            if self.has_people and closed(self._context.agent, self._clock.now()) is not None
            else "There is nobody whom I can put you through to, but I can take a message."
        )
        label = person.label if person is not None else ""
        return [Sentence(text=why), HandOff(reason=handing.reason, outcome="message", label=label)], True

    def offer(self) -> str:
        """A person, to somebody who is not content; what a yes to it brings is this line's to say."""
        person = usual(self.people)
        if person is not None and self.transfers:
            return f"I am sorry about that. Shall I put you through to {person.label}?"
        return "I am sorry about that. Would you rather be in touch with a person?"

    def in_an_emergency(self, text: str) -> str:
        """What a caller is told who says that it is one, while the business is closed; empty otherwise."""
        said, shut = text.lower(), closed(self._context.agent, self._clock.now())
        if shut is None or not shut.emergency_number or not _EMERGENCY.search(said) or _NO_EMERGENCY.search(said):
            return ""
        number = shut.emergency_number
        spoken = (
            say_phone(number) if parse_phone(number) == number else " ".join(number) if number.isdigit() else number
        )
        return f"In an emergency, please call {number if self._context.channel == 'chat' else spoken}."

    def _first(self) -> Person | None:
        """To whom a call goes by itself while the business is closed."""
        shut: Closed | None = self.shut
        if shut is None or shut.mode != "transfer" or not self.transfers:
            return None
        return usual(self.people)

    def _number(self, person: Person) -> str:
        if self._context.channel == "chat" or not person.destination.startswith("+"):
            return written(person.destination)
        return say_phone(person.destination)


def _hand_off(person: Person, reason: str) -> HandOff:
    return HandOff(
        reason=reason, outcome="put_through", to=person.place, label=person.label, number=masked(person.destination)
    )


__all__ = ["PUT_THROUGH", "TRANSFER", "Handing", "Line", "asks_person"]
