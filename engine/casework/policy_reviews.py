"""Reviews of the policy, begun by a process owner or by themselves before their date (R-112)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.casework import policy_dates
from engine.casework.context import Context
from engine.casework.policy_versions import note
from engine.casework.run_rows import row_of_run
from engine.errors import NotFound, Problem
from engine.tables.policy_control import PolicyReview

#: The message that begins the process of one review.
WANTED = "policy_review_wanted"
#: The control variable that says which review a run is about: ``policy_review:3``.
_REF = "policy_review_ref"
_KINDS = {policy_dates.DESKTOP: "desk-top review", policy_dates.FORMAL: "formal review"}


def months(context: Context) -> tuple[int, int]:
    """Give after how many months a desk-top and a formal review follow, as the policy says."""
    return int(context.policy("policy.desktop")), int(context.policy("policy.formal"))


def open_review(context: Context) -> PolicyReview | None:
    """Give the review that runs; None when none does."""
    return context.session.scalars(
        select(PolicyReview).where(PolicyReview.ended_on.is_(None)).limit(1)
    ).first()


def review_can_begin(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when there is no version to review, or a review runs already."""
    if policy_dates.newest(context.session) is None:
        sentence = "Expected a version of the policy on record, but there is none. Record it first."
        return [Problem("review_kind", sentence)]
    if running := open_review(context):
        sentence = f"Expected no open review, but the {kind_of(running)} began already."
        return [Problem("review_kind", f"{sentence} Finish it first.")]
    return []


def want_review(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Begin the review somebody asked for; the message carries which it is."""
    context.payload[_REF] = _ref(_begin(context, values["review_kind"]))


def begin_due(context: Context) -> bool:
    """Begin the next review once its first reminder is due; tell whether one was begun (R-112)."""
    version = policy_dates.newest(context.session)
    if version is None or open_review(context) is not None:
        return False
    kind, due = policy_dates.dates_of(
        context.session, context.calendar, version, months(context)
    ).next()
    if due.on - dt.timedelta(days=int(context.policy("policy.remind_first"))) > context.today:
        return False
    context.send(WANTED, payload={_REF: _ref(_begin(context, kind))})
    return True


def kind_of(review: PolicyReview) -> str:
    """Name the kind of a review: ``desk-top review``."""
    return _KINDS[review.kind]


def of_run(context: Context) -> PolicyReview:
    """Give the review a run is about; NotFound when there is none."""
    return row_of_run(context, PolicyReview, _REF, "a review of the policy to work on")


def _begin(context: Context, kind: str) -> PolicyReview:
    version = policy_dates.newest(context.session)
    if version is None:
        raise NotFound("Expected a version of the policy on record, but there is none.")
    dates = policy_dates.dates_of(context.session, context.calendar, version, months(context))
    due = dates.formal if kind == policy_dates.FORMAL else dates.desktop
    review = PolicyReview(
        version_id=version.id,
        kind=kind,
        due_on=due.on,
        due_reason=due.reason,
        begun_at=context.now,
    )
    context.session.add(review)
    context.session.flush()
    new = {"kind": kind, "due_on": due.on.isoformat()}
    note(context, "policy_review_begun", "policy_review", review.id, new)
    return review


def _ref(review: PolicyReview) -> str:
    return f"policy_review:{review.id}"
