"""The demonstration with the rest of what pages can show: a stuck step, a batch, a draft."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from engine import batches, clock, commands, imports, start_draft
from engine.backups.deletions import Deletion, delete_again
from engine.casework import letter_pdf
from engine.demo import paperwork
from engine.installation import read_surroundings
from engine.operations import failing
from engine.publishing import publish, save_file
from engine.queries import person
from engine.releases import read_folder
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.process import Message, Outbox, WorkItem
from tests.browser.house import FILE
from tests.once import DEMO, DEMO_LOADED_AT, ROOT

#: When everything is looked at: a week after the demonstration was loaded.
NOW = DEMO_LOADED_AT + dt.timedelta(days=7)
_FORM = "forms/definitions/lift_hold.yaml"


def furnish_everything(made: Path, folder: Path) -> None:
    """Copy the demonstration into a folder and add what no story of it has."""
    shutil.copyfile(made / DEMO, folder / FILE)
    db = Database(f"sqlite:///{folder / FILE}")
    clock.hold(DEMO_LOADED_AT)
    try:
        failing.fail_next("notices.tell", 1, "The other system did not answer.")
        with letter_pdf.made_when_asked():
            commands.pass_time(db, clock.at_local(NOW), clock.hold)
        publish(db, read_folder(ROOT), by="olive", note="The same again")
        batches.start(db, "move", {"to": 2}, by="mo")
        while batches.work(db):
            pass
        olive = person(db, "olive")
        draft = start_draft(db, olive, "Another word in a form")
        changed = (ROOT / _FORM).read_bytes().replace(b"title: ", b"title: Now ", 1)
        save_file(db, draft, _FORM, changed, version=0, person=olive)
        _leave_imports(db)
        with db.writing() as session:
            _let_mail_fail(session)
            _delete_one(session)
            # The appeal it took back was decided before it came.
            name, sent_at = "appeal_withdrawn", clock.now() - dt.timedelta(days=2)
            session.add(Message(name=name, key="appeal:0", case_id=1, sent_at=sent_at))
        commands.sweep_unclaimed(db)
    finally:
        failing.forget_planned()
        clock.hold(None)
        db.close()


def _delete_one(session: Session) -> None:
    """Delete the closed case that was opened last, so that there is a certificate to look at."""
    case = session.scalars(
        select(CaseFile).where(CaseFile.closed_on.is_not(None)).order_by(CaseFile.id.desc())
    ).first()
    assert case is not None
    gone = Deletion(case.id, case.reference, case.opened_on, clock.today())
    delete_again(session, read_surroundings(session), [gone], by="dorothy")


def _leave_imports(db: Database) -> None:
    """Leave an import of contacts at work, one that was stopped, and one of a register at work."""
    with db.reading() as session:
        tenancy = session.scalar(select(Customer.tenancy_reference).order_by(Customer.id).limit(1))
    headings = ("Date", "Channel", "Direction", "Tenancy reference")
    for name in ("at work.csv", "stopped.csv"):
        rows = [headings, (DEMO_LOADED_AT.date().isoformat(), "phone", "in", tenancy or "")]
        paperwork.take_in(db, name, rows, by="dorothy", begin=False)
    for import_id in (3, 4):
        imports.begin(db, import_id, by="dorothy")
    imports.stop(db, 4, by="dorothy")
    columns = ("Customer name", "Tenancy reference", "Single point of contact", "From")
    rows = [columns, ("Robin Ashe", "NF-900001", "Priya Shah", "2026-06-01")]
    paperwork.take_in_register(db, "at work.csv", rows, by="dorothy")
    imports.registers.begin(db, 2, by="dorothy")


def _let_mail_fail(session: Session) -> None:
    """Leave the two oldest e-mails as the last of their tries leaves them."""
    oldest = session.scalars(select(Outbox.id).order_by(Outbox.id).limit(2)).all()
    values = {"dead_at": clock.now(), "next_try_at": None, "attempts": 12}
    said = "The mail server does not know this address."
    session.execute(update(Outbox).where(Outbox.id.in_(oldest)).values(**values, last_error=said))


def names_of(db: Database) -> dict[str, int]:
    """Give the numbers that stand in addresses, by the names that the list of pages uses.

    A case goes by the surname of its customer, an open task by its element and that surname.
    """
    with db.reading() as session:
        cases = {
            name.split()[-1].lower(): case_id
            for name, case_id in session.execute(
                select(Customer.name, CaseFile.id).join(
                    CaseFile, CaseFile.customer_id == Customer.id
                )
            )
        }
        whose = {case_id: name for name, case_id in cases.items()}
        is_open = (WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None))
        tasks = session.execute(
            select(WorkItem.element_id, WorkItem.case_id, WorkItem.id).where(*is_open)
        )
        return {
            **cases,
            **{f"{one.element_id}_{whose.get(one.case_id)}": one.id for one in tasks},
            **{name: _first(session, sql, cases["thackeray"]) for name, sql in _FIRST.items()},
        }


#: Name -> the first number there is of it, on the case of the appeal with conflicted directors.
_FIRST = {
    "record": "select min(id) from evidence where case_id = :case",
    "file": "select min(id) from evidence_file where case_id = :case",
    "letter": "select min(id) from letter where case_id = :case",
    "answers": "select max(id) from submission where case_id = :case",
    "appeal": "select min(id) from appeal where case_id = :case",
    "decision": "select min(decision_id) from appeal where case_id = :case",
    "run": "select min(id) from process_instance where case_id = :case",
    "incident": "select min(id) from incident where resolved_at is null",
    "unclaimed": "select min(id) from incident where message_id is not null",
    "data_request": "select min(id) from data_request where kind = 'copy'",
    "deleted": "select min(id) from case_file where deleted_on is not null",
    "holder": "select min(id) from role_holder where user_name = 'dorothy'",
    "draft": "select max(id) from release where number is null",
}


def _first(session: Session, sql: str, case_id: int) -> int:
    values = {"case": case_id} if ":case" in sql else {}
    return int(session.execute(text(sql), values).scalar_one() or 0)
