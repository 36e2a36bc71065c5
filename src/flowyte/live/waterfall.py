"""Where the time of one reply went, from the end of the caller's speech to the first frame of the answer."""

from dataclasses import dataclass

from flowyte.conversation.events import TurnEnded


@dataclass(slots=True, kw_only=True)
class Waterfall:
    """Marks of the turn being answered, in milliseconds of the call; each is set once."""

    turn: int = 0
    speech_end: int | None = None
    endpointing_ms: int = 0
    stt_ms: int = 0
    understood: int = 0
    thought: int | None = None
    sentence: int | None = None
    audio: int | None = None

    @classmethod
    def of(cls, event: TurnEnded, now_ms: int) -> "Waterfall":
        return cls(
            speech_end=event.ended_ms,
            endpointing_ms=event.endpointing_ms,
            stt_ms=event.stt_ms,
            understood=now_ms,
        )

    def played(self, now_ms: int) -> dict[str, object] | None:
        """The finished waterfall, once; None for speech that answers no spoken turn."""
        if self.speech_end is None or self.thought is None or self.sentence is None or self.audio is None:
            return None
        data: dict[str, object] = {
            "turn": self.turn,
            "voiceToVoiceMs": now_ms - self.speech_end,
            "endpointingMs": self.endpointing_ms,
            "sttMs": self.stt_ms,
            "engineMs": self.thought - self.understood,
            "firstSentenceMs": self.sentence - self.thought,
            "firstAudioMs": self.audio - self.sentence,
            "playoutMs": now_ms - self.audio,
        }
        self.speech_end = None
        return data
