"""Makes `recognised.json`: values said by the built-in voice over a telephone line, as the recognizer has them.

    python -m bench.redaction_set.speech held

Each text is spoken, brought to 8 kHz, through G.711 and back, and decoded. What is kept is what was said and what was
recognised; the rows of the other part stay as they are.
"""

import asyncio
import json
import sys
from pathlib import Path
from random import Random

from bench.redaction_set import reported_samples, samples, sentences
from flowyte.kit.settings import load
from flowyte.media import g711
from flowyte.providers.builtin.hearing import wide
from flowyte.providers.builtin.moonshine import Moonshine
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.providers.store.fetch import resolve

KEPT = Path(__file__).parent / "recognised.json"
EACH = {"reported": 125}  # of an entity; 40 of the other parts
RATE = 8000


def texts(part: str) -> list[dict[str, str]]:
    made = []
    for entity in samples.ENTITIES:
        r = Random(f"aloud-{part}-{entity}")
        for _ in range(EACH.get(part, 40)):
            way, text = _said(r, part, entity)
            made.append({"part": part, "entity": entity, "way": way, "said": text})
    return made


def _said(r: Random, part: str, entity: str) -> tuple[str, str]:
    if part == "reported":
        return reported_samples.aloud(r, entity)
    way, said = samples.spoken_value(r, part, entity, aloud=True)
    return way, r.choice(sentences.SPOKEN[part][entity]).format(v=f"«{said}»")


async def main(part: str) -> None:
    settings, _ = load()
    moonshine = Moonshine(resolve("moonshine-tiny-en", settings.models_dir))
    mouth = BuiltinMouth.open(models_dir=settings.models_dir, parts_dir=settings.parts_dir)
    await mouth.start()
    made = texts(part)
    for each in made:
        pcm = b""
        async for speech in mouth.speak(samples.MARKS.sub("", each["said"]), voice="", rate=RATE, speed=1.0):
            pcm += speech.pcm
        line = g711.ulaw_to_pcm(g711.pcm_to_ulaw(pcm))
        quiet = bytes(RATE // 2)  # a quarter of a second
        heard = moonshine.transcribe(wide(quiet + line + quiet, RATE))
        each["heard"] = heard.text
    await mouth.close()
    made = [each for each in json.loads(KEPT.read_text()) if each["part"] != part] + made
    KEPT.write_text(json.dumps(made, indent=0, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
