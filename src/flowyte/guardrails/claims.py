"""Said = done: a sentence that claims something was done is true only if the effect ledger has it. Pure.

Claims are of a kind (booked, sent, cancelled, …) and an effect bears the kinds that its skill's name and description
speak of. One that speaks of none bears any.
"""

import re
from collections.abc import Iterable

KINDS: dict[str, str] = {
    "book": r"book|schedul|reserv|appointment|arrang|set (?:you )?up",
    "send": r"sen[dt]|e-?mail|text(?:ed|s)?\b|forward|submit|deliver|pass(?:ed)? on|notif",
    "cancel": r"cancel|call(?:ed)? off",
    "change": r"chang|updat|reschedul|mov(?:e|ed|ing)\b|amend|correct|adjust|edit|renew|reset|activat|block|unlock",
    "file": r"fil(?:e|ed|ing)\b|tak(?:e|en) (?:your|the|a) message|took|record|not(?:e|ed)\b|log(?:ged)?\b|"
    r"sav(?:e|ed)\b|creat|regist|add(?:ed)?\b|message|ticket|remov|delet",
    "pay": r"pa(?:y|id|yment)\b|refund|charg|transferr|credit|debit",
    "order": r"order|purchas|bought|plac(?:e|ed)\b|buy",
}
_DONE = (
    r"booked|scheduled|reserved|arranged|set up|sent|e-?mailed|texted|forwarded|submitted|delivered|passed on|"
    r"notified|cancell?ed|called off|changed|updated|rescheduled|moved|amended|corrected|adjusted|edited|renewed|"
    r"reset|activated|blocked|unlocked|filed|taken (?:your|the|a) message|recorded|noted|logged|saved|created|"
    r"registered|added|removed|deleted|paid|refunded|charged|transferred|credited|debited|ordered|purchased|bought|"
    r"placed|confirmed|processed|completed|issued|made"
)
_ADVERB = r"(?:(?:just|now|already|also|successfully|gone ahead and|all|both|been)\s+)*"
_OPENING = r"(?:great|done|perfect|okay|ok|alright|all right|good|yes|thank you|thanks)?[,.!\s]*"
_CLAIMS = (
    re.compile(rf"\b(?:i|we)(?:['’]ve| have|['’]m done|)\s+{_ADVERB}({_DONE})\b", re.I),
    re.compile(rf"\b(?:has|have|was|were)\s+{_ADVERB}(?:been\s+){_ADVERB}({_DONE})\b", re.I),
    # What is so in general ("orders are delivered") has another subject than what is the caller's own.
    re.compile(
        rf"^{_OPENING}(?:your|you|it|that|this|everything)\b.{{0,60}}?(?:\bis|\bare|['’]s|['’]re) "
        rf"{_ADVERB}({_DONE})\b",
        re.I,
    ),
    re.compile(
        rf"^{_OPENING}(?:(?:it['’]s|that['’]s|you['’]re|you are|this is)\s+)?(?:all )?"
        r"(done|all set|taken care of|sorted|booked in)\b(?=[.!,]|$| for you)",
        re.I,
    ),
    re.compile(rf"^(?:{_DONE})(?=[.!]|$)".replace("(?:", "(", 1), re.I),
)
_NOT = re.compile(
    r"\b(not|cannot|never|nothing|no|unable|if|once|when|whether|should|could|would|can|may|will|shall|after|before|"
    r"unless|until|every|each|always|usually|normally|must|to be)\b|n['’]t\b",
    re.I,
)


def claimed(sentence: str) -> str | None:
    """What is claimed to have been done, as said; None for a sentence that claims nothing.

    Questions, conditions, denials and general statements ("bookings are confirmed by e-mail") claim nothing of now.
    """
    for clause in re.split(r"(?<=[.!?;])\s+|,\s+(?:and|but|so)\s+", sentence):
        for pattern in _CLAIMS:
            found = pattern.search(clause)
            if found and not _NOT.search(clause[: found.end()]) and not clause.rstrip().endswith("?"):
                return found[1].lower()
    return None


def kinds(text: str) -> frozenset[str]:
    """Of a claim, or of what a skill says of itself."""
    return frozenset(
        kind for kind, words in KINDS.items() if re.search(rf"(?<![a-z])(?:{words})", text.lower().replace("_", " "))
    )


def borne_out(sentence: str, effects: Iterable[str]) -> bool:
    """Whether what the sentence claims was done. `effects` are what the skills that were done say of themselves."""
    what = claimed(sentence)
    if what is None:
        return True
    wanted = kinds(what)
    for effect in effects:
        borne = kinds(effect)
        if not wanted or not borne or wanted & borne:
            return True
    return False
