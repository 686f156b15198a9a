"""Cases that run, each place where they are written as a row of its own."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select

from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    ProcessInstance,
    WorkItem,
)
from tests.engine.queries.landlord import NOW, Pen
from tests.web import case_file

#: Late: the appeal of the case that ``case_file`` writes.
LATE = case_file.CUSTOMER
#: Waits for a date; its name is one that a spreadsheet would take for a formula.
WAITS = "=Zoë Brontë"
#: Stuck; nobody holds it.
STUCK = "Sid Malik"
REASON = "Expected a date in case.keep_until, but it is empty. Enter it, then try again."
_RETENTION = "retention:retention_has_passed"


def write(app: Flask) -> int:
    """Write three cases: one late at an appeal, one that waits, one that is stuck.

    Gives the number of the case whose appeal is late.
    """
    database: Database = app.extensions["database"]
    case_id = case_file.write(app)
    with database.writing() as session:
        pen = Pen(session)
        appeal = session.scalars(select(ProcessInstance)).one()
        item = session.scalars(select(WorkItem)).one()
        _stand(pen, appeal, "appeal:answer_the_appeal", name="Answer the appeal", holds=True)
        _stand(
            pen,
            appeal,
            "appeal:answer_the_appeal/appeal:decide_appeal",
            name=item.name,
            work_item_id=item.id,
            due_on=item.due_on,
        )
        _wait(pen)
        _stick(pen)
    return case_id


def add_many(app: Flask, count: int) -> None:
    """Write as many cases that wait, each under a name of its own."""
    database: Database = app.extensions["database"]
    with database.writing() as session:
        pen = Pen(session)
        for number in range(count):
            case = pen.case(f"Customer {number:03d}", stage="closed")
            _stand(pen, pen.instance(case, "retention"), _RETENTION, name="Retention has passed")


def run_of(app: Flask, customer: str) -> int:
    """Give the number of the run of one of these cases."""
    database: Database = app.extensions["database"]
    with database.reading() as session:
        rows = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)).all()
        names = {LATE: 0, WAITS: 1, STUCK: 2}
        return rows[names[customer]].id


def leave(app: Flask, customer: str, element_id: str, at: dt.datetime) -> None:
    """Write that the run of a customer left an element at a moment."""
    run_id = run_of(app, customer)
    database: Database = app.extensions["database"]
    with database.writing() as session:
        run = session.get_one(ProcessInstance, run_id)
        row = ElementHistory(
            instance_id=run.id,
            case_id=run.case_id,
            process_id=run.process_id,
            element_id=element_id,
            what="left",
            at=at,
            by="ann",
        )
        session.add(row)


def _wait(pen: Pen) -> None:
    case = pen.case(WAITS, stage="closed")
    run = pen.instance(case, "retention")
    pen.happened(run, "case_was_closed entered", "case_was_closed left", process_id="retention")
    pen.happened(run, "retention_has_passed entered", process_id="retention")
    fires_at = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    _stand(pen, run, _RETENTION, name="Retention has passed", fires_at=fires_at)


def _stick(pen: Pen) -> None:
    case: CaseFile = pen.case(STUCK, stage="closed")
    run = pen.instance(case, "retention")
    pen.happened(run, "case_was_closed entered", "case_was_closed left", process_id="retention")
    incident = pen.add(
        Incident(
            instance_id=run.id,
            case_id=case.id,
            process_id="retention",
            element_id="retention_has_passed",
            reason=REASON,
            opened_at=NOW,
        )
    )
    _stand(pen, run, _RETENTION, name="Retention has passed", incident_id=incident.id)


def _stand(
    pen: Pen, run: ProcessInstance, path: str, *, holds: bool = False, **more: object
) -> None:
    process_id, element_id = path.rsplit("/", maxsplit=1)[-1].split(":")
    pen.add(
        ElementInstance(
            instance_id=run.id,
            release_id=run.release_id,
            case_id=run.case_id,
            process_id=process_id,
            element_id=element_id,
            task_id=f"{element_id} of {run.id}",
            path=f"/{path}/",
            is_container=holds,
            entered_at=NOW,
            **more,
        )
    )
