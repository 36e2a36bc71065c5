"""What a draft may say: defaults, limits, numbers, hours."""

from typing import Any

import pytest

from flowyte.agents.definition import as_dict, normalised, read
from flowyte.kit.errors import Invalid


def faults_of(values: dict[str, Any]) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read({"name": "Dental receptionist", **values})
    return [fault.field for fault in caught.value.fields]


def test_a_name_is_all_that_an_agent_needs() -> None:
    """Every other field has a default, and reading what was written changes nothing."""
    once = as_dict(read({"name": "Dental receptionist"}))
    assert as_dict(read(once)) == once


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("(202) 555-0143", "+12025550143"),
        ("202.555.0143", "+12025550143"),
        ("+1 202 555 0143", "+12025550143"),
        ("+44 20 7946 0018", "+442079460018"),
        ("front desk", None),
        ("12", None),
    ],
)
def test_numbers_are_kept_in_e164(given: str, kept: str | None) -> None:
    """Ten digits are taken as a number of the United States; what cannot be a number is none."""
    assert normalised(given) == kept


def test_the_transfer_number_is_normalised_and_a_sip_address_is_kept() -> None:
    """One spelling in the store, so that it can be compared."""
    for given, kept in {"202-555-0143": "+12025550143", "sip:desk@example.com": "sip:desk@example.com"}.items():
        draft = as_dict(read({"name": "A", "handoffConfig": {"transferDestination": given}}))
        assert draft["handoffConfig"]["transferDestination"] == kept


def test_a_transfer_destination_that_is_no_number_is_refused() -> None:
    """The fault is found on saving, not in a call."""
    assert faults_of({"handoffConfig": {"transferDestination": "the desk"}}) == ["handoffConfig.transferDestination"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"callControl": {"maxCalls": 1}}, "callControl.maxCalls"),
        ({"callControl": {"maxCallSeconds": 29}}, "callControl.maxCallSeconds"),
        ({"voiceSettings": {"speed": 2.1}}, "voiceSettings.speed"),
        ({"llmTemperature": 2.5}, "llmTemperature"),
        ({"primaryLanguage": "American"}, "primaryLanguage"),
        ({"endpointing": {"minSilenceMs": 900, "maxSilenceMs": 400}}, "endpointing.maxSilenceMs"),
        ({"businessHours": {"weekly": {"mon": [{"start": "09:00", "end": "17:00"}]}}}, "businessHours.timezone"),
        ({"businessHours": {"holidays": [{"date": "2026-12-25", "name": "Closed"}]}}, "businessHours.timezone"),
        ({"businessHours": {"timezone": "Mars/Olympus"}}, "businessHours.timezone"),
        (
            {"businessHours": {"timezone": "UTC", "weekly": {"mon": [{"start": "17:00", "end": "09:00"}]}}},
            "businessHours.weekly.mon[0]",
        ),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_path(values: dict[str, Any], field: str) -> None:
    """The path is the API's spelling, so that a form can mark the field."""
    assert faults_of(values) == [field]
