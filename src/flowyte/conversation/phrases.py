"""Which words mean something for the turn itself: a "mhm" that takes no floor, a goodbye, an echo of the agent.

Whole utterances are judged, never a word inside one: "okay" is a backchannel, "okay, stop" is not. English lists;
another language simply has no backchannels yet and every word of it takes the floor.
"""

import re

WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

# Continuers and acknowledgements: what listeners say to let the other one go on.
BACKCHANNELS = frozenset(
    "mhm mm mmm mm-hmm mhmm hmm hm uh-huh uhuh uhhuh uh um ah aha oh yeah yep yup yes ok okay right sure alright "
    "gotcha great good cool nice fine well I-see".lower().split()
)
BACKCHANNEL_PAIRS = frozenset(
    {"i see", "all right", "got it", "of course", "uh huh", "mm hmm", "sounds good", "oh okay"}
)
BACKCHANNEL_WORDS_AT_MOST = 3

# With these a caller agrees to what was just announced, and does not ask for something else.
THANKS = frozenset(("thank", "you", "thanks", "very", "much", "please", "do", "a", "lot", "perfect", "super", "that's"))

GOODBYES = frozenset(
    {
        "bye",
        "bye bye",
        "goodbye",
        "good bye",
        "okay bye",
        "ok bye",
        "okay goodbye",
        "thanks bye",
        "thanks goodbye",
        "thank you bye",
        "thank you goodbye",
        "thank you very much goodbye",
        "thank you very much bye",
        "that's all bye",
        "that's all goodbye",
        "that's all thank you bye",
        "that's all thank you goodbye",
        "no thank you goodbye",
        "no thank you bye",
        "no thanks bye",
        "hang up",
        "please hang up",
        "end the call",
        "end this call",
    }
)
ECHO_WORDS_AT_LEAST = 3  # two words of the agent's in a row are often a caller who repeats them


def words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORDS.findall(text.lower())]


def is_backchannel(text: str) -> bool:
    """Whether the whole of `text` only says "go on"."""
    said = words(text)
    if not said or len(said) > BACKCHANNEL_WORDS_AT_MOST:
        return False
    return " ".join(said) in BACKCHANNEL_PAIRS or all(word in BACKCHANNELS for word in said)


def is_thanks(text: str) -> bool:
    """Whether the whole of `text` only agrees and thanks."""
    said = words(text)
    return bool(said) and all(word in BACKCHANNELS or word in THANKS for word in said)


def is_goodbye(text: str) -> bool:
    return " ".join(words(text)).replace("-", " ") in GOODBYES  # recognizers write "good-bye" too


def is_echo(text: str, saying: str) -> bool:
    """Whether `text` is a run of the words the agent is saying: its own voice, come back through the line."""
    said = words(text)
    if len(said) < ECHO_WORDS_AT_LEAST:
        return False
    return f" {' '.join(said)} " in f" {' '.join(words(saying))} "
