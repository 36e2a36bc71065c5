"""The controls that a SOC 2 examination would ask for, by their numbers in the Trust Services Criteria of 2017.

The words are ours; the criteria's own are their publisher's. A control says which claims and tests of this project bear
on it, and what of it no program can show: that is for whoever runs the installation.
"""

from dataclasses import dataclass

LISTED = "2026-11-25"  # the day on which this list was drawn up; a control that comes later carries its own
OPERATOR = "It is about how the operator's people work, and is kept nowhere here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    id: str
    title: str
    claims: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    """Files of tests, from the root of the project."""
    left: str = ""
    """What is not shown."""
    since: str = LISTED


def _operators(id: str, title: str) -> Control:
    return Control(id=id, title=title, left=OPERATOR)


CONTROLS = (
    _operators("CC1.1", "People act with integrity"),
    _operators("CC1.2", "A board oversees, independently"),
    _operators("CC1.3", "Structure and reporting lines"),
    _operators("CC1.4", "Capable people are found and kept"),
    _operators("CC1.5", "People answer for their duties"),
    Control(
        id="CC2.1", title="Information that controls work with is good",
        tests=("tests/postgres/tenancy/test_audit.py",),
        left="The database writes the audit log with each change. What else the operator works with is not here.",
    ),
    _operators("CC2.2", "People inside are told what they need"),
    Control(id="CC2.3", title="People outside are told what they need", claims=("T16", "T23")),
    _operators("CC3.1", "Aims are clear enough to see risks"),
    Control(
        id="CC3.2", title="Risks are found and analysed", tests=("tests/architecture/test_threat_model.py",),
        left="There is a threat model whose every control names a test. The operator's own risks are not in it.",
    ),
    _operators("CC3.3", "Fraud is considered"),
    Control(
        id="CC3.4", title="Changes that matter are noticed", claims=("T16",),
        tests=("tests/architecture/test_outgoing.py",),
        left="Of the code and its settings; the operator's are not here.",
    ),
    Control(
        id="CC4.1", title="Controls are looked at while they work", tests=("tests/postgres/trust/test_breaking.py",),
        left="By probes every minute. Nobody independent looks at them yet.",
    ),
    Control(
        id="CC4.2", title="What fails is told to who can mend it", tests=("tests/postgres/dashboard/test_centre.py",),
        left="It stands on the owners' page. Whether somebody acts on it is not seen.",
    ),
    _operators("CC5.1", "Controls answer to risks"),
    Control(id="CC5.2", title="Technical controls", claims=("T1", "T3", "T10")),
    _operators("CC5.3", "Policies and procedures"),
    Control(id="CC6.1", title="Access is by identity and bounded", claims=("T2", "T3", "T4", "T10", "T13")),
    Control(
        id="CC6.2", title="Accounts are given and taken back",
        tests=("tests/postgres/tenancy/test_people.py", "tests/postgres/dashboard/test_account_pages.py"),
    ),
    Control(
        id="CC6.3", title="Rights follow roles",
        tests=("tests/postgres/api/test_scopes.py", "tests/architecture/test_matrix.py"),
    ),
    _operators("CC6.4", "Rooms and machines are closed"),
    Control(id="CC6.5", title="What is not needed is destroyed", claims=("T14", "T15"),
            left="Disks that are thrown away are the operator's."),
    Control(
        id="CC6.6", title="The border to the outside holds", claims=("T9",),
        tests=("tests/unit/egress/test_client.py", "tests/unit/egress/test_addresses.py"),
    ),
    Control(id="CC6.7", title="Data in transit are protected", claims=("T6", "T9")),
    Control(id="CC6.8", title="Foreign code is kept out", tests=("tests/unit/providers/test_store.py",),
            left="Models and programs are taken by their hashes alone. What else runs on the machine is not seen."),
    Control(id="CC7.1", title="Weaknesses are found", claims=("T23",), left="Dependencies are not scanned yet."),
    Control(id="CC7.2", title="What is unusual is noticed", left="There is no alarm on unusual use yet."),
    _operators("CC7.3", "Events are judged"),
    _operators("CC7.4", "Incidents are answered"),
    Control(id="CC7.5", title="What was lost is restored", left="Restoring from a backup is not tested here yet."),
    Control(
        id="CC8.1", title="Changes are tested before they serve", tests=("tests/architecture/test_shape.py",),
        left="Results of tests count only for the very code that serves. Who approves a change is the operator's.",
    ),
    _operators("CC9.1", "Interruptions are planned for"),
    Control(id="CC9.2", title="Who else handles data is known", claims=("T16",)),
    Control(
        id="A1.1", title="Capacity is bounded and watched",
        tests=("tests/unit/live/test_admission.py", "tests/postgres/api/test_storage.py"),
    ),
    _operators("A1.2", "Backups and the rooms they are in"),
    Control(id="A1.3", title="Recovery is tried", left="It is not tried here yet."),
    Control(id="C1.1", title="Confidential information is known and protected", claims=("T10", "T11", "T12")),
    Control(id="C1.2", title="Confidential information is disposed of", claims=("T14", "T15")),
)  # fmt: skip
