"""What the operator has to say: who they are, who receives data by name, and the agreement behind that list."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Whoever runs this installation, as it stands in papers. Empty: not written down."""

    name: str = ""
    address: str = ""
    contact: str = ""
    """A mailbox or telephone number for questions about data."""
    law: str = ""
    """By whose law the papers are read, such as "Ireland"."""
    location: str = ""
    """Where this installation and its backups are, in the operator's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A company that receives data, as the operator names it."""

    name: str
    country: str
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    version: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


DEFAULT_AGREEMENT = Agreement(
    version="1",
    text="You will be shown the names of the companies that process data for the operator of this installation.\n\n"
    "1. The names are confidential. You use them to judge whether the operator may process data for you, and for no "
    "other purpose.\n"
    "2. You may show them to those of your own people and advisers who need them for that and who owe you the same "
    "secrecy.\n"
    "3. This does not hold for what is public without your doing, what you knew before, or what a law or a court makes "
    "you disclose. In the last case you tell the operator first where you may.\n"
    "4. It ends three years after the day on which you accept it.\n"
    "5. You accept it for the company that you name, and you are allowed to.\n",
)
"""Used where the operator supplies none. Modest, and nobody's legal advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    operator: Operator = Operator()
    agreement: Agreement = DEFAULT_AGREEMENT
    names: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    """By the id of a party in `trust.processors`."""
