"""Copies of driven cases: equal but for ids, people and dates; whole; each with its own timers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.demo import multiply
from engine.demo.multiplying import batches, columns
from engine.demo.multiplying.batches import days_back
from engine.demo.multiplying.originals import CHOSEN
from engine.errors import Rejected
from engine.operations import REGISTRY
from engine.scenario import Scenario, Script
from engine.scenario.script import moment
from engine.tables.casefile import CaseFile, Customer, Evidence, Submission
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import User
from engine.tables.process import ElementHistory, Incident, ProcessInstance, Setting, WorkItem
from tests.engine.demo.copies import Compared, private_words

#: For what does not depend on the kind of database.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
IN_FORCE = dt.datetime(2026, 4, 3, 10)
#: Lists a form can offer whose values are no ids.
NO_IDS = {
    # Systems by name; comparisons belong to no case, so no copy has them.
    *("flag_systems", "kept_comparisons"),
    "hold_at_hand",
    "absent_people",
    "case_owners",
    "confirmations",
    "contact_at_hand",
    "contact_counts",
    "cover_notice_says",
    "decisions_appealable",
    "directors_free",
    "disagreement_ways",
    "flag_shows",
    "letters_issued",
    "letters_to_prove",
    "looks",
    "managers",
    "matters_open",
    "order_at_hand",
    "owed_action_at_hand",
    "data_request_at_hand",
    # Of no case, so never copied.
    "impact_at_hand",
    "kept_comparisons",
    "policy_version_to_read",
    "parts_of_a_letter",
    "partner_card",
    "partner_notice_at_hand",
    "pass_takers",
    "passed_appeal_at_hand",
    "passed_on_at_hand",
    "people_on_tenancy",
    "promise_at_hand",
    "referral_on_file",
    "refusal_now",
    "review_figures",
    "senior_officers",
    "staff",
    "staff_not_complained_about",
    "stand_ins",
    "stand_ins_for_customer",
}


@pytest.fixture
def in_force(story: Scenario, script: Script) -> Scenario:
    """The case of the happy path on Fri 3 Apr 2026: an arrangement is in force, a review ahead."""
    steps = [step for step in script.steps if step.verb != "expect_rejected"]
    cut = next(
        index
        for index, step in enumerate(steps)
        if step.verb == "at" and moment(step.arguments) == IN_FORCE
    )
    story.play(dataclasses.replace(script, steps=tuple(steps[: cut + 1])))
    return story


def _multiply(db: Database, count: int) -> list[int]:
    """Make copies and give the ids of all of them."""
    assert multiply(db, count, lambda *_: None) == count
    with db.reading() as session:
        return list(session.scalars(select(CaseFile.id).where(CaseFile.id != 1)))


@on_sqlite
def test_a_copy_is_its_original_but_for_ids_people_and_dates(in_force: Scenario) -> None:
    copies = _multiply(in_force.db, 3)
    with in_force.db.reading() as session:
        words = private_words(session, 1)
        for copy in copies:
            compared = Compared(session, 1, copy)
            assert compared.differences() == []
            assert compared.days > 0
            assert compared.days % 7 == 0
            texts = " ".join(compared.texts())
            assert [word for word in words if re.search(rf"\b{re.escape(word)}\b", texts)] == []


@on_sqlite
def test_a_search_for_the_words_of_a_record_tells_copies_apart(in_force: Scenario) -> None:
    copies = _multiply(in_force.db, 3)
    with in_force.db.reading() as session:
        rows = session.execute(select(Evidence.case_id, Evidence.text)).all()
        told = [row for row in rows if row.case_id in copies]
        assert told
        mine = {row.text for row in told if row.case_id == copies[0]}
        others = {row.text for row in rows if row.case_id != copies[0]}
        assert not mine & others
        answers = session.scalars(
            select(Submission.answers).where(
                Submission.case_id.in_(copies), Submission.form == "add_evidence"
            )
        ).all()
        said = {one["what_happened"] for one in answers}
        assert said <= {row.text for row in told}


def test_every_case_stays_a_case_of_its_own(in_force: Scenario) -> None:
    first = _multiply(in_force.db, 2)
    again = _multiply(in_force.db, 2)
    assert len(first) == 2
    assert len(again) == 4
    with in_force.db.reading() as session:
        for column in (CaseFile.reference, Customer.name, Customer.tenancy_reference):
            assert len(set(session.scalars(select(column)))) == 5
        tasks = session.scalars(
            select(WorkItem.task_id).where(WorkItem.completed_at.is_not(None))
        ).all()
        assert len(set(tasks)) == len(tasks)
        assert [Compared(session, 1, copy).differences() for copy in again] == [[]] * 4
    chains = commands.verify_chains(in_force.db)
    assert len(chains) == 1 + 1 + 4
    assert {state.broken_at for state in chains} == {None}


def test_new_cases_go_on_after_the_copies(in_force: Scenario) -> None:
    copies = _multiply(in_force.db, 2)
    Scenario(in_force.db).start("spoc_case", by="amina")
    with in_force.db.reading() as session:
        newest = session.scalars(select(CaseFile).order_by(CaseFile.id.desc()).limit(1)).one()
        references = session.scalars(
            select(CaseFile.reference).where(CaseFile.opened_on >= dt.date(2026, 1, 1))
        ).all()
        assert newest.id > max(copies)
        assert len(set(references)) == len(references)
        assert newest.reference == max(references)


@on_sqlite
def test_the_timers_of_a_copy_fire_so_many_days_earlier(in_force: Scenario) -> None:
    copies = _multiply(in_force.db, 3)
    with in_force.db.reading() as session:
        due = _due(session, 1)
        backs = {copy: Compared(session, 1, copy).days for copy in copies}
        assert len(set(backs.values())) == 3
        for copy, days in backs.items():
            assert _due(session, copy) == due - dt.timedelta(days=days)
            assert _due(session, copy) > clock.now()
    in_force.at((due - dt.timedelta(hours=1)).replace(tzinfo=None))
    with in_force.db.reading() as session:
        for copy, days in backs.items():
            opened = session.scalars(
                select(ElementHistory.at)
                .join(ProcessInstance, ProcessInstance.id == ElementHistory.instance_id)
                .where(
                    ProcessInstance.case_id == copy,
                    ElementHistory.element_id == "build_review_pack",
                    ElementHistory.what == "left",
                )
            ).all()
            assert [(due - at).days for at in opened] == [days]
        assert _due(session, 1) == due


def _due(session: Any, case_id: int) -> dt.datetime:
    found = session.scalar(
        select(func.min(ProcessInstance.next_due_at)).where(ProcessInstance.case_id == case_id)
    )
    assert isinstance(found, dt.datetime)
    return found


@on_sqlite
def test_a_message_reaches_the_copy_it_is_about_and_no_other(in_force: Scenario) -> None:
    [copy, other] = _multiply(in_force.db, 2)
    left = {"left_because": "moved", "left_on": "2026-04-03", "left_note": "Keys"}
    Scenario(in_force.db, copy).receive("customer_left", by="dorothy", answers=left)
    Scenario(in_force.db, other).receive("appeal_received", by="amina", answers=_appeal())
    with in_force.db.reading() as session:
        ends = dict(session.execute(select(Arrangement.case_id, Arrangement.end_reason)).all())
    assert ends == {1: None, copy: "customer_left", other: None}
    Scenario(in_force.db, other).expect_open("issue_letter")
    Scenario(in_force.db, 1).expect_not_open("issue_letter")


def _appeal() -> dict[str, str]:
    return {
        "decision": "agreed",
        "received_on": "2026-04-02",
        "received_by": "priya",
        "channel": "in_person",
        "grounds": "I only ring because nobody rings me back.",
    }


@on_sqlite
def test_a_step_that_is_stuck_is_stuck_in_its_copy_and_started_again_there(
    in_force: Scenario,
) -> None:
    in_force.fail_job({"operation": "appeals.work_out_dates"})
    in_force.receive("appeal_received", by="amina", answers=_appeal())
    [copy] = _multiply(in_force.db, 1)
    with in_force.db.reading() as session:
        assert Compared(session, 1, copy).differences() == []
        stuck = session.execute(select(Incident.case_id, Incident.id)).all()
    commands.retry(in_force.db, dict(stuck)[copy], by="mo")
    Scenario(in_force.db, copy).expect_open("issue_letter")
    in_force.expect_not_open("issue_letter")


@on_sqlite
def test_what_is_broken_off_leaves_whole_cases(
    in_force: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PER_BATCH", 2)

    def tell(done: int, _total: int, _what: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        multiply(in_force.db, 9, tell)
    copies = _multiply(in_force.db, 1)
    assert len(copies) == 5
    with in_force.db.reading() as session:
        assert [Compared(session, 1, copy).differences() for copy in copies] == [[]] * 5


def test_real_cases_and_empty_houses_are_not_multiplied(story: Scenario) -> None:
    with pytest.raises(Rejected, match="none does"):
        multiply(story.db, 1, lambda *_: None)
    story.start("spoc_case", by="amina")
    with pytest.raises(Rejected, match="1 or more"):
        multiply(story.db, 0, lambda *_: None)
    with story.db.writing() as session:
        session.add(User(name="jo", full_name="Jo Real", email="jo@example.org", is_demo=False))
    with pytest.raises(Rejected, match="real people"):
        multiply(story.db, 1, lambda *_: None)
    with story.db.writing() as session:
        session.delete(session.get_one(User, "jo"))
        session.delete(session.get_one(Setting, "demo_landlord"))
    with pytest.raises(Rejected, match="demonstration"):
        multiply(story.db, 1, lambda *_: None)
    with story.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == 1


def test_each_table_and_each_id_is_known() -> None:
    """A table or a column that is added needs its place in ``multiplying/columns.py``."""
    assert columns.unknown() == []


def test_each_list_of_a_form_is_known_to_hold_ids_or_not() -> None:
    """A list that is added needs its place in ``CHOSEN``, or here."""
    assert set(REGISTRY.choices) == {*CHOSEN, *NO_IDS}


@pytest.mark.parametrize(
    ("room", "days"),
    [
        (None, [7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 7]),
        (dt.timedelta(days=15), [7, 14, 7]),
        (dt.timedelta(days=5, hours=2), [1, 2, 3, 4, 5, 1]),
        (dt.timedelta(days=1, minutes=59), [0, 0]),
        (dt.timedelta(days=-3), [0, 0]),
    ],
)
def test_copies_are_spread_over_the_days_before_their_first_timer(
    room: dt.timedelta | None, days: list[int]
) -> None:
    now = dt.datetime(2026, 11, 26, 20, tzinfo=dt.UTC)
    due = None if room is None else now + room
    assert [days_back(due, now, turn, 90) for turn in range(len(days))] == days
