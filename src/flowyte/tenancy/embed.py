"""The tag that puts an agent's chat on a page, and what the page's security policy has to allow for it. Pure."""

from urllib.parse import urlsplit

LOADER = "/widget/loader.js"


def snippet(address: str, key: str) -> str:
    return f'<script src="{address.rstrip("/")}{LOADER}" data-key="{key}" async></script>'


def placeholder(last_four: str) -> str:
    """For a key whose text is not kept: which one to paste here."""
    return f"PASTE_THE_KEY_THAT_ENDS_IN_{last_four}"


def directives(address: str, *, voice: bool) -> dict[str, str]:
    """Of the host page's policy, all for this installation's own address. Talking needs its WebSocket too."""
    parts = urlsplit(address)
    own = f"{parts.scheme}://{parts.netloc}"
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return {"script-src": own, "connect-src": f"{own} {socket}" if voice else own}
