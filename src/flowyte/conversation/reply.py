"""What goes into a mind and what comes out: the closed union `Reply`.

A mind yields these one by one; the engine speaks the sentences, writes the rest to the timeline and acts on the
last ones. Plain data: no mind, no model and no skill is known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from flowyte.conversation.turns import Turn

ExpectKind = Literal["anything", "digits", "yes_no", "name"]
SentenceKind = Literal["answer", "filler", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a knowledge source that was found. `score`, between 0 and 1, is how sure it is that it answers."""

    source_id: str
    chunk_id: str
    text: str
    score: float
    title: str = ""
    url: str = ""
    """The web page that it stands on; empty for what the operator wrote."""
    around: str = ""
    """The text with what stands before and after it in its section, for whoever can read more than is quoted."""
    likeness: float = 0.0
    """How close it is to the question, which can be compared with how close something else is."""
    doubt: str = ""
    """What speaks most against quoting it, in words for the operator; empty when it may be quoted."""

    @property
    def whole(self) -> str:
        return self.around or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Something to say now: one sentence, or as little as sounds complete."""

    text: str
    kind: SentenceKind = "answer"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a sentence needs words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Knowledge was searched; `passages` is empty when nothing may be quoted, and `doubt` says why."""

    query: str
    passages: tuple[Passage, ...]
    top_score: float
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillCalled:
    call_id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillReturned:
    call_id: str
    name: str
    ok: bool
    result: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A value the caller gave is now stored; `display` is how it is written for a person."""

    slot: str
    value: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The agent has finished: hang up once everything before this has been spoken."""

    reason: str


HandedOver = Literal["put_through", "told", "message", "not_available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A person takes over. `put_through`: the line is asked to, once everything before this has been spoken.

    Where that cannot be, the caller was `told` how to reach `label`, or a `message` is taken. `to` is a place in the
    agent's own list of people, never a number; `number` is as it may be kept, masked.
    """

    reason: str
    outcome: HandedOver = "not_available"
    to: int = 0
    label: str = ""
    number: str = ""

    def data(self, outcome: str = "") -> dict[str, object]:
        """As the timeline keeps it."""
        kept: dict[str, object] = {"reason": self.reason, "outcome": outcome or self.outcome}
        return kept | ({"label": self.label, "number": self.number} if self.label else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What the caller is likely to say next: digits get longer pauses before a turn counts as ended.

    `choices` are the answers that there are, where they can be counted: who writes is offered them.
    """

    kind: ExpectKind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """The model failed and the policy mind carries on with this very reply."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A guardrail stood against something. `act` is `heard`, `say` or the name of the skill."""

    act: str
    outcome: str
    policy: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A step of finding out who the caller is. `outcome` is asked, verified, failed or given_up."""

    method: str
    outcome: str
    level: int
    reason: str = ""


Reply = (
    Sentence
    | Retrieved
    | SkillCalled
    | SkillReturned
    | Captured
    | EndCall
    | HandOff
    | Expect
    | Fallback
    | Judged
    | Verified
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTurn:
    """What the caller said, once it is their turn no longer.

    A second turn with the same `turn_index` replaces the first: the caller went on speaking before anything of the
    answer was heard, and `text` holds both parts.
    """

    text: str
    ts_ms: int
    turn_index: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a conversation begins at this hour: the first words, and the person that it goes on to by itself."""

    before: str = ""
    """Before the notice of a call, so that it is heard whatever the caller says after that."""
    greeting: str = ""
    hand_off: HandOff | None = None
    silent: HandOff | None = None
    """Where a caller is put through who never says anything."""
    refused: HandOff | None = None
    """Where a caller is put through who does not want to be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindContext:
    """What a mind is told when a conversation opens.

    `agent` is the pinned version's snapshot with the field names of the API. `history` and `captured` are empty but
    for a conversation that is taken up again (a chat session's next message, a leg taken up by another worker).
    """

    org: UUID
    conversation_id: str
    agent: Mapping[str, object]
    channel: Literal["voice", "chat"]
    language: str
    history: tuple[Turn, ...] = ()
    captured: tuple[Captured, ...] = field(default=())
    simulated: bool = False
    """Nothing is carried out: skills answer that they would have been."""
    transfers: bool = False
    """Whether this line can put the caller through to somebody else."""
    unanswered: str = ""
    """Whom the caller was put through to before this, in vain."""
