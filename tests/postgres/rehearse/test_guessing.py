"""Guessing a PIN over calls, chats and processes: so many answers are compared as is published, and no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowyte.kit.postgres import Cluster
from flowyte.minds.verifying import GIVEN_UP, NO_MATCH
from flowyte.rehearse.guessing import MOST_ATTEMPTS, RECORD, Attack, Guessed, attack, guess
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys

Plan = Callable[..., Attack]


@pytest.fixture
def plan(cluster: Cluster, organization: Principal, keys: FileKeys, tmp_path: Path) -> Plan:
    FileKeys.create(tmp_path)

    def made(channel: str, pins: range, **more: Any) -> Attack:
        values: dict[str, Any] = {"account": RECORD["accountNumber"], **more}
        numbers = tuple(f"{pin:04}" for pin in pins)
        return Attack(
            dsn=cluster.app_dsn, keys=tmp_path, org=organization.org, channel=channel, pins=numbers, **values  # type: ignore[arg-type]
        )  # fmt: skip

    return made


def together(found: list[Guessed]) -> Guessed:
    total = Guessed()
    for each in found:
        total.add(each)
    return total


def test_processes_that_guess_at_once_have_no_more_tries_than_one(plan: Plan) -> None:
    """Three processes, two channels, 78 guesses; then the right PIN is no better than a wrong one."""
    found = together(attack([plan("chat", range(30)), plan("voice", range(100, 118)), plan("chat", range(200, 230))]))
    assert found.tried == 78
    assert found.compared == MOST_ATTEMPTS
    assert found.outcomes["failed", "locked"] == 78 - MOST_ATTEMPTS
    late = together([guess(plan(channel, range(4829, 4830))) for channel in ("voice", "chat")])
    assert late.compared == 0
    assert late.outcomes["failed", "locked"] == 2


def test_without_the_count_everything_is_compared(plan: Plan) -> None:
    """What the bound rests on: the same guessers, told apart by nothing but the count."""
    free = [guess(plan("chat", range(30), counted=False)), guess(plan("voice", range(4826, 4832), counted=False))]
    found = together(free)
    assert found.compared > MOST_ATTEMPTS
    assert found.outcomes["verified", ""] == 1


def test_wrong_unknown_and_locked_are_the_same_to_the_byte(plan: Plan) -> None:
    """In calls and in chats: what a guesser hears tells nothing of the account."""
    guess(plan("chat", range(MOST_ATTEMPTS), account="700555"))
    for channel in ("voice", "chat"):
        wrong, unknown = (
            plan(channel, range(3), account=each, counted=False) for each in (RECORD["accountNumber"], "700999")
        )
        heard = [guess(each).heard for each in (wrong, unknown, plan(channel, range(3), account="700555"))]
        assert heard[0] == heard[1] == heard[2]
        assert heard[0][0][0].startswith(NO_MATCH)
        assert heard[0][-1][0] == GIVEN_UP
