"""Listening to what was said, with the built-in recognizer."""

from flowyte.kit.settings import load
from flowyte.proof.ear import listener


def words_of(pcm: bytes, rate: int) -> str:
    """What a listener hears in mono PCM, in lower case."""
    settings, _ = load()
    return listener(settings.models_dir)(pcm, rate)
