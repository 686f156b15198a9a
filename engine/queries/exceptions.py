"""The exceptions report: each rule overridden or broken, on which case, who, when, why (R-063)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select

from engine.casework.controls import CONTROLS, UPHELD, UPHELD_WORDS, order_of
from engine.casework.visibility import Part, opens, sees, sees_every_case
from engine.errors import NotFound
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.comparisons import compared
from engine.queries.exception_sources import NO_CASE, OWED, PROMISED, Asked, Found, everything
from engine.queries.exceptions_beside import beside
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, page_number, page_of, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database

#: As many numbers as one statement may name on every database.
_NAMED_AT_ONCE = 500


@dataclass(frozen=True)
class ExceptionFilter:
    """What to list: a number, whose cases, which days, and as it was known on a day."""

    #: ``C-09``; "" for all.
    number: str = ""
    #: User name of who carries the case; "" for all.
    owner: str = ""
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    #: None for today; a later day is today.
    as_of: dt.date | None = None
    #: What is past due and still to be done, and nothing else.
    past_due: bool = False


@dataclass(frozen=True)
class ExceptionRow:
    """One exception."""

    number: str
    what: str
    paragraph: str
    rows: str
    #: 0 where it is about no case; then these are "".
    case_id: int
    case_reference: str
    customer: str
    #: Full name of who carries the case.
    owner: str
    on: dt.date
    #: "" where it was nobody's doing: a clock that ran out.
    who: str
    why: str
    #: False where of the case only its tasks are seen.
    whole: bool
    #: The comparison it is about; 0 where it is about none.
    about_id: int


@dataclass(frozen=True)
class NeedsSomebody:
    """What of the report wants a manager now (Q15), as of its day."""

    #: By number of the report: how much has a day that has passed and is still to be done.
    past_due: Mapping[str, int]
    #: Exceptions and overrides of the month of that day, and its first day.
    this_month: int
    month_from: dt.date
    #: Whether it counts every case; False for those who do not see the decisions of all.
    of_all: bool

    @property
    def promises(self) -> int:
        """Give how many promises are past due and still to be kept."""
        return self.past_due.get(PROMISED, 0)

    @property
    def owed(self) -> int:
        """Give how many things we owe are past due and still to be done."""
        return self.past_due.get(OWED, 0)


@dataclass(frozen=True)
class ExceptionReport:
    """One page of the report, and what the whole of it counts."""

    found: Page[ExceptionRow]
    #: Number, what was not kept, how often; the Ombudsman's criticisms first.
    counts: tuple[tuple[str, str, int], ...]
    #: User name and full name of everybody who carries one of the cases.
    owners: tuple[tuple[str, str], ...]
    as_of: dt.date
    #: Counted over all cases this person sees, whatever the list is narrowed to.
    needs: NeedsSomebody
    #: What the Ombudsman upheld, and so no exception speaks against.
    upheld: tuple[str, str] = (UPHELD, UPHELD_WORDS)


def report(
    database: Database,
    person: Person,
    wanted: ExceptionFilter | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ExceptionReport:
    """Give the exceptions of the cases whose decisions this person sees, newest first.

    Of a case of which they see the tasks alone, what is past due, and not what it is about.
    Raises NotFound for those it does not exist for. At most thirty-two statements, however many
    cases there are.
    """
    wanted = wanted or ExceptionFilter()
    if not opens(person, "exceptions"):
        raise NotFound
    with reading(database, person) as look:
        as_of = min(wanted.as_of or look.today, look.today)
        everywhere = _found(look, person, as_of)
        cases = _cases(look, everywhere)
        carried = {case_id: case.owner for case_id, (case, _) in cases.items()}
        found = [
            one
            for one in everywhere
            if _fits(one, wanted) and wanted.owner in ("", carried.get(one.case_id))
        ]
        shown = sorted(
            (one for one in found if wanted.number in ("", one.number)),
            key=lambda one: (-one.on.toordinal(), order_of(one.number), one.case_id),
        )
        first = (page_number(page) - 1) * size
        rows = tuple(_row(look, one, cases) for one in shown[first : first + size])
        counts = Counter(one.number for one in found)
        owners = {carried[one.case_id] for one in found if one.case_id in carried}
        return ExceptionReport(
            found=page_of(rows, len(shown), page_number(page), size),
            counts=tuple(
                (number, CONTROLS[number].what, counts[number])
                for number in sorted(counts, key=order_of)
            ),
            owners=tuple(sorted(((one, look.full_name(one)) for one in owners), key=_by_name)),
            as_of=as_of,
            needs=_needs(everywhere, as_of, sees_every_case(person, Part.DECISIONS)),
        )


def _found(look: Reading, person: Person, as_of: dt.date) -> list[Found]:
    of_case = and_(sees(person, Part.DECISIONS), CaseFile.deleted_on.is_(None))
    of_tasks = and_(sees(person, Part.TASKS), CaseFile.deleted_on.is_(None))
    asked = Asked(look, as_of, of_case, of_tasks)
    return [*everything(asked), *beside(asked), *compared(asked)]


def _fits(one: Found, wanted: ExceptionFilter) -> bool:
    return (
        (wanted.from_on is None or one.on >= wanted.from_on)
        and (wanted.until_on is None or one.on <= wanted.until_on)
        and (one.is_past_due or not wanted.past_due)
    )


def _needs(found: Iterable[Found], as_of: dt.date, of_all: bool) -> NeedsSomebody:
    past_due = Counter(one.number for one in found if one.is_past_due)
    month_from = as_of.replace(day=1)
    return NeedsSomebody(
        past_due=past_due,
        this_month=sum(1 for one in found if one.on >= month_from),
        month_from=month_from,
        of_all=of_all,
    )


def _cases(look: Reading, found: Iterable[Found]) -> Mapping[int, tuple[CaseFile, Customer | None]]:
    ids = {one.case_id for one in found} - {NO_CASE}
    query = select(CaseFile, Customer).outerjoin(Customer, IS_CUSTOMER)
    if len(ids) <= _NAMED_AT_ONCE:
        query = query.where(CaseFile.id.in_(ids))
    return {case.id: (case, customer) for case, customer in look.session.execute(query).all()}


def _row(
    look: Reading, one: Found, cases: Mapping[int, tuple[CaseFile, Customer | None]]
) -> ExceptionRow:
    case, customer = cases.get(one.case_id, (None, None))
    control = CONTROLS[one.number]
    return ExceptionRow(
        number=one.number,
        what=control.what,
        paragraph=control.paragraph,
        rows=control.rows,
        case_id=one.case_id,
        case_reference=case.reference if case else "",
        customer=_customer(case, customer),
        owner=look.full_name(case.owner if case else None),
        on=one.on,
        who=look.full_name(one.who),
        why=one.why,
        whole=one.whole,
        about_id=one.about_id,
    )


def _customer(case: CaseFile | None, customer: Customer | None) -> str:
    if case is None:
        return ""
    return customer_name(customer.name if customer else None, case.deleted_on)


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1].casefold()
