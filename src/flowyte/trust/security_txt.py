"""/.well-known/security.txt (RFC 9116), rendered when it is asked for, so that it never runs out."""

from datetime import datetime, timedelta

LIFE = timedelta(days=180)  # RFC 9116 2.5.5 asks for less than a year


def security_txt(address: str, now: datetime) -> str:
    """`address` is how this installation is reached; `now` is aware."""
    ends = (now + LIFE).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"Contact: {address}/security/report\n"
        f"Expires: {ends}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {address}/.well-known/security.txt\n"
        f"Policy: {address}/security\n"
    )
