"""The policy mind with the world attached: it searches the knowledge, asks its hands, and steps the pure policy."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from flowyte.conversation.lines import GOODBYE
from flowyte.conversation.reply import EndCall, MindContext, Passage, Reply, Retrieved, Sentence, UserTurn
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.knowledge.search import REJECT_BELOW, search
from flowyte.minds import hours
from flowyte.minds.handing import PUT_THROUGH, asks_person
from flowyte.minds.hands import Hands, Held, Use
from flowyte.minds.intents import NEAR, NEAR_ENOUGH, THEIR_MATTER, Embedding, Intents, examples_of
from flowyte.minds.policy import Filing, Found, State, after_hours, filed, heard, step, take_up
from flowyte.skills.registry import END_CALL, PLAYBOOK, REPEAT, TAKE_MESSAGE, TRANSFER
from flowyte.slots.answers import read_choice
from flowyte.tenancy.principal import Principal

NOTHING_SAID = "I have not said anything yet. What can I do for you?"
MOST_REPLAYED = 24  # turns of both sides: a message is taken in ten, and each costs a search


class PolicyMind:
    """Fulfils `live.ports.Mind`. One for a process."""

    def __init__(self, database: Database, embedder: Embedding, clock: Clock) -> None:
        self.database = database
        self.embedder = embedder
        self.clock = clock
        self.intents = Intents(embedder)

    def open(self, context: MindContext, hands: Hands) -> "PolicyThinking":
        return PolicyThinking(self, context, hands)


class PolicyThinking:
    """One conversation. A turn that replaces an earlier one starts again from the state before that one."""

    def __init__(self, mind: PolicyMind, context: MindContext, hands: Hands) -> None:
        self._mind = mind
        self._hands = hands
        self._agent: Mapping[str, object] = context.agent
        self._conversation = context.conversation_id
        self._principal = Principal(org=context.org, kind="call", id=context.conversation_id, scopes=frozenset())
        self._state = State()
        if hands.line.takes_message_only:
            self._state = after_hours(asked=not context.history or context.history[0].role == "agent")
        self._before: tuple[int, State] = (0, self._state)
        self._history = context.history[-MOST_REPLAYED:]
        self._came_back = bool(context.unanswered)

    @property
    def state(self) -> State:
        return self._state

    def collecting(self, turn: UserTurn) -> bool:
        """Whether a message is being taken when this turn begins, the one that it may replace undone."""
        again = turn.turn_index == self._before[0]
        return (self._before[1] if again else self._state).collecting

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        await self._catch_up()
        self.begin(turn)
        if self._wants_person(turn.text):
            person = await self._person_for(turn.text)
            async with aclosing(self._start(person)) as parts:
                async for part in parts:
                    yield part
            return
        hours_said = self.hours_said(turn.text)
        passages: Sequence[Passage] = ()
        if hours_said is None:
            retrieved, wanted = await self._considered(turn.text)
            passages = retrieved.passages
            yield retrieved
            if wanted is not None:
                async with aclosing(self._start(wanted)) as parts:
                    async for part in parts:
                        yield part
                return
        found = Found(hours=hours_said, passages=passages)
        self._state, replies, filing = step(self._state, turn.text, found, self._agent)
        for reply in replies:
            yield reply
        if filing is not None:
            async with aclosing(self._file(filing)) as parts:
                async for part in parts:
                    yield part

    async def _considered(self, text: str) -> tuple[Retrieved, Held | None]:
        """What the knowledge has to say, and the skill that is wanted rather than that."""
        embedding = (await self._mind.embedder.embed_off_loop([text]))[0]
        retrieved = await self.look_up(text, embedding.tolist())
        if self._state.collecting or self._state.only:
            return retrieved, None
        wanted = (*self._hands.skills(), *self._hands.people())
        nearest = await self._mind.intents.nearest(wanted, embedding)
        if nearest is None:
            return retrieved, None
        held, score = nearest
        enough = max(NEAR, retrieved.passages[0].likeness) if retrieved.passages else NEAR_ENOUGH
        return retrieved, held if score >= enough else None

    async def _person_for(self, text: str) -> Held:
        """Who is meant by a caller who wants a person: the one they name, the one whose matter it is, or the usual."""
        people = self._hands.people()
        named = read_choice(text, [each.skill.name for each in people]) if len(people) > 1 else None
        if named is not None and named[1]:
            return next(each for each in people if each.skill.name == named[0])
        with_matters = [each for each in people if examples_of(each)] if len(people) > 1 else []
        if with_matters:
            embedding = (await self._mind.embedder.embed_off_loop([text]))[0]
            nearest = await self._mind.intents.nearest(with_matters, embedding)
            if nearest is not None and nearest[1] >= THEIR_MATTER:
                return nearest[0]
        return people[0]

    async def _start(self, held: Held) -> AsyncGenerator[Reply, None]:
        """A playbook begins; any other skill's values are asked for, and it is carried out then."""
        self._state = replace(self._state, flow="idle")
        if held.action == PLAYBOOK:
            async with aclosing(self._hands.use(Use(), held.skill.name, {})) as parts:
                async for part in parts:
                    yield part
        elif held.action == TAKE_MESSAGE:
            for reply in self.take_up(name="", phone="", body=""):
                yield reply
        elif held.action == END_CALL:
            yield Sentence(text=GOODBYE)
            yield EndCall(reason="the caller was done")
        elif held.action == REPEAT:
            yield Sentence(text=self._state.last or NOTHING_SAID)
        elif held.action == TRANSFER:
            own = {"to": held.skill.execution_config["to"]} if not held.id else {}
            async with aclosing(self._hands.use(Use(), held.skill.name if held.id else PUT_THROUGH, own)) as parts:
                async for part in parts:
                    yield part
        else:
            self._hands.collect(held.skill.name)

    async def _catch_up(self) -> None:
        """A conversation that is taken up again stands where it stood: its turns are stepped once more, unheard.

        What was filed then is not filed again.
        """
        history, self._history = self._history, ()
        for said in history:
            if said.role == "agent":
                self.heard(said.text)
                continue
            if self._wants_person(said.text):
                if self._hands.line.would_take_message:
                    self.take_up(name="", phone="", body="")
                continue
            hours_said = self.hours_said(said.text)
            passages = () if hours_said else (await self.look_up(said.text)).passages
            found = Found(hours=hours_said, passages=passages)
            self._state, _, filing = step(self._state, said.text, found, self._agent)
            if filing is not None:
                self._state, _, _ = filed(self._state, filing, ok=True)
        if self._came_back:  # the first words were that nobody answers, and whether to take a message
            self._state, self._came_back = replace(self._state, flow="offered"), False

    def _wants_person(self, text: str) -> bool:
        free = not self._state.collecting and not self._state.only
        return free and asks_person(text) and bool(self._hands.people())

    def begin(self, turn: UserTurn) -> None:
        """From here on this turn is answered; one that replaces an earlier one undoes that one's step."""
        if turn.turn_index == self._before[0]:
            self._state = self._before[1]
        self._before = (turn.turn_index, self._state)

    def answered_by_another(self, turn: UserTurn) -> None:
        """This turn is somebody else's: an offer of before stands open no longer."""
        self.begin(turn)
        if not self._state.collecting:
            self._state = replace(self._state, flow="idle")

    def take_up(self, *, name: str, phone: str, body: str) -> list[Reply]:
        """Go on with a message from what the caller has said of it already; the next turns belong to the policy."""
        self._state, replies, _ = take_up(self._state, name=name, phone=phone, body=body)
        return replies

    def taking_message(self, turn: UserTurn) -> bool:
        return self.collecting(turn)

    def take_message(self, turn: UserTurn) -> list[Reply]:
        """Nobody else can be reached: the message is this mind's from here on."""
        if turn.turn_index != self._before[0]:
            self.begin(turn)
        return self.take_up(name="", phone="", body="")

    def heard(self, spoken: str) -> None:
        """What was cut off is asked again by the next step; a number counts as read back only when it was heard."""
        self._state = heard(self._state, spoken)

    def hours_said(self, question: str) -> str | None:
        return hours.answer(_mapping(self._agent.get("businessHours")), question, self._mind.clock.now())

    async def look_up(self, query: str, embedding: list[float] | None = None) -> Retrieved:
        """The passages that are good enough to be quoted."""
        if embedding is None:
            embedding = (await self._mind.embedder.embed_off_loop([query]))[0].tolist()
        found = await self._search(query, embedding)
        good = tuple(passage for passage in found if passage.score >= REJECT_BELOW)
        self._hands.found(good)
        best = found[0] if found else None
        return Retrieved(
            query=query,
            passages=good,
            top_score=best.score if best else 0.0,
            doubt=best.doubt if best and not good else "",
        )

    async def _search(self, query: str, embedding: list[float]) -> tuple[Passage, ...]:
        sources = self._agent.get("sourceIds")
        async with self._mind.database.tenant(self._principal) as tx:
            return await search(
                tx,
                agent_id=str(self._agent["id"]),
                source_ids=[str(source) for source in sources] if isinstance(sources, list) else None,
                query=query,
                embedding=embedding,
                limit=3,
            )

    async def _file(self, filing: Filing) -> AsyncGenerator[Reply, None]:
        given = {"name": filing.name, "phone": filing.phone, "message": filing.body}
        use = Use()
        async with aclosing(self._hands.use(use, TAKE_MESSAGE, given, intent=filing.intent_key)) as told:
            async for reply in told:
                yield reply
        if use.refused is not None:
            return  # the caller is told why by whoever refused
        ok = use.outcome is not None and use.outcome.ok
        self._state, replies, _ = filed(self._state, filing, ok=ok)
        for reply in replies:
            yield reply


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
