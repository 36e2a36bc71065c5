"""Everything outside the database: folders, kinds of objects in a bucket, files and caches; and whose data is there.

The tables are in `stores`. What is in neither list fails a test: a new folder, bucket prefix, written file or cache
must first say what it holds, and how a person's data get out of it and leave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`export` and `erase` name who hands a person's data out and who deletes them; empty where there are none."""

    of: Literal["caller", "nobody"]
    why: str
    export: str = ""
    erase: str = ""


OBJECTS: Mapping[str, Kept] = {
    "recording": Kept(
        of="caller", why="sound, sealed under its conversation's key; here until it is in the bucket, if there is one",
        export="flowyte.compliance.archive:archive", erase="flowyte.compliance.erase:erase_conversation",
    ),
}  # fmt: skip
"""By kind, the last part of a key; the same in the folder `objects` and in a bucket."""

FOLDERS: Mapping[str, Kept] = {
    "objects": Kept(
        of="caller", why="the kinds above; beside a recording on this machine its other formats, sealed too",
        export="flowyte.compliance.archive:archive", erase="flowyte.compliance.erase:remove_sound",
    ),
    "postgres": Kept(of="nobody", why="the embedded database's own files; its tables are in the other list"),
    "keys": Kept(of="nobody", why="keys that wrap keys; read by their owner alone"),
    "run": Kept(of="nobody", why="lock, address and local credential of what runs"),
    "papers": Kept(of="nobody", why="contracts and findings that the operator wrote down"),
    "flowyte.toml": Kept(of="nobody", why="settings that the operator wrote"),
}  # fmt: skip
"""By name, in the data folder."""

WRITES: Mapping[str, str] = {
    "cli.py": "the report of the isolation proof, where the operator says; no row of anybody",
    "compliance/archive.py": "into an answer, not into a file",
    "kit/postgres.py": "the folder postgres",
    "objects/carry.py": "the folder objects, for the seconds of a copy, sealed",
    "objects/folder.py": "the folder objects",
    **dict.fromkeys(
        (
            "proof/canary.py",
            "proof/consent.py",
            "proof/evidence.py",
            "proof/isolation.py",
            "proof/once.py",
            "proof/product.py",
            "proof/receipts.py",
            "proof/urls.py",
        ),
        "a scratch folder or database, gone at the end, with invented callers; and a report where the operator says",
    ),
    "providers/store/fetch.py": "the cache of models: published files",
    "providers/store/piper.py": "the cache of parts: published files",
    "rehearse/rehearsal.py": "a scratch folder, gone at the end; invented callers",
    "trust/results.py": "results of the build's tests",
    "vault/keyring.py": "the folder keys",
    "vault/providers.py": "the folder keys",
    "vault/stream.py": "the folder objects: sealed while it is written",
    "wiring/agent_commands.py": "an agent's files, where its builder says",
    "wiring/agent_folder.py": "an agent's files, where its builder says",
    "wiring/foundation.py": "the folder objects, empty",
    "wiring/lock.py": "the folder run",
    "wiring/place.py": "a call that the operator's own command made, where they say",
}
"""Which module writes files, and where."""

CACHES: Mapping[str, str] = {
    "agents/folder_schema.py": "the form of agent files",
    "guardrails/policies.py": "topics that an organization wrote",
    "media/resample.py": "coefficients",
    "proof/dojo.py": "published attack texts",
    "providers/builtin/resample.py": "coefficients",
    "providers/builtin/smart_turn.py": "coefficients",
    "receipts/leaf.py": "the names of logs",
    "skills/geography.py": "where postal codes lie, by the code: a public table",
    "skills/statement.py": "queries that an organization wrote",
}
"""Which module remembers answers of a function for the life of the process, and of what. Nothing of callers."""
