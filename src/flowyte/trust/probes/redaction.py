"""What is taken out before it is kept: a card that is nobody's is sent through the door that every entry passes."""

import json
from collections.abc import Mapping

from flowyte.conversation.events import SpeechStarted, TurnEnded
from flowyte.live.discreet import Discreet
from flowyte.redact.model import MARK
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good

AGENT = {"redaction": {"entities": ["card", "ssn"], "audio": True}}
CARD = "4111 1111 1111 1111"  # Visa's own number for tests
SOUND = b"\x10\x27" * 160  # 20 ms
SPOKEN_MS = 3_000
FRAME_MS = 20


class Kept:
    """Fulfils `live.ports.Evidence` in memory."""

    def __init__(self) -> None:
        self.entries: list[Mapping[str, object]] = []
        self.loud_ms = 0

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        self.entries.append({"type": type, **data})

    def start_recording(self, rate: int) -> None:
        """Nothing is written anywhere."""

    def erase_recording(self) -> None:
        self.loud_ms = 0

    def audio(self, caller: bytes, agent: bytes) -> None:
        self.loud_ms += FRAME_MS if any(caller) or any(agent) else 0

    async def finish(self, cause: str) -> None:
        """Nothing is to be closed."""


async def cards_are_taken_out(_house: House) -> Seen:
    """Said, given to a skill, read back, and as sound; and a sentence without one, which stays."""
    kept = Kept()
    door = Discreet(kept, AGENT)
    door.start_recording(8000)
    door.agent_says("What is your card number?", 0)
    door.heard(SpeechStarted(at_ms=1_000))
    for at_ms in range(1_000, 1_000 + SPOKEN_MS, FRAME_MS):
        door.audio(SOUND, SOUND, at_ms)
    door.heard(TurnEnded(text=CARD, began_ms=1_000, ended_ms=1_000 + SPOKEN_MS, endpointing_ms=0, stt_ms=0))
    door.event("user_utterance", 1_000, {"text": CARD})
    door.event("tool_call", 5_000, {"phase": "called", "name": "charge", "arguments": {"card": CARD}})
    shown = door.caption("agent", f"I have {CARD}.", 6_000)
    door.event("agent_message", 6_000, {"text": f"I have {CARD}. Which day suits you?"})
    await door.finish("over")
    left = json.dumps([*kept.entries, shown])
    if "1111" in left.replace(" ", ""):
        return bad("A card's number was kept in an entry or shown on a screen.")
    if kept.loud_ms:
        return bad("The sound of a card's number was kept.")
    if not MARK.search(left) or "Which day suits you?" not in left:
        return bad("Words without a number were taken out too.")
    return good("A card's number was taken out of words, a skill's arguments, a screen and the sound just now.")


PROBES: Mapping[str, Probe] = {"cards_are_taken_out": cards_are_taken_out}
