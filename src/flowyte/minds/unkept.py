"""What skills are given and bring, as it may be kept: without what the agent's owner wants taken out, and without what
a playbook collected as sensitive. The skill itself gets the values; this is for the ledger, the timeline and the mind.
"""

import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from flowyte.redact.conversation import Redactor
from flowyte.redact.model import Entity
from flowyte.redact.settings import OPERATORS, settings_of

NOT_KEPT = "[not kept]"
NOT_FOR_THE_TEAM: frozenset[Entity] = frozenset(("card", "ssn", "account"))
"""Of what is to be taken out; a message is there to say who is to be called back, and where."""
FEWEST_DIGITS = 5  # of a secret by which it is known within other words; the last four of a card may be told


class Unkept:
    """Of one conversation; what it knows is gone with it."""

    def __init__(self, agent: Mapping[str, Any]) -> None:
        entities = settings_of(agent).entities
        self._redactor = Redactor(entities)
        self._in_messages = Redactor(entities & NOT_FOR_THE_TEAM)
        for name in OPERATORS if entities else ():
            self._redactor.public(str(agent.get(name) or ""))
        self._secrets: set[str] = set()
        self._salt = secrets.token_bytes(16)

    def secret(self, values: Iterable[object]) -> None:
        self._secrets |= {str(value) for value in values if str(value)}

    def without_secrets(self, value: Any) -> Any:
        if not self._secrets:
            return value
        if isinstance(value, Mapping):
            return {name: self.without_secrets(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without_secrets(each) for each in value]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and self._holds(str(value)):
            return NOT_KEPT
        return value

    def kept(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of a skill's arguments."""
        kept: Mapping[str, Any] = self._redactor.data(self.without_secrets(arguments))
        return kept

    def in_a_message(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a message to the team may say of what the caller said."""
        message = arguments.get("message")
        if not isinstance(message, str):
            return arguments
        return {**arguments, "message": self._in_messages.said(message).text}

    def has_secret(self, arguments: Mapping[str, Any]) -> bool:
        return bool(self._secrets) and self.without_secrets(arguments) != arguments

    def mark(self, arguments: Mapping[str, Any]) -> str:
        """The same for the same arguments in this conversation, and no way back to them: an intent's digest is kept,
        and there are few enough cards to try them all."""
        written = repr(sorted(arguments.items())).encode()
        return hmac.new(self._salt, written, sha256).hexdigest()[:24]

    def _holds(self, text: str) -> bool:
        if text in self._secrets:
            return True
        figures = re.sub(r"\D", "", text)
        for secret in self._secrets:
            of_secret = re.sub(r"\D", "", secret)
            if len(of_secret) >= FEWEST_DIGITS and of_secret in figures:
                return True
            if not of_secret and len(secret) >= FEWEST_DIGITS and secret.casefold() in text.casefold():
                return True
        return False
