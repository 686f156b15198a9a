"""Between which limits a figure of the policy may be set for one case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from engine.calendar import said
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.releases import PolicyValue


def of(context: Context, figure: str) -> tuple[int, int]:
    """Give the least and the most a figure may be, in its own unit.

    Raises ValueError when its row in the policy names no limits.
    """
    row = context.session.execute(
        select(PolicyValue.minimum, PolicyValue.maximum).where(
            PolicyValue.release_id == context.release_id,
            PolicyValue.parameter_set == context.parameter_set,
            PolicyValue.name == figure,
        )
    ).one_or_none()
    if row is None or not (row.minimum and row.maximum):
        raise ValueError(
            f"Expected {figure} to have a minimum and a maximum in the policy, but it has not. "
            "Fill in both cells."
        )
    return int(row.minimum), int(row.maximum)


def review_of_warning(
    context: Context, question: str, review_on: dt.date, *, letter_on: dt.date
) -> Iterator[Problem]:
    """Refuse a review too soon after the letter to change anything, or too late (R-023, C-02)."""
    least, most = of(context, "warning.review_after")
    earliest = context.calendar.calendar_days(letter_on, least).on
    latest = context.calendar.calendar_days(letter_on, most).on
    if not earliest <= review_on <= latest:
        yield Problem(
            question,
            f"Expected the review {least} to {most} days after the letter, which is from "
            f"{said(earliest)} to {said(latest)}, but it is {said(review_on)}. "
            "Choose a day in between.",
        )
