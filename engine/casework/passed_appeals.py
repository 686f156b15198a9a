"""Appeals against what the partner decided: passed on to it on the same day (R-098, R-100)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework.context import Context
from engine.casework.run_rows import row_of_run
from engine.errors import NotFound, Problem
from engine.tables.decisions import Arrangement
from engine.tables.partners import PassedAppeal
from forms import Choice

#: The control variable that says which appeal a run passes on: ``passed_appeal:4``.
_REF = "passed_appeal_ref"


def appeal_is_for_the_partner(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse it where no arrangement of the partner runs, and a day before that began (R-100)."""
    arrangement = _theirs(context)
    if arrangement is None:
        return [
            Problem(
                "",
                "Expected a case with an arrangement of the partner, but this one has none. Log "
                "what the customer says under “The customer disagrees”.",
            )
        ]
    return []


def pass_appeal(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what the customer says about the partner's arrangement, to be passed on (R-100)."""
    arrangement = _theirs(context)
    if arrangement is None:
        raise NotFound("Expected an arrangement of the partner, but there is none.")
    appeal = PassedAppeal(
        case_id=arrangement.case_id,
        arrangement_id=arrangement.id,
        received_on=dt.date.fromisoformat(values["received_on"]),
        received_by=values["received_by"],
        channel=values["channel"],
        said=values["said"],
        logged_by=context.actor,
    )
    context.session.add(appeal)
    context.session.flush()
    context.arrangement_id = arrangement.id
    context.payload[_REF] = f"passed_appeal:{appeal.id}"
    context.audit(
        "partner_appeal_received",
        "passed_appeal",
        appeal.id,
        new={"received_on": values["received_on"]},
    )


def partner_appeal_received_on(context: Context) -> dt.date:
    """Give the day on which the appeal of a run was first received by anybody here (K-9)."""
    return _of_run(context).received_on


def passed_appeal_at_hand(context: Context) -> list[Choice]:
    """Show the appeal to pass on: what the customer says, and when it came."""
    appeal = _of_run(context)
    return [Choice("read", appeal.said, f"Received on {said(appeal.received_on)}.")]


def appeal_is_passed_on(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a day before the appeal was received."""
    received_on = _of_run(context).received_on
    if dt.date.fromisoformat(values["passed_on"]) >= received_on:
        return []
    return [
        Problem(
            "passed_on",
            f"Expected a day on or after {said(received_on)}, when we received the appeal, but it "
            "is before it. Check the date.",
        )
    ]


def appeal_passed_on(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep when the partner got the appeal, and how that can be shown."""
    appeal = _of_run(context)
    appeal.passed_on = dt.date.fromisoformat(values["passed_on"])
    appeal.passed_by, appeal.proof = context.actor, values["proof"]
    context.audit(
        "partner_appeal_passed_on",
        "passed_appeal",
        appeal.id,
        new={"passed_on": values["passed_on"]},
    )


def _theirs(context: Context) -> Arrangement | None:
    return context.session.scalars(
        select(Arrangement)
        .where(
            Arrangement.case_id == context.case_id,
            Arrangement.partner_contact != "",
            Arrangement.ended_on.is_(None),
        )
        .limit(1)
    ).one_or_none()


def _of_run(context: Context) -> PassedAppeal:
    return row_of_run(context, PassedAppeal, _REF, "an appeal to pass on to the partner")
