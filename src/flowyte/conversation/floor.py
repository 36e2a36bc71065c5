"""What the machine remembers of each side: what the agent still has to say, what the caller has said so far."""

from dataclasses import dataclass, field

from flowyte.conversation import lines
from flowyte.conversation.commands import Say, SayKind
from flowyte.conversation.phrases import is_backchannel, is_echo, is_thanks
from flowyte.conversation.reply import EndCall, Expect, ExpectKind, HandOff, Sentence, UserTurn


@dataclass(slots=True, kw_only=True)
class Stretch:
    """What the agent says in one go, from its first word until the caller's next turn."""

    began_ms: int | None = None
    kind: str = "answer"
    heard: list[str] = field(default_factory=list)
    intended: list[str] = field(default_factory=list)

    def add(self, heard: str, text: str) -> None:
        self.intended.append(text)
        if heard.strip():
            self.heard.append(heard.strip())

    def resume(self) -> None:
        """What was cut will be said again, so it is no longer missing."""
        self.intended = list(self.heard)

    @property
    def spoken(self) -> str:
        return " ".join(self.heard)

    @property
    def whole(self) -> str:
        return " ".join(part for part in self.intended if part)

    def data(self) -> dict[str, object]:
        """As the timeline keeps it; `intended` only where it differs from what was heard."""
        cut = self.spoken != self.whole
        kept: dict[str, object] = {"text": self.spoken, "kind": self.kind, "cut": cut}
        return kept | {"intended": self.whole} if cut else kept


@dataclass(slots=True, kw_only=True)
class Agent:
    """`saying` are the Says that have not ended; `backlog` is what waits while an interruption is being judged."""

    saying: dict[int, Say] = field(default_factory=dict)
    stretch: Stretch = field(default_factory=Stretch)
    backlog: list[Sentence | EndCall | HandOff | Expect] = field(default_factory=list)
    sounding: int | None = None
    silent_since: int = 0
    think_id: int | None = None
    think_since: int = 0
    said_in_thought: bool = False
    answer_at: int | None = None
    fillers: int = 0
    last_id: int = 0
    mouth_failures: int = 0
    mind_failures: int = 0
    given_up: bool = False
    handing: HandOff | None = None
    ordered: bool = False

    @property
    def has_more(self) -> bool:
        """Whether a caller who speaks now speaks over the agent: it has more to say, or to think."""
        return bool(self.saying or self.backlog or self.think_id is not None or self.handing)

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def says(self, text: str, kind: SayKind, turn_index: int | None, now_ms: int) -> Say:
        """One more Say to be spoken."""
        say = Say(say_id=self.next_id(), text=text, kind=kind, turn_index=turn_index)
        if not self.saying:
            self.silent_since = now_ms
        if not self.stretch.intended and self.stretch.began_ms is None:
            self.stretch.kind = kind
        self.saying[say.say_id] = say
        return say

    def ends(self, say: Say, heard: str, now_ms: int) -> None:
        """`say` is over, with what was heard of it."""
        del self.saying[say.say_id]
        if self.sounding == say.say_id:
            self.sounding = None
        self.silent_since = now_ms
        self.stretch.add(heard, say.text)

    def keeps(self, rest: str) -> None:
        """The rest of a sentence that was cut waits, behind the sentences that wait already."""
        where = sum(isinstance(part, Sentence) for part in self.backlog)
        self.backlog.insert(where, Sentence(text=rest))

    def resumes(self) -> list[Sentence | EndCall | HandOff | Expect]:
        """It goes on where it was cut off: with what waits."""
        waiting, self.backlog = self.backlog, []
        self.stretch.resume()
        return waiting

    def orders(self) -> tuple[HandOff, ...]:
        """What is now to be carried out: the hand-off, once."""
        ordered, self.ordered = self.ordered, True
        return () if ordered or self.handing is None else (self.handing,)

    def handed(self) -> HandOff | None:
        """It was answered or withdrawn: no hand-off is under way any more."""
        hand_off, self.handing, self.ordered = self.handing, None, False
        return hand_off

    def sounds(self, say: Say, now_ms: int) -> None:
        """The first frame of `say` is heard."""
        self.sounding = say.say_id
        if self.stretch.began_ms is None:
            self.stretch.began_ms = now_ms
        if say.kind == "answer" and self.answer_at is None:
            self.answer_at = now_ms

    def fills(self) -> str:
        """The next words that cover the waiting."""
        self.fillers += 1
        return lines.FILLERS[self.fillers - 1]

    def thinks(self, now_ms: int) -> int:
        """A thought begins."""
        self.think_id, self.think_since, self.silent_since = self.next_id(), now_ms, now_ms
        self.said_in_thought, self.answer_at, self.fillers = False, None, 0
        return self.think_id


@dataclass(slots=True, kw_only=True)
class Caller:
    """`voice_at` is when the voice began that is going on; `asked` the turn of whose answer nothing was heard yet."""

    voice_at: int | None = None
    patience_ms: int = 0
    expect: ExpectKind = "anything"
    digits: str = ""
    key_at: int = 0
    turns: int = 0
    asked: UserTurn | None = None
    next: UserTurn | None = None
    reminders: int = 0
    not_understood: int = 0

    def voiced_ms(self, now_ms: int) -> int | None:
        """How long the voice that is going on has lasted."""
        return None if self.voice_at is None else now_ms - self.voice_at

    def said(self, text: str) -> tuple[str, dict[str, object]]:
        """Words and pressed keys together, and the keys as the timeline has them."""
        digits, self.digits = self.digits, ""
        return " ".join(part for part in (text, digits) if part), {"keys": digits} if digits else {}

    def takes_turn(self, said: str, began_ms: int, confidence: float, *, answered_at: int | None) -> UserTurn:
        """What is to be answered now: with the turn before it, while nothing was heard of an answer to that one."""
        if answered_at is not None and began_ms > answered_at:
            self.asked = None
        if self.asked is not None:
            before = self.asked
            said, began_ms, confidence = f"{before.text} {said}", before.ts_ms, min(confidence, before.confidence)
        else:
            self.turns += 1
        turn = UserTurn(text=said, ts_ms=began_ms, turn_index=self.turns, confidence=confidence)
        self.asked = self.next = turn
        return turn


def means_nothing(text: str, agent: Agent, expect: ExpectKind) -> bool:
    """A "mhm" or the agent's own echo. An agreeing word after a question is an answer, not a "mhm"; thanks for being
    put through ask for nothing else."""
    pending = [say.text for say in agent.saying.values()]
    pending += [part.text for part in agent.backlog if isinstance(part, Sentence)]
    if is_echo(text, " ".join([*agent.stretch.intended[-2:], *pending])):
        return True
    if agent.handing is not None and is_thanks(text):
        return True
    asks = len(pending) <= 1 and any(sentence.rstrip().endswith("?") for sentence in pending)
    return is_backchannel(text) and expect == "anything" and not asks
