"""How an agent sounds: its voice for a language, its speed, and words said as their owner wants them said."""

from flowyte.live.speaker import voice_of
from flowyte.testing.screenplay import screenplay

NAMES = {"pronunciations": {"Siobhan": "shi vawn"}}


async def test_a_name_is_spoken_as_it_sounds_and_kept_as_it_is_written() -> None:
    """The mouth gets the respelling; transcript, captions and the mind's memory get the name."""
    async with screenplay(answer=lambda turn: ["Siobhan will see you."], lexicon=NAMES) as call:
        await call.notice()
        await call.caller_says("Who is in today?")
        await call.until("speaking")
        await call.until("listening")
    assert call.mouth.spoken[-1] == "shi vawn will see you."
    assert call.said()[-1] == "Siobhan will see you."
    assert call.mind.remembered[-1] == "Siobhan will see you."


async def test_an_interrupted_name_is_kept_as_it_is_written() -> None:
    """Only what was heard, in the written words, although more words were spoken for it."""
    words = "Siobhan and Siobhan and Siobhan and Siobhan are all in the house today and tomorrow."
    async with screenplay(answer=lambda turn: [words], lexicon=NAMES) as call:
        await call.notice()
        await call.caller_says("Who is in today?")
        await call.until("speaking")
        await call.wait(800)
        await call.caller_speaks(600)
        await call.caller_stops("Thank you, that is enough for me now")
        await call.until("speaking")
    cut = next(message["text"] for message in call.evidence.of("agent_message") if message["cut"])
    assert str(cut).startswith("Siobhan")
    assert words.startswith(str(cut))


async def test_voice_and_speed_are_the_agents() -> None:
    """From the notice on."""
    async with screenplay(
        answer=lambda turn: ["Yes."], defaultVoiceId="joe", voiceMap={"en-US": "pico"}, voiceSettings={"speed": 1.25}
    ) as call:
        await call.notice()
    assert set(call.mouth.manners) == {("pico", 1.25)}


def test_a_language_finds_its_voice() -> None:
    """By its full name first, then without the country, else the agent's own."""
    agent = {"defaultVoiceId": "joe", "voiceMap": {"en-GB": "pico", "es": "luz"}}
    found = [voice_of(agent, language) for language in ("en-GB", "es-MX", "es", "en-US")]
    assert found == ["pico", "luz", "luz", "joe"]
