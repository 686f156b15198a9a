"""Running cases moved to another version: said before, done with their dates, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import batches, commands
from engine.casework.audit import Chain
from engine.errors import NotFound
from engine.queries import Person, RunningFilter, run_page, running
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.batches import BatchItem
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ProcessInstance, WorkItem
from tests.engine.batches.moves import (
    APPEAL_FILE,
    begun,
    policy_with,
    preview,
    publish,
    rows_of,
    run_of,
    said,
    worked,
)
from tests.engine.commands.conftest import FILES, acknowledged, held_landlord, received
from tests.engine.spiff import variants

ACKNOWLEDGED = {"channel": "letter", "sent_on": "2026-04-01", "proof": "Posted"}
MO = Person("mo", "Mo", "", ("manager",))


@pytest.fixture
def appeal(database: Database) -> Iterator[Scenario]:
    """An appeal just received, on SQLite and on PostgreSQL; its acknowledgement is open."""
    for landlord in held_landlord(database):
        yield received(landlord)


def _with_step() -> dict[str, bytes]:
    drawn = variants.inserted(FILES[APPEAL_FILE], "allocate_director", form="allocate_director")
    return {APPEAL_FILE: drawn}


def _item(database: Database, element_id: str) -> WorkItem:
    with database.reading() as session:
        return (
            session.scalars(
                select(WorkItem)
                .where(WorkItem.element_id == element_id)
                .order_by(WorkItem.id.desc())
            ).first()
            or WorkItem()
        )


def test_a_run_is_moved_with_its_date_its_draft_and_whoever_has_it(appeal: Scenario) -> None:
    db = appeal.db
    acknowledged(appeal)
    run, item = run_of(db, "appeal"), _item(db, "allocate_director")
    commands.save_draft(db, item.id, {"director": "ann"}, by="dorothy")
    number = publish(db, {**_with_step(), **policy_with("appeal.sla", "5", "6")})
    batch_id = preview(db, number, process="appeal")
    row = said(db, batch_id, run.id)
    assert row.outcome == "changes"
    assert "Appeal sla: 6 working days from now on, it was 5." in row.says
    before = rows_of(db, run.id)
    begun(db, batch_id)
    after = rows_of(db, run.id)
    kept = ("id", "due_on", "due_reason", "assignee", "draft_saved_at", "opened_at", "task_id")
    for old, new in zip(before["work_item"], after["work_item"], strict=True):
        assert {name: old[name] for name in kept} == {name: new[name] for name in kept}
    assert {one["release_id"] for one in after["element_instance"]} == {number}
    assert after["run"][0]["next_due_at"] == before["run"][0]["next_due_at"]
    assert commands.form_of_task(db, item.id, by="dorothy").raw == {"director": "ann"}
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    appeal.expect_open("decide_appeal")


def test_a_step_put_ahead_is_said_and_come_to(appeal: Scenario) -> None:
    db = appeal.db
    number = publish(db, _with_step())
    batch_id = preview(db, number)
    row = said(db, batch_id, run_of(db, "appeal").id)
    assert row.says == ("New ahead: “Look once more”.",)
    begun(db, batch_id)
    acknowledged(appeal)
    appeal.expect_open("new_step")


def test_history_audit_and_lists_say_the_version_the_person_and_the_reason(
    appeal: Scenario,
) -> None:
    db = appeal.db
    number = publish(db, _with_step())
    begun(db, preview(db, number, process="appeal"), "A second look was promised")
    run = run_of(db, "appeal")
    with db.reading() as session:
        last = session.scalars(select(ElementHistory).order_by(ElementHistory.id.desc())).first()
        assert last is not None
        assert (last.what, last.element_id, last.by) == ("moved", f"version_{number}", "olive")
        detail = session.execute(
            select(AuditDetail)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "run_moved", AuditEvent.object_id == run.id)
        ).scalar_one()
        assert (detail.actor, detail.old, detail.new) == (
            "olive",
            {"version": 1},
            {"version": 2, "reason": "A second look was promised"},
        )
        case = session.get_one(CaseFile, run.case_id)
        assert Chain.of_case(session, case).broken_at() is None
    page = run_page(db, run.id, MO)
    event = page.history[-1]
    assert (event.name, event.what_words) == ("Version 2", "Moved to another version")
    assert not event.is_routine
    found = running(db, MO, RunningFilter(process="appeal", release=number))
    assert [place.element_id for place in found] == ["issue_letter"]


def test_another_form_another_lane_and_another_rule_are_said_and_done(appeal: Scenario) -> None:
    db = appeal.db
    acknowledged(appeal)
    item = _item(db, "allocate_director")
    commands.save_draft(db, item.id, {"director": "ann"}, by="dorothy")
    form = "forms/definitions/allocate_director.yaml"
    asked = FILES[form].replace(b"id: director", b"id: who").replace(b"{director:", b"{who:")
    rule = b'due" value="working_days(case.appeal_received_on, '
    changed = {
        form: asked,
        APPEAL_FILE: FILES[APPEAL_FILE]
        .replace(b'value="dmo"', b'value="manager"')
        .replace(rule, rule.replace(b"working", b"calendar")),
    }
    number = publish(db, changed)
    batch_id = preview(db, number, process="appeal")
    row = said(db, batch_id, item.instance_id)
    assert any("nobody asks any more for" in one for one in row.says), row.says
    assert any("is for a manager, no longer for" in one for one in row.says), row.says
    assert any("the date it has, Thu 2 Apr 2026, stays" in one for one in row.says), row.says
    begun(db, batch_id)
    moved = _item(db, "allocate_director")
    assert (moved.role, moved.assignee, moved.due_on) == ("manager", None, item.due_on)
    assert moved.draft_saved_at is not None


def test_a_run_at_a_step_that_is_gone_stays_until_its_owner_says_what_it_is_called(
    appeal: Scenario,
) -> None:
    db = appeal.db
    acknowledged(appeal)
    run = run_of(db, "appeal")
    renamed = variants.renamed(FILES[APPEAL_FILE], "allocate_director", "choose_director")
    form = b'name="form" value="'
    renamed = renamed.replace(form + b"choose_director", form + b"allocate_director")
    number = publish(db, {APPEAL_FILE: renamed})
    batch_id = preview(db, number, process="appeal")
    row = said(db, batch_id, run.id)
    assert (row.outcome, row.status) == ("cannot", "left_out")
    assert "has no such step" in row.says[0]
    names = {"appeal": {"allocate_director": "choose_director"}}
    begun(db, preview(db, number, process="appeal", renames=names))
    rows = rows_of(db, run.id)
    (place,) = (one for one in rows["element_instance"] if not one["is_container"])
    assert place["element_id"] == "choose_director"
    assert place["path"].endswith("/appeal:choose_director/")
    appeal.complete("choose_director", by="dorothy", answers={"director": "ann"})
    appeal.expect_open("decide_appeal")


def test_a_step_called_otherwise_in_one_process_leaves_its_namesake_in_another_alone(
    appeal: Scenario,
) -> None:
    db = appeal.db
    run = _item(db, "confirm_flag").instance_id
    before = rows_of(db, run)
    names = {
        "appeal": {"confirm_flag": "set_flag", "flag_change_was_wanted": "flag_was_wanted"},
        "stage": {"set_flag": "look_at_flag", "flags_were_removed": "flags_are_gone"},
    }
    number = publish(db, _with_step())
    begun(db, preview(db, number, process="flags", renames=names))
    moved = {**before, "run": rows_of(db, run)["run"]}
    moved["element_instance"] = [
        {**one, "release_id": number} for one in before["element_instance"]
    ]
    assert rows_of(db, run) == moved
    assert moved["run"][0]["release_id"] == number


def test_a_move_is_taken_back_exactly_or_from_where_it_went_on_to(appeal: Scenario) -> None:
    db = appeal.db
    acknowledged(appeal)
    with db.reading() as session:
        ids = session.scalars(
            select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None))
        ).all()
    before = {instance_id: rows_of(db, instance_id) for instance_id in ids}
    number = publish(db, {**_with_step(), **policy_with("appeal.sla", "5", "6")})
    move = preview(db, number)
    begun(db, move)
    went_on = run_of(db, "appeal").id
    commands.claim(db, _item(db, "allocate_director").id, by="dorothy")
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    back = preview(db, move, kind="move_back")
    assert said(db, back, went_on).outcome == "changes"
    assert "It has gone on since" in said(db, back, went_on).says[0]
    begun(db, back, "It was too early")
    for instance_id in ids:
        if instance_id != went_on:
            assert rows_of(db, instance_id) == before[instance_id]
    assert run_of(db, "appeal").release_id == 1
    appeal.expect_open("decide_appeal")
    brief = batches.batch(db, move, MO).brief
    assert brief.by_status == {"undone": len(ids)}
    assert brief.undone_by == ""


def test_a_claim_and_a_draft_made_since_the_move_stay_when_it_is_taken_back(
    appeal: Scenario,
) -> None:
    db = appeal.db
    acknowledged(appeal)
    move = preview(db, publish(db, _with_step()), process="appeal")
    begun(db, move)
    item = _item(db, "allocate_director")
    commands.save_draft(db, item.id, {"director": "ann"}, by="daniel")
    back = preview(db, move, kind="move_back")
    assert said(db, back, item.instance_id).outcome == "as_is"
    begun(db, back)
    again = _item(db, "allocate_director")
    assert (again.id, again.assignee) == (item.id, "daniel")
    assert commands.form_of_task(db, item.id, by="daniel").raw == {"director": "ann"}


def test_a_date_worked_out_again_since_the_move_stays_in_lists_when_it_is_taken_back(
    appeal: Scenario,
) -> None:
    db, closed = appeal.db, dt.date(2026, 4, 2)
    reason = "It was proclaimed, and was none"
    commands.change_calendar(db, closed, "A day of mourning", by="dorothy", reason=reason)
    appeal.start("spoc_case", by="amina")
    move = preview(db, publish(db, _with_step()), process="spoc_case")
    begun(db, move)
    item = _item(db, "open_the_case")
    commands.change_calendar(db, closed, "", by="dorothy", reason=reason)
    assert commands.rearm(db, item.instance_id, by="mo", reason=reason)
    back = preview(db, move, kind="move_back")
    assert said(db, back, item.instance_id).outcome == "as_is"
    begun(db, back)
    after = _item(db, "open_the_case").due_on
    places = rows_of(db, item.instance_id)["element_instance"]
    assert [one["due_on"] for one in places if one["work_item_id"] == item.id] == [after]
    assert (after or closed) < (item.due_on or closed)


def test_a_run_that_went_on_since_the_preview_changes_no_more_than_was_said(
    appeal: Scenario,
) -> None:
    db = appeal.db
    run = run_of(db, "appeal")
    watched = variants.watched(FILES[APPEAL_FILE], "allocate_director", "P3D")
    batch_id = preview(db, publish(db, {APPEAL_FILE: watched}), process="appeal")
    assert said(db, batch_id, run.id).says == ("New ahead: “New watch”.",)
    acknowledged(appeal)
    begun(db, batch_id)
    row = said(db, batch_id, run.id)
    assert row.status == "left_out"
    assert "something else would change: “New watch” is waited for from now on" in row.result[0]
    assert run_of(db, "appeal").release_id == 1


def test_a_date_that_has_passed_where_it_is_newly_drawn_is_said_and_happens_at_once(
    appeal: Scenario,
) -> None:
    db = appeal.db
    late = variants.watched(FILES[APPEAL_FILE], "acknowledge_appeal", "P3D")
    assert b"<bpmn:timeDuration>P3D" in late
    late = late.replace(
        b"<bpmn:timeDuration>P3D</bpmn:timeDuration>",
        b"<bpmn:timeDate>on(case.appeal_received_on)</bpmn:timeDate>",
    )
    run = run_of(db, "appeal")
    batch_id = preview(db, publish(db, {APPEAL_FILE: late}), process="appeal")
    assert (
        "happens at once: its date, Wed 1 Apr 2026, has passed"
        in said(db, batch_id, run.id).says[0]
    )
    begun(db, batch_id)
    with db.reading() as session:
        left = session.scalars(
            select(ElementHistory.element_id).where(
                ElementHistory.instance_id == run.id, ElementHistory.what == "left"
            )
        ).all()
    assert left[-2:] == ["new_watch", "new_watch_end"]


def test_only_process_owners_and_managers_move_runs(appeal: Scenario) -> None:
    number = publish(appeal.db, _with_step())
    for name in ("amina", "dorothy"):
        with pytest.raises(NotFound):
            batches.start(appeal.db, "move", {"to": number}, by=name)
    assert batches.start(appeal.db, "move", {"to": number}, by="mo")
    with pytest.raises(NotFound):
        batches.start(appeal.db, "move", {"to": 99}, by="mo")


def test_what_is_kept_to_take_it_back_goes_after_a_while(appeal: Scenario) -> None:
    db = appeal.db
    move = preview(db, publish(db, _with_step()))
    begun(db, move)
    appeal.at(dt.datetime(2026, 5, 20, 9))
    batches.work(db)
    assert batches.batch(db, move, MO).brief.undone_by == ""
    with db.reading() as session:
        kept = session.scalars(select(BatchItem.kept)).all()
    assert set(kept) == {None}
    back = batches.start(db, "move_back", {"batch": move}, by="olive")
    worked(db, back, "ready")
    row = batches.batch(db, back, MO).items.items[0]
    assert row.outcome == "cannot"


def test_a_moved_run_takes_messages_and_works_out_its_dates_anew(appeal: Scenario) -> None:
    db = appeal.db
    acknowledged(appeal)
    run = run_of(db, "appeal")
    begun(db, preview(db, publish(db, {**_with_step(), **policy_with("appeal.sla", "5", "6")})))
    again = commands.rearm(db, run.id, by="mo", reason="The policy gives six days now")
    assert "2026-04-13" in {(one.new or "")[:10] for one in again}, again
    withdrawal = {"withdrawn_on": "2026-04-01", "channel": "email", "words": "Leave it."}
    appeal.receive("appeal_withdrawn", by="amina", answers=withdrawal)
    appeal.expect_not_open("allocate_director")
