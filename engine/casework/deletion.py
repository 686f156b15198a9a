"""The deletion of a case: what is personal goes, a shell and a certificate stay (R-107, R-111)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    CursorResult,
    delete,
    false,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.casework import audit, old_absences
from engine.casework.context import Context
from engine.errors import Rejected
from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.batches import Batch, BatchItem
from engine.tables.casefile import (
    CaseFile,
    Contact,
    Customer,
    Evidence,
    FormerHome,
    LegalHold,
    OwedAction,
    Stage,
    Submission,
    SupportOffer,
    ThirdParty,
)
from engine.tables.columns import Row
from engine.tables.comments import Comment
from engine.tables.complaints import Complaint
from engine.tables.customer_words import CustomerWord
from engine.tables.data_requests import DataCopy, DataCopyPart, DataMark, DataRequest
from engine.tables.decisions import (
    Appeal,
    Arrangement,
    BreachOfClock,
    Decision,
    Flag,
    Letter,
    LookRequest,
    PartnerEvent,
    Promise,
    Restriction,
)
from engine.tables.emergency import EmergencyAccess
from engine.tables.erasing import erase
from engine.tables.files import EvidenceFile, EvidenceFilePart
from engine.tables.flagging import FlagDifference, FlagRequest
from engine.tables.imports import ContactImportRow
from engine.tables.leaving import Meeting, Sending
from engine.tables.ombudsman import Determination, OmbudsmanItem
from engine.tables.outside import OutsideEvent
from engine.tables.ownership import OwnershipChange
from engine.tables.partners import PartnerNotice, PassedAppeal
from engine.tables.passing_on import PassedOn
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    Message,
    Outbox,
    ProcessInstance,
    Subscription,
    WorkItem,
)
from engine.tables.refusals import ContactRefusal
from engine.tables.register_imports import RegisterImportRow
from engine.tables.took_part import TookPart

#: How an instance ends that was still open when its case was deleted.
ENDED_WITH = "case_deleted"
#: Tables whose rows go as a whole, by the column that leads to the case.
OF_CASE: tuple[Any, ...] = (
    Appeal,
    Arrangement,
    BatchItem,
    BreachOfClock,
    Comment,
    Complaint,
    Contact,
    ContactImportRow,
    CoverNotice,
    ContactRefusal,
    DataCopy,
    DataCopyPart,
    DataMark,
    DataRequest,
    Decision,
    Determination,
    ElementInstance,
    EmergencyAccess,
    Evidence,
    EvidenceFile,
    EvidenceFilePart,
    FlagDifference,
    FlagRequest,
    FormerHome,
    LegalHold,
    Letter,
    LookRequest,
    Meeting,
    OmbudsmanItem,
    Outbox,
    OutsideEvent,
    OwedAction,
    OwnershipChange,
    PartnerNotice,
    PassedAppeal,
    PassedOn,
    Promise,
    RegisterImportRow,
    Sending,
    Stage,
    StandIn,
    Submission,
    SupportOffer,
    ThirdParty,
    TookPart,
)
OF_ARRANGEMENT: tuple[Any, ...] = (Flag, PartnerEvent, Restriction)
#: Tables whose rows stay: what ran and when, without a person or an answer in it.
EMPTIED: tuple[Any, ...] = (ElementHistory, Incident, Message, ProcessInstance, WorkItem)
#: All that the row of the case still says afterwards.
SHELL = frozenset(
    {
        "id",
        "reference",
        "parameter_set",
        "opened_on",
        "stage",
        "closed_on",
        "closed_reason",
        "delete_after",
        "deleted_on",
        "audit_number",
        "audit_head",
    }
)


def delete_case(context: Context, *, again: bool = False) -> None:
    """Delete everything personal about the case and certify it; its reference stays.

    What stays: the shell of the case, that its processes ran, and the events of its audit chain
    without actor, old and new. The chain still verifies; its last event counts what went.
    Absences that no case refers to any more go with it once they are old.

    again: after a restore, by a list that knows cases alone; no figure of the policy is asked, and
        old absences wait for the next deletion.
    """
    case, session = context.case(), context.session
    if case.deleted_on is not None:
        raise Rejected("Expected a case to delete, but this one is deleted already.")
    session.flush()
    erase(session)
    customer_id = case.customer_id
    _end_instances(context, case.id)
    _empty_rows(context, case.id)
    _forget_batches(session, case.id)
    _know_by_tenancy(session, case)
    _forget_copies(session, case.id)
    counts = dict(_delete_rows(context, case.id))
    _leave_shell(context, case)
    if not again and (forgotten := old_absences.forget(context)):
        counts[Absence.__tablename__] = forgotten
    counts[Customer.__tablename__] = _delete_customer(session, customer_id)
    counts["audit_detail"] = audit.Chain.of_case(session, case).forget_details()
    context.audit("case_deleted", "case_file", case.id, new={"deleted": counts})


def _end_instances(context: Context, case_id: int) -> None:
    """End what still runs about the case; only the deletion itself goes on to its own end."""
    session = context.session
    running = session.scalars(
        select(ProcessInstance.id).where(
            ProcessInstance.case_id == case_id,
            ProcessInstance.ended_at.is_(None),
            ProcessInstance.id != (context.instance_id or 0),
        )
    ).all()
    session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id.in_(running))
        .values(
            ended_at=context.now,
            ended_with=ENDED_WITH,
            next_due_at=None,
            version=ProcessInstance.version + 1,
        )
    )
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.instance_id.in_(running),
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .values(cancelled_at=context.now)
    )
    session.execute(delete(Subscription).where(Subscription.instance_id.in_(running)))


def _empty_rows(context: Context, case_id: int) -> None:
    """Take people and answers out of the rows that stay."""
    session = context.session
    instances = select(ProcessInstance.id).where(ProcessInstance.case_id == case_id)
    session.execute(
        update(WorkItem)
        .where(or_(WorkItem.case_id == case_id, WorkItem.instance_id.in_(instances)))
        .values(assignee=None, instead_of=None, completed_by=None, draft=None, draft_saved_by=None)
    )
    session.execute(
        update(ElementHistory)
        .where(or_(ElementHistory.case_id == case_id, ElementHistory.instance_id.in_(instances)))
        .values(by=None)
    )
    session.execute(
        update(Incident)
        .where(or_(Incident.case_id == case_id, Incident.instance_id.in_(instances)))
        .values(
            reason="",
            tried_by=None,
            settled_by=None,
            settled_reason=None,
            resolved_at=func.coalesce(Incident.resolved_at, context.now),
        )
    )
    session.execute(
        update(Message).where(Message.case_id == case_id).values(refs={}, payload={}, sent_by=None)
    )
    session.execute(
        update(Message)
        .where(Message.case_id == case_id, Message.delivered_at.is_(None))
        .values(dropped_at=context.now)
    )
    session.execute(
        update(ProcessInstance).where(ProcessInstance.case_id == case_id).values(started_by=None)
    )
    session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.case_id == case_id, ProcessInstance.ended_at.is_not(None))
        .values(state=None)
    )


def _forget_batches(session: Session, case_id: int) -> None:
    """Forget why a batch was made that is about this case alone, and what is kept of its runs."""
    runs = select(ProcessInstance.id).where(ProcessInstance.case_id == case_id)
    theirs = or_(BatchItem.case_id == case_id, BatchItem.instance_id.in_(runs))
    made = set(session.scalars(select(BatchItem.batch_id).where(theirs)))
    of_others = not_(func.coalesce(theirs, false()))
    shared = session.scalars(
        select(BatchItem.batch_id).where(BatchItem.batch_id.in_(made), of_others).distinct()
    )
    alone = made.difference(shared)
    session.execute(update(Batch).where(Batch.id.in_(alone)).values(reason=""))
    session.execute(delete(BatchItem).where(BatchItem.instance_id.in_(runs)))


def _know_by_tenancy(session: Session, case: CaseFile) -> None:
    """Let what was found in other systems about the same tenancies go with the case (R-068)."""
    homes = select(FormerHome.tenancy_reference).where(FormerHome.case_id == case.id)
    now = select(Customer.tenancy_reference).where(Customer.id == case.customer_id)
    theirs = or_(FlagDifference.person_key.in_(homes), FlagDifference.person_key.in_(now))
    session.execute(
        update(FlagDifference)
        .where(FlagDifference.case_id.is_(None), FlagDifference.person_key != "", theirs)
        .values(case_id=case.id)
    )


def _forget_copies(session: Session, case_id: int) -> None:
    """Delete copies of a person's data that hold something of this case, kept with another."""
    rows = session.execute(
        select(DataCopy.id, DataCopy.data_request_id, DataCopy.case_ids).where(
            DataCopy.case_id != case_id
        )
    ).all()
    copies = [row for row in rows if case_id in row.case_ids]
    ids = [row.id for row in copies]
    requests = [row.data_request_id for row in copies]
    session.execute(delete(DataCopyPart).where(DataCopyPart.data_copy_id.in_(ids)))
    session.execute(delete(DataCopy).where(DataCopy.id.in_(ids)))
    session.execute(delete(DataMark).where(DataMark.data_request_id.in_(requests)))


def _delete_rows(context: Context, case_id: int) -> Iterator[tuple[str, int]]:
    """Delete the rows of the case, those that refer to others first; gives how many of each.

    Where the run is that deletes stays to be kept by that run itself.
    """
    session = context.session
    arrangements = select(Arrangement.id).where(Arrangement.case_id == case_id)
    chosen = {row.__tablename__: row for row in (*OF_CASE, *OF_ARRANGEMENT)}
    for table in reversed(Row.metadata.sorted_tables):
        row = chosen.get(table.name)
        if row is not None:
            is_theirs = (
                row.case_id == case_id if row in OF_CASE else row.arrangement_id.in_(arrangements)
            )
            if row is ElementInstance:
                is_theirs &= row.instance_id != (context.instance_id or 0)
            yield table.name, _count(session.execute(delete(row).where(is_theirs)))


def _leave_shell(context: Context, case: CaseFile) -> None:
    """Empty every column of the case that is not part of its shell, also those yet to come."""
    for column in CaseFile.__table__.columns:
        if column.key not in SHELL:
            empty: Any = [] if isinstance(column.type, JSON) else ""
            setattr(case, column.key, None if column.nullable else empty)
    case.deleted_on = context.today
    context.session.flush()


def _delete_customer(session: Session, customer_id: int | None) -> int:
    """Delete the customer unless another case is about the same person."""
    others = select(CaseFile.id).where(CaseFile.customer_id == customer_id).limit(1)
    if customer_id is None or session.scalar(others) is not None:
        return 0
    # By name too: a restore on SQLite follows no references.
    session.execute(delete(CustomerWord).where(CustomerWord.customer_id == customer_id))
    return _count(session.execute(delete(Customer).where(Customer.id == customer_id)))


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
