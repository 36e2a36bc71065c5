"""That one writes or talks with a machine, in the visitor's language. Nobody's settings can take it away or reword it.

For a language that is not here it is said in English: a sentence that some cannot read is better than none.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`recorded` and `unrecorded` follow `talking`, whichever is true."""

    writing: str
    talking: str
    recorded: str
    unrecorded: str


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_SAID = {
    "ar": Disclosure(
        "أنت تراسل مساعدًا آليًا يعمل بالذكاء الاصطناعي.", "ستتحدث مع مساعد آلي يعمل بالذكاء الاصطناعي.",
        "تُسجَّل المكالمة من الجانبين.", "لا تُسجَّل المكالمة.",
    ),
    "de": Disclosure(
        "Sie schreiben mit einem automatischen Assistenten, einer KI.",
        "Sie sprechen mit einem automatischen Assistenten, einer KI.",
        "Das Gespräch wird aufgezeichnet, beide Seiten.", "Das Gespräch wird nicht aufgezeichnet.",
    ),
    "en": Disclosure(
        "You are writing with an automated assistant, an AI.", "You will talk to an automated assistant, an AI.",
        "The call is recorded, both sides.", "The call is not recorded.",
    ),
    "es": Disclosure(
        "Está escribiendo con un asistente automático, una IA.", "Va a hablar con un asistente automático, una IA.",
        "La llamada se graba, ambas partes.", "La llamada no se graba.",
    ),
    "fr": Disclosure(
        "Vous écrivez à un assistant automatique, une IA.", "Vous allez parler à un assistant automatique, une IA.",
        "L'appel est enregistré, des deux côtés.", "L'appel n'est pas enregistré.",
    ),
    "he": Disclosure(
        "אתם מתכתבים עם עוזר אוטומטי, בינה מלאכותית.", "אתם עומדים לדבר עם עוזר אוטומטי, בינה מלאכותית.",
        "השיחה מוקלטת, שני הצדדים.", "השיחה אינה מוקלטת.",
    ),
    "it": Disclosure(
        "Sta scrivendo a un assistente automatico, un'IA.", "Parlerà con un assistente automatico, un'IA.",
        "La chiamata viene registrata, da entrambe le parti.", "La chiamata non viene registrata.",
    ),
    "ja": Disclosure(
        "自動応答のアシスタント（AI）とのチャットです。", "自動応答のアシスタント（AI）がお話しします。",
        "通話は双方とも録音されます。", "通話は録音されません。",
    ),
    "nl": Disclosure(
        "U schrijft met een automatische assistent, een AI.", "U spreekt met een automatische assistent, een AI.",
        "Het gesprek wordt aan beide kanten opgenomen.", "Het gesprek wordt niet opgenomen.",
    ),
    "pl": Disclosure(
        "Piszesz z automatycznym asystentem, sztuczną inteligencją (AI).",
        "Będziesz rozmawiać z automatycznym asystentem, sztuczną inteligencją (AI).",
        "Rozmowa jest nagrywana po obu stronach.", "Rozmowa nie jest nagrywana.",
    ),
    "pt": Disclosure(
        "Está a escrever com um assistente automático, uma IA.", "Vai falar com um assistente automático, uma IA.",
        "A chamada é gravada, dos dois lados.", "A chamada não é gravada.",
    ),
    "tr": Disclosure(
        "Otomatik bir asistanla, bir yapay zekâyla yazışıyorsunuz.",
        "Otomatik bir asistanla, bir yapay zekâyla konuşacaksınız.",
        "Görüşmenin iki tarafı da kaydedilir.", "Görüşme kaydedilmez.",
    ),
    "zh": Disclosure(
        "您正在与自动助手（人工智能）文字交流。", "您将与自动助手（人工智能）通话。",
        "通话双方的声音都会被录音。", "通话不会被录音。",
    ),
}  # fmt: skip
LANGUAGES = tuple(_SAID)


def written(language: str = "en") -> str:
    """Above a chat."""
    return _of(language).writing


def spoken(language: str, *, recorded: bool | None) -> str:
    """Beside the button that begins a call; the agent says its own notice before anything is captured. None: whether it
    is recorded will be asked."""
    said = _of(language)
    if recorded is None:
        return said.talking
    space = "" if language.startswith(("ja", "zh")) else " "
    return f"{said.talking}{space}{said.recorded if recorded else said.unrecorded}"


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML has it."""
    return "rtl" if language.split("-", maxsplit=1)[0].lower() in RIGHT_TO_LEFT else "ltr"


def _of(language: str) -> Disclosure:
    return _SAID.get(language.split("-", maxsplit=1)[0].lower(), _SAID["en"])
