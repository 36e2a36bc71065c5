"""`flowyte call`: a scripted spoken call over the telephone wire, and what it left behind."""

import wave
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from flowyte.channels.phone_client import PhoneCall, place_call
from flowyte.kit.errors import FlowyteError, Invalid
from flowyte.kit.settings import Settings
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.providers.builtin.resample import resample, to_float, to_pcm
from flowyte.wiring.client import Client

RATE = 8000
MAX_WAV_S = 60


class CallFailed(FlowyteError):
    """The call did not work."""


async def place(
    client: Client, settings: Settings, *, agent: str, say: list[str], wavs: list[Path], out: Path
) -> dict[str, Any]:
    """Speak, listen, hang up; the sound and the receipt are under `out`. CallFailed when nothing was answered."""
    utterances = [read_wav(path) for path in wavs] + await speak(settings, say)
    out.mkdir(parents=True, exist_ok=True)
    found = await client.find_agent(agent)
    talk = await client.data("POST", f"/agents/{found['id']}/talk-token", {"channel": "phone"})
    conversation_id = talk["room"]
    phone = await place_call(talk["realtimeUrl"], talk["token"], utterances)
    write_wav(out / "reply.wav", phone)
    return await _collect(client, conversation_id, phone, out)


async def _collect(client: Client, conversation_id: str, phone: PhoneCall, out: Path) -> dict[str, Any]:
    if not phone.reply_pcm.strip(b"\0"):
        raise CallFailed(f"Nobody answered: the line was closed with {phone.ended_cause}.")
    conversation = await client.ended(conversation_id)
    transcript = await client.data("GET", f"/conversations/{conversation_id}/transcript")
    receipt = await client.data("GET", f"/conversations/{conversation_id}/receipt")
    latency = await client.data("GET", f"/conversations/{conversation_id}/latency")
    file = await client.request("GET", f"/conversations/{conversation_id}/receipt/file")
    (out / f"{conversation_id}.receipt.json").write_bytes(file.content)
    (out / "receipt.json").write_bytes(msgspec.json.format(msgspec.json.encode(receipt)))
    turns = [{"role": turn["role"], "text": turn["text"], "tsMs": turn["tsMs"]} for turn in transcript["turns"]]
    if not any(turn["role"] == "user" for turn in turns):
        raise CallFailed("The agent answered, but understood nothing of what was said.")
    return {
        "conversationId": conversation_id,
        "turns": turns,
        "replyWav": str(out / "reply.wav"),
        "receipt": str(out / "receipt.json"),
        "receiptFile": str(out / f"{conversation_id}.receipt.json"),
        "recordingSeconds": (conversation.get("recordingMs") or 0) / 1000,
        "voiceToVoiceMs": [turn["voiceToVoiceMs"] for turn in latency["turns"] if turn["voiceToVoiceMs"] is not None],
    }


async def speak(settings: Settings, texts: list[str]) -> list[bytes]:
    """The texts in the built-in voice, 8 kHz."""
    if not texts:
        return []
    mouth = BuiltinMouth.open(models_dir=settings.models_dir, parts_dir=settings.parts_dir)
    await mouth.start()
    try:
        return [
            b"".join([part.pcm async for part in mouth.speak(text, voice="", rate=RATE, speed=1.0)]) for text in texts
        ]
    finally:
        await mouth.close()


def read_wav(path: Path) -> bytes:
    """Any 16-bit PCM file as 8 kHz mono. Invalid says what is wrong with it."""
    try:
        with wave.open(str(path)) as sound:
            if sound.getsampwidth() != 2 or sound.getnframes() > MAX_WAV_S * sound.getframerate():
                raise Invalid(f"{path} must be 16-bit PCM of at most {MAX_WAV_S} s.")
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
            mono = samples.reshape(-1, sound.getnchannels())[:, 0]
            return to_pcm(resample(to_float(mono.tobytes()), sound.getframerate(), RATE))
    except (OSError, EOFError, wave.Error) as error:
        raise Invalid(f"{path} is no WAV file that can be read ({error}).") from error


def write_wav(path: Path, phone: PhoneCall) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(phone.reply_pcm)
