"""What a case held when something happened outside, and how many safeguards that did not keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.casework.failed_controls import Known, failures, tells_how_to_appeal
from engine.tables.casefile import Stage
from engine.tables.decisions import Decision
from engine.tables.outside import OutsideEvent

#: As many numbers as one statement may name on every database.
_NAMED_AT_ONCE = 500
#: Decisions of a meeting: they weigh the seven factors.
_OF_A_MEETING = ("agreed", "other_action", "not_agreed", "closed")


def count_failures(session: Session, case_id: int, *, as_of: dt.date) -> int:
    """Count the safeguards not kept outside that were on file of a case by a day (K-10).

    Each stands on the page of the case, under Decisions; three statements, one for none.
    """
    events = session.scalars(
        select(OutsideEvent).where(
            OutsideEvent.case_id == case_id, OutsideEvent.recorded_on <= as_of
        )
    ).all()
    if not events:
        return 0
    return sum(len(failures(one)) for one in known_of(session, events, as_of=as_of).values())


def known_of(
    session: Session, events: Sequence[OutsideEvent], *, as_of: dt.date
) -> Mapping[int, Known]:
    """Give for each event, by its id, what its case held; two statements.

    as_of: nothing later counts. Cases with thousands of events are read in one go.
    """
    cases = {one.case_id for one in events}
    stages = _stages(session, cases)
    meetings, told = _decisions(session, cases)
    for one in sorted(events, key=lambda event: event.happened_on):
        if tells_how_to_appeal(one):
            told[one.case_id] = min(told.get(one.case_id, one.happened_on), one.happened_on)
    return {
        one.id: Known(
            event=one,
            warned_on=_until(stages.get((one.case_id, "informal"), (None, None))[0], as_of),
            change_until=stages.get((one.case_id, "informal"), (None, None))[1],
            letter_on=_until(stages.get((one.case_id, "warning"), (None, None))[0], as_of),
            decided_on=_until(meetings.get(one.case_id), as_of),
            appeal_told_on=_until(told.get(one.case_id), as_of),
        )
        for one in events
    }


def _until(day: dt.date | None, as_of: dt.date) -> dt.date | None:
    return day if day is not None and day <= as_of else None


def _stages(
    session: Session, cases: Collection[int]
) -> dict[tuple[int, str], tuple[dt.date | None, dt.date | None]]:
    found = session.execute(
        select(Stage.case_id, Stage.kind, Stage.warned_on, Stage.look_on).where(
            Stage.kind.in_(("informal", "warning")), _in(Stage.case_id, cases)
        )
    )
    return {(row.case_id, row.kind): (row.warned_on, row.look_on) for row in found}


def _decisions(
    session: Session, cases: Collection[int]
) -> tuple[dict[int, dt.date], dict[int, dt.date]]:
    """Give by case the first decision of a meeting, and the first that told how to appeal."""
    rows = session.execute(
        select(Decision.case_id, Decision.kind, Decision.decided_on, Decision.appeal_until)
        .where(_in(Decision.case_id, cases))
        .order_by(Decision.decided_on.desc())
    ).all()
    meetings = {row.case_id: row.decided_on for row in rows if row.kind in _OF_A_MEETING}
    return meetings, {row.case_id: row.decided_on for row in rows if row.appeal_until}


def _in(column: InstrumentedAttribute[int], cases: Collection[int]) -> ColumnElement[bool]:
    """Give the condition; of very many cases all are read, since a statement names only so many."""
    return column.in_(cases) if len(cases) <= _NAMED_AT_ONCE else true()
