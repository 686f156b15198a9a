"""The report of an Ombudsman: entered once, each thing it asks for by itself (R-124, R-125)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from engine.calendar import Due, said
from engine.casework.context import Context
from engine.casework.ombudsman import KIND, REF
from engine.errors import Problem
from engine.tables.ombudsman import Determination, OmbudsmanItem

#: The message that begins the process of one item.
_RECORDED = "ombudsman_item_recorded"
_DECLINED = "declined"
_FIGURES = {"order": "ombudsman.order_due", "recommendation": "ombudsman.recommendation_due"}


def report_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a report that is on file already, and an item its own columns contradict (R-124)."""
    return [*_entered_before(context, values), *_items_that_cannot_be(values)]


def record_report(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a report and begin a run for each item, its date counted from the report's (R-125)."""
    reported_on = dt.date.fromisoformat(values["reported_on"])
    report = Determination(
        case_id=context.case().id,
        ombudsman=values["ombudsman"],
        reference=values["ombudsman_reference"],
        reported_on=reported_on,
        outcome=values["ombudsman_outcome"],
        findings=values["findings"],
        recorded_by=context.actor,
        recorded_on=context.today,
    )
    context.session.add(report)
    context.session.flush()
    context.audit(
        "ombudsman_reported",
        "determination",
        report.id,
        new={"reported_on": values["reported_on"], "outcome": report.outcome},
    )
    for row in values.get("items", []):
        _add_item(context, report, row)


def is_open() -> ColumnElement[bool]:
    """Give the condition under which an item is neither done nor declined."""
    declined = and_(OmbudsmanItem.decision.is_not(None), OmbudsmanItem.decision == _DECLINED)
    return and_(OmbudsmanItem.done_on.is_(None), or_(OmbudsmanItem.decision.is_(None), ~declined))


def count_open(context: Context) -> int:
    """Count the items of the case that are open; each keeps it from deletion (R-108)."""
    return (
        context.session.scalar(
            select(func.count()).where(OmbudsmanItem.case_id == context.case_id, is_open())
        )
        or 0
    )


def _entered_before(context: Context, values: Mapping[str, Any]) -> list[Problem]:
    same = context.session.scalar(
        select(Determination).where(
            Determination.case_id == context.case_id,
            Determination.ombudsman == values["ombudsman"],
            func.lower(Determination.reference) == values["ombudsman_reference"].lower(),
        )
    )
    if same is None:
        return []
    return [
        Problem(
            "ombudsman_reference",
            f"Expected a report that is not on file, but this one was entered on "
            f"{said(same.recorded_on)}. Check the reference.",
        )
    ]


def _items_that_cannot_be(values: Mapping[str, Any]) -> list[Problem]:
    found = []
    for number, row in enumerate(values.get("items", [])):
        if row["proof_kind"] == "payment" and not row.get("amount"):
            found.append(
                Problem(
                    f"items.{number}.amount",
                    "Expected the sum in pounds, since something is to be paid. Enter it.",
                )
            )
        if row["proof_kind"] != "payment" and row.get("amount"):
            found.append(
                Problem(
                    f"items.{number}.amount",
                    "Expected no sum, since nothing is to be paid here. Take it out, or choose "
                    "the payment as proof and make the rest an item of its own.",
                )
            )
        due_on = row.get("due_on")
        if due_on and due_on < values["reported_on"]:
            found.append(
                Problem(
                    f"items.{number}.due_on",
                    "Expected a day after the report, but it is before it. Check the date, or "
                    "leave it empty for the usual time.",
                )
            )
    return found


def _add_item(context: Context, report: Determination, row: Mapping[str, Any]) -> None:
    due = _due(context, report.reported_on, row)
    item = OmbudsmanItem(
        case_id=report.case_id,
        determination_id=report.id,
        kind=row["kind"],
        what=row["what"],
        proof_kind=row["proof_kind"],
        amount=row.get("amount"),
        owner=row["owner"],
        due_on=due.on,
        due_reason=due.reason,
    )
    context.session.add(item)
    context.session.flush()
    context.audit(
        "ombudsman_item_added",
        KIND,
        item.id,
        new={"kind": item.kind, "owner": item.owner, "due_on": due.on.isoformat()},
    )
    context.send(_RECORDED, payload={REF: f"{KIND}:{item.id}"})


def _due(context: Context, reported_on: dt.date, row: Mapping[str, Any]) -> Due:
    """Count from the date of the report, never from when it reached us (R-125)."""
    if row.get("due_on"):
        return Due(dt.date.fromisoformat(row["due_on"]), "The date the Ombudsman set")
    return context.calendar.calendar_days(reported_on, context.policy(_FIGURES[row["kind"]]))
