"""A voice that begins over the agent's last words and goes on after them."""

from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation.machine import Machine
from flowyte.conversation.settings import MachineSettings


def said(machine: Machine) -> list[do.Say]:
    commands = []
    while (command := machine.next_command()) is not None:
        commands.append(command)
    return [command for command in commands if isinstance(command, do.Say)]


def test_it_has_the_floor_and_is_not_reminded_that_anybody_is_there() -> None:
    """The caller who starts just before the agent ends is speaking, however soon the silence is asked about."""
    machine = Machine(MachineSettings(greeting="How can I help?", idle_delay_ms=1_000))
    machine.receive(ev.LegUp(), 0)
    (notice,) = said(machine)
    machine.receive(ev.Playing(say_id=notice.say_id), 10)
    machine.receive(ev.Spoken(say_id=notice.say_id), 2_000)
    machine.receive(ev.Consented(outcome="granted"), 2_000)
    (greeting,) = said(machine)
    machine.receive(ev.Playing(say_id=greeting.say_id), 2_010)
    machine.receive(ev.SpeechStarted(at_ms=2_950), 3_000)
    machine.receive(ev.Spoken(say_id=greeting.say_id), 3_000)
    assert machine.floor == "caller"
    machine.expire(9_000)
    assert said(machine) == []
