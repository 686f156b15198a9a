"""Holds: reasons to keep a case beyond the date on which it would be deleted (R-108)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.context import Context
from engine.casework.run_rows import begin_waiting, row_of_run
from engine.clock import LONDON
from engine.errors import Problem
from engine.tables.casefile import CaseFile, LegalHold
from engine.tables.process import WorkItem
from forms import Choice

#: Why a case is kept, by the answer that says so.
_KINDS = {
    "data_request": "Request for a copy or a correction",
    "appeal": "Open appeal or review",
    "complaint": "Open complaint",
    "ombudsman": "The Ombudsman is looking at it",
    "order": "Open order or compensation",
    "claim": "Legal claim",
}
_SETTLED = "something_was_settled"
#: The messages that begin the review of a hold and that end it.
PLACED, _LIFTED = "hold_placed", "hold_lifted"
#: The control variable that says which hold a run is about: ``legal_hold:3``.
_REF = "hold_ref"


def begin_all(context: Context) -> int:
    """Begin a review for each standing hold of the case that has none; gives how many.

    One from before reviews were drawn is due when it would have been, counted from its first day
    (R-108).
    """
    stands = LegalHold.lifted_on.is_(None)
    begun = begin_waiting(context, _begin_review, LegalHold.begun_on, stands)
    if begun:
        new = {"how_many": begun}
        context.audit("hold_reviews_begun", "case_file", context.case_id, new=new)
    return begun


def may_hold(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when there is nothing left to keep."""
    deleted_on = context.case().deleted_on
    if deleted_on is None:
        return []
    sentence = f"Expected a case that is still kept, but it was deleted on {said(deleted_on)}."
    return [Problem("", f"{sentence} Nothing can be held any more.")]


def place_hold(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the case until the hold is lifted; it is reviewed, so that none lasts for ever."""
    hold = LegalHold(
        case_id=context.case().id,
        reason=f"{_KINDS.get(values['hold_kind'], values['hold_kind'])}: {values['hold_reason']}",
        opened_on=context.today,
        opened_by=context.actor,
        review_on=_review_on(context, context.today),
    )
    context.session.add(hold)
    context.session.flush()
    context.audit("hold_placed", "legal_hold", hold.id, new={"kind": values["hold_kind"]})
    _begin_review(context, hold)


def place_for_request(context: Context, case: CaseFile, data_request_id: int) -> None:
    """Keep a case of the person while a request for data is open, this one or another (R-108)."""
    hold = LegalHold(
        case_id=case.id,
        reason=_KINDS["data_request"],
        opened_on=context.today,
        opened_by=context.actor,
        review_on=_review_on(context, context.today),
        data_request_id=data_request_id,
    )
    context.session.add(hold)
    context.session.flush()
    entry = Entry("hold_placed", "legal_hold", hold.id, context.actor, new={"kind": "data_request"})
    Chain.of_case(context.session, case).add(entry, at=context.now)
    _begin_review(context, hold)


def lift_for_request(context: Context, data_request_id: int) -> None:
    """Lift the holds of a request on every case; whoever waits for one to be free looks again."""
    rows = context.session.execute(
        select(LegalHold, CaseFile)
        .join(CaseFile, CaseFile.id == LegalHold.case_id)
        .where(LegalHold.data_request_id == data_request_id, LegalHold.lifted_on.is_(None))
        .order_by(LegalHold.id)
    ).all()
    for hold, case in rows:
        hold.lifted_on, hold.lifted_by = context.today, context.actor
        entry = Entry("hold_lifted", "legal_hold", hold.id, context.actor)
        Chain.of_case(context.session, case).add(entry, at=context.now)
        context.send(_SETTLED, key=f"case:{case.id}", refs={"case_id": case.id})
        if hold.begun_on is not None:
            context.send(_LIFTED, key=_ref(hold), refs={"case_id": case.id})


def standing(context: Context) -> list[Choice]:
    """Offer the holds that a person placed and that stand, oldest first.

    What a request for data holds is lifted when it is answered, and by nobody before.
    """
    rows = context.session.scalars(
        select(LegalHold)
        .where(
            LegalHold.case_id == context.case_id,
            LegalHold.lifted_on.is_(None),
            LegalHold.data_request_id.is_(None),
        )
        .order_by(LegalHold.id)
    )
    return [Choice(str(row.id), row.reason, _since(row)) for row in rows]


def lift_hold(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Lift a hold; whoever waits for the case to be free looks at it again."""
    hold = context.session.get_one(LegalHold, int(values["hold"]))
    _lift(context, hold)
    if hold.begun_on is not None:
        context.send(_LIFTED, key=_ref(hold))


def hold_ref(context: Context) -> str:
    """Give how messages address the hold under review: ``legal_hold:3``."""
    return _ref(_of_run(context))


def hold_review_on(context: Context) -> Due:
    """Give the day on which the hold under review is looked at again, with why (R-108)."""
    hold = _of_run(context)
    placed = _review_due(context, hold.opened_on)
    review_on = hold.review_on or placed.on
    if review_on == placed.on:
        return Due(review_on, f"{placed.reason} The hold was placed on {said(hold.opened_on)}.")
    set_on = _looked_on(context) or hold.opened_on
    again = _review_due(context, set_on)
    if review_on == again.on:
        return Due(review_on, f"{again.reason} It was looked at last on {said(set_on)}.")
    return Due(review_on, f"Set on {said(set_on)}, by the months that held then.")


def hold_at_hand(context: Context) -> list[Choice]:
    """Show the hold under review: why it was placed, since when, and by whom."""
    hold = _of_run(context)
    who = people.full_name(context.session, hold.opened_by)
    return [Choice("read", hold.reason, f"{_since(hold)}, placed by {who}")]


def hold_can_end(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse to lift what an open request for data holds: its answer does (R-107)."""
    hold = _of_run(context)
    if values["hold_result"] == "needed" or hold.data_request_id is None:
        return []
    return [
        Problem(
            "hold_result",
            "Expected this hold to stay, because a request for data is open. It is lifted when "
            "the request is answered. Say that it is still needed, and answer the request.",
        )
    ]


def look_at_hold(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that a hold is still needed and why, until its next review; or lift it (R-108)."""
    hold = _of_run(context)
    if values["hold_result"] != "needed":
        _lift(context, hold, values["lifted_because"])
        return
    old, hold.review_on = hold.review_on, _review_on(context, context.today)
    context.audit(
        "hold_reviewed",
        "legal_hold",
        hold.id,
        old={"review_on": old.isoformat() if old else None},
        new={"review_on": hold.review_on.isoformat(), "reason": values["hold_still"]},
    )


def _begin_review(context: Context, hold: LegalHold) -> bool:
    """Begin the review of a hold, once; False where the version at work draws none.

    The worker begins it as soon as the published version draws it.
    """
    if not context.begins(PLACED):
        return False
    hold.begun_on = context.today
    hold.review_on = hold.review_on or _review_on(context, hold.opened_on)
    context.send(PLACED, refs={"case_id": hold.case_id}, payload={_REF: _ref(hold)})
    return True


def _lift(context: Context, hold: LegalHold, because: str | None = None) -> None:
    hold.lifted_on, hold.lifted_by = context.today, context.actor
    new = {"reason": because} if because else None
    context.audit("hold_lifted", "legal_hold", hold.id, new=new)
    context.send(_SETTLED, key=f"case:{context.case().id}")


def _ref(hold: LegalHold) -> str:
    return f"legal_hold:{hold.id}"


def _of_run(context: Context) -> LegalHold:
    return row_of_run(context, LegalHold, _REF, "a hold to look at")


def _looked_on(context: Context) -> dt.date | None:
    """Give the day this run's hold was looked at last; None for one nobody has looked at yet."""
    looked_at = context.session.scalar(
        select(WorkItem.completed_at)
        .where(
            WorkItem.instance_id == context.instance_id,
            WorkItem.form == "look_at_hold",
            WorkItem.completed_at.is_not(None),
        )
        .order_by(WorkItem.id.desc())
        .limit(1)
    )
    return looked_at.astimezone(LONDON).date() if looked_at else None


def _review_on(context: Context, since: dt.date) -> dt.date:
    return _review_due(context, since).on


def _review_due(context: Context, since: dt.date) -> Due:
    due = context.calendar.months(since, int(context.policy("hold.review")))
    return context.calendar.back_to_working_day(due)


def _since(row: LegalHold) -> str:
    review = f", to be reviewed by {said(row.review_on)}" if row.review_on else ""
    return f"Since {said(row.opened_on)}{review}"
