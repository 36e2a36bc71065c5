"""Addresses that a skill writes or transfers to, as they may be written. Pure."""

import re

import phonenumbers

_SIP = re.compile(
    r"sips?:([A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}@)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(:\d{1,5})?"
)


def one_address(text: str) -> str | None:
    """An e-mail address that cannot end the header it stands in, or None."""
    text = text.strip()
    name, at, domain = text.rpartition("@")
    plain = at and name and "." in domain and len(text) <= 254 and text.isascii() and text.isprintable()
    return text if plain and not set(text) & set(' ,;:<>()[]\\"\r\n') else None


def destination(text: str) -> str | None:
    """A telephone number as E.164 (ten digits are a US one) or a SIP address, or None."""
    text = text.strip()
    if text.lower().startswith(("sip:", "sips:")):
        return text if _SIP.fullmatch(text) else None
    try:
        parsed = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):  # as the agent's own destinations are judged
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
