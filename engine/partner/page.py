"""What stands between the partner and us, on one page: agreements, notices, what waits (R-097)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import case, select

from engine.calendar import said
from engine.casework.open_tasks import is_open_unled
from engine.casework.partner_notices import NOTICE_REF
from engine.casework.partners import reference_of
from engine.casework.tasks_seen import sees_work_item
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, PartnerEvent
from engine.tables.partners import PartnerNotice, SharingAgreement
from engine.tables.process import WorkItem

#: Rows shown of each list; more of them is a fault somebody has to look into first.
_MOST = 500
_KINDS = {"start": "Begins", "change": "Changes", "review": "Reviewed, goes on", "end": "Ends"}
#: The steps that wait for our answer, and for the partner's.
_ANSWER, _ACKNOWLEDGE = "answer_notice", "record_acknowledgement"
_ACTIONS = {"add": "Began", "update": "Changed", "end": "Ended"}


@dataclass(frozen=True)
class AgreementRow:
    """One recorded agreement and how it stands today."""

    reference: str
    from_on: dt.date
    until_on: dt.date
    standing: str
    is_over: bool


@dataclass(frozen=True)
class BetweenUs:
    """One thing one of us told the other that has no answer yet."""

    case_id: int
    case_reference: str
    customer: str
    what: str
    standing: str
    #: Of the task that waits for the answer: None, "" and False where no task waits any more.
    due_on: dt.date | None = None
    due_reason: str = ""
    due_words: str = ""
    is_late: bool = False
    #: That task; None where it does not exist for the one who looks.
    task_id: int | None = None


@dataclass(frozen=True)
class PartnerPage:
    """What stands between the partner and us today."""

    partner: str
    agreements: tuple[AgreementRow, ...]
    #: False where nothing may be shared today, because no agreement is in date (R-099).
    is_in_date: bool
    #: Notices of the partner that wait for our answer, oldest first.
    to_answer: tuple[BetweenUs, ...]
    #: What we told the partner that it has not confirmed, oldest first (Q14).
    not_confirmed: tuple[BetweenUs, ...]
    #: Whether the one who looks records agreements and enters notices.
    may_enter: bool


def partner_page(database: Database, person: Person) -> PartnerPage:
    """Give the page for those it exists for; NotFound for others. At most eight statements."""
    if not opens(person, "partner"):
        raise NotFound
    with reading(database, person) as look:
        rows = list(
            look.session.scalars(
                select(SharingAgreement).order_by(SharingAgreement.until_on.desc()).limit(_MOST)
            )
        )
        return PartnerPage(
            partner=_name(look),
            agreements=tuple(_agreement(look, row) for row in rows),
            is_in_date=any(row.from_on <= look.today <= row.until_on for row in rows),
            to_answer=tuple(_to_answer(look)),
            not_confirmed=tuple(_not_confirmed(look)),
            may_enter="dmo" in person.roles,
        )


def _name(look: Reading) -> str:
    figures = bundle(look.session, current_release_id(look.session)).figures
    names = [one["partner.name"].value for one in figures.values() if "partner.name" in one]
    return next((str(name) for name in names if name), "The partner")


def _agreement(look: Reading, row: SharingAgreement) -> AgreementRow:
    is_over = row.until_on < look.today
    ends = look.due_words(row.until_on)
    standing = "Ended" if is_over else f"Ends {ends}" if row.from_on <= look.today else "To come"
    return AgreementRow(row.reference, row.from_on, row.until_on, standing, is_over)


def _to_answer(look: Reading) -> list[BetweenUs]:
    rows = look.session.execute(
        select(PartnerNotice, CaseFile, Customer)
        .join(CaseFile, CaseFile.id == PartnerNotice.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .where(PartnerNotice.answered_on.is_(None), CaseFile.deleted_on.is_(None))
        .order_by(PartnerNotice.received_on, PartnerNotice.id)
        .limit(_MOST)
    ).all()
    waiting = {
        str(item.variables.get(NOTICE_REF, "")): (item, sees)
        for item, sees in _tasks(look, _ANSWER, {of_case.id for _, of_case, _ in rows})
    }
    return [
        _dated(
            look,
            _row(
                of_case, customer, f"{_KINDS[notice.kind]} ({notice.reference})", notice.received_on
            ),
            waiting.get(f"notice:{notice.id}"),
        )
        for notice, of_case, customer in rows
    ]


def _not_confirmed(look: Reading) -> list[BetweenUs]:
    rows = look.session.execute(
        select(PartnerEvent, CaseFile, Customer)
        .join(Arrangement, Arrangement.id == PartnerEvent.arrangement_id)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .where(PartnerEvent.shared_on.is_not(None), PartnerEvent.acknowledged_on.is_(None))
        .order_by(PartnerEvent.shared_on, PartnerEvent.id)
        .limit(_MOST)
    ).all()
    waiting = {
        item.instance_id: (item, sees)
        for item, sees in _tasks(look, _ACKNOWLEDGE, {of_case.id for _, of_case, _ in rows})
    }
    return [
        _dated(
            look,
            _row(of_case, customer, _told(event, of_case), event.shared_on),
            waiting.get(event.instance_id),
        )
        for event, of_case, customer in rows
    ]


def _told(event: PartnerEvent, of_case: CaseFile) -> str:
    reference = reference_of(of_case.reference, event.instance_id)
    return f"{_ACTIONS.get(event.action, event.action)} ({reference})"


def _tasks(
    look: Reading, element_id: str, case_ids: Collection[int]
) -> list[tuple[WorkItem, bool]]:
    """Give the open tasks of one step, each with whether it exists for the one who looks."""
    sees = case((sees_work_item(look.viewer), 1), else_=0)
    rows = look.session.execute(
        select(WorkItem, sees).where(
            WorkItem.element_id == element_id, WorkItem.case_id.in_(case_ids), is_open_unled()
        )
    )
    return [(item, bool(seen)) for item, seen in rows]


def _dated(look: Reading, row: BetweenUs, waiting: tuple[WorkItem, bool] | None) -> BetweenUs:
    """Say by when one is to be answered, as the task that waits for it has it."""
    if waiting is None:
        return row
    item, sees = waiting
    return replace(
        row,
        due_on=item.due_on,
        due_reason=item.due_reason or "",
        due_words=look.due_words(item.due_on),
        is_late=item.due_on is not None and item.due_on < look.today,
        task_id=item.id if sees else None,
    )


def _row(of_case: CaseFile, customer: Customer | None, what: str, on: dt.date | None) -> BetweenUs:
    return BetweenUs(
        case_id=of_case.id,
        case_reference=of_case.reference,
        customer=customer.name if customer else "Deleted",
        what=what,
        standing=f"Since {said(on)}" if on else "",
    )
