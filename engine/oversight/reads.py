"""Who read personal data of many at once, or looked somebody up: in the log before it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.installation import read_surroundings
from engine.queries import Person
from engine.tables.casefile import CaseFile
from engine.tables.database import Database

#: What leaves as one file.
Export = Literal[
    "register",
    "exceptions",
    "running",
    "import_to_mend",
    "register_to_mend",
    "print_pack",
    "flag_worklist",
]
#: What leaves as one file -> what the log calls it, and what it is about.
_EXPORTS: Mapping[Export, tuple[str, str]] = {
    "register": ("register_exported", "arrangement"),
    "exceptions": ("exceptions_exported", "case_file"),
    "running": ("running_exported", "process_instance"),
    "import_to_mend": ("contacts_import_exported", "contact_import"),
    "register_to_mend": ("register_import_exported", "register_import"),
    "print_pack": ("print_pack_opened", "print_pack"),
    "flag_worklist": ("flag_worklist_exported", "flag_request"),
}
#: Somebody found a customer by a search that shows more than their own cases (R-102, R-103).
LOOKED_UP = "customer_looked_up"


@keeps_trying
def note_export(
    db: Database, person: Person, what: Export, *, rows: int, object_id: int | None = None
) -> None:
    """Keep that somebody took a file with personal data, and of how many rows (R-103, R-111).

    Whom it was about is not repeated: the chain of administration is never purged.
    """
    action, kind = _EXPORTS[what]
    with db.writing() as session:
        entry = Entry(action, kind, object_id, actor=person.name, new={"rows": rows})
        Chain.of_administration(session).add(entry, at=read_surroundings(session).now)


def note_look_ups(db: Database, person: Person, case_ids: Iterable[int]) -> None:
    """Keep with each case that somebody looked its customer up; what they typed is not kept."""
    wanted = sorted(set(case_ids))
    if wanted:
        _note(db, person, wanted)


@keeps_trying
def _note(db: Database, person: Person, case_ids: list[int]) -> None:
    with db.writing() as session:
        now = read_surroundings(session).now
        for case_id in case_ids:
            case = session.get(CaseFile, case_id, with_for_update=True)
            if case is not None and case.deleted_on is None:
                entry = Entry(LOOKED_UP, "case_file", case_id, actor=person.name)
                Chain.of_case(session, case).add(entry, at=now)
