"""Who is away, who stands in, where nobody does, and which customers do not know (Q5, Q6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from engine.calendar import said
from engine.casework.absence_report import AbsenceFigures, figures_of
from engine.casework.cover_notices import ENDS
from engine.casework.visibility import opens
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement

#: How far ahead the list looks, and how far back, in days (Q5).
AHEAD, BACK = 14, 28
_MOST = 500
_OTHERS = "absences of others"


@dataclass(frozen=True)
class AbsenceRow:
    """One absence of one person."""

    id: int
    #: Full names; "" for nobody.
    who: str
    from_on: dt.date
    until_on: dt.date
    #: Who stands in, each once, as things are arranged; empty where nobody does or need be.
    stand_ins: tuple[str, ...]
    #: leave or sickness: read by that person and by those who look after absences (R-109).
    kind: str
    is_today: bool
    is_over: bool
    figures: AbsenceFigures


@dataclass(frozen=True)
class Uncovered:
    """Days on which a contact is away and nobody stands in for a customer."""

    case_id: int
    case_reference: str
    customer: str
    #: Full name of the contact.
    contact: str
    from_on: dt.date
    until_on: dt.date
    #: Why nobody does, where the Data Management Officer said so; "" while somebody is wanted.
    because: str
    is_today: bool


@dataclass(frozen=True)
class Untold:
    """A customer who is to be told of an absence, or that it ended, and is not yet."""

    case_id: int
    case_reference: str
    customer: str
    contact: str
    #: Who stands in from when until when, or that the contact is back.
    what: str
    due_on: dt.date
    due_words: str
    is_late: bool


@dataclass(frozen=True)
class AbsencePage:
    """What one person sees of absences."""

    #: Their own, those to come first.
    mine: tuple[AbsenceRow, ...]
    #: Everybody's of today and the days ahead, and those over lately; empty for most roles.
    coming: tuple[AbsenceRow, ...] = ()
    over: tuple[AbsenceRow, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()
    untold: tuple[Untold, ...] = ()
    sees_others: bool = False


def absence_page(database: Database, person: Person) -> AbsencePage:
    """Give the person's own absences; to managers and the officer those of everybody too.

    At most eight statements, and at most five hundred rows of each kind.
    """
    with reading(database, person) as look:
        mine = _rows(look, _absences(look).where(Absence.user_name == person.name))
        if not opens(person, _OTHERS):
            return AbsencePage(mine)
        soon = Absence.from_on <= look.today + dt.timedelta(days=AHEAD)
        rows = _rows(look, _absences(look).where(soon))
        return AbsencePage(
            mine=mine,
            coming=tuple(row for row in rows if not row.is_over),
            over=tuple(row for row in reversed(rows) if row.is_over),
            uncovered=_uncovered(look),
            untold=_untold(look),
            sees_others=True,
        )


def _absences(look: Reading) -> Select[Absence]:
    return (
        select(Absence)
        .where(
            Absence.ended_at.is_(None),
            Absence.until_on >= look.today - dt.timedelta(days=BACK),
        )
        .order_by(Absence.from_on, Absence.id)
        .limit(_MOST)
    )


def _rows(look: Reading, wanted: Select[Absence]) -> tuple[AbsenceRow, ...]:
    absences = list(look.session.scalars(wanted))
    figures = figures_of(look.session, look.calendar, absences, look.today)
    stand_ins = _stand_ins(look, absences)
    return tuple(
        AbsenceRow(
            id=one.id,
            who=look.full_name(one.user_name),
            from_on=one.from_on,
            until_on=one.until_on,
            stand_ins=stand_ins[one.id] or tuple(filter(None, [look.full_name(one.cover)])),
            kind=one.kind,
            is_today=one.from_on <= look.today <= one.until_on,
            is_over=one.until_on < look.today,
            figures=figures[one.id],
        )
        for one in absences
    )


def _stand_ins(look: Reading, absences: Sequence[Absence]) -> Mapping[int, tuple[str, ...]]:
    named: dict[int, dict[str, None]] = defaultdict(dict)
    rows = look.session.execute(
        select(StandIn.absence_id, StandIn.user_name)
        .where(StandIn.absence_id.in_([one.id for one in absences]), StandIn.user_name.is_not(None))
        .order_by(StandIn.from_on, StandIn.id)
    )
    for absence_id, name in rows:
        named[absence_id][look.full_name(name)] = None
    return defaultdict(tuple, {number: tuple(names) for number, names in named.items()})


def _uncovered(look: Reading) -> tuple[Uncovered, ...]:
    rows = look.session.execute(
        select(StandIn, Arrangement.spoc, CaseFile, Customer)
        .join(Arrangement, Arrangement.id == StandIn.arrangement_id)
        .join(CaseFile, CaseFile.id == StandIn.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(
            StandIn.user_name.is_(None),
            StandIn.until_on >= look.today,
            StandIn.from_on <= look.today + dt.timedelta(days=AHEAD),
            Arrangement.ended_on.is_(None),
        )
        .order_by(StandIn.from_on, StandIn.id)
        .limit(_MOST)
    )
    return tuple(
        Uncovered(
            case_id=case.id,
            case_reference=case.reference,
            customer=customer_name(customer.name if customer else None, case.deleted_on),
            contact=look.full_name(spoc),
            from_on=row.from_on,
            until_on=row.until_on,
            because=row.nobody_because or "",
            is_today=row.from_on <= look.today,
        )
        for row, spoc, case, customer in rows
    )


def _untold(look: Reading) -> tuple[Untold, ...]:
    rows = look.session.execute(
        select(CoverNotice, Arrangement.spoc, CaseFile, Customer)
        .join(Arrangement, Arrangement.id == CoverNotice.arrangement_id)
        .join(CaseFile, CaseFile.id == CoverNotice.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(CoverNotice.told_on.is_(None), CoverNotice.dropped_on.is_(None))
        .order_by(CoverNotice.due_on, CoverNotice.id)
        .limit(_MOST)
    )
    return tuple(
        Untold(
            case_id=case.id,
            case_reference=case.reference,
            customer=customer_name(customer.name if customer else None, case.deleted_on),
            contact=look.full_name(spoc),
            what=_to_be_told(look, notice),
            due_on=notice.due_on,
            due_words=look.due_words(notice.due_on),
            is_late=notice.due_on < look.today,
        )
        for notice, spoc, case, customer in rows
    )


def _to_be_told(look: Reading, notice: CoverNotice) -> str:
    if notice.kind == ENDS:
        return f"It ended on {said(notice.until_on)}"
    who = look.full_name(notice.user_name) if notice.user_name else "Nobody"
    return f"{who} stands in, {said(notice.from_on)} to {said(notice.until_on)}"
