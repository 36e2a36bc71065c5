"""The probes by name. Each looks at this installation, changes nothing, and says in one sentence what it saw."""

from collections.abc import Mapping

from flowyte.trust.board import Probe
from flowyte.trust.probes import (
    boundary,
    calls,
    disclosure,
    papers,
    persons,
    receipts,
    redaction,
    reporting,
    sealing,
)

PROBES: Mapping[str, Probe] = {
    **boundary.PROBES,
    **sealing.PROBES,
    **calls.PROBES,
    **disclosure.PROBES,
    **papers.PROBES,
    **persons.PROBES,
    **receipts.PROBES,
    **redaction.PROBES,
    **reporting.PROBES,
}
