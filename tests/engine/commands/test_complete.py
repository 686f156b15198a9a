"""Completing a task: one transaction, few statements, and a clear word to who comes too late."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Rejected
from engine.scenario import Scenario
from engine.tables.audit import AuditEvent
from engine.tables.casefile import Contact, Submission
from engine.tables.people import RoleHolder
from engine.tables.process import ElementHistory, ProcessInstance, Setting, WorkItem
from tests.engine.commands.conftest import acknowledged
from tests.engine.commands.drawn import publish_two_tasks

#: Design section 3 allows twelve from one user task to the next, without an operation in between.
MOST_STATEMENTS = 11


def open_item(landlord: Scenario, element_id: str) -> WorkItem:
    with landlord.db.reading() as session:
        return session.scalars(
            select(WorkItem).where(
                WorkItem.element_id == element_id,
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
        ).one()


def test_it_takes_few_statements_and_one_commit(
    sqlite_landlord: Scenario, statements: list[str]
) -> None:
    publish_two_tasks(sqlite_landlord)
    outcome = commands.start(sqlite_landlord.db, "two_tasks", by="dorothy")
    statements.clear()
    commands.complete(sqlite_landlord.db, outcome.opened[0], {"note": "Done."}, by="dorothy")
    told = [text for text in statements if text != "COMMIT"]
    assert statements.count("COMMIT") == 1
    assert len(told) <= MOST_STATEMENTS, "\n".join(told)
    assert open_item(sqlite_landlord, "second").form == "note"


def test_the_hundredth_task_of_a_case_takes_no_more_statements(
    sqlite_landlord: Scenario, statements: list[str]
) -> None:
    publish_two_tasks(sqlite_landlord)
    outcome = commands.start(sqlite_landlord.db, "two_tasks", by="dorothy")
    counts = []
    for _ in range(20):
        statements.clear()
        item_id = outcome.opened[0]
        outcome = commands.complete(sqlite_landlord.db, item_id, {"note": "Again."}, by="dorothy")
        counts.append(len(statements))
    assert max(counts) == min(counts)


def test_a_role_is_held_on_the_day_that_the_settings_say(sqlite_landlord: Scenario) -> None:
    db = sqlite_landlord.db
    publish_two_tasks(sqlite_landlord)
    outcome = commands.start(db, "two_tasks", by="dorothy")
    with clock.frozen(clock.now()):
        clock.hold(None)
        with db.writing() as session:
            session.merge(Setting(name="clock_offset_seconds", value=str(30 * 86_400)))
            role = session.get_one(WorkItem, outcome.opened[0]).role
            for held in session.scalars(select(RoleHolder).where(RoleHolder.role == role)):
                held.until_on = clock.today() + dt.timedelta(days=10)
        clock.use_offset(dt.timedelta())
        with pytest.raises((NotAllowed, NotFound)):
            commands.complete(db, outcome.opened[0], {"note": "Done."}, by="dorothy")


def test_the_answers_are_kept_whole_and_the_history_names_who_did_it(appeal: Scenario) -> None:
    acknowledged(appeal)
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    with appeal.db.reading() as session:
        kept = session.scalars(select(Submission).order_by(Submission.id.desc())).first()
        left = session.scalars(
            select(ElementHistory).where(
                ElementHistory.element_id == "allocate_director", ElementHistory.what == "left"
            )
        ).one()
    assert kept is not None
    assert (kept.form, kept.answers["director"], kept.by) == ("allocate_director", "ann", "dorothy")
    assert left.by == "dorothy"


def test_the_second_of_two_who_complete_the_same_task_is_told_who_was_first(
    appeal: Scenario,
) -> None:
    acknowledged(appeal)
    item = open_item(appeal, "allocate_director")
    commands.complete(appeal.db, item.id, {"director": "ann"}, by="dorothy")
    with pytest.raises(Rejected, match=r"you completed it on Wed 1 Apr 2026 at 10:00 already"):
        commands.complete(appeal.db, item.id, {"director": "ben"}, by="dorothy")


def test_a_task_of_a_colleague_is_refused_and_one_out_of_sight_does_not_exist(
    appeal: Scenario,
) -> None:
    acknowledged(appeal)
    item = open_item(appeal, "allocate_director")
    commands.claim(appeal.db, item.id, by="dorothy")
    with pytest.raises(NotAllowed, match="Dorothy has it"):
        commands.complete(appeal.db, item.id, {"director": "ann"}, by="daniel")
    with pytest.raises(NotFound):
        commands.complete(appeal.db, item.id, {"director": "ann"}, by="olive")
    with pytest.raises(NotFound):
        commands.complete(appeal.db, 99_999, {}, by="dorothy")


def test_wrong_answers_change_nothing_and_all_are_told_at_once(appeal: Scenario) -> None:
    before = _counts(appeal)
    item = open_item(appeal, "issue_letter")
    with pytest.raises(InvalidAnswers) as refused:
        commands.complete(appeal.db, item.id, {"sent_on": "2026-02-31"}, by="dorothy")
    assert {problem.question for problem in refused.value.problems} >= {"channel", "sent_on"}
    assert _counts(appeal) == before


def test_a_draft_is_kept_sealed_and_given_back(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    commands.save_draft(appeal.db, item.id, {"proof": "half a sentence"}, by="dorothy")
    view = commands.form_of_task(appeal.db, item.id, by="dorothy")
    assert view.raw == {"proof": "half a sentence"}
    with appeal.db.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT draft FROM work_item")
        assert all(b"half" not in bytes(row[0]) for row in raw if row[0] is not None)


def test_emptying_your_own_draft_is_no_draft_begun_and_a_colleagues_is(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    commands.claim(appeal.db, item.id, by="dorothy")

    def begun() -> int:
        with appeal.db.reading() as session:
            rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "draft_begun"))
            return len(rows.all())

    commands.save_draft(appeal.db, item.id, {"proof": "half a sentence"}, by="dorothy")
    assert begun() == 1
    commands.save_draft(appeal.db, item.id, {"proof": ""}, by="dorothy", said=False)
    assert begun() == 1
    with appeal.db.writing() as session:
        session.get_one(WorkItem, item.id).draft_saved_by = "daniel"
    commands.save_draft(appeal.db, item.id, {"proof": ""}, by="dorothy", said=False)
    assert begun() == 2


def test_a_handed_over_task_is_the_others(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    commands.claim(appeal.db, item.id, by="dorothy")
    with pytest.raises(Rejected, match="Dorothy has started it"):
        commands.claim(appeal.db, item.id, by="daniel")
    with pytest.raises(InvalidAnswers, match="role dmo"):
        commands.reassign(appeal.db, item.id, "tom", by="dorothy")
    commands.reassign(appeal.db, item.id, "daniel", by="dorothy", note="I am away from Thursday.")
    assert open_item(appeal, "issue_letter").assignee == "daniel"


def test_a_click_that_comes_after_the_task_was_cancelled_is_told_so(appeal: Scenario) -> None:
    acknowledged(appeal)
    item = open_item(appeal, "allocate_director")
    appeal.receive("appeal_withdrawn", by="dorothy", answers=WITHDRAWN)
    with pytest.raises(Rejected, match="cancelled on Wed 1 Apr 2026"):
        commands.complete(appeal.db, item.id, {"director": "ann"}, by="dorothy")


WITHDRAWN = {
    "withdrawn_on": "2026-04-01",
    "channel": "telephone",
    "words": "Leave it.",
}


def test_a_task_that_is_a_persons_own_is_not_put_back_for_others(appeal: Scenario) -> None:
    acknowledged(appeal)
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    item = open_item(appeal, "decide_appeal")
    with pytest.raises(Rejected, match="yours by name"):
        commands.release_task(appeal.db, item.id, by="ann")
    with pytest.raises(Rejected, match="belongs to one person"):
        commands.reassign(appeal.db, item.id, "ben", by="mo")
    assert open_item(appeal, "decide_appeal").assignee == "ann"


def test_a_page_that_is_sent_twice_is_recorded_once(appeal: Scenario) -> None:
    case_id = appeal.case_id or 0
    for _ in range(2):
        commands.act(appeal.db, "log_contact", case_id, CALL, by="amina", page_mark="one")
    commands.act(appeal.db, "log_contact", case_id, CALL, by="amina", page_mark="two")
    with appeal.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2


CALL = {
    "contacted_on": "2026-04-01",
    "channel": "telephone",
    "direction": "in",
    "triage": "nothing_new",
}


def test_a_concern_raised_by_a_double_click_is_one_case(landlord: Scenario) -> None:
    first = commands.start(landlord.db, "spoc_case", by="amina")
    assert commands.start(landlord.db, "spoc_case", by="amina").opened == first.opened
    assert commands.start(landlord.db, "spoc_case", by="grace").opened != first.opened
    commands.save_draft(landlord.db, first.opened[0], {"customer_name": "Rowan"}, by="amina")
    assert commands.start(landlord.db, "spoc_case", by="amina").opened != first.opened


def test_a_door_without_the_case_it_is_about_is_not_there(landlord: Scenario) -> None:
    for message in ("appeal_received", "customer_left", "appeal_withdrawn", "look_asked"):
        with pytest.raises(NotFound):
            commands.form_of_message(landlord.db, message, by="dorothy")


def _counts(landlord: Scenario) -> tuple[int | None, ...]:
    tables = (Submission, ElementHistory, AuditEvent, WorkItem, ProcessInstance)
    with landlord.db.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(one)) for one in tables)


def test_a_peer_who_does_not_see_the_case_is_told_no_name(landlord: Scenario) -> None:
    outcome = commands.start(landlord.db, "spoc_case", by="amina")
    for attempt in (commands.claim, commands.release_task):
        with pytest.raises(NotAllowed) as refused:
            attempt(landlord.db, outcome.opened[0], by="grace")
        assert "Amina" not in str(refused.value)
        assert "Open the case" not in str(refused.value)
