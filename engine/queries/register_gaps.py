"""What is wrong with an entry of the register, so that its keeper can put it right (R-063)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, and_, or_, select

from engine.calendar import said
from engine.casework.open_tasks import is_open_unled
from engine.queries.cards import ArrangementCard, FlagState
from engine.queries.reading import Reading
from engine.tables.decisions import Arrangement, Decision, Flag
from engine.tables.people import User
from engine.tables.process import WorkItem

#: The process that asks other systems to show an arrangement.
FLAGS = "flags"
_SPOC = "spoc"
_UNTOLD = "No letter told the customer how to appeal: until one does, an appeal is never late."


def has_gap(look: Reading) -> ColumnElement[bool]:
    """Give the condition under which something of an arrangement wants a person."""
    today = look.today
    gone = select(User.name).where(User.left_on < today)
    live = Arrangement.ended_on.is_(None)
    named = and_(
        Arrangement.kind == _SPOC,
        # The partner names whoever deals with its own.
        Arrangement.partner_contact == "",
        or_(
            Arrangement.spoc.is_(None),
            Arrangement.cover.is_(None),
            Arrangement.spoc.in_(gone),
            Arrangement.cover.in_(gone),
        ),
    )
    dated = or_(
        Arrangement.next_review_on < today,
        Arrangement.end_on < today,
        and_(
            Arrangement.in_force_on.is_not(None),
            Arrangement.partner_contact == "",
            Arrangement.next_review_on.is_(None),
            Arrangement.end_on.is_(None),
        ),
    )
    late_flags = select(WorkItem.case_id).where(
        WorkItem.process_id == FLAGS, WorkItem.due_on < today, is_open_unled()
    )
    still_set = select(Flag.arrangement_id).where(
        Flag.set_on.is_not(None), Flag.removed_on.is_(None)
    )
    return or_(
        and_(live, or_(named, dated, never_told(), Arrangement.case_id.in_(late_flags))),
        and_(~live, Arrangement.id.in_(still_set)),
    )


def never_told() -> ColumnElement[bool]:
    """Give the condition under which no letter told the customer how to appeal (K-10).

    It was taken over without one: the time to appeal has not begun.
    """
    open_ended = select(Decision.id).where(Decision.appeal_until.is_(None))
    return and_(Arrangement.taken_over.is_(True), Arrangement.decision_id.in_(open_ended))


def gone_of(look: Reading) -> frozenset[str]:
    """Give the user names of everybody who has left."""
    return look.gone


def gaps(
    look: Reading,
    arrangement: Arrangement,
    its_card: ArrangementCard,
    gone: Collection[str],
    is_flag_late: bool,
    is_untold: bool,
) -> tuple[str, ...]:
    """Say what of one arrangement wants a person, a sentence each; what ``has_gap`` finds.

    gone: who has left; is_flag_late: a system has not confirmed in time; is_untold: no letter
    told the customer how to appeal.
    """
    if arrangement.ended_on is not None:
        left = [flag.system for flag in its_card.flags if not flag.is_settled and _is_set(flag)]
        return tuple(f"Ended, but {system} still shows it." for system in left)
    found = [*_people(arrangement, its_card, gone), *_dates(look, arrangement)]
    if is_untold:
        found.append(_UNTOLD)
    if is_flag_late:
        found.append("A system has not confirmed in time.")
    return tuple(found)


def _is_set(flag: FlagState) -> bool:
    return flag.state in ("set", "update_requested", "removal_requested", "failed")


def _people(
    arrangement: Arrangement, its_card: ArrangementCard, gone: Collection[str]
) -> Iterator[str]:
    if arrangement.kind != _SPOC or arrangement.partner_contact:
        return
    for name, shown, part in (
        (arrangement.spoc, its_card.spoc, "the contact"),
        (arrangement.cover, its_card.cover, "the cover"),
    ):
        if name is None:
            yield f"Nobody is {part}."
        elif name in gone:
            yield f"{shown}, {part}, has left."


def _dates(look: Reading, arrangement: Arrangement) -> Iterator[str]:
    review, end = arrangement.next_review_on, arrangement.end_on
    if review is not None and review < look.today:
        yield f"The review of {said(review)} is {look.due_words(review)}."
    if end is not None and end < look.today:
        yield f"It was to end on {said(end)}, but has not been ended."
    if arrangement.in_force_on and review is end is None and not arrangement.partner_contact:
        yield "It is in force without a review date or an end."
