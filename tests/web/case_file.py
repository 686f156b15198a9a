"""A case with something in each part of it, written into the database of an application."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from engine.tables.casefile import CaseFile, OwedAction
from engine.tables.database import Database
from tests.engine.queries.landlord import Pen

CUSTOMER = "Robin Ashe"
#: What happened so far at the elements of an appeal that is being heard.
HEARD = (
    "appeal_was_received entered",
    "appeal_was_received left",
    "work_out_dates entered",
    "work_out_dates left",
    "answer_the_appeal entered",
    "answering_began entered",
    "answering_began left",
    "allocate_director entered",
    "allocate_director left dorothy",
    "decide_appeal entered",
)


def write(app: Flask) -> int:
    """Write a case in force under appeal; gives its number."""
    database: Database = app.extensions["database"]
    with database.writing() as session:
        pen = Pen(session)
        case = pen.case(CUSTOMER, stage="in_force")
        pen.stage(case, "warning", warned_on=dt.date(2026, 2, 16), closed_on=dt.date(2026, 2, 20))
        _arrange(pen, case)
        _collect(pen, case)
        return case.id


def add_contacts(app: Flask, case_id: int, month: str) -> None:
    """Write a contact for each of the first 28 days of a month."""
    database: Database = app.extensions["database"]
    with database.writing() as session:
        for day in range(1, 29):
            Pen(session).contact(session.get_one(CaseFile, case_id), f"{month}-{day:02d}")


def _arrange(pen: Pen, case: CaseFile) -> None:
    decision = pen.decision(case, decided_by="mo", took_part=["mo"])
    decision.decided_on = dt.date(2026, 2, 20)
    arrangement = pen.arrangement(case, in_force_on=dt.date(2026, 3, 1), decision_id=decision.id)
    pen.limit(arrangement)
    pen.flag(arrangement, "JADU CRM", set_on=dt.date(2026, 2, 24))
    pen.flag(arrangement, "Open Housing")
    decision.letter_id = pen.letter(case, pdf=b"%PDF-1.7", decision_id=decision.id).id
    appeal = pen.appeal(decision, director="ann", received_on=dt.date(2026, 2, 24))
    appeal.answer_due_on = dt.date(2026, 3, 3)
    instance = pen.instance(case, "appeal", appeal_id=appeal.id)
    pen.happened(instance, *HEARD, process_id="appeal")
    due = {"due_on": dt.date(2026, 3, 3), "due_reason": "5 working days from Tue 24 Feb 2026."}
    where = {"process_id": "appeal", "element_id": "decide_appeal", "form": "decide_appeal"}
    pen.item(
        instance,
        name="Decide the appeal",
        role="assistant_director",
        assignee="ann",
        **where,
        **due,
    )


def _collect(pen: Pen, case: CaseFile) -> None:
    for day in range(1, 29):
        pen.contact(case, f"2026-02-{day:02d}", ("telephone", "email", "visit")[day % 3])
    for day, kind in ((3, "first_hand"), (4, "hearsay")):
        pen.evidence(case, f"2026-02-{day:02d}", kind)
    pen.submission(
        case,
        form="withdraw_third_party",
        answers={"told": "yes"},
        restricted={"health": "SECRET health"},
    )
    pen.add(
        OwedAction(
            case_id=case.id,
            what="Mend the kitchen tap",
            owner="tom",
            due_on=dt.date(2026, 3, 2),
            opened_on=dt.date(2026, 2, 16),
        )
    )
