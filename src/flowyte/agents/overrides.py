"""What an agent says otherwise on one channel: the few fields that may differ, over those of its version."""

from collections.abc import Mapping
from typing import Any


def on_channel(snapshot: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """The agent as this channel meets it. An override replaces its field whole; what is not overridden stays."""
    overrides = snapshot.get("channelOverrides")
    found = overrides.get(channel) if isinstance(overrides, Mapping) else None
    given = found if isinstance(found, Mapping) else {}
    return {**snapshot, **{name: value for name, value in given.items() if value is not None}}
