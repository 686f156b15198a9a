"""Deletions outlive backups: the list of deleted cases, and deleting them again after a restore."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.orm import Session

from engine.backups.archive import sync_folder
from engine.casework.context import Context
from engine.casework.deletion import delete_case
from engine.errors import Rejected
from engine.installation import Surroundings
from engine.tables.casefile import CaseFile
from engine.tables.database import Database

_OWNER_ONLY = 0o600


@dataclass(frozen=True, order=True)
class Deletion:
    """One deleted case: nothing of it but its number, its reference and two dates."""

    case_id: int
    reference: str
    opened_on: dt.date
    deleted_on: dt.date


def deletions_of(connection: Connection) -> list[Deletion]:
    """Give the cases that are deleted in a database of any revision, in the order of their ids."""
    table = Table("case_file", MetaData(), autoload_with=connection)
    columns = [table.c[name] for name in ("id", "reference", "opened_on", "deleted_on")]
    rows = connection.execute(
        select(*columns).where(table.c.deleted_on.is_not(None)).order_by(table.c.id)
    )
    return [Deletion(*row) for row in rows]


def keep_deletions(db: Database, to: Path) -> int:
    """Write the list of deleted cases to a file, in place of an older list; returns how many.

    What only the older list names stays in it: a case once deleted is never forgotten.
    Raises Rejected when the file there is no such list or cannot be written.
    """
    known = {deletion.case_id: deletion for deletion in read_deletions(to)} if to.exists() else {}
    with db.snapshot() as connection:
        known |= {deletion.case_id: deletion for deletion in deletions_of(connection)}
    lines = "".join(json.dumps(_said(known[number])) + "\n" for number in sorted(known))
    unfinished = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(lines)
            file.flush()
            os.fsync(descriptor)
        os.replace(unfinished, to)
        sync_folder(to.parent)
    except OSError as failed:
        raise Rejected(
            f"Expected to write the list of deletions {to}, but: {failed.strerror}."
        ) from failed
    finally:
        unfinished.unlink(missing_ok=True)
    return len(known)


def read_deletions(path: Path) -> list[Deletion]:
    """Read such a list; Rejected, with the line, when it is something else."""
    found: list[Deletion] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as failed:
        raise Rejected(f"Expected a list of deletions in {path}, but: {failed}.") from failed
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_read(json.loads(line)))
        except (ValueError, KeyError, TypeError) as wrong:
            raise Rejected(
                f"Expected a list of deletions in {path}, but line {number} is none. "
                "It is made by: flask --app web deletions FILE"
            ) from wrong
    return found


def delete_again(
    session: Session, around: Surroundings, deletions: Iterable[Deletion], *, by: str
) -> list[str]:
    """Delete each of these cases that is still there; gives the references of those that were.

    Raises Rejected when a case of the same number is another one: the list is not of this
    installation.
    """
    done: list[str] = []
    for deletion in sorted(deletions):
        case = session.get(CaseFile, deletion.case_id)
        if case is None or case.deleted_on is not None:
            continue
        if (case.reference, case.opened_on) != (deletion.reference, deletion.opened_on):
            raise Rejected(
                f"Expected the list of deletions to be of this installation, but its case "
                f"{deletion.case_id} is {deletion.reference} and here it is {case.reference}. "
                "Name the list of this installation; nothing was changed."
            )
        delete_case(_context(session, around, case, by), again=True)
        done.append(case.reference)
    return done


def _context(session: Session, around: Surroundings, case: CaseFile, by: str) -> Context:
    return Context(
        session=session,
        case_id=case.id,
        actor=by,
        now=around.now,
        today=around.today,
        calendar=around.calendar,
        policy=_asks_nothing,
        parameter_set=case.parameter_set,
        release_id=0,
    )


def _asks_nothing(name: str) -> Any:
    raise LookupError(f"Expected a deletion to need no figure of the policy, but it asks {name}.")


def _said(deletion: Deletion) -> dict[str, Any]:
    return {
        "case": deletion.case_id,
        "reference": deletion.reference,
        "opened_on": deletion.opened_on.isoformat(),
        "deleted_on": deletion.deleted_on.isoformat(),
    }


def _read(said: dict[str, Any]) -> Deletion:
    opened, deleted = (dt.date.fromisoformat(said[name]) for name in ("opened_on", "deleted_on"))
    return Deletion(int(said["case"]), str(said["reference"]), opened, deleted)
