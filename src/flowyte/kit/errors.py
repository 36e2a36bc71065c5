"""The root of every room's errors: what happened, in words for a person, and whose fault it is.

A class's docstring is its default message. Rooms subclass these; which HTTP status each becomes is decided by the one
table in `api/problem.py`, and how a call ends by `live`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Fault = Literal["caller", "vendor", "us"]


class FlowyteError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal_error"
    fault: ClassVar[Fault] = "us"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip().split("\n")[0]
        super().__init__(self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field of a request that cannot be taken, by its camelCase path (`callControl.maxCallSeconds`)."""

    field: str
    message: str


class Invalid(FlowyteError):
    """Some of what was sent cannot be taken."""

    code = "validation_error"
    fault: ClassVar[Fault] = "caller"

    def __init__(self, message: str | None = None, *, fields: list[FieldError] | None = None) -> None:
        self.fields = fields or []
        if message is None and self.fields:
            message = "; ".join(f"{error.field}: {error.message}" for error in self.fields)
        super().__init__(message)


class Unauthenticated(FlowyteError):
    """No valid key or session came with the request."""

    code = "unauthenticated"
    fault: ClassVar[Fault] = "caller"


class Forbidden(FlowyteError):
    """The key or session may not do this."""

    code = "forbidden"
    fault: ClassVar[Fault] = "caller"


class MissingScope(Forbidden):
    """The key lacks the scope that this operation needs."""

    code = "missing_scope"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"This operation needs the scope {scope}.")


class NotFound(FlowyteError):
    """There is nothing here by that id."""

    code = "not_found"
    fault: ClassVar[Fault] = "caller"


class Conflict(FlowyteError):
    """The request does not fit the present state."""

    code = "conflict"
    fault: ClassVar[Fault] = "caller"

    def __init__(
        self, message: str | None = None, *, code: str | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.conflict_code = code or self.code
        self.extra = extra or {}


class TooLarge(FlowyteError):
    """What was sent is larger than this takes."""

    code = "too_large"
    fault: ClassVar[Fault] = "caller"


class TooMany(FlowyteError):
    """Too many requests; try again later."""

    code = "rate_limited"
    fault: ClassVar[Fault] = "caller"

    def __init__(self, message: str | None = None, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(FlowyteError):
    """A part of this installation is not reachable at the moment; try again."""

    code = "unavailable"


class VendorFailed(FlowyteError):
    """A connected service failed."""

    code = "vendor_failed"
    fault: ClassVar[Fault] = "vendor"

    def __init__(self, message: str | None = None, *, kind: str = "unknown") -> None:
        self.kind = kind
        super().__init__(message)


class Elsewhere(FlowyteError):
    """This is kept in another region, and is not opened here."""

    code = "kept_elsewhere"
    fault: ClassVar[Fault] = "caller"

    def __init__(self, region: str, *, here: str, what: str = "This organization") -> None:
        self.region = region
        super().__init__(
            f"{what} is kept in the region {region}. This installation is of {here} and does not open it: "
            f"ask the one in {region}."
        )


class SetupError(FlowyteError):
    """The installation cannot start as it is; the message says what to do."""

    code = "setup_error"
