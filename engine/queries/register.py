"""The register: every arrangement, its status derived and never typed (R-059 to R-064)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from engine.calendar import said
from engine.casework.standing_in import away_of
from engine.casework.visibility import Part, opens, sees
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cards import ArrangementCard, card, flags_of, limits_of
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, like, page_number, page_of, reading
from engine.queries.register_gaps import FLAGS, gaps, gone_of, has_gap, never_told
from engine.queries.standing import is_open
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement
from engine.tables.people import User
from engine.tables.process import WorkItem

#: The process whose open tasks mean that an arrangement is under review.
_REVIEW = "periodic_review"
#: The figure that says how many calendar days before its date a review is soon (R-062).
_LEAD = "review.lead"
#: An arrangement, its case and customer, and whether no letter told them how to appeal.
_Row = tuple[Arrangement, CaseFile, Customer | None, bool]


@dataclass(frozen=True)
class RegisterEntry:
    """One arrangement as the register lists it."""

    case_id: int
    case_reference: str
    customer: str
    address: str
    tenancy_reference: str
    card: ArrangementCard
    #: Agreed, letter sent, in force, under review, ended: derived from what happened.
    status: str
    #: green, amber (some system does not show it yet or still), grey (ended).
    colour: str
    #: An appeal that is open, with its date; "" for none.
    under_appeal: str
    is_review_late: bool
    #: Why it ended; "" while it has not.
    ended_because: str = ""
    #: What of it wants a person, a sentence each (R-063).
    gaps: tuple[str, ...] = ()


def register(
    database: Database,
    person: Person,
    search: str = "",
    page: int = 1,
    *,
    show: str = "live",
    size: int = PAGE_SIZE,
) -> Page[RegisterEntry]:
    """Give one page of the register, the next review first; ended ones by their end.

    search: part of a name, address, tenancy or case reference, or of who is the contact.
    show: live, ended, all, review (late, or due within the days the policy prepares one), or gaps
        (something of it wants a person).
    Of a partner's arrangements the partner liaison sees those it was told of. At most twelve
    statements. Raises NotFound for those the register does not exist for.
    """
    if not opens(person, "register"):
        raise NotFound
    with reading(database, person) as look:
        wanted = [_shown(look, show), _found(search), sees(person, Part.REGISTER)]
        base = (
            select(Arrangement, CaseFile, Customer, never_told().label("is_untold"))
            .join(CaseFile, CaseFile.id == Arrangement.case_id)
            .outerjoin(Customer, IS_CUSTOMER)
            .where(*wanted)
        )
        counted = base.with_only_columns(func.count(Arrangement.id))
        total = look.session.scalar(counted) or 0
        rows = look.session.execute(
            base.order_by(
                Arrangement.ended_on.is_not(None),
                Arrangement.ended_on.desc(),
                Arrangement.next_review_on.is_(None),
                Arrangement.next_review_on,
                Arrangement.id,
            )
            .limit(size)
            .offset((page_number(page) - 1) * size)
        )
        entries = _entries(look, [(row[0], row[1], row[2], bool(row[3])) for row in rows])
        return page_of(entries, total, page_number(page), size)


def _entries(look: Reading, rows: list[_Row]) -> list[RegisterEntry]:
    arrangements = [row[0] for row in rows]
    limits = limits_of(look, [row.id for row in arrangements])
    flags = flags_of(look, arrangements)
    away = away_of(look.session, [row.id for row in arrangements], look.today)
    cases = [row[1].id for row in rows]
    appeals = _open_appeals(look, cases)
    reviewed, late_flags = _tasks_of(look, cases)
    gone = gone_of(look)
    return [
        _entry(
            look,
            row,
            card(look, row[0], limits[row[0].id], flags[row[0].id], away.get(row[0].id)),
            gone,
            under_appeal=appeals.get(row[1].id, ""),
            is_reviewed=row[1].id in reviewed,
            is_flag_late=row[1].id in late_flags,
        )
        for row in rows
    ]


def _entry(
    look: Reading,
    row: _Row,
    its_card: ArrangementCard,
    gone: frozenset[str],
    **state: Any,
) -> RegisterEntry:
    arrangement, case, customer, is_untold = row
    due = arrangement.next_review_on
    return RegisterEntry(
        case_id=case.id,
        case_reference=case.reference,
        customer=customer.name if customer else "Deleted",
        address=customer.address if customer else "",
        tenancy_reference=customer.tenancy_reference if customer else "",
        card=its_card,
        status=_status(arrangement, state["is_reviewed"]),
        colour=_colour(arrangement, its_card),
        under_appeal="" if arrangement.ended_on else state["under_appeal"],
        is_review_late=bool(due and due < look.today and not arrangement.ended_on),
        ended_because=words.name_of("ending", arrangement.end_reason),
        gaps=gaps(look, arrangement, its_card, gone, state["is_flag_late"], is_untold),
    )


def _status(arrangement: Arrangement, is_reviewed: bool) -> str:
    if arrangement.ended_on:
        return "Ended"
    if arrangement.in_force_on:
        return "Under review" if is_reviewed else "In force"
    if arrangement.partner_contact:
        return "Notice received"
    return "Letter sent" if arrangement.letter_issued_on else "Agreed"


def _colour(arrangement: Arrangement, its_card: ArrangementCard) -> str:
    if its_card.is_amber or not (arrangement.in_force_on or arrangement.ended_on):
        return "amber"
    return "grey" if arrangement.ended_on else "green"


def _shown(look: Reading, show: str) -> ColumnElement[bool]:
    live = Arrangement.ended_on.is_(None)
    if show == "ended":
        return ~live
    if show == "gaps":
        return has_gap(look)
    if show == "review":
        return live & _is_soon(look)
    return true() if show == "all" else live


def _is_soon(look: Reading) -> ColumnElement[bool]:
    """Give the condition that a review is late or being prepared, by the figures of its case."""
    figures = bundle(look.session, current_release_id(look.session)).figures
    leads = {name: figure[_LEAD].value for name, figure in figures.items() if _LEAD in figure}
    return or_(
        Arrangement.next_review_on < look.today,
        *(
            and_(
                CaseFile.parameter_set == name,
                Arrangement.next_review_on <= look.today + dt.timedelta(days=int(str(lead))),
            )
            for name, lead in leads.items()
        ),
    )


def _found(search: str) -> ColumnElement[bool]:
    if not search.strip():
        return true()
    contact = select(User.name).where(User.full_name.ilike(like(search), escape="\\"))
    return or_(found_by(search), Arrangement.spoc.in_(contact), Arrangement.cover.in_(contact))


def _open_appeals(look: Reading, cases: list[int]) -> dict[int, str]:
    rows = look.session.scalars(
        select(Appeal)
        .where(Appeal.case_id.in_(cases), *is_open())
        .order_by(Appeal.received_on.desc())
    )
    return {row.case_id: _said(look, row) for row in rows}


def _said(look: Reading, appeal: Appeal) -> str:
    if appeal.answer_due_on is None:
        return f"Appeal received {said(appeal.received_on)}"
    due = appeal.answer_due_on
    return f"Appeal, answer due {said(due)}, {look.due_words(due)}"


def _tasks_of(look: Reading, cases: list[int]) -> tuple[set[int | None], set[int | None]]:
    """Give the cases with an open task of a review, and those with a flag task that is late."""
    found = look.session.execute(
        select(WorkItem.case_id, WorkItem.process_id, WorkItem.due_on).where(
            WorkItem.case_id.in_(cases),
            WorkItem.process_id.in_((_REVIEW, FLAGS)),
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    ).all()
    reviewed = {row.case_id for row in found if row.process_id == _REVIEW}
    late = {
        row.case_id
        for row in found
        if row.process_id == FLAGS and row.due_on is not None and row.due_on < look.today
    }
    return reviewed, late
