"""Cases: how they are opened, what keeps them open, how they close and end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import appeals, cases, stages
from engine.casework.audit import Chain
from engine.tables.audit import AuditDetail
from engine.tables.casefile import CaseFile, Customer, Stage
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision, Flag
from engine.tables.process import WorkItem
from tests.engine.casework.new_case import OPENED, Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


def test_a_new_case_gets_the_next_reference_of_its_year(landlord: Landlord) -> None:
    first = cases.open_case(landlord.context("2026-01-12"))
    second = cases.open_case(landlord.context("2026-02-03"))
    assert [first.reference, second.reference] == ["SP-2026-001", "SP-2026-002"]
    assert cases.open_case(landlord.context("2027-01-04")).reference == "SP-2027-001"


def test_the_new_case_is_the_one_the_context_works_on(landlord: Landlord) -> None:
    context = landlord.context("2026-01-12")
    case = cases.open_case(context)
    assert (context.case_id, cases.ref(context)) == (case.id, f"case:{case.id}")
    assert (case.owner, case.stage) == ("amina", "informal")
    assert cases.opened_on(context) == dt.date(2026, 1, 12)


def test_opening_a_case_names_customer_concern_and_carrier(landlord: Landlord) -> None:
    landlord.open(owner="carl", allegation="yes", complained_about=["tom"])
    case = landlord.rows(CaseFile)[0]
    assert case.concern_on == dt.date(2026, 1, 9)
    assert (case.owner, case.allegation_against) == ("carl", ["tom"])
    assert landlord.rows(Customer)[0].name == "Jo Carter"
    assert [stage.kind for stage in landlord.rows(Stage)] == ["informal"]


def test_the_first_talk_is_due_five_working_days_after_opening(landlord: Landlord) -> None:
    landlord.open("2026-01-12")
    context = landlord.context("2026-01-12")
    due = context.calendar.working_days(
        cases.opened_on(context), context.policy("informal.contact_target")
    )
    assert due.on == dt.date(2026, 1, 19)


def test_nobody_complained_about_carries_the_case(landlord: Landlord) -> None:
    case = cases.open_case(landlord.context("2026-01-12"))
    landlord.ids["case_id"] = case.id
    answers = {**OPENED, "allegation": "yes", "complained_about": ["amina"]}
    assert (
        "has not complained about" in landlord.problems("open_case", "2026-01-12", answers)["owner"]
    )


def test_only_team_leaders_and_managers_are_offered_to_carry_a_case(landlord: Landlord) -> None:
    offered = cases.possible_owners(landlord.context("2026-01-12"))
    assert [choice.value for choice in offered] == ["amina", "carl", "mark", "maya"]


def test_a_customer_has_one_open_case(landlord: Landlord) -> None:
    landlord.open()
    landlord.ids["case_id"] = cases.open_case(landlord.context("2026-02-02")).id
    again = {**OPENED, "customer_name": "jo  CARTER", "tenancy_reference": "204518/02"}
    found = landlord.problems("open_case", "2026-02-02", again)
    assert "SP-2026-001 is open" in found["customer_name"]


def test_a_new_case_cites_the_earlier_one_of_the_same_customer(landlord: Landlord) -> None:
    landlord.open()
    cases.close(landlord.context("2026-03-02"))
    landlord.open("2026-06-01")
    assert landlord.rows(CaseFile)[1].earlier_case_id == landlord.rows(CaseFile)[0].id


def test_an_open_appeal_and_a_flag_still_set_keep_the_case_open(landlord: Landlord) -> None:
    """R-067: “ceased” with a flag still set."""
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    arrangement = landlord.rows(Arrangement)[0]
    arrangement.ended_on = dt.date(2026, 10, 1)
    context = landlord.context("2026-10-01")
    landlord.session.add_all(
        [
            Appeal(
                case_id=context.case_id,
                decision_id=landlord.rows(Decision)[0].id,
                received_on=dt.date(2026, 9, 30),
                received_by="priya",
                grounds="Not all of it was me.",
                logged_by="dorothy",
            ),
            Flag(
                arrangement_id=arrangement.id,
                system="JADU CRM",
                text="",
                requested_on=dt.date(2026, 3, 27),
            ),
        ]
    )
    assert cases.find_open_matters(context) == 2
    landlord.rows(Flag)[0].removed_on = dt.date(2026, 10, 2)
    appeals.open_of_case(context)[0].answered_on = dt.date(2026, 10, 2)
    assert cases.find_open_matters(context) == 0


def test_a_letter_another_process_has_still_to_send_keeps_the_case_open(landlord: Landlord) -> None:
    landlord.open()
    context = landlord.context("2026-02-02", instance_id=7)
    item = WorkItem(
        instance_id=1,
        case_id=context.case_id,
        process_id="issue_letter",
        element_id="issue_letter",
        task_id="t",
        name="Issue the letter",
        form="issue_letter",
        role="dmo",
        opened_at=context.now,
    )
    landlord.session.add(item)
    assert cases.find_open_matters(context) == 1
    assert cases.find_open_matters(landlord.context("2026-02-02", instance_id=1)) == 0
    item.completed_at = context.now
    assert cases.find_open_matters(context) == 0


def test_a_case_settled_informally_is_kept_from_the_day_it_closed(landlord: Landlord) -> None:
    landlord.open()
    stages.end(landlord.context("2026-02-02"), landlord.rows(Stage)[0], "settled")
    cases.close(landlord.context("2026-02-03"))
    case = landlord.rows(CaseFile)[0]
    assert (case.stage, case.closed_reason) == ("closed", "settled")
    assert cases.ended_on(landlord.context("2026-05-01")) == dt.date(2026, 2, 3)


def test_a_case_with_an_arrangement_is_kept_from_the_day_that_ended(landlord: Landlord) -> None:
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    arrangement = landlord.rows(Arrangement)[0]
    arrangement.ended_on, arrangement.end_reason = dt.date(2026, 10, 1), "ceased"
    cases.close(landlord.context("2026-10-02"))
    case = landlord.rows(CaseFile)[0]
    assert (case.closed_on, case.closed_reason) == (dt.date(2026, 10, 2), "ceased")
    assert cases.ended_on(landlord.context("2026-10-02")) == dt.date(2026, 10, 1)


def test_a_warning_overturned_on_appeal_closes_the_case_as_withdrawn(landlord: Landlord) -> None:
    landlord.warn()
    cases.close(landlord.context("2026-03-02"))
    assert landlord.rows(CaseFile)[0].closed_reason == "warning_withdrawn"
    assert landlord.rows(Stage)[1].outcome == "withdrawn"


def test_an_arrangement_that_never_began_ends_with_its_case(landlord: Landlord) -> None:
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    cases.close(landlord.context("2026-03-30"))
    assert landlord.rows(Arrangement)[0].end_reason == "never_in_force"


def test_a_case_opened_in_error_says_so_when_it_closes(landlord: Landlord) -> None:
    landlord.open()
    landlord.answer(
        "opened_in_error", "2026-01-13", {"error_kind": "opened_twice", "error_note": "Two tabs."}
    )
    cases.close(landlord.context("2026-01-13"))
    assert landlord.rows(CaseFile)[0].closed_reason == "opened_in_error"
    assert landlord.rows(Stage)[0].outcome == "opened_in_error"


def test_a_case_with_an_arrangement_was_not_opened_in_error(landlord: Landlord) -> None:
    landlord.open()
    landlord.rows(CaseFile)[0].stage = "in_force"
    answers = {"error_kind": "opened_twice", "error_note": "Two tabs."}
    assert "has an arrangement" in landlord.problems("opened_in_error", "2026-01-13", answers)[""]


def test_a_customer_leaves_once_and_not_before_the_concern(landlord: Landlord) -> None:
    landlord.open()
    answers = {"left_because": "moved", "left_on": "2026-01-08", "left_note": "Keys returned."}
    assert "Fri 9 Jan 2026" in landlord.problems("customer_left", "2026-02-02", answers)["left_on"]
    landlord.answer("customer_left", "2026-02-02", {**answers, "left_on": "2026-01-30"})
    cases.close(landlord.context("2026-02-02"))
    assert landlord.rows(CaseFile)[0].closed_reason == "customer_left"
    assert "was closed on" in landlord.problems("customer_left", "2026-02-03", answers)[""]


def test_the_audit_holds_ids_and_no_text_of_the_case(landlord: Landlord) -> None:
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    kept = str([(row.old, row.new) for row in landlord.session.query(AuditDetail)])
    for told in ("Carter", "calls", "operation", "tears", "Called six"):
        assert told not in kept
    case = landlord.rows(CaseFile)[0]
    assert Chain.of_case(landlord.session, case).broken_at() is None
