"""Phrases, word times and the settings of an agent."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.conversation.phrases import is_backchannel, is_echo, is_goodbye
from flowyte.conversation.settings import MachineSettings
from flowyte.conversation.speech import heard_text, spread


@pytest.mark.parametrize("text", ["Mhm.", "yeah", "Okay, okay.", "uh-huh", "I see", "Right, yeah", "Uh huh."])
def test_words_that_only_say_go_on_are_backchannels(text: str) -> None:
    """They take no floor."""
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["", "Okay, stop.", "yeah but when?", "no", "wait", "okay okay okay okay", "Right now"]
)
def test_words_with_a_meaning_are_not(text: str) -> None:
    """A backchannel word inside a sentence does not make it one."""
    assert not is_backchannel(text)


def test_a_goodbye_is_a_whole_utterance() -> None:
    """A word inside a sentence ends no call."""
    assert is_goodbye("Okay, bye!")
    assert is_goodbye("Good-bye.")
    assert is_goodbye("That’s all, thank you. Goodbye.")
    assert not is_goodbye("Can I say goodbye to my old dentist?")


def test_the_agents_own_words_are_an_echo() -> None:
    """Three words in a row of what is being said; two may be the caller's."""
    assert is_echo("open from nine", "On Saturday we are open from nine to one.")
    assert not is_echo("from nine", "On Saturday we are open from nine to one.")
    assert not is_echo("open nine one", "On Saturday we are open from nine to one.")


@given(st.text(min_size=1, max_size=80), st.integers(0, 20_000), st.integers(0, 25_000))
def test_what_was_heard_is_always_the_beginning_in_whole_words(text: str, duration: int, played: int) -> None:
    """Cut anywhere, the heard text is a prefix that ends at a word, and all of it once everything was played."""
    words = spread(text, duration)
    heard = heard_text(text, words, played)
    assert text.startswith(heard)
    assert heard.split() == text.split()[: len(heard.split())]
    assert heard_text(text, words, duration).split() == text.split()
    assert all(a.ended_ms <= b.ended_ms for a, b in pairwise(words))


def test_an_agent_that_says_nothing_gets_the_defaults() -> None:
    """Absent, null and nonsense are the same."""
    assert MachineSettings.from_agent({}) == MachineSettings()
    nonsense: dict[str, object] = {"callControl": None, "recording": [], "greeting": 7}
    nonsense["endpointing"] = {"maxSilenceMs": "x"}
    assert MachineSettings.from_agent(nonsense) == MachineSettings()


def test_an_agents_own_numbers_are_taken() -> None:
    """The names are those of the API; seconds become milliseconds."""
    control = {"maxCallSeconds": 60, "maxIdleReminders": 0, "onNoResponseAction": "transfer"}
    settings = MachineSettings.from_agent({"callControl": control, "greeting": " Hi. "})
    assert (settings.max_call_ms, settings.max_idle_reminders) == (60_000, 0)
    assert (settings.on_no_response, settings.greeting) == ("transfer", "Hi.")


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)))
def test_no_snapshot_breaks_the_settings(control: dict[str, object]) -> None:
    """Whatever is stored, a call can begin."""
    MachineSettings.from_agent({"callControl": control | {"maxCallSeconds": control.get("a", 1)}})
