"""What customers wait for: one list of a case, and of everybody somebody is contact of (R-010)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, open_matters
from engine.casework.context import Context
from engine.errors import InvalidAnswers, NotFound
from engine.queries import Person
from engine.queries.open_matters import (
    forwarded_of,
    has_customers,
    matters_of,
    my_customers,
)
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile, Contact, OwedAction
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import LookRequest, Promise
from engine.tables.passing_on import PassedOn
from engine.tables.process import WorkItem
from tests.engine.casework.old_register import Register, opened
from tests.engine.queries.landlord import Pen

ON = "2026-04-16"
DAY = dt.date(2026, 4, 16)
REPORT: dict[str, Any] = {
    "went": "Two e-mails a week.",
    "kept_to_it": "always",
    "answered_on_time": "always",
    "cover_given": "always",
    "open_issues": "Nothing",
    "support_offered": "no",
    "suggestion": "continue",
    "suggestion_why": "It helps both sides.",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        arrangements.put_in_force(landlord.context("2026-04-01"))
        yield landlord


def add(register: Register, *rows: Any) -> None:
    register.session.add_all(rows)
    register.session.flush()


def contact(register: Register, triage: str = "new_matter") -> Contact:
    row = Contact(
        case_id=register.case_id,
        on=dt.date(2026, 4, 8),
        channel="email",
        direction="in",
        triage=triage,
        logged_by="amina",
        logged_at=register.context(ON).now,
    )
    add(register, row)
    return row


def passed(register: Register, **changed: Any) -> PassedOn:
    row = PassedOn(
        **{
            "case_id": register.case_id,
            "contact_id": contact(register).id,
            "what": "When the fence is mended",
            "to_user": "tom",
            "passed_by": "amina",
            "passed_on": dt.date(2026, 4, 8),
            "due_on": dt.date(2026, 4, 15),
            "due_reason": "5 working days",
            **changed,
        }
    )
    add(register, row)
    return row


def everything(register: Register) -> None:
    case_id, later = register.case_id, dt.date(2026, 5, 4)
    passed(register)
    passed(register, ended_on=DAY, outcome="answered", outcome_note="He was rung.")
    contact(register, "to_be_read")
    add(
        register,
        Promise(case_id=case_id, what="Ring on Friday", owner="priya", due_on=later),
        Promise(case_id=case_id, what="Rung", owner="priya", due_on=later, kept_on=DAY),
        OwedAction(case_id=case_id, what="Mend it", owner="tom", due_on=later, opened_on=DAY),
        Complaint(
            case_id=case_id,
            reference="C-77",
            stage=1,
            about="Nobody rings back about my depression.",
            received_on=DAY,
            received_by="priya",
            logged_by="priya",
            acknowledge_due_on=later,
            answer_due_on=dt.date(2026, 5, 20),
        ),
        LookRequest(
            case_id=case_id,
            asked_by="customer",
            why="Words of the customer.",
            received_on=DAY,
            received_by="priya",
            logged_by="priya",
        ),
    )
    register.appeal("2026-04-02")


def look(register: Register, name: str = "priya") -> Reading:
    context: Context = register.context(ON)
    return Reading(
        register.session, Person(name, name, "", ("officer",)), context.now, context.calendar
    )


def test_one_list_holds_all_that_is_open_the_most_urgent_first(register: Register) -> None:
    """R-010: with who answers and by when; nothing of what the customer said (R-102)."""
    everything(register)
    found = matters_of(look(register), register.case_id or 0)
    assert [(one.what, one.who) for one in found if one.is_late] == [
        ("An appeal is to be decided", "Data Management Officer"),
        ("When the fence is mended", "Tom Reed"),
    ]
    assert {one.kind for one in found} == set(open_matters.KINDS.values())
    assert len(found) == len(open_matters.KINDS)
    assert "depression" not in str(found)
    assert "Words of the customer" not in str(found)
    assert found[1].due_reason == "5 working days"


def task_of(register: Register, process_id: str, **changed: Any) -> WorkItem:
    item = WorkItem(
        **{
            "instance_id": register.instance(process_id, ON).id,
            "case_id": register.case_id,
            "process_id": process_id,
            "element_id": "answer_customer",
            "task_id": "1",
            "name": "Answer the customer",
            "form": "passed_on_answer",
            "calling": {},
            "role": "officer",
            "assignee": "tom",
            "opened_at": register.context(ON).now,
            **changed,
        }
    )
    add(register, item)
    return item


def test_what_is_theirs_leads_to_their_task(register: Register) -> None:
    row = passed(register)
    refs = {"passed_on_ref": f"passed_on:{row.id}"}
    item = task_of(register, "passed_on", variables=refs)
    for name, task, who in (("tom", item.id, "You"), ("priya", None, "Tom Reed")):
        [shown] = matters_of(look(register, name), register.case_id or 0)
        assert (shown.work_item_id, shown.who, shown.section) == (task, who, "contacts")


def test_the_list_names_who_has_it_now_and_not_who_it_was_passed_to_first(
    register: Register,
) -> None:
    """R-007, R-010: it was handed over, or is its cover's; the log keeps the first name."""
    row = passed(register)
    refs = {"passed_on_ref": f"passed_on:{row.id}"}
    item = task_of(register, "passed_on", variables=refs, assignee="amina")
    [shown] = matters_of(look(register), register.case_id or 0)
    assert shown.who == "Amina Diallo"
    [shown] = matters_of(look(register, "amina"), register.case_id or 0)
    assert (shown.who, shown.work_item_id) == ("You", item.id)
    [kept] = forwarded_of(look(register), register.case_id or 0)
    assert kept.who == "Tom Reed"


def test_whoever_answers_as_the_contact_reads_that_it_is_them(register: Register) -> None:
    row = passed(register, to_user=None)
    refs = {"passed_on_ref": f"passed_on:{row.id}"}
    task_of(register, "passed_on", variables=refs, assignee="priya")
    said = [
        matters_of(look(register, name), register.case_id or 0)[0].who for name in ("priya", "tom")
    ]
    assert said == ["You", "The contact"]


def test_an_unread_message_has_the_day_of_its_task_and_a_promise_that_of_its_letter(
    register: Register,
) -> None:
    """R-095, R-058: also for who may not open the task."""
    row = contact(register, "to_be_read")
    task_of(
        register,
        "unread_contact",
        variables={"contact_ref": f"contact:{row.id}"},
        role="dmo",
        assignee=None,
        due_on=DAY,
        due_reason="The same working day",
    )
    [shown] = matters_of(look(register), register.case_id or 0)
    assert (shown.due_on, shown.due_reason) == (DAY, "The same working day")
    assert (shown.work_item_id, shown.who) == (None, "Data Management Officer")
    case_file = register.session.get_one(CaseFile, register.case_id)
    given = Pen(register.session).letter(case_file)
    later = dt.date(2026, 5, 4)
    add(
        register,
        Promise(
            case_id=register.case_id, letter_id=given.id, what="Ring", owner="tom", due_on=later
        ),
    )
    last = matters_of(look(register), register.case_id or 0)[-1]
    assert (last.what, last.since) == ("Ring", given.issued_on)
    assert last.due_reason.startswith(f"The day we promised in our letter “{given.title}” of ")


def test_the_task_of_an_appeal_is_found_where_there_is_one_appeal(register: Register) -> None:
    register.appeal("2026-04-02")
    item = task_of(register, "appeal", form="decide_appeal")
    [shown] = matters_of(look(register, "tom"), register.case_id or 0)
    assert (shown.work_item_id, shown.section) == (item.id, "decisions")
    [shown] = matters_of(look(register), register.case_id or 0)
    assert shown.work_item_id is None


def test_the_forwarding_log_keeps_every_hand_it_went_through(register: Register) -> None:
    """R-007, C-12."""
    passed(register, ended_on=DAY, outcome="passed_on")
    passed(register, to_user=None, to_role="dmo", later_because="The mill is shut.")
    second, first = forwarded_of(look(register), register.case_id or 0)
    assert (first.who, first.outcome) == ("Tom Reed", "Passed on further on Thu 16 Apr 2026")
    assert (second.who, second.outcome, second.later_because) == (
        "Data Management Officer",
        "",
        "The mill is shut.",
    )


def test_a_contact_reports_nothing_without_the_list_of_what_is_open(register: Register) -> None:
    """R-010: saying that nothing is open does not make it so."""
    context = register.context(ON, "priya")
    register.answer("spoc_report", context, REPORT)
    everything(register)
    with pytest.raises(InvalidAnswers, match="“Answers the customer waits for”") as refused:
        register.answer("spoc_report", context, REPORT)
    assert [one.question for one in refused.value.problems] == ["open_matters"]
    some = {**REPORT, "open_matters": ["passed_on", "promise"]}
    with pytest.raises(InvalidAnswers, match="“Complaints”"):
        register.answer("spoc_report", context, some)
    register.answer("spoc_report", context, {**REPORT, "open_matters": list(open_matters.KINDS)})


def test_a_contact_finds_each_customer_with_what_they_wait_for(sqlite_database: Database) -> None:
    """R-010: the contact, the cover, and nobody else; not those the page is not for."""
    with opened(sqlite_database) as register:
        register.take_over()
        arrangements.put_in_force(register.context("2026-04-01"))
        passed(register, due_on=dt.date(2026, 4, 9))
        asked = task_of(register, "formal_stage", form="accept_spoc_role", assignee="priya").id
    assert has_customers(sqlite_database, Person("priya", "priya", "", ("officer",)))
    assert not has_customers(sqlite_database, Person("amina", "amina", "", ("officer",)))
    [mine] = my_customers(sqlite_database, Person("priya", "priya", "", ("officer",)))
    assert mine.part == "You are asked to be the contact"
    with sqlite_database.writing() as session:
        session.get_one(WorkItem, asked).completed_at = dt.datetime(2026, 4, 9, tzinfo=dt.UTC)
    people = {
        name: my_customers(sqlite_database, Person(name, name, "", ("officer",)))
        for name in ("priya", "tom", "amina")
    }
    [mine] = people["priya"]
    assert (mine.customer, mine.part, len(mine.matters)) == ("Jo Carter", "You are the contact", 1)
    assert mine.late == 1
    assert people["tom"][0].part == "You are the cover"
    assert people["amina"] == ()
    with pytest.raises(NotFound):
        my_customers(sqlite_database, Person("vic", "Vic", "", ("contractor",)))
