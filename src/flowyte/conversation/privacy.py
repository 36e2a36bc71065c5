"""What a caller says that is not kept: an answer to "what is your PIN", a card's number. Pure."""

from collections.abc import Mapping

NOT_KEPT = "(An answer that is not kept: a proof of who it is, or what was asked for as sensitive.)"

PRIVATE = "[private]"  # on a screen


def without_words(data: Mapping[str, object]) -> dict[str, object]:
    """An utterance's entry as the timeline may have it."""
    return {name: value for name, value in data.items() if name != "keys"} | {"text": NOT_KEPT, "private": True}
