"""Whether a caller is dissatisfied, by what they say. Pure: no model, and the same words always count the same.

Words about the conversation and the service count ("this is ridiculous", "you are useless"); words about the matter
("my tooth is terrible") do not, and neither do denials ("I am not angry").
"""

import re

_NEGATIVE = re.compile(
    r"\b(ridiculous|unacceptable|useless|pathetic|outrageous|infuriating|nonsense|incompetent|disgusting|"
    r"(i am|i'm|getting|so|really|very) (angry|frustrated|furious|upset|annoyed|fed up|mad|pissed off|sick of this)|"
    r"(you are|you're|this is|that is|that's|it is|it's) (\w+ )?(stupid|terrible|awful|horrible|a joke|hopeless|"
    r"no help|not helpful|unhelpful|not helping|annoying|frustrating|a waste of (my )?time|wasting my time)|"
    r"wast(e|ing) (of )?my time|worst (service|company|experience|call)|"
    r"you (don't|do not|never|can't|cannot) (understand|listen|help)|you are not listening|you're not listening|"
    r"(already|just) told you|(third|fourth|fifth|tenth) time|how many times|"
    r"that('s| is) not what i (asked|said|meant)|i (hate|can't stand) (this|you|talking to)|"
    r"shut up|go to hell|what the hell|damn|wtf|bullshit|crap|fuck\w*|shit\w*|idiot\w*|moron\w*)\b"
)
_DENIED = re.compile(r"\b(not|never|isn't|aren't|am not|nobody is)\s+(\w+\s+)?$")


def is_negative(text: str) -> bool:
    """Of one turn of the caller."""
    said = text.lower().replace("’", "'")
    return any(not _DENIED.search(said[: found.start()]) for found in _NEGATIVE.finditer(said))
