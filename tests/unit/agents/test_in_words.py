"""What changed, as a person would tell it."""

from typing import Any

import pytest

from flowyte.agents.in_words import field_by_field, sentence
from flowyte.agents.publish import difference

MORNING, DAY = {"start": "09:00", "end": "13:00"}, {"start": "09:00", "end": "17:30"}
EVE = {"date": "2026-12-24", "endDate": None, "name": "Christmas Eve", "closed": False, "ranges": [MORNING]}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"businessHours": {"weekly": {"sat": [MORNING]}}},
            {"businessHours": {"weekly": {"sat": []}}},
            "Saturday: 9:00–13:00 → closed",
        ),
        (
            {"businessHours": {"weekly": {"sat": [MORNING]}}},
            {"businessHours": {"weekly": {"sat": [MORNING, DAY]}}},
            "Saturday: 9:00–13:00 → 9:00–13:00, 9:00–17:30",
        ),
        (
            {"businessHours": {"weekly": {"sat": [MORNING], "sun": [DAY]}}},
            {"businessHours": {"weekly": {"sun": [DAY]}}},
            "Saturday: 9:00–13:00 → closed",
        ),
        (
            {"businessHours": {"holidays": []}},
            {"businessHours": {"holidays": [EVE]}},
            "Hours › Holidays: empty → 2026-12-24 Christmas Eve: 9:00–13:00",
        ),
        ({"recording": {"enabled": True}}, {"recording": {"enabled": False}}, "Recording › Record calls: yes → no"),
        (
            {"lexicon": {"pronunciations": {}}},
            {"lexicon": {"pronunciations": {"Nguyen": "win"}}},
            "Pronunciation of Nguyen: win",
        ),
        ({"goals": ["Help"]}, {"goals": ["Help", "Note"]}, "Goals: Help → Help; Note"),
        ({"channelOverrides": {}}, {"channelOverrides": {"chat": {"tone": "dry"}}}, "In chats: tone: dry"),
        ({"channelOverrides": {"chat": {"tone": "dry"}}}, {"channelOverrides": {}}, "In chats: tone: dry → removed"),
        (
            {"skills": {"order": {"isWrite": False}}},
            {"skills": {"order": {"isWrite": True}}},
            "Skill order.isWrite: no → yes",
        ),
        ({"sourceIds": ["src_1"]}, {"sourceIds": ["src_1", "src_2"]}, "Knowledge: Prices → Prices; Site"),
    ],
)
def test_a_change_is_one_line(before: dict[str, Any], after: dict[str, Any], told: str) -> None:
    """The field by its name, both sides as on a door or in a form."""
    names = {"src_1": "Prices", "src_2": "Site"}
    assert [sentence(change, names) for change in field_by_field(difference(before, after))] == [told]
