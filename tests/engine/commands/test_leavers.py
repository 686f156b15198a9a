"""Tasks of those who left or lost the role fall to whoever is there now (R-011)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

import engine
from engine import commands
from engine.casework.people import holders_of
from engine.errors import NotAllowed
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.decisions import Appeal
from engine.tables.people import RoleHolder, User
from engine.tables.process import WorkItem
from engine.worker.periodic import periodics
from tests.engine.commands.conftest import acknowledged

YESTERDAY = dt.date(2026, 3, 31)
DECIDED = {"outcome": "not_upheld", "reasons": "Nothing was overlooked.", "appeal_effect": "none"}


def _item(landlord: Scenario, element_id: str) -> WorkItem:
    with landlord.db.reading() as session:
        open_ones = select(WorkItem).where(
            WorkItem.element_id == element_id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        return session.scalars(open_ones).one()


def _leave(landlord: Scenario, name: str) -> None:
    with landlord.db.writing() as session:
        session.get_one(User, name).left_on = YESTERDAY


def _another_director(landlord: Scenario) -> None:
    with landlord.db.writing() as session:
        session.add(User(name="carol", full_name="Carol Whitlow", email="carol@homes.example"))
        session.flush()
        session.add(
            RoleHolder(role="assistant_director", user_name="carol", from_on=dt.date(2025, 1, 1))
        )


def test_a_task_of_a_leaver_waits_for_their_role_again(appeal: Scenario) -> None:
    item = _any(appeal)
    commands.claim(appeal.db, item.id, by="dorothy")
    commands.save_draft(appeal.db, item.id, {"channel": "letter"}, by="dorothy")
    before = _by_id(appeal, item.id)
    assert commands.hand_back_tasks(appeal.db) == 0
    _leave(appeal, "dorothy")
    assert commands.hand_back_tasks(appeal.db) == 1
    after = _by_id(appeal, item.id)
    assert (after.role, after.assignee, after.by_name) == ("dmo", None, False)
    assert (after.due_on, after.draft_saved_at) == (before.due_on, before.draft_saved_at)
    assert _handed_back(appeal) == [
        (
            "the system",
            {"role": "dmo", "from": "dorothy"},
            {"role": "dmo", "to": None},
        )
    ]
    assert commands.hand_back_tasks(appeal.db) == 0
    commands.claim(appeal.db, item.id, by="daniel")


def test_so_does_one_of_somebody_who_lost_the_role(appeal: Scenario) -> None:
    item = _any(appeal)
    commands.claim(appeal.db, item.id, by="dorothy")
    with appeal.db.writing() as session:
        for row in session.scalars(select(RoleHolder).where(RoleHolder.user_name == "dorothy")):
            row.until_on = YESTERDAY
    assert commands.hand_back_tasks(appeal.db) == 1
    assert _by_id(appeal, item.id).assignee is None


def test_a_task_of_somebody_named_without_its_role_is_not_looked_at_again_and_again(
    appeal: Scenario,
) -> None:
    """R-011: it stays theirs while they are here; who lost a role today is asked for by name."""
    item = _any(appeal)
    with appeal.db.writing() as session:
        session.add(User(name="carol", full_name="Carol Whitlow", email="carol@homes.example"))
        session.flush()
        session.get_one(WorkItem, item.id).assignee = "carol"
    with appeal.db.writing():
        # To look at one task it would have to write, and to wait for this.
        assert commands.hand_back_tasks(appeal.db) == 0
    assert _by_id(appeal, item.id).assignee == "carol"
    assert commands.hand_back_tasks(appeal.db, "carol") == 1
    assert _by_id(appeal, item.id).assignee is None


def test_a_task_of_a_deputy_falls_to_the_role_once_another_is_named(appeal: Scenario) -> None:
    item = _any(appeal)
    with appeal.db.writing() as session:
        session.add(User(name="carol", full_name="Carol Whitlow", email="carol@homes.example"))
        session.flush()
        held = select(RoleHolder).where(RoleHolder.user_name == "dorothy")
        row = session.scalars(held.where(RoleHolder.role == "dmo")).one()
        row.deputy = "carol"
        holder_id = row.id
        session.get_one(WorkItem, item.id).assignee = "carol"
        session.add(
            RoleHolder(role="administrator", user_name="carol", from_on=dt.date(2025, 1, 1))
        )
    engine.setting_up.name_deputy(appeal.db, holder_id, "", by="carol")
    assert _by_id(appeal, item.id).assignee is None


def test_an_appeal_of_a_director_who_left_is_decided_by_one_who_took_no_part(
    appeal: Scenario,
) -> None:
    _another_director(appeal)
    acknowledged(appeal)
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    item = _item(appeal, "decide_appeal")
    assert (item.assignee, item.by_name) == ("ann", True)
    _leave(appeal, "ann")
    assert commands.hand_back_tasks(appeal.db) == 1
    item = _item(appeal, "decide_appeal")
    assert (item.role, item.assignee, item.by_name) == ("assistant_director", None, False)
    with appeal.db.reading() as session:
        here = holders_of(session, "assistant_director", dt.date(2026, 4, 1))
    assert here == ["ben", "carol"]
    with pytest.raises(NotAllowed, match="made the decision"):
        commands.complete(appeal.db, item.id, DECIDED, by="ben")
    commands.complete(appeal.db, item.id, DECIDED, by="carol")
    with appeal.db.reading() as session:
        assert session.scalars(select(Appeal.director)).one() == "carol"
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "appeal_taken_over" in actions


def test_an_appeal_stays_with_its_director_as_long_as_they_are_here(appeal: Scenario) -> None:
    _another_director(appeal)
    acknowledged(appeal)
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    with appeal.db.writing() as session:
        item = session.get_one(WorkItem, _item(appeal, "decide_appeal").id)
        item.assignee, item.by_name = None, False
    with pytest.raises(NotAllowed, match="that is"):
        commands.complete(appeal.db, _item(appeal, "decide_appeal").id, DECIDED, by="carol")


def test_a_worker_does_it_now_and_then() -> None:
    assert commands.hand_back_tasks in [one.run for one in periodics()]


def _any(landlord: Scenario) -> WorkItem:
    with landlord.db.reading() as session:
        waits = select(WorkItem).where(
            WorkItem.role == "dmo",
            WorkItem.assignee.is_(None),
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        return session.scalars(waits.order_by(WorkItem.id)).first() or pytest.fail("no task")


def _by_id(landlord: Scenario, item_id: int) -> WorkItem:
    with landlord.db.reading() as session:
        return session.get_one(WorkItem, item_id)


def _handed_back(landlord: Scenario) -> list[tuple[object, object, object]]:
    with landlord.db.reading() as session:
        rows = session.execute(
            select(AuditDetail.actor, AuditDetail.old, AuditDetail.new)
            .join(AuditEvent, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.action == "task_handed_back")
        )
        return [(actor, old, new) for actor, old, new in rows]
