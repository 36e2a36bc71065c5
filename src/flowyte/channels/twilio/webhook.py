"""What Twilio is told to do with a call, as TwiML: connect it to the voice WebSocket, dial a person, hang up.

Pure of any web framework. Nothing is answered before Twilio's signature over the public URL and the form has been
checked by Twilio's own validator. When a stream is closed, Twilio asks the address in `action` what comes next, and
after a dial the one in the dial; both are ours, and signed alike.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from twilio.request_validator import RequestValidator

from flowyte.kit.errors import Forbidden
from flowyte.kit.secret import SecretText

RING_S = 25  # five rings; most mailboxes of mobile phones take a call after that, and nobody wants to wait longer
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
BUSY = f'{_HEAD}<Response><Reject reason="busy"/></Response>'.encode()
HANG_UP = f"{_HEAD}<Response><Hangup/></Response>".encode()
ANSWERED = frozenset({"completed", "answered"})


class NotFromTwilio(Forbidden):
    """The signature of this webhook is not Twilio's."""

    code = "invalid_signature"


def check(*, url: str, form: Mapping[str, str], signature: str, auth_token: SecretText) -> None:
    """`url` is the webhook's address as Twilio was given it, with its query. NotFromTwilio for a wrong signature."""
    if not RequestValidator(auth_token.reveal()).validate(url, dict(form), signature):
        raise NotFromTwilio


def connect(*, stream_url: str, token: str, next_url: str) -> bytes:
    """Connect the call to our stream (`wss://`), and ask `next_url` once that is closed."""
    return (
        f"{_HEAD}<Response><Connect action={quoteattr(next_url)}>"
        f'<Stream url={quoteattr(stream_url)}><Parameter name="token" value={quoteattr(token)}/></Stream>'
        "</Connect></Response>"
    ).encode()


def dial(destination: str, *, dialed_url: str) -> bytes:
    """Put the caller through to a number or a SIP address, and tell `dialed_url` what became of it."""
    noun = "Sip" if destination.lower().startswith(("sip:", "sips:")) else "Number"
    return (
        f'{_HEAD}<Response><Dial action={quoteattr(dialed_url)} timeout="{RING_S}">'
        f"<{noun}>{escape(destination)}</{noun}></Dial></Response>"
    ).encode()
