"""Refused contact: which one a run is about, its dates, and the wish that it ends (R-090)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.casework.context import Context
from engine.casework.run_rows import number_in, row_of_run
from engine.errors import NotFound
from engine.tables.refusals import ContactRefusal

#: The control variable that says which refusal a run is about: ``refusal:4``.
REF = "refusal_ref"
#: How messages and decisions name one.
KIND = "refusal"
#: Why a refusal ended.
BY_REVIEW = "ended_by_review"
WITH_ARRANGEMENT = "arrangement_ended"
_OVER = "refusal_over"


def current(context: Context) -> ContactRefusal:
    """Give the refusal the run is about, else the open one of its arrangement.

    Raises NotFound when there is none, or when it is another case's.
    """
    expected = "a proposal to refuse contact"
    if number_in(context.variables, REF) is not None:
        return row_of_run(context, ContactRefusal, REF, expected)
    found = open_of(context, context.arrangement_id)
    if found is None or found.case_id != context.case_id:
        raise NotFound(f"Expected {expected}, but there is none.")
    return found


def open_of(context: Context, arrangement_id: int | None) -> ContactRefusal | None:
    """Give what is proposed or in force about an arrangement and has not ended; None for none."""
    return context.session.scalars(
        select(ContactRefusal)
        .where(ContactRefusal.arrangement_id == arrangement_id, ContactRefusal.ended_on.is_(None))
        .order_by(ContactRefusal.id.desc())
        .limit(1)
    ).one_or_none()


def in_force(context: Context, arrangement_id: int | None) -> ContactRefusal | None:
    """Give the refusal that holds today under an arrangement; None when there is none."""
    found = open_of(context, arrangement_id)
    return found if found is not None and found.in_force_on is not None else None


def refusal_ref(context: Context) -> str:
    """Give how messages address this refusal: ``refusal:4``."""
    return f"{KIND}:{current(context).id}"


def refusal_proposed_on(context: Context) -> dt.date:
    """Give the day it was proposed, from which the days for legal advice are counted."""
    return current(context).proposed_on


def refusal_advised_on(context: Context) -> dt.date:
    """Give the day legal advice was put on record, from which the days to decide are counted."""
    refusal = current(context)
    return refusal.advised_on or refusal.proposed_on


def refusal_until(context: Context) -> dt.date:
    """Give the last day of the refusal; today while none is decided."""
    return current(context).until_on or context.today


def wants_end(context: Context, arrangement_id: int, reason: str) -> None:
    """Ask the run of what is open about an arrangement to end it now; nothing when none is."""
    refusal = open_of(context, arrangement_id)
    if refusal is None or refusal.end_reason is not None:
        return
    refusal.end_reason = reason
    context.send(_OVER, key=f"{KIND}:{refusal.id}")
