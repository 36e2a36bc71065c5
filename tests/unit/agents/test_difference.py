"""Comparing two snapshots."""

from hypothesis import given
from hypothesis import strategies as st

from flowyte.agents.publish import Difference, difference, merged

NAMES = st.sampled_from(["name", "tone", "goals", "speed"])
SNAPSHOTS = st.recursive(
    st.dictionaries(NAMES, st.one_of(st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=3))),
    lambda inner: st.dictionaries(NAMES, st.one_of(st.integers(), inner)),
    max_leaves=8,
)


def test_added_removed_and_changed_are_told_apart_by_dotted_path() -> None:
    """A field that appears, one that goes, one inside an object that changes."""
    before = {"name": "A", "tone": "warm", "callControl": {"maxCallSeconds": 600, "maxIdleReminders": 2}}
    after = {"name": "A", "persona": "brief", "callControl": {"maxCallSeconds": 300, "maxIdleReminders": 2}}
    assert difference(before, after) == [
        Difference(field="callControl.maxCallSeconds", before=600, after=300, kind="changed"),
        Difference(field="persona", before=None, after="brief", kind="added"),
        Difference(field="tone", before="warm", after=None, kind="removed"),
    ]


def test_a_field_that_an_older_version_did_not_have_is_no_change_while_it_is_empty() -> None:
    """Guardrails came later than some versions: an empty list is what those say too."""
    assert difference({"name": "A"}, {"name": "A", "guardrails": []}) == []
    assert [entry.field for entry in difference({}, {"guardrails": [{"policyType": "business_hours"}]})] == [
        "guardrails"
    ]
    assert [entry.field for entry in difference({"goals": []}, {"goals": ["a"]})] == ["goals"]


def test_the_order_of_a_list_counts() -> None:
    """Goals are read in order, so another order is another agent."""
    assert [entry.field for entry in difference({"goals": ["a", "b"]}, {"goals": ["b", "a"]})] == ["goals"]


@given(SNAPSHOTS)
def test_a_snapshot_does_not_differ_from_itself(snapshot: dict[str, object]) -> None:
    """No entry without a change."""
    assert difference(snapshot, snapshot) == []


@given(SNAPSHOTS, SNAPSHOTS)
def test_the_way_back_names_the_same_fields_with_the_sides_exchanged(
    before: dict[str, object], after: dict[str, object]
) -> None:
    """What was added going one way is removed going the other."""
    there = {(entry.field, repr(entry.before), repr(entry.after)) for entry in difference(before, after)}
    back = {(entry.field, repr(entry.after), repr(entry.before)) for entry in difference(after, before)}
    assert there == back


@given(SNAPSHOTS)
def test_a_patch_of_nothing_changes_nothing(snapshot: dict[str, object]) -> None:
    """And neither does patching a draft with itself."""
    assert merged(snapshot, {}) == snapshot
    assert merged(snapshot, snapshot) == snapshot


def test_an_id_that_a_version_of_before_did_not_have_is_no_change() -> None:
    """Entries are compared without; once both have ids, another id is another thing."""
    bare, named = {"skills": [{"name": "a"}]}, {"skills": [{"name": "a", "id": "skl_1"}]}
    assert difference(bare, named) == difference(named, bare) == []
    (found,) = difference(named, {"skills": [{"name": "a", "id": "skl_2"}]})
    assert (found.field, found.kind) == ("skills", "changed")
    assert len(difference(bare, {"skills": [{"name": "b", "id": "skl_1"}]})) == 1
