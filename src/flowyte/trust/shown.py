"""The claims as JSON values, alike for the API, the page's own address and the command line."""

from collections.abc import Sequence
from typing import Any

from flowyte.trust.model import Check, Judged


def claims_shown(claims: Sequence[Judged]) -> dict[str, Any]:
    return {"claims": [_claim(claim) for claim in claims]}


def _claim(judged: Judged) -> dict[str, Any]:
    claim = judged.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "sentence": claim.sentence,
        "status": judged.status,
        "reason": judged.reason,
        "checkedAt": judged.checked_at,
        "checks": [_check(check) for check in judged.checks],
        "code": claim.code,
        "document": claim.document,
        "asvs": list(claim.asvs),
    }


def _check(check: Check) -> dict[str, Any]:
    result = {"good": "passed", "bad": "failed", "none": "not_applicable"}[check.seen.verdict]
    return {"name": check.name, "kind": check.kind, "result": result, "words": check.seen.words, "checkedAt": check.at}
