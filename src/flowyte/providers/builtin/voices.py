"""The built-in voices, as `GET /voices` lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    id: str
    name: str
    language: str
    gender: str
    provider: str
    licence: str
    description: str


JOE = Voice(
    id="joe",
    name="Joe",
    language="en-US",
    gender="male",
    provider="piper",
    licence="CC0-1.0",
    description="Neural, natural; the default.",
)
PICO = Voice(
    id="pico",
    name="Pico",
    language="en-US",
    gender="female",
    provider="pico",
    licence="Apache-2.0",
    description="Small and very fast; sounds dated. Speaks when Piper is not installed.",
)
VOICES: tuple[Voice, ...] = (JOE, PICO)
