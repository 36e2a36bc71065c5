"""Mail over SMTP, sent behind the request that asked for it.

A page that lets somebody ask for a letter answers before it is looked up whether there will be one, so its answer and
its time are the same for every address. TLS always, except to a server on this machine.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from email.utils import formataddr, formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from flowyte.kit import log
from flowyte.kit.errors import FlowyteError, SetupError, VendorFailed
from flowyte.kit.secret import SecretText

logger = log.get(__name__)
MOST_WAITING = 200  # letters; more at once is somebody's script, and each is dropped with a line in the log
TIMEOUT_S = 20.0
TRIES_AFTER_S = (0.0, 5.0, 60.0)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Unbroken(UnstructuredHeader):
    """A header that is one address. The library's folding would write a long one as encoded words, which no mail
    program follows; RFC 5322 takes lines of 998."""

    name: str  # the registry mixes its own base in, which has it

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Unbroken)  # type: ignore[arg-type]
POLICY = default.clone(header_factory=HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`to` holds one address or several, separated by commas."""

    to: str
    subject: str
    text: str
    sender_name: str = ""
    reply_to: str = ""
    unsubscribe: str = ""
    """An address that ends letters of this kind by one POST (RFC 8058)."""


Write = Callable[[], Awaitable[Letter | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    host: str
    port: int
    user: str
    password: SecretText
    tls: bool
    """From the first byte on; otherwise by STARTTLS."""

    @classmethod
    def parse(cls, url: str) -> "Server":
        """SetupError for what is no address of a mail server."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SetupError("The setting smtp_url must look like smtp://user:password@mail.example.com:587.")
        try:
            port = parts.port or (465 if parts.scheme == "smtps" else 587)
        except ValueError as error:
            raise SetupError("The port in the setting smtp_url is no number.") from error
        return cls(
            host=parts.hostname,
            port=port,
            user=unquote(parts.username or ""),
            password=SecretText(unquote(parts.password or "")),
            tls=parts.scheme == "smtps",
        )


class MailRefused(VendorFailed):
    """The mail server did not take the letter."""

    code = "mail_refused"

    def __init__(self, message: str | None = None, *, nothing_sent: bool = True) -> None:
        self.nothing_sent = nothing_sent
        super().__init__(message)


class Outbox:
    """Letters to send, at most MOST_WAITING; those that are waiting are lost with the process, and asked for again."""

    def __init__(self, server: Server, sender: str) -> None:
        if "@" not in sender:
            raise SetupError("The setting mail_from must be the address that mail comes from, such as a@example.com.")
        self._server = server
        self._sender = sender
        self._waiting: asyncio.Queue[Write] = asyncio.Queue(MOST_WAITING)

    def put(self, write: Write) -> None:
        """`write` is called later, and may find that there is nothing to send."""
        try:
            self._waiting.put_nowait(write)
        except asyncio.QueueFull:
            logger.warning("mail.dropped", waiting=MOST_WAITING)

    async def run(self) -> None:
        """Send, one at a time, for as long as the process serves."""
        while True:
            write = await self._waiting.get()
            try:
                letter = await write()
                if letter is not None:
                    await self._deliver(letter)
            except (FlowyteError, OSError, aiosmtplib.SMTPException) as error:
                logger.warning("mail.failed", error=type(error).__name__)

    async def send(self, letter: Letter, *, id: str) -> None:
        """Once and now; MailRefused when the server did not take it, or broke off where it may have.

        `id` becomes the letter's own, so that a mailbox that gets it twice can tell.
        """
        message = self._message(letter, f"<{id}@{self._sender.rpartition('@')[2]}>")
        try:
            await self._send(message)
        except (
            aiosmtplib.SMTPConnectError,
            aiosmtplib.SMTPResponseException,
            aiosmtplib.SMTPRecipientsRefused,
        ) as error:
            raise MailRefused(f"The mail server did not take it ({type(error).__name__}).") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            words = f"The mail server broke off ({type(error).__name__})."
            raise MailRefused(words, nothing_sent=isinstance(error, ConnectionRefusedError)) from error

    def _message(self, letter: Letter, id: str) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["From"] = formataddr((letter.sender_name, self._sender)) if letter.sender_name else self._sender
        message["To"], message["Subject"] = letter.to, letter.subject
        if letter.reply_to:
            message["Reply-To"] = letter.reply_to
        if letter.unsubscribe:
            message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    async def _deliver(self, letter: Letter) -> None:
        message = self._message(letter, make_msgid(domain=self._sender.rpartition("@")[2]))
        for after, last in zip(TRIES_AFTER_S, (False, False, True), strict=True):
            await asyncio.sleep(after)
            try:
                await self._send(message)
                return
            except aiosmtplib.SMTPResponseException as error:
                if last or error.code >= 500:  # it will not be taken later either
                    raise
            except (aiosmtplib.SMTPException, OSError):
                if last:
                    raise

    async def _send(self, message: EmailMessage) -> None:
        server = self._server
        near = server.host in LOOPBACK
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password.reveal() or None,
            use_tls=server.tls,
            start_tls=None if near else not server.tls,
            timeout=TIMEOUT_S,
        )
