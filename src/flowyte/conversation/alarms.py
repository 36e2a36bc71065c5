"""Everything that happens by itself, and when: derived from the state of a conversation, never armed or disarmed."""

from collections.abc import Iterator
from typing import Literal

from flowyte.conversation import lines
from flowyte.conversation.commands import State
from flowyte.conversation.floor import Agent, Caller
from flowyte.conversation.settings import MachineSettings
from flowyte.conversation.table import FLOOR

Alarm = Literal[
    "closed",  # the last words took too long
    "too_long",  # the longest time of a call
    "no_sound",  # something is to be said and nothing sounds
    "interrupt",  # a voice over the agent has lasted long enough to mean it
    "keyed",  # no further key is pressed
    "thought_too_long",  # the mind is given up
    "fill",  # the mind takes its time
    "no_words",  # the caller fell silent and the ears give nothing
    "idle",  # nobody says anything
]

DEAD_AIR_MS = 4_000  # nobody speaks and nothing explains it: callers say "hello?" at about this time
THOUGHT_MS = 20_000  # a mind that has not finished by then is given up, fillers or not
KEY_PAUSE_MS = 2_500  # the usual inter-digit time of telephone menus
# A voice that so far said only "mhm" may go on this long before its length alone makes it an interruption.
BACKCHANNEL_MS = 900
CLOSING_MS = 30_000  # the last words are spoken or given up by then
STT_MS = 2_000  # what recognizing a long turn may take after the longest pause


def urgency(due: tuple[int, Alarm]) -> tuple[int, bool, Alarm]:
    """The order alarms ring in: oldest first; of two at the same instant the caller's voice wins over the agent's."""
    when, alarm = due
    return when, alarm != "interrupt", alarm


def alarms(
    state: State, since: int, agent: Agent, caller: Caller, settings: MachineSettings
) -> Iterator[tuple[int, Alarm]]:
    """When each alarm rings. Ringing one always moves it: it never rings twice for the same reason."""
    if state in ("ringing", "ended"):
        return
    if state == "closing":
        yield since + CLOSING_MS, "closed"
    else:
        yield settings.max_call_ms, "too_long"
    if agent.saying and agent.sounding is None:
        yield agent.silent_since + DEAD_AIR_MS, "no_sound"
    if caller.voice_at is not None and state in ("thinking", "speaking"):
        yield caller.voice_at + caller.patience_ms, "interrupt"
    if caller.digits and FLOOR[state] == "caller":
        yield caller.key_at + KEY_PAUSE_MS, "keyed"
    if state == "thinking" and not agent.saying and agent.think_id is not None:
        yield agent.think_since + THOUGHT_MS, "thought_too_long"
        if agent.fillers < len(lines.FILLERS):
            yield agent.silent_since + DEAD_AIR_MS * (agent.fillers + 1), "fill"
    if state == "judging" and not caller.digits:
        yield since + max(DEAD_AIR_MS, settings.max_silence_ms + STT_MS), "no_words"
    if state == "listening":
        yield since + (settings.idle_interval_ms if caller.reminders else settings.idle_delay_ms), "idle"
