"""A comparison of ours with the flags another system shows: found, kept, and put right by people.

Nothing is changed by it: each difference opens something a person does (R-068; Q3, Q4).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import messages
from engine.casework import flag_comparisons, flag_removals
from engine.casework.audit import Chain, Entry
from engine.casework.flag_removals import NOT_OURS
from engine.casework.flag_requests import REQUESTED
from engine.commands import complete, deliver_messages
from engine.commands.work_items import complete_as_system
from engine.errors import EngineError, InvalidAnswers, NotAllowed, NotFound, Problem, Rejected
from engine.flagging.permission import COMPARES, SETS, check_may
from engine.flagging.reading_files import ShownFlag, plain_key, plain_text, read_flags
from engine.installation import Surroundings, read_surroundings
from engine.tables.casefile import CaseFile, Customer, FormerHome
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.flagging import FlagDifference, FlagReconciliation

MISSING, TEXT = "missing", "text"
_LONGEST_NAME, _LONGEST_REF = 120, 120
_WANTED = "flag_change_wanted"


def compare(db: Database, system: str, file: IO[bytes], file_name: str, *, by: str) -> int:
    """Compare a file with the register as a preview; gives its number.

    Raises NotFound for those who compare nothing or a system without a flag, InvalidAnswers with
    every error of the file: nothing of it is kept then.
    """
    with db.reading() as session:
        check_may(session, by, read_surroundings(session), COMPARES)
        known = session.scalar(select(Flag.id).where(Flag.system == system).limit(1))
    if known is None:
        raise NotFound
    file.seek(0)
    sha256 = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    shown = read_flags(file)
    with db.writing() as session:
        around = read_surroundings(session)
        made = FlagReconciliation(
            system=system,
            file_name=file_name.replace("\0", "")[-_LONGEST_NAME:] or "flags.csv",
            sha256=sha256,
            made_by=by,
            made_at=around.now,
            total=len(shown),
        )
        session.add(made)
        session.flush()
        found = list(_differences(session, made, shown))
        session.add_all(found)
        made.not_ours = sum(one.kind == NOT_OURS for one in found)
        made.missing = sum(one.kind == MISSING for one in found)
        made.differing = sum(one.kind == TEXT for one in found)
        _log(session, made, "flags_compared", by, around)
        return made.id


def keep(db: Database, reconciliation_id: int, *, by: str) -> None:
    """Keep a preview as the record of that day; the task that asked for it is done by that.

    Raises NotFound, Rejected when it is kept.
    """
    with db.writing() as session:
        row, around = _held(session, reconciliation_id, by)
        row.kept_at, row.kept_by = around.now, by
        _log(session, row, "flags_comparison_kept", by, around)
        item_id = flag_comparisons.open_task(session, row.system)
    if item_id is None:
        return
    answer = {"comparison": str(reconciliation_id)}
    # The record stands, whoever was quicker with the task.
    with contextlib.suppress(EngineError):
        try:
            complete(db, item_id, answer, by=by)
        except (NotAllowed, Rejected):
            # Another officer has it on their list: it is done all the same, by the system.
            complete_as_system(db, item_id, lambda _: answer, keep=lambda _: None)


def put_aside(db: Database, reconciliation_id: int, *, by: str) -> None:
    """Delete a preview. Raises NotFound, Rejected when it is kept as a record."""
    with db.writing() as session:
        row, around = _held(session, reconciliation_id, by)
        theirs = FlagDifference.reconciliation_id == row.id
        session.execute(delete(FlagDifference).where(theirs))
        _log(session, row, "flags_comparison_discarded", by, around)
        session.delete(row)


def ask_for(db: Database, difference_id: int, *, by: str) -> None:
    """Ask for what puts a difference right: the flag again, or the removal of one not ours.

    A flag that is missing or differs is asked for again in that system alone, and confirmed like
    any other. The removal of one that is not ours is asked the way its system is. Raises NotFound,
    Rejected when it is asked for already, its comparison is a preview, or the arrangement ended.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        check_may(session, by, around, COMPARES)
        row, made = _difference(session, difference_id)
        if made.kept_at is None or row.asked_at is not None:
            raise Rejected(
                "Expected a difference of a kept comparison that nobody asked about yet."
            )
        row.asked_at, row.asked_by = around.now, by
        if row.kind == NOT_OURS:
            flag_removals.ask(session, row, made.system, REQUESTED, around)
        else:
            _ask_again(session, made, row, by, around)
        _log(session, made, "flag_difference_asked", by, around)
    deliver_messages(db, by=by)


def not_ours(db: Database, reconciliation_id: int) -> list[int]:
    """Give the differences of a comparison that are flags of nobody of ours; [] for none."""
    with db.reading() as session:
        theirs = FlagDifference.reconciliation_id == reconciliation_id
        rows = select(FlagDifference.id).where(theirs, FlagDifference.kind == NOT_OURS)
        return list(session.scalars(rows.order_by(FlagDifference.id)))


def done(db: Database, difference_id: int, reference: str, *, by: str, via: str = "page") -> None:
    """Keep that a flag that is not ours is gone, and how that can be found again.

    via: page or worklist. Raises NotFound, Rejected unless it was asked for and is not done,
    InvalidAnswers without a reference.
    """
    said = " ".join(reference.split())
    if not said or len(said) > _LONGEST_REF or not said.isprintable():
        wanted = f"Enter a number or name of at most {_LONGEST_REF} characters"
        raise InvalidAnswers([Problem("reference", f"{wanted} by which it can be found again")])
    with db.writing() as session:
        around = read_surroundings(session)
        check_may(session, by, around, SETS)
        row, made = _difference(session, difference_id)
        if row.kind != NOT_OURS or row.asked_at is None or row.done_at is not None:
            raise Rejected("Expected a flag whose removal is asked for and not done yet.")
        row.done_by = by
        flag_removals.settle(session, row, via, said, around.now)
        _log(session, made, "flag_difference_done", by, around)


def _differences(
    session: Session, made: FlagReconciliation, shown: list[ShownFlag]
) -> Iterator[FlagDifference]:
    ours = _ours(session, made.system)
    theirs = {plain_key(one.key): one for one in shown}
    for key, one in theirs.items():
        if key not in ours:
            yield FlagDifference(
                kind=NOT_OURS, case_id=_case_of(session, one.key), **_of(made, one)
            )
            continue
        flag, case_id = ours[key]
        if flag.set_on is None or _is_changing(flag):
            made.on_its_way += 1
        elif plain_text(one.text) == plain_text(flag.text):
            made.agreed += 1
        else:
            yield FlagDifference(kind=TEXT, case_id=case_id, flag_id=flag.id, **_of(made, one))
    for key, (flag, case_id) in ours.items():
        if key in theirs or flag.set_on is None:
            continue
        if _is_changing(flag):
            made.on_its_way += 1
        else:
            nothing = _of(made, ShownFlag(0, key, ""))
            yield FlagDifference(kind=MISSING, case_id=case_id, flag_id=flag.id, **nothing)


def _ours(session: Session, system: str) -> Mapping[str, tuple[Flag, int]]:
    """Give the flags not removed in a system by tenancy; of several of one, the newest."""
    rows = session.execute(
        select(Flag, CaseFile.id, Customer.tenancy_reference)
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .join(Customer, Customer.id == CaseFile.customer_id)
        .where(Flag.system == system, Flag.removed_on.is_(None))
        .order_by(Flag.id)
    )
    return {plain_key(key): (flag, case_id) for flag, case_id, key in rows if key.strip()}


def _case_of(session: Session, key: str) -> int | None:
    """Give the newest case of a tenancy, also of one that was left; None for none."""
    now = (
        select(CaseFile.id)
        .join(Customer, Customer.id == CaseFile.customer_id)
        .where(Customer.tenancy_reference == key)
        .order_by(CaseFile.id.desc())
        .limit(1)
    )
    left = select(FormerHome.case_id).where(FormerHome.tenancy_reference == key).limit(1)
    return session.scalar(now) or session.scalar(left)


def _of(made: FlagReconciliation, one: ShownFlag) -> dict[str, Any]:
    return {
        "reconciliation_id": made.id,
        "person_key": one.key,
        "shown": one.text,
        "number": one.number,
    }


def _is_changing(flag: Flag) -> bool:
    dates = (flag.update_requested_on, flag.removal_requested_on, flag.failed_on)
    return any(day is not None for day in dates)


def _ask_again(
    session: Session, made: FlagReconciliation, row: FlagDifference, by: str, around: Surroundings
) -> None:
    flag = session.get(Flag, row.flag_id or 0)
    arrangement = session.get(Arrangement, flag.arrangement_id) if flag else None
    if flag is not None and _is_changing(flag):
        raise Rejected("Expected a flag nothing is asked of, but a change is on its way already.")
    if flag is None or arrangement is None or arrangement.ended_on or flag.removed_on:
        raise Rejected(
            "Expected an arrangement in force, but it ended meanwhile: its flag is to be removed. "
            "Look at its case."
        )
    payload = {"flag_action": "update", "flag_only": made.system}
    messages.send(
        session,
        messages.Envelope(
            name=_WANTED,
            key=None,
            refs={"case_id": row.case_id, "arrangement_id": arrangement.id},
            payload=payload,
            sent_by=by,
            sent_at=around.now,
        ),
    )


def _difference(session: Session, difference_id: int) -> tuple[FlagDifference, FlagReconciliation]:
    row = session.get(FlagDifference, difference_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row, session.get_one(FlagReconciliation, row.reconciliation_id)


def _held(
    session: Session, reconciliation_id: int, by: str
) -> tuple[FlagReconciliation, Surroundings]:
    around = read_surroundings(session)
    check_may(session, by, around, COMPARES)
    row = session.get(FlagReconciliation, reconciliation_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.kept_at is not None:
        raise Rejected("Expected a preview, but it is kept as a record already.")
    return row, around


def _log(
    session: Session, row: FlagReconciliation, action: str, by: str, around: Surroundings
) -> None:
    """Keep in the chain of administration what was done, with counts alone."""
    said = {"system": row.system, "rows": row.total}
    entry = Entry(action, "flag_reconciliation", row.id, actor=by, new=said)
    Chain.of_administration(session).add(entry, at=around.now)
