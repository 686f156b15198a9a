"""How long a case is kept, what holds it, and that nothing personal is left afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import inspect, select

from engine.casework import deletion, retention
from engine.casework.audit import Chain
from engine.errors import NotFound, Rejected
from engine.messages import Envelope, send
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.batches import Batch, BatchItem
from engine.tables.casefile import (
    CaseFile,
    Contact,
    Customer,
    Evidence,
    LegalHold,
    OwedAction,
    Stage,
    Submission,
    SupportOffer,
    ThirdParty,
)
from engine.tables.columns import Row
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import (
    Appeal,
    BreachOfClock,
    Flag,
    Letter,
    LookRequest,
    PartnerEvent,
    Promise,
    Restriction,
)
from engine.tables.emergency import EmergencyAccess
from engine.tables.leaving import Meeting, Sending
from engine.tables.people import User
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
from tests.engine.casework.newer_rows import newer_rows
from tests.engine.casework.old_register import PEOPLE, Register, opened

DAY = dt.date(2026, 4, 2)
#: What was typed, in one form or another, while the case was open.
SECRET = "Jo Carter of 4 Elm Court, 204518/02, shouted at the desk"


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        yield landlord


@pytest.mark.parametrize(
    ("ended_on", "last_day", "notice_on"),
    [
        ("2026-10-01", "2027-04-01", "2027-03-18"),
        ("2026-05-27", "2026-11-27", "2026-11-13"),
        ("2026-08-31", "2027-02-28", "2027-02-14"),
    ],
)
def test_a_case_is_kept_six_months_from_the_end_of_its_arrangement(
    register: Register, ended_on: str, last_day: str, notice_on: str
) -> None:
    register.arrangement().ended_on = dt.date.fromisoformat(ended_on)
    context = register.context("2026-10-05")
    retention.plan(context)
    assert retention.delete_after(context) == dt.date.fromisoformat(last_day)
    assert retention.deletion_notice_on(context) == dt.date.fromisoformat(notice_on)


def test_a_case_without_an_arrangement_is_kept_from_the_day_it_was_closed(
    register: Register,
) -> None:
    context = register.context("2026-10-05")
    for row in (*register.rows(Restriction), register.arrangement()):
        register.session.delete(row)
        register.session.flush()
    register.arrangement_id = context.arrangement_id = None
    context.case().closed_on = dt.date(2026, 9, 1)
    retention.plan(context)
    assert retention.delete_after(context) == dt.date(2027, 3, 1)
    # a figure of its own, which does not touch a case that had an arrangement
    own = register.context("2026-10-05", figures={"retention.period_no_arrangement": 3})
    retention.plan(own)
    assert retention.delete_after(context) == dt.date(2026, 12, 1)


def test_before_it_is_planned_there_is_no_last_day(register: Register) -> None:
    with pytest.raises(NotFound, match="none was worked out"):
        retention.delete_after(register.context("2026-10-05"))


def _hold(register: Register) -> Any:
    return LegalHold(
        case_id=register.case_id, reason="ombudsman case", opened_on=DAY, opened_by="dorothy"
    )


def _request(register: Register) -> Any:
    return LookRequest(
        case_id=register.case_id,
        arrangement_id=register.arrangement_id,
        asked_by="customer",
        why=SECRET,
        received_on=DAY,
        received_by="priya",
        logged_by="priya",
    )


def _owed(register: Register) -> Any:
    return OwedAction(
        case_id=register.case_id, what=SECRET, owner="amina", due_on=DAY, opened_on=DAY
    )


def _flag(register: Register) -> Any:
    return Flag(
        arrangement_id=register.arrangement_id, system="JADU CRM", text=SECRET, requested_on=DAY
    )


@pytest.mark.parametrize(
    ("held_by", "settled"),
    [
        (_hold, {"lifted_on": DAY}),
        (_request, {"answered_on": DAY}),
        (_owed, {"done_on": DAY}),
        (_owed, {"withdrawn_reason": "Done by the customer"}),
        (_flag, {"removed_on": DAY}),
    ],
)
def test_what_is_open_holds_the_case_until_it_is_settled(
    register: Register, held_by: Callable[[Register], Any], settled: dict[str, Any]
) -> None:
    context = register.context("2027-04-02")
    assert retention.find_holds(context) == 0
    row = held_by(register)
    register.session.add(row)
    register.session.flush()
    assert retention.find_holds(context) == 1
    for name, value in settled.items():
        setattr(row, name, value)
    register.session.flush()
    assert retention.find_holds(context) == 0


def test_an_open_appeal_holds_the_case(register: Register) -> None:
    register.appeal("2026-04-01")
    context = register.context("2027-04-02")
    assert retention.find_holds(context) == 1
    register.rows(Appeal)[0].answered_on = DAY
    register.session.flush()
    assert retention.find_holds(context) == 0


def test_after_the_deletion_no_table_holds_anything_personal(database: Database) -> None:
    with opened(database) as register:
        register.take_over()
        _fill(register)
        deleting = register.instance("retention", "2026-11-01")
        context = register.context("2027-04-02", "the system", instance_id=deleting.id)
        deletion.delete_case(context)
    with database.reading() as session:
        left = "\n".join(
            f"{table.name}: {row}"
            for table in Row.metadata.sorted_tables
            if table.name not in {"user", "role_holder"}
            for row in session.execute(select(table))
        )
        for trace in ("Carter", "Elm Court", "204518", "shouted", "Forty calls", "priya.nair@"):
            assert trace not in left
        for name in PEOPLE:
            assert f"'{name}'" not in left
        [case] = session.scalars(select(CaseFile))
        assert (case.reference, case.deleted_on, case.customer_id) == (
            "SP-2026-001",
            dt.date(2027, 4, 2),
            None,
        )
        assert Chain.of_case(session, case).broken_at() is None


def test_the_certificate_is_the_last_event_and_counts_what_went(register: Register) -> None:
    _fill(register)
    events = len(register.rows(AuditEvent))
    context = register.context("2027-04-02", "the system")
    deletion.delete_case(context)
    last = register.rows(AuditEvent)[-1]
    assert last.action == "case_deleted"
    [detail] = register.session.scalars(select(AuditDetail))
    assert (detail.event_id, detail.actor) == (last.id, "the system")
    deleted = detail.new["deleted"]
    assert deleted["audit_detail"] == events
    assert {name for name, count in deleted.items() if count == 0} == set()
    with pytest.raises(Rejected, match="deleted already"):
        deletion.delete_case(context)


def test_why_a_batch_of_many_cases_was_made_stays_when_one_of_them_goes(
    register: Register,
) -> None:
    context = register.context("2027-04-02", "the system")
    item = _moved(register, context.now)
    other = BatchItem(batch_id=item.batch_id, subject_id=2, status="done", case_id=None)
    run = register.instance("appeal", "2026-11-01")
    caseless = BatchItem(batch_id=item.batch_id, subject_id=3, status="done", instance_id=run.id)
    register.session.add_all([item, other, caseless])
    register.session.flush()
    deletion.delete_case(context)
    assert [batch.reason for batch in register.rows(Batch)] == [SECRET]
    assert [one.subject_id for one in register.rows(BatchItem)] == [2]


def test_what_still_runs_about_the_case_ends_and_no_message_waits(register: Register) -> None:
    _fill(register)
    deleting = register.instance("retention", "2026-11-01")
    deletion.delete_case(register.context("2027-04-02", "the system", instance_id=deleting.id))
    register.session.expire_all()
    open_ones = [one.process_id for one in register.rows(ProcessInstance) if not one.ended_at]
    assert open_ones == ["retention"]
    assert all(item.cancelled_at or item.completed_at for item in register.rows(WorkItem))
    assert register.rows(Subscription) == []
    assert register.rows(ElementInstance) == []
    assert all(one.dropped_at for one in register.rows(Message))
    assert all(one.resolved_at for one in register.rows(Incident))


def test_a_customer_with_another_case_stays_on_that_one(register: Register) -> None:
    first = register.case_id
    register.arrangement().ended_on = DAY
    register.take_over("2026-06-01")
    second, register.case_id = register.case_id, first
    deletion.delete_case(register.context("2027-04-02", arrangement_id=None))
    [customer] = register.rows(Customer)
    assert register.session.get_one(CaseFile, second).customer_id == customer.id


def test_every_table_with_a_case_in_it_is_deleted_or_emptied() -> None:
    handled = {
        row.__tablename__
        for row in (*deletion.OF_CASE, *deletion.OF_ARRANGEMENT, *deletion.EMPTIED)
    }
    leads_to_a_case = {
        mapper.local_table.name  # type: ignore[attr-defined]  # every mapper here has a table
        for mapper in Row.registry.mappers
        if {"case_id", "arrangement_id"} & set(inspect(mapper.class_).columns.keys())
    }
    assert leads_to_a_case - handled == set()


def _fill(register: Register) -> None:
    """Put at least one row of every kind into the case, each with something personal in it."""
    register.appeal("2026-04-01", grounds=SECRET, complaint_reference="C-1 Carter")
    context = register.context("2026-04-02")
    case_id, now = register.case_id, context.now
    register.session.add(User(name="gone", full_name="Somebody Gone", email="g@homes.example"))
    instance = register.instance("appeal", "2026-04-01", started_by="amina", state=b"Carter")
    ended = register.instance("flags", "2026-03-27", started_by="dorothy", state=b"Carter")
    ended.ended_at = now
    item = WorkItem(
        instance_id=instance.id,
        case_id=case_id,
        process_id="appeal",
        element_id="decide_appeal",
        task_id="t1",
        name="Decide the appeal",
        form="decide_appeal",
        role="assistant_director",
        assignee="ben",
        opened_at=now,
        draft={"reasons": SECRET},
        draft_saved_by="ben",
    )
    register.session.add_all(
        [
            item,
            *_of_processes(register, instance, now),
            _moved(register, now),
            *_of_casework(register, now),
            _letter(register, now),
            _hold(register),
            _request(register),
            _owed(register),
            _flag(register),
            _emergency(register, now),
        ]
    )
    register.session.flush()
    register.session.add_all(newer_rows(register.session, case_id, now, SECRET))
    register.session.flush()
    register.session.add_all(_leaving(register))
    send(
        register.session,
        Envelope("appeal_withdrawn", "appeal:1", refs={"case_id": case_id or 0}, sent_at=now),
    )
    context.audit("noted", "case_file", case_id, new={"text": SECRET})
    register.session.flush()


def _leaving(register: Register) -> list[Any]:
    of_case = {"case_id": register.case_id}
    where = {"place": SECRET, "at_time": "14:00", "invited": ["amina"]}
    sent = {"to_name": "Jo Carter", "channel": "letter", "way": "person", "sent_to": SECRET}
    return [
        Meeting(**of_case, stage_id=1, uid="a", on=DAY, **where),
        Sending(
            **of_case,
            letter_id=register.rows(Letter)[0].id,
            asked_on=DAY,
            asked_by="amina",
            **sent,
        ),
    ]


def _emergency(register: Register, now: dt.datetime) -> EmergencyAccess:
    return EmergencyAccess(
        case_id=register.case_id, user_name="gone", reason=SECRET, began_at=now, ends_at=now
    )


def _moved(register: Register, now: dt.datetime) -> BatchItem:
    batch = Batch(kind="move", title="Move", wanted={}, made_by="olive", made_at=now, reason=SECRET)
    register.session.add(batch)
    register.session.flush()
    said = {"says": [SECRET]}
    return BatchItem(
        batch_id=batch.id, subject_id=1, status="done", case_id=register.case_id, result=said
    )


def _of_processes(register: Register, instance: ProcessInstance, now: dt.datetime) -> list[Any]:
    case_id = register.case_id
    about = {"instance_id": instance.id, "process_id": "appeal", "element_id": "decide_appeal"}
    return [
        ElementHistory(case_id=case_id, what="left", at=now, by="ben", **about),
        ElementInstance(
            case_id=case_id,
            release_id=instance.release_id,
            task_id="t1",
            path="/appeal:decide_appeal/",
            name=SECRET,
            entered_at=now,
            **about,
        ),
        Incident(case_id=case_id, reason=SECRET, opened_at=now, **about),
        Subscription(
            instance_id=instance.id,
            name="appeal_withdrawn",
            key="appeal:1",
            element_id="appeal_was_withdrawn",
            task_id="t2",
        ),
        Outbox(
            kind="email",
            channel="email",
            key="0123456789abcdef",
            order_key=f"email:{case_id}:ben@homes.example",
            case_id=case_id,
            content={"to": "ben@homes.example", "text": SECRET},
            made_at=now,
            next_try_at=now,
        ),
    ]


def _complaint(case_id: int | None) -> Complaint:
    return Complaint(
        case_id=case_id,
        reference="CMP-1",
        stage=1,
        about=SECRET,
        received_on=DAY,
        received_by="priya",
        logged_by="amina",
        acknowledge_due_on=DAY,
        answer_due_on=DAY,
    )


def _of_casework(register: Register, now: dt.datetime) -> list[Any]:
    case_id = register.case_id
    return [
        _complaint(case_id),
        BreachOfClock(case_id=case_id, kind="appeal", object_id=1, due_on=DAY, recorded_at=now),
        Contact(
            case_id=case_id,
            on=DAY,
            channel="telephone",
            direction="in",
            note=SECRET,
            logged_by="priya",
            logged_at=now,
        ),
        Evidence(
            case_id=case_id,
            on=DAY,
            author="priya",
            witness="tom",
            channel="office",
            text=SECRET,
            behaviour_kind="unreasonable_behaviour",
            evidence_class="first_hand",
            recorded_at=now,
        ),
        PartnerEvent(
            arrangement_id=register.arrangement_id,
            instance_id=1,
            partner="Westshire Council",
            action="add",
            wanted_on=DAY,
            told=SECRET,
        ),
        Promise(case_id=case_id, what=SECRET, owner="priya", due_on=DAY),
        Stage(case_id=case_id, kind="informal", opened_on=DAY, attendees=["mark"]),
        Submission(
            case_id=case_id,
            release_id=1,
            form="log_appeal",
            answers={"grounds": SECRET},
            restricted={"health": SECRET},
            by="amina",
            at=now,
        ),
        SupportOffer(case_id=case_id, offered_on=DAY, agreed=True, agency=SECRET, by="amina"),
        ThirdParty(
            case_id=case_id,
            name="Sam Carter",
            relationship="sister",
            contact="sam@mail.example",
            scope="all",
            authority_given_on=DAY,
            started_on=DAY,
        ),
    ]


def _letter(register: Register, now: dt.datetime) -> Letter:
    return Letter(
        case_id=register.case_id,
        template="introduction",
        release_id=1,
        title="Your single point of contact",
        html=SECRET,
        pdf=b"Carter",
        sha256="0",
        issued_on=DAY,
        issued_at=now,
        issued_by="dorothy",
        channel="letter",
        sent_to=SECRET,
        proof=SECRET,
    )
