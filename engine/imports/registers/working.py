"""The work on imports of registers: rows are checked, then taken over, each in its own commit."""

from __future__ import annotations

import datetime as dt
import logging
import time

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.casework.context import THE_SYSTEM
from engine.commands import deliver_messages, take_in
from engine.commands.answers import is_known
from engine.commands.faults import is_nobodys
from engine.errors import EngineError, InvalidAnswers
from engine.imports.registers.checking import check_some
from engine.imports.registers.columns import heading_of
from engine.imports.registers.states import MESSAGE, counts_of, note, state_of
from engine.installation import read_surroundings
from engine.tables.columns import table_of
from engine.tables.database import Collision, Database
from engine.tables.register_imports import RegisterImport, RegisterImportRow

logger = logging.getLogger("spoc.imports")

#: For how long the rows that were not taken over are kept to be mended.
KEPT_DAYS = 30
_ROWS = table_of(RegisterImportRow)
#: From when the rows left over are kept.
_LAST_MOVED = (
    *(RegisterImport.ended_at, RegisterImport.stopped_at),
    *(RegisterImport.checked_at, RegisterImport.made_at),
)
#: States in which the rows left over are being worked off.
_AT_WORK = ("checking", "running")
_UNEXPECTED = "Something unexpected went wrong; the log of the server says what. Ask for help."


def work(db: Database, seconds: float = 4.0) -> int:
    """Go on with every open import for about so long; gives how many rows it was done with.

    Several workers may call it at once. A row is taken over in one commit that also says so, and
    known again by its mark: whoever dies leaves nothing half, and nothing is done twice.
    """
    until = time.monotonic() + seconds
    to_check, to_do, old = _with_work(db)
    done = 0
    for import_id in to_check:
        while time.monotonic() < until and (some := check_some(db, import_id)):
            done += some
    for import_id in to_do:
        done += _take_over(db, import_id, until)
    for import_id in old:
        _clear(db, import_id)
    return done


def _with_work(db: Database) -> tuple[list[int], list[int], list[int]]:
    with db.reading() as session:
        rows = session.scalars(
            select(RegisterImport).where(
                RegisterImport.discarded_at.is_(None), RegisterImport.ended_at.is_(None)
            )
        ).all()
        oldest = read_surroundings(session).now - dt.timedelta(days=KEPT_DAYS)
        left = select(_ROWS.c.import_id).where(_ROWS.c.status != "taken").distinct()
        old = session.scalars(
            select(RegisterImport.id).where(
                func.coalesce(*_LAST_MOVED) < oldest,
                RegisterImport.id.in_(left),
            )
        ).all()
        return (
            [one.id for one in rows if one.mapped_at and one.checked_at is None],
            [one.id for one in rows if state_of(one) == "running"],
            list(old),
        )


def _take_over(db: Database, import_id: int, until: float) -> int:
    done = 0
    while time.monotonic() < until:
        try:
            if not _next(db, import_id):
                break
        except Collision:
            # Somebody else has the row or its case just now: a later call comes back to it.
            break
        done += 1
        deliver_messages(db)
    return done


def _next(db: Database, import_id: int) -> bool:
    """Take the next row over; False when none is left, and the import has ended then."""
    with db.writing() as session:
        row = session.scalar(
            select(RegisterImport)
            .where(RegisterImport.id == import_id)
            .with_for_update(skip_locked=True)
        )
        if row is None or state_of(row) != "running":
            return False
        one = session.scalars(
            select(RegisterImportRow)
            .where(RegisterImportRow.import_id == import_id, RegisterImportRow.status == "ready")
            .order_by(RegisterImportRow.number)
            .limit(1)
        ).first()
        if one is None:
            _end(session, row)
        else:
            _try(session, one, row.started_by or row.made_by)
        return one is not None


def _try(session: Session, one: RegisterImportRow, by: str) -> None:
    """Take a row over; what fails is undone to here, and the reason stays with the row."""
    try:
        with session.begin_nested():
            _do(session, one, by)
    except Collision:
        raise
    except InvalidAnswers as invalid:
        said = [[heading_of(each.question), each.message] for each in invalid.problems]
        one.status, one.problems = "refused", said
    except EngineError as error:
        one.status, one.problems = "refused", [["", str(error)]]
    except IntegrityError as error:
        _refuse_or_wait(one, error)
    except Exception as error:
        if is_nobodys(error):
            raise
        logger.exception("Row %s of import %s failed.", one.number, one.import_id)
        one.status, one.problems = "refused", [["", _UNEXPECTED]]


def _do(session: Session, one: RegisterImportRow, by: str) -> None:
    """Take one row over as the form for a single one does; its words go from the import."""
    if is_known(session, one.mark):
        one.status, one.problems = "duplicate", [["", "It was taken over a moment ago."]]
        return
    context = take_in(session, MESSAGE, one.answers or {}, by=by, refs={}, page_mark=one.mark)
    one.status, one.case_id = "taken", context.case_id
    one.cells, one.answers = [], None
    session.flush()


def _refuse_or_wait(one: RegisterImportRow, error: IntegrityError) -> None:
    said = str(error.orig)
    if "page_mark" in said:
        one.status, one.problems = "duplicate", [["", "It was taken over a moment ago."]]
    elif "audit_event" in said or "reference" in said:
        raise Collision from error
    else:
        logger.error("Row %s of an import of a register failed.", one.number)
        one.status, one.problems = "refused", [["", _UNEXPECTED]]


def _end(session: Session, row: RegisterImport) -> None:
    now = read_surroundings(session).now
    row.ended_at, row.counts = now, counts_of(session, row.id)
    note(session, row, "register_imported", row.started_by or THE_SYSTEM, now, **row.counts)


def _clear(db: Database, import_id: int) -> None:
    """Delete what was not taken over of an import that ended long ago, or nobody went on with.

    One that was stopped ends with what it took over.
    """
    with db.writing() as session:
        row = session.get_one(RegisterImport, import_id, with_for_update=True)
        if state_of(row) in _AT_WORK:  # begun again, however old it is
            return
        now = read_surroundings(session).now
        if state_of(row) == "stopped":
            _end(session, row)
        mine = _ROWS.c.import_id == import_id
        session.execute(delete(_ROWS).where(mine, _ROWS.c.status != "taken"))
        if row.ended_at is None:
            row.discarded_at = now
            note(session, row, "register_import_discarded", THE_SYSTEM, now)
        logger.info("The rows left of an import of a register were deleted.")
