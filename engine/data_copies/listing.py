"""Requests for data with their clocks, and holds with their reviews, for who watches (Q12)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.casework.data_requests import REF
from engine.casework.tasks_seen import sees_work_item
from engine.casework.visibility import Part, sees
from engine.data_copies import making
from engine.data_copies.others import Mark
from engine.errors import NotFound
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer, LegalHold
from engine.tables.data_requests import DataCopy, DataRequest
from engine.tables.database import Database
from engine.tables.process import WorkItem

#: Roles for which the list exists; a manager reads figures alone.
_LISTED_FOR = frozenset({"complaints_manager", "manager", "dmo", "legal"})
_NAMED_FOR = _LISTED_FOR - {"manager"}
_MOST = 500
_KINDS = {"copy": "A copy", "correction": "A correction"}


@dataclass(frozen=True)
class DataRequestRow:
    """One open request."""

    id: int
    case_id: int
    case_reference: str
    customer: str
    #: ``A copy`` or ``A correction``.
    kind: str
    received_on: dt.date
    due_on: dt.date
    #: How the date lies to today, in words.
    due: str
    due_reason: str
    is_late: bool
    #: Whether more time was taken, as the law allows.
    is_extended: bool


@dataclass(frozen=True)
class HoldRow:
    """One hold that stands."""

    case_id: int
    case_reference: str
    customer: str
    reason: str
    since: dt.date
    #: None for one that was placed before reviews were asked for.
    review_on: dt.date | None
    is_late: bool


@dataclass(frozen=True)
class DataRequests:
    """What is open, in figures for all and by name for those who watch."""

    open: int
    late: int
    due_soon: int
    holds: int
    holds_late: int
    #: Empty for a manager.
    rows: tuple[DataRequestRow, ...]
    held: tuple[HoldRow, ...]
    #: False where only figures are for this person.
    shows_rows: bool


@dataclass(frozen=True)
class DataRequestPage:
    """One request, who else is in the data, and the copies that were made."""

    row: DataRequestRow
    what: str
    is_copy: bool
    is_open: bool
    #: The task in which it is answered now; None where none is open that this person may see.
    task_id: int | None
    marks: tuple[Mark, ...]
    #: Id, when it was made, by whom, size in bytes and SHA-256 of each.
    copies: tuple[tuple[int, dt.datetime, str, int, str], ...]

    @property
    def undecided(self) -> int:
        """Count whom nobody decided on yet."""
        return sum(not mark.decision for mark in self.marks)


def listed(database: Database, person: Person) -> DataRequests:
    """Give open requests and standing holds, the most urgent first, at most five hundred each.

    Raises NotFound for those the list does not exist for.
    """
    if not _LISTED_FOR.intersection(person.roles):
        raise NotFound
    with reading(database, person) as look:
        soon = look.calendar.working_days(look.today, _soon(look)).on
        is_open = DataRequest.closed_on.is_(None) & DataRequest.answered_on.is_(None)
        stands = LegalHold.lifted_on.is_(None)
        counted = look.session.execute(
            select(
                select(func.count()).select_from(DataRequest).where(is_open).scalar_subquery(),
                select(func.count())
                .select_from(DataRequest)
                .where(is_open, DataRequest.due_on < look.today)
                .scalar_subquery(),
                select(func.count())
                .select_from(DataRequest)
                .where(is_open, DataRequest.due_on >= look.today, DataRequest.due_on <= soon)
                .scalar_subquery(),
                select(func.count()).select_from(LegalHold).where(stands).scalar_subquery(),
                select(func.count())
                .select_from(LegalHold)
                .where(stands, LegalHold.review_on < look.today)
                .scalar_subquery(),
            )
        ).one()
        is_for_rows = bool(_NAMED_FOR.intersection(person.roles))
        return DataRequests(
            *counted,
            rows=_requests(look) if is_for_rows else (),
            held=_holds(look) if is_for_rows else (),
            shows_rows=is_for_rows,
        )


def page(database: Database, request_id: int, person: Person) -> DataRequestPage:
    """Give one request for whoever answers it; NotFound for everybody else."""
    with reading(database, person) as look:
        request = making.request_seen(look.session, request_id, person)
        case = look.session.get_one(CaseFile, request.case_id)
        customer = look.session.get(Customer, case.customer_id or 0)
        is_open = request.closed_on is None and request.answered_on is None
        copies = look.session.scalars(
            select(DataCopy)
            .where(DataCopy.data_request_id == request.id)
            .order_by(DataCopy.id.desc())
        )
        wants = request.kind == "copy" and is_open
        return DataRequestPage(
            row=_row(look, request, case, customer),
            what=request.what,
            is_copy=request.kind == "copy",
            is_open=is_open,
            task_id=_task(look, request),
            marks=tuple(making.marks_of(look.session, request)) if wants else (),
            copies=tuple(
                (one.id, one.made_at, look.full_name(one.made_by), one.size_bytes, one.sha256)
                for one in copies
            ),
        )


def _task(look: Reading, request: DataRequest) -> int | None:
    rows = look.session.execute(
        select(WorkItem.id, WorkItem.variables).where(
            WorkItem.case_id == request.case_id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
            sees_work_item(look.viewer),
        )
    )
    wanted = f"data_request:{request.id}"
    return next((number for number, known in rows if known.get(REF) == wanted), None)


def _requests(look: Reading) -> tuple[DataRequestRow, ...]:
    rows = look.session.execute(
        select(DataRequest, CaseFile, Customer)
        .join(CaseFile, CaseFile.id == DataRequest.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(
            DataRequest.closed_on.is_(None),
            DataRequest.answered_on.is_(None),
            sees(look.viewer, Part.RETENTION),
        )
        .order_by(DataRequest.due_on, DataRequest.id)
        .limit(_MOST)
    )
    return tuple(_row(look, request, case, customer) for request, case, customer in rows)


def _row(
    look: Reading, request: DataRequest, case: CaseFile, customer: Customer | None
) -> DataRequestRow:
    return DataRequestRow(
        id=request.id,
        case_id=case.id,
        case_reference=case.reference,
        customer=customer_name(customer.name if customer else None, case.deleted_on),
        kind=_KINDS[request.kind],
        received_on=request.received_on,
        due_on=request.due_on,
        due=look.due_words(request.due_on),
        due_reason=request.due_reason,
        is_late=request.due_on < look.today,
        is_extended=request.extended_on is not None,
    )


def _holds(look: Reading) -> tuple[HoldRow, ...]:
    rows = look.session.execute(
        select(LegalHold, CaseFile, Customer)
        .join(CaseFile, CaseFile.id == LegalHold.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(LegalHold.lifted_on.is_(None), sees(look.viewer, Part.RETENTION))
        .order_by(LegalHold.review_on, LegalHold.id)
        .limit(_MOST)
    )
    return tuple(
        HoldRow(
            case_id=case.id,
            case_reference=case.reference,
            customer=customer_name(customer.name if customer else None, case.deleted_on),
            reason=hold.reason,
            since=hold.opened_on,
            review_on=hold.review_on,
            is_late=hold.review_on is not None and hold.review_on < look.today,
        )
        for hold, case, customer in rows
    )


def _soon(look: Reading) -> int:
    """Give within how many working days a date is near, as the policy says; 0 for none."""
    return int(making.figure(look.session, "data_request.warn") or 0)
