"""What an agent's words ask for, and whether they let the caller go on with what was asked before. Pure.

Any mention of a thing opens its slot, unless it says that the thing is there already ("I have your number"): people
ask in more forms than can be listed. In an open slot every digit counts. The slot stays open over "go on", "one
moment" and "is that right?", over a refusal that the agent talks about, and over questions after the same thing; any
other question closes it, and so does a longer statement once something was given.
"""

import re
from typing import Literal

from flowyte.redact.model import Label

Heard = Literal["asks", "goes_on", "states", "closes"]
_ASKS: dict[Label, str] = {
    "card": r"(?:credit|debit|bank)? ?cards?(?:'s)?\b|long number|sixteen digits|16 digits|security code|cvv|cvc|"
    r"expir\w+|on the (?:front|back)\b|visa\b|master ?card|amex|how (?:will|would|are|do|did|shall|should)\b.*\bpay|"
    r"credit or debit|charging\b|(?:take care of|settle|cover) (?:the|your|that|this)|read it (?:to|out)|"
    r"payment (?:info|details|method|number)|(?:form|method|means) of payment|card\w* info",
    "ssn": r"social(?: security)?|ssn|nine[- ]digits?|9[- ]digits?|itin|tax ?id|taxpayer",
    "account": r"account (?:number|no|id)|(?:your|bank|savings|checking|which) account|routing|iban|sort code|"
    r"accounts?\b(?! holder| manager| name)|membership|"
    r"(?:customer|member|policy|client|patient|insurance|loyalty|subscriber|loan|mortgage|contract|record|chart|group|"
    r"flyer|flier|rewards?|plan|student|employee|licen[sc]e|passport|medicare|medicaid|meter|utility|lease|checking|"
    r"savings|file|enrollment|beneficiary|taxpayer|user|personal|merchant|dealer|driver|driver's|wire|transit)"
    r"(?:'s)? (?:number|id|no|identification)\b",
    "phone": r"(?:which|your|a|another) (?:phone|cell|mobile|telephone|line)\b|(?:a|any|another|good|best) number\b|"
    r"(?:phone|telephone|mobile|cell|callback|call-back|contact|best|home|work|"
    r"daytime) ?(?:number)?\b.*\bnumber|"
    r"phone number|telephone number|mobile number|mobile|your number|right number|whole number|call you|"
    r"number (?:can|should|may|do|could|to|where|for (?:you|him|her|them)|that|in case|you're|you are|i|we)\b|"
    r"(?:second|other|backup|emergency|alternate|alternative|new|current|working|local) (?:contact )?number\b|"
    r"(?:reach|contact|ring|text|phone|dial) (?:you|him|her|them)\b|"
    r"call (?:him|her|them|you)\b|(?:hold|touch) (?:of|with) (?:you|him|her|them)|callback|call back number|area code|"
    r"what number|(?:the|your|a|home|work|cell|contact) (?:cell|phone|mobile|telephone)\b|your digits|"
    r"which number|phone\b|cell\b",
    "email": r"e-?mails?\b|mail address|inbox|(?:receipt|link|invoice|confirmation|copy|it|quote|form)s? sent\b|"
    r"where (?:shall|should|can|may|do|would|could) (?:i|we|you)\b.*\b(?:send|sent|link)\b|where (?:shall|"
    r"should|can|may) (?:i|we) send",
    "address": r"(?:street|home|postal|mailing|delivery|shipping|billing|your|the|full|what) (?<!mail )address|"
    r"(?<!mail )(?<!to )(?<!should i )(?<!shall i )(?<!would i )address\b|house number|(?:cross|what|which) streets?\b|"
    r"(?:your|exact|pickup|pick-up|service|what|which|current|job|drop-?off|the) location|zip code and|"
    r"where(?:'s| is| are| was| do| does| did| will| would| should| shall| can| have)\b(?!.*\b(?:it hurt|hurts?|"
    r"buy|bought|hear|get it|learn|find (?:us|out))\b)|"
    r"where do you "
    r"live|where (?:should|shall|can|do|are) (?:the|we|you|i|our)\b.*\b(?:come|deliver|ship|send|live|located|go)",
    "date_of_birth": r"(?:of birth|birth ?date|birthday|born\b|d\.?o\.?b)",
    "name": r"(?:sur)?names?\b(?! of (?:the |your |this |that )?(?:\w+ )?(?:street|tool|product|company|store|shop|"
    r"medicine|medication|drug|item|file|place|road|city|town|school|business|model|app|program|plan)s?\b)|"
    r"who(?:m|se|'s|'ll|'d)?\b|"
    r"(?:and|so) you are\W*$|this is\W*$|(?:should|can|may|shall|do|could) (?:i|we) (?:call|address) you|"
    r"(?:call|address) you\W*$|people call you|go by|"
    r"put (?:you|it|this|that)? ?down\b|yourself or|for (?:someone|somebody) else|"
    r"(?:which|what) (?:patient|guest|caller|customer|doctor|dentist|nurse|agent|technician|provider|stylist|"
    r"therapist|physician|representative|"
    r"person)\b|(?:speaking|talking|chatting|dealing) (?:with|to)\b|"
    r"(?:someone|somebody|anyone|anybody|(?:a|the|your) (?:doctor|person|contact)) (?:you|in particular|we|i|there)\b|"
    r"contact person|account holder|policy ?holder|patient is\b|caller is\b",
}  # fmt: skip
_ASKING = tuple((label, re.compile(rf"\b(?:{pattern})", re.IGNORECASE)) for label, pattern in _ASKS.items())
# Of a name that is meant for somebody, whatever it is for: "what name is the order under?"
_NAME = re.compile(
    r"\b(?:your|whose|what|which|first|last|full|patient's) names?\b(?! of)|\bnames? (?:on|for|under|in|it's|the)\b",
    re.IGNORECASE,
)
# Asked for, and nobody's business: the digits of an order stay in the transcript.
_ELSE = re.compile(
    r"\b(?:order|invoice|confirmation|tracking|reference|booking|reservation|serial|model|article|"
    r"(?<!next )(?<!first )(?<!last )(?<!that )"
    r"(?<!second )(?<!other )part|ticket|"
    r"case|quote|claim|flight|room|gate|seat|page|"
    r"product|code on|zip|postcode|how (?:many|much|old|long)|what time|which day|what day|when (?:would|do|"
    r"should|shall|"
    r"can|did)|size|quantity|which (?:date|time|week|month))\b",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\?|^\W*(?:(?:please|now|and|then|so|okay|ok|thanks|thank you|to \w+ \w+|first)\W+)?(?:please|tell|give|enter|"
    r"key|read|spell|"
    r"say|repeat|type|i need|i'll need|i will need|we need|i would need|let me (?:have|take|get|note|write)|"
    r"may i|can i|could i|could "
    r"you|can you|your|what|who|where|which|when)\b|\bi(?:'ll| will| would|'d)? (?:just |only |also |"
    r"still )?need\b|\bi(?:'m| am| was)? ask(?:ed|ing) (?:you )?(?:for|about)\b|\bready (?:for|to take|to note)\b|"
    r"\bplease\b|\b(?:by|with|from|under) your\b|\bi can\b|\bi could\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:(?:mhm+|m+[\s-]?hm+|mm+|yep|perfect|go right ahead|"
    r"uh[\s-]?huh|um|uh|okay|ok|yes|yeah|right|sure|alright|all right|got it|great|perfect|thanks|"
    r"thank you|good|i see|go on|go ahead|continue|carry on|please|and|then|the|rest|next|i have that|"
    r"i got that|so far|"
    r"take your time|i'm listening|one moment|just a moment|a moment|let me check|noted|what comes next|"
    r"what else|keep going|of it|is that all|was that all|i'm ready|ready)\W*)+$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:again|once more|repeat|more slowly|slower|did not (?:get|catch|understand)|didn't (?:get|catch|"
    r"understand)|"
    r"hear me|with me|you there|spell|find it|got it|have it|see it|handy|whenever|when you|afraid|faster|"
    r"with you|just a sec|next part|louder|speak up|more to (?:go|it|come)|is there more|secure line|fine|"
    r"else\W*$|one second|a second|my (?:screen|system|computer)|go\W*$|remainder|"
    r"what else(?! (?:can|may|could|would|do|should) (?:i|we|you)\b)|slow down|slower|"
    r"once again|and after|"
    r"is that (?:right|correct)|is this (?:right|correct)|correct\?|right\?|are you still there|still there|"
    r"key it in|what(?:'s| is| comes) next|the next ones?|(?:what|which) (?:is|was) (?:it|that)\b|"
    r"one moment|just a moment|let me check|not a whole number|do not match|don't match|i have|ready|the rest|"
    r"go on|go ahead|continue|keep going|"
    r"take your time|listening|so far|what comes next|next part|carry on)\b",
    re.IGNORECASE,
)
# What is said of a thing that is there already, or of the speaker's own.
_DONE = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already| just| now)? (?:got|have|found|see|updated|changed|saved|noted|added|sent|"
    r"charged|verified|put|took|entered|called|e-?mailed)\b|\b(?:will|would|can|should) (?:be|receive|get|see|find)\b|"
    r"\b(?:has|have|had) been\b|\bon file\b|\b(?:we'll|i'll|we will|i will) (?:send|e-?mail|text|"
    r"call|have|let|make|transfer|check)\b|\bour (?:\w+ )?(?:number|phone|address|e-?mail|name|card|account|"
    r"street|location|line)\b|\bwe(?:'re| are)\b(?! (?:done|all|missing|set|at|on|ready|finished|almost))|"
    r"\bis (?:correct|right|on|fine|all set|"
    r"confirmed|updated|verified|valid|expired|in|at|near)\b|\bwas (?:charged|declined|sent|changed|updated|"
    r"approved)\b|"
    r"\bthank(?:s| you) for|\bdo(?:es)? not need\b|\bdon't need\b|\bno need\b",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"\b(?:missing|need|needs|soon as|until|unless|short|find(?:ing)? you|require\w*|without|once|if you|"
    r"don't (?:see|have)|do not (?:see|have)|didn't|"
    r"did not|can't|cannot|verify|confirm|doesn't match|does not match|asking|so that i|we were (?:at|on)|"
    r"waiting (?:on|for)|go ahead|in order to|before (?:i|we))\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\b(?:digits?|numbers?|figures|full number|whole number)\b", re.IGNORECASE)
_ONWARD = re.compile(
    r"^\W*(?:okay |yes |sure |and |then |so )*(?:(?:i'm |i am )?(?:ready|listening)|go on|go ahead|continue|"
    r"keep going|carry on|"
    r"(?:what is |what's |and )?(?:the )?(?:next|last|second|other) (?:part|half|digits|bit|ones|group|four)|"
    r"(?:and )?the rest|"
    r"what (?:comes|is) next|so far)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^\W*(?:\w+\W+){0,3}(?:after that|the others|comes next|the rest|what then|more to it)\W*$", re.IGNORECASE
)
_NAMED = re.compile(r"\bsocial security|\bssn\b|\bcard number", re.IGNORECASE)  # of these the mention is enough
_SENTENCE = re.compile(r"[^.?!]+[.?!]*")
MOST_ASK = 600  # characters at the end of what was said, where a question stands
MOST_NUDGE = 10  # words of what is said while one waits for an answer
MOST_STATEMENT = 4  # words: a longer statement that asks nothing has gone on to something else


def asked_by(text: str) -> tuple[Heard, frozenset[Label], bool]:  # noqa: C901 - a list of what may be heard
    """What it does to a slot, what it asks for, and whether it asks for something that is nobody's business."""
    text = text[-MOST_ASK:]
    if not text.strip() or _GOES_ON.match(text):
        return "goes_on", frozenset(), False
    sentences = [each[0].strip() for each in _SENTENCE.finditer(text)]
    names_it = bool(sentences) and any(pattern.search(sentences[-1]) for _, pattern in _ASKING)
    if sentences and _ONWARD.search(sentences[-1]) and "without" not in text and not names_it:
        return "goes_on", frozenset(), False
    for place in range(len(sentences) - 1, -1, -1):
        sentence = sentences[place]
        wanted = _things(sentence)
        told = _DONE.search(sentence) is not None and "?" not in sentence and not _LACKS.search(sentence)
        mentions = (bool(wanted) or _DIGITS.search(sentence) is not None) and not told
        named = place == len(sentences) - 1 and _NAMED.search(sentence) is not None
        if not mentions and not named and not (_WANTS.search(sentence) and not (wanted and told)):
            continue
        if not wanted and _DIGITS.search(sentence) and not _ELSE.search(sentence):  # of what, was said before
            before = " ".join(sentences[:place])
            wanted = _things(before) or frozenset({"number"})
        other = _ELSE.search(sentence.lower().replace("zip", "") if "address" in wanted else sentence)
        if other and not wanted - {"name", "address"} and not _NAME.search(sentence):
            return "closes", frozenset(), True
        if wanted:  # of two sentences that ask for two things, both count
            before = sentences[place - 1] if place and "?" not in sentences[place - 1] else ""
            more = _things(before) if _LACKS.search(before) and not _ELSE.search(before) else frozenset()
            return "asks", wanted | more, False
        before = sentences[place - 1] if place else ""
        if (wanted := _things(before)) and (not _DONE.search(before) or _LACKS.search(before)):
            return "asks", wanted, False  # "Your number does not match. Try once more?"
        if _AGAIN.search(sentence) and "without" not in sentence:
            return "goes_on", frozenset(), False
        if "?" not in sentence and len(sentence.split()) <= MOST_NUDGE:
            return "states", frozenset(), False  # "I can wait while you look."
        return ("goes_on" if _MORE.search(sentence) else "closes"), frozenset(), False
    if _AGAIN.search(text) or len(text.split()) <= MOST_STATEMENT:
        return "goes_on", frozenset(), False
    return "states", frozenset(), False


def _things(sentence: str) -> frozenset[Label]:
    return frozenset(label for label, pattern in _ASKING if pattern.search(sentence))


_REFUSES = re.compile(
    r"^\W*(?:(?:uh|um|well|sorry|oh|okay)\W+)*(?:no\b(?!\W+(?:it's|it is|that's|the|this|problem|worries|i'm|"
    r"my)\b)|nope|not now|i'd rather|"
    r"i (?:don't|do not|would rather|can't|cannot|won't))",
    re.IGNORECASE,
)
MOST_REFUSING = 4  # digits that stand in a refusal: "no, I'll call again at 2:30"


def refuses(text: str, digits: str) -> bool:
    """Whether the caller answers that they will not say it."""
    return len(digits) <= MOST_REFUSING and _REFUSES.match(text) is not None
