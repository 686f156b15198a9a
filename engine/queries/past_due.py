"""Which recorded dates of ours have passed and are still to be met, as of a day (R-110)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from engine.casework.review_packs import OTHER_CONTACT
from engine.tables.decisions import Appeal, Arrangement, BreachOfClock, Decision
from engine.tables.ombudsman import OmbudsmanItem


def still_past(as_of: dt.date) -> ColumnElement[bool]:
    """Give the condition on a ``BreachOfClock`` that what it is about is still to be done.

    An appeal that is neither answered nor withdrawn (R-076), an arrangement that has not ended
    and was not reviewed since (R-062), an order that is not done (R-125). A date that was worked
    out anew since is no longer the one to meet.
    """
    reviewed = exists().where(
        Decision.owner_kind == "arrangement",
        Decision.owner_id == BreachOfClock.object_id,
        Decision.kind.in_(("review", "variation")),
        Decision.outcome.is_distinct_from(OTHER_CONTACT),
        Decision.decided_on >= BreachOfClock.due_on,
        Decision.decided_on <= as_of,
    )
    return or_(
        and_(
            BreachOfClock.kind == "appeal",
            exists().where(
                Appeal.id == BreachOfClock.object_id,
                Appeal.answer_due_on == BreachOfClock.due_on,
                _not_by(Appeal.answered_on, as_of),
                _not_by(Appeal.withdrawn_on, as_of),
            ),
        ),
        and_(
            BreachOfClock.kind == "review",
            ~reviewed,
            exists().where(
                Arrangement.id == BreachOfClock.object_id, _not_by(Arrangement.ended_on, as_of)
            ),
        ),
        and_(
            BreachOfClock.kind == "ombudsman_item",
            exists().where(
                OmbudsmanItem.id == BreachOfClock.object_id,
                OmbudsmanItem.due_on == BreachOfClock.due_on,
                _not_by(OmbudsmanItem.done_on, as_of),
                or_(
                    OmbudsmanItem.decision.is_distinct_from("declined"),
                    _not_by(OmbudsmanItem.decided_on, as_of),
                ),
            ),
        ),
    )


def _not_by(day: Any, as_of: dt.date) -> ColumnElement[bool]:
    return or_(day.is_(None), day > as_of)
