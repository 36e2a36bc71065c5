"""Whose turn it is, as a table: state, signal, next state. The diagram in the documentation is drawn from it.

How to read it. A conversation is a question of who holds the *floor*. `FLOOR` says it for every state, so that two can
never hold it: it is derived, not stored. In `listening` and `thinking` nobody speaks; the first waits for the caller,
the second for the mind.

A state lists every signal that moves it. A signal that a state does not list means nothing there and changes nothing:
a caller's voice while the notice plays (`notice` does not list `voice`: the notice is not interruptible, and nobody
is listening yet), a late word from the mind after the call has ended.

Three decisions are visible here. `interrupt` is not `voice`: voice over the agent's speech becomes an interruption
only when it lasts or has meaning, which the machine judges before it gives the signal. From `hearing` and `judging`
the agent may take the floor back (`resume`, `wait`) when what interrupted it was a "mhm" or nothing. And from every
state before `closing` the signal `finish` leads there: no path leaves a conversation without an end.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from flowyte.conversation.commands import State

Floor = Literal["nobody", "caller", "agent"]
Signal = Literal[
    "leg_up",  # a person is on the line
    "consented",  # the notice was played to its end and the rule has spoken
    "speak",  # the agent begins something of its own: greeting, reminder, apology
    "voice",  # the caller speaks while nobody else does
    "interrupt",  # the caller speaks over the agent, or over its thinking, and means it
    "pause",  # the caller fell silent; whether the turn is over is being judged
    "turn",  # the caller's turn is over and understood
    "nothing",  # it is over and there was nothing in it
    "resume",  # it was a mere "mhm": the agent goes on with what it was saying
    "wait",  # as before, but the agent has nothing to say yet: the mind is still at work
    "sound",  # the first sound of the reply
    "silent",  # the agent has said everything
    "finish",  # the call is to end, perhaps with a last sentence
    "gone",  # it has ended
]

FLOOR: Mapping[State, Floor] = MappingProxyType(
    {
        "ringing": "nobody",
        "notice": "agent",
        "listening": "nobody",
        "hearing": "caller",
        "judging": "caller",
        "thinking": "nobody",
        "speaking": "agent",
        "closing": "agent",
        "ended": "nobody",
    }
)

TABLE: Mapping[State, Mapping[Signal, State]] = MappingProxyType(
    {
        "ringing": {"leg_up": "notice", "finish": "closing"},
        "notice": {"consented": "listening", "finish": "closing"},
        "listening": {"voice": "hearing", "turn": "thinking", "speak": "speaking", "finish": "closing"},
        "hearing": {
            "pause": "judging",
            "turn": "thinking",
            "nothing": "listening",
            "resume": "speaking",
            "wait": "thinking",
            "speak": "speaking",
            "finish": "closing",
        },
        "judging": {
            "voice": "hearing",
            "turn": "thinking",
            "nothing": "listening",
            "resume": "speaking",
            "wait": "thinking",
            "speak": "speaking",
            "finish": "closing",
        },
        "thinking": {
            "sound": "speaking",
            "interrupt": "hearing",
            "speak": "speaking",
            "silent": "listening",
            "finish": "closing",
        },
        "speaking": {
            "interrupt": "hearing",
            "turn": "thinking",
            "wait": "thinking",
            "silent": "listening",
            "finish": "closing",
        },
        "closing": {"gone": "ended"},
        "ended": {},
    }
)


def diagram() -> str:
    """The table as a Mermaid state diagram; edges that share both ends share a line."""
    lines = ["stateDiagram-v2", "    [*] --> ringing"]
    for state, moves in TABLE.items():
        if state == "ended":
            lines.append("    ended --> [*]")
        by_target: dict[State, list[str]] = {}
        for signal, target in moves.items():
            by_target.setdefault(target, []).append(signal)
        lines += [f"    {state} --> {target}: {', '.join(signals)}" for target, signals in by_target.items()]
    return "\n".join(lines) + "\n"
