"""The rows of an import become contacts: some at a time, each case by its audit chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import messages
from engine.casework import refused_contacts, unread_contacts
from engine.casework.audit import Chain, Entry
from engine.imports.checking import known_marks
from engine.imports.states import state_of
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile, Contact
from engine.tables.columns import table_of
from engine.tables.database import Collision, Database
from engine.tables.decisions import Arrangement
from engine.tables.imports import ContactImport, ContactImportRow

#: How many rows one transaction logs.
SLICE = 500
_ROWS = table_of(ContactImportRow)
_CLOSED = "Expected an open case, but it was closed since the file was checked."


def log_some(db: Database, import_id: int) -> int:
    """Log the next rows of an import; gives how many it was done with, 0 when none is left.

    A row and its contact change in one commit, so whoever dies in between leaves nothing half
    and nothing is logged twice. Raises Collision when somebody else changed one of the cases.
    """
    try:
        with db.writing() as session:
            row = session.scalar(
                select(ContactImport)
                .where(ContactImport.id == import_id)
                .with_for_update(skip_locked=True)
            )
            if row is None or state_of(row) != "running":
                return 0
            now = read_surroundings(session).now
            some = session.scalars(
                select(ContactImportRow)
                .where(ContactImportRow.import_id == import_id, ContactImportRow.status == "ready")
                .order_by(ContactImportRow.case_id, ContactImportRow.id)
                .limit(SLICE)
            ).all()
            if some:
                _log(session, row, some, now)
            session.flush()
            if not _is_left(session, import_id):
                end(session, row, now)
            return len(some)
    except IntegrityError as lost:
        if "source_mark" not in str(lost.orig) and "audit_event" not in str(lost.orig):
            raise
        # Another import, or another unit of work of one of the cases, was quicker.
        raise Collision from lost


def _log(
    session: Session, row: ContactImport, some: Sequence[ContactImportRow], now: dt.datetime
) -> None:
    cases = {
        case.id: case
        for case in session.scalars(
            select(CaseFile).where(CaseFile.id.in_({one.case_id for one in some}))
        )
    }
    known = known_marks(session, [one.mark for one in some if one.mark])
    made: dict[int, list[dict[str, Any]]] = {}
    done: list[int] = []
    for one in some:
        case = cases.get(one.case_id or 0)
        if case is None or case.closed_on is not None:
            one.status, one.problems = "wrong", [["case reference", _CLOSED]]
        elif one.mark in known:
            one.status = "known"
        else:
            made.setdefault(case.id, []).append(_contact(row, one, now))
            done.append(one.id)
    if done:
        _leave_unread(session, made)
        session.execute(
            insert(table_of(Contact)), [each for rows in made.values() for each in rows]
        )
        _want_reading(session, row, made, now)
        session.execute(delete(_ROWS).where(_ROWS.c.id.in_(done)))
    for case_id, contacts in made.items():
        _audit(session, row, cases[case_id], contacts, now)
    row.logged += len(done)


def _leave_unread(session: Session, made: dict[int, list[dict[str, Any]]]) -> None:
    """Mark what came while contact is refused as not read: nobody has read a row of a file."""
    refused = {
        arrangement.case_id: arrangement.refused_on
        for arrangement in session.scalars(
            select(Arrangement).where(
                Arrangement.case_id.in_(made),
                Arrangement.refused_on.is_not(None),
                Arrangement.ended_on.is_(None),
            )
        )
    }
    for case_id, since in refused.items():
        for each in made[case_id]:
            came_since = since is not None and each["on"] >= since
            if came_since and each["direction"] == "in" and each["triage"] == "nothing_new":
                each["triage"] = refused_contacts.TO_BE_READ


def _want_reading(
    session: Session,
    row: ContactImport,
    made: dict[int, list[dict[str, Any]]],
    now: dt.datetime,
) -> None:
    """Give each contact that nobody has read to whoever is on duty (R-095)."""
    unread = session.execute(
        select(Contact.id, Contact.case_id).where(
            Contact.import_id == row.id,
            Contact.case_id.in_(made),
            Contact.logged_at == now,
            Contact.triage == refused_contacts.TO_BE_READ,
        )
    )
    for contact_id, case_id in unread:
        messages.send(
            session,
            messages.Envelope(
                name=unread_contacts.MESSAGE,
                key=None,
                refs={"case_id": case_id},
                payload={unread_contacts.REF: f"contact:{contact_id}"},
                sent_by=row.started_by,
                sent_at=now,
            ),
        )


def _contact(row: ContactImport, one: ContactImportRow, now: dt.datetime) -> dict[str, Any]:
    answers = one.answers or {}
    return {
        "case_id": one.case_id,
        "on": dt.date.fromisoformat(answers["on"]),
        "at_time": answers["at_time"],
        "channel": answers["channel"],
        "direction": answers["direction"],
        "note": answers["note"],
        "triage": answers["triage"],
        "logged_by": row.started_by,
        "logged_at": now,
        "import_id": row.id,
        "source_mark": one.mark,
    }


def _audit(
    session: Session,
    row: ContactImport,
    case: CaseFile,
    contacts: Sequence[dict[str, Any]],
    now: dt.datetime,
) -> None:
    """Add one link to the chain of a case for all of its contacts in this commit."""
    said = {
        "contacts": len(contacts),
        "from": min(each["on"] for each in contacts).isoformat(),
        "to": max(each["on"] for each in contacts).isoformat(),
    }
    entry = Entry("contacts_imported", "contact_import", row.id, actor=row.started_by, new=said)
    Chain.of_case(session, case).add(entry, at=now)


def _is_left(session: Session, import_id: int) -> bool:
    left = exists().where(_ROWS.c.import_id == import_id, _ROWS.c.status == "ready")
    return bool(session.scalar(select(left)))


def end(session: Session, row: ContactImport, now: dt.datetime) -> None:
    """End an import: counts stay, the rows known already go, the wrong ones stay to be mended.

    What was not logged when somebody stopped it is the rest of the rows.
    """
    counts: dict[str, int] = dict(
        session.execute(
            select(_ROWS.c.status, func.count())
            .where(_ROWS.c.import_id == row.id)
            .group_by(_ROWS.c.status)
        ).all()
    )
    row.known, row.wrong = counts.get("known", 0), counts.get("wrong", 0)
    row.ended_at = now
    session.execute(delete(_ROWS).where(_ROWS.c.import_id == row.id, _ROWS.c.status == "known"))
    said = {"logged": row.logged, "known": row.known, "wrong": row.wrong}
    if left := counts.get("ready"):
        said["not_taken"] = left
    entry = Entry("contacts_imported", "contact_import", row.id, actor=row.started_by, new=said)
    Chain.of_administration(session).add(entry, at=now)
