"""What a caller says that is not kept: an answer to "what is your PIN" is compared and forgotten. Pure."""

from collections.abc import Mapping

NOT_KEPT = "(An answer to a question of the verification; its words are not kept.)"

PRIVATE = "[private]"  # on a screen


def without_words(data: Mapping[str, object]) -> dict[str, object]:
    """An utterance's entry as the timeline may have it."""
    return {name: value for name, value in data.items() if name != "keys"} | {"text": NOT_KEPT, "private": True}
