"""Who receives data: read from the settings, and nothing is switched on that is not declared."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.trust import processors
from flowyte.trust.processors import INSIDE, PARTIES, connected, parties_shown, refuse_undeclared

ON: dict[str, dict[str, Any]] = {
    "language_model": {"model_base_url": "https://model.example.com/v1", "model_name": "large"},
    "mail": {"smtp_url": SecretText("smtps://user:word@mail.example.com"), "mail_from": "desk@example.org"},
    "key_management": {"keys": "aws-kms:arn:aws:kms:eu-west-1:111122223333:key/k"},
    "database": {"database_url": "postgresql://flowyte_app:word@db.example.com/flowyte"},
    "object_store": {"bucket": "recordings-of-ours"},
    "proxy": {"trusted_proxy": "192.0.2.7"},
}


def test_a_fresh_installation_sends_nothing() -> None:
    """And says so, beside what organizations may connect for themselves."""
    shown = parties_shown(connected(Settings()))
    assert shown["sendsNothing"] is True
    assert shown["subprocessors"] == []
    assert [each["id"] for each in shown["chosenByOrganizations"]] == ["carrier", "services"]


@pytest.mark.parametrize("party", ON)
def test_what_is_switched_on_is_listed(party: str) -> None:
    """By its own setting, and nothing beside it. No value of a setting is told."""
    settings = Settings(**ON[party])
    refuse_undeclared(settings)
    shown = parties_shown(connected(settings))
    assert [each["id"] for each in shown["subprocessors"]] == [party]
    assert "example" not in str(shown)


def test_every_party_of_the_settings_is_tried_here() -> None:
    """A new one needs its line above."""
    assert set(ON) == {each.id for each in PARTIES if each.settings}


@pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1:11434", "[::1]:11434"])
def test_what_stays_on_this_machine_is_not_listed(host: str) -> None:
    """A model beside the product receives nothing that leaves."""
    assert connected(Settings(model_base_url=f"http://{host}/v1", model_name="small")) == []


@pytest.mark.parametrize("address", ["http://[broken", "model.example.com"])
def test_an_address_that_cannot_be_read_is_taken_to_lead_elsewhere(address: str) -> None:
    """The list errs on the side of saying more."""
    assert [each.id for each in connected(Settings(model_base_url=address))] == ["language_model"]


def test_every_setting_is_accounted_for_once() -> None:
    """Somebody who adds a provider has to say who receives data by it."""
    declared = [name for party in PARTIES for name in party.settings]
    assert len(declared) == len(set(declared))
    assert set(declared).isdisjoint(INSIDE)
    assert set(declared) | INSIDE == {spec.name for spec in fields(Settings)}


@pytest.mark.parametrize("party", ON)
def test_what_is_not_declared_stops_the_start(party: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry without that party: the settings that switch it on are refused, all others start."""
    monkeypatch.setattr(processors, "PARTIES", [each for each in PARTIES if each.id != party])
    with pytest.raises(SetupError, match="does not say who receives data"):
        refuse_undeclared(Settings(**ON[party]))
    refuse_undeclared(replace(Settings(), data_dir=Path("elsewhere"), port=9))
