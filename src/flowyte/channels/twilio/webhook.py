"""The answer to Twilio's voice webhook: TwiML that connects the call to the voice WebSocket.

Pure of any web framework. Nothing is answered before Twilio's signature over the public URL and the form has been
checked by Twilio's own validator.
"""

from collections.abc import Callable, Mapping
from xml.sax.saxutils import quoteattr

from twilio.request_validator import RequestValidator

from flowyte.kit.errors import Forbidden
from flowyte.kit.secret import SecretText

BUSY = b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'


class NotFromTwilio(Forbidden):
    """The signature of this webhook is not Twilio's."""

    code = "invalid_signature"


def answer(
    *,
    url: str,
    form: Mapping[str, str],
    signature: str,
    auth_token: SecretText,
    stream_url: str,
    make_token: Callable[[Mapping[str, str]], str],
) -> bytes:
    """TwiML. `url` is the webhook's address as Twilio was given it, `stream_url` the wss:// address of the stream;
    `make_token(form)` is asked only when the signature is right. NotFromTwilio otherwise."""
    if not RequestValidator(auth_token.reveal()).validate(url, dict(form), signature):
        raise NotFromTwilio
    token = quoteattr(make_token(form))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>'
        f'<Stream url={quoteattr(stream_url)}><Parameter name="token" value={token}/></Stream>'
        "</Connect></Response>"
    ).encode()
