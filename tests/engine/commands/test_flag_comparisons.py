"""Each quarter our flags are compared with what each system shows, and nobody has to remember it.

R-068: the date explains itself, the task is the officer's, keeping a comparison does it.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, select, update

import engine
from engine import clock
from engine.commands import start_flag_comparisons
from engine.demo.people import add_people
from engine.errors import InvalidAnswers, NotFound
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagReconciliation
from engine.tables.process import Outbox, WorkItem
from engine.worker.periodic import fire_timers
from tests.once import ROOT
from tests.web.flag_systems import SYSTEM, TAKEN_OVER

NOW = dt.datetime(2026, 3, 4, 10, 0)
HOUSING = "Open Housing"


@pytest.fixture
def landlord(database: Database) -> Iterator[Database]:
    """Flags of one arrangement, asked for on Wed 4 Mar 2026 and never compared."""
    with clock.frozen(NOW):
        engine.prepare(database, ROOT)
        add_people(database, dt.date(2026, 1, 1))
        engine.receive(database, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
        engine.deliver_messages(database)
        yield database


def test_it_begins_before_its_date_once_for_each_system(landlord: Database) -> None:
    # Three months from Wed 4 Mar is Thu 4 Jun; fourteen days before that it is a task.
    with clock.frozen(dt.datetime(2026, 5, 20, 10)):
        assert start_flag_comparisons(landlord) == 0
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        assert start_flag_comparisons(landlord) == 2
        assert start_flag_comparisons(landlord) == 0
    first, second = _tasks(landlord)
    assert (first.due_on, second.due_on) == (dt.date(2026, 6, 4), dt.date(2026, 6, 4))
    assert first.due_reason == (
        "3 calendar months from Wed 4 Mar 2026, when JADU CRM was first asked for a flag."
    )


def test_a_date_on_a_weekend_is_worked_back_and_promised_to_nobody(landlord: Database) -> None:
    """K-5: three months from Thu 5 Mar would be Fri 5 Jun, and from Fri 6 Mar a Saturday."""
    with clock.frozen(dt.datetime(2026, 3, 6, 10)):
        _keep(landlord, SYSTEM)
    with clock.frozen(dt.datetime(2026, 6, 1, 10)):
        start_flag_comparisons(landlord)
    [item] = [one for one in _tasks(landlord) if one.variables["flag_system"] == SYSTEM]
    assert item.due_on == dt.date(2026, 6, 5)
    assert item.due_reason == (
        "3 calendar months from Fri 6 Mar 2026, when JADU CRM was compared last. Sat 6 Jun 2026 is "
        "not a working day: worked back to a working day, because it is not to be compared later "
        "than that."
    )


def test_keeping_a_comparison_does_the_task_of_that_system_alone(landlord: Database) -> None:
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        start_flag_comparisons(landlord)
        _keep(landlord, SYSTEM)
        assert [item.variables["flag_system"] for item in _tasks(landlord)] == [HOUSING]
        # The next date counts from today.
        assert start_flag_comparisons(landlord) == 0
    assert _state(landlord, SYSTEM) == (dt.date(2026, 5, 21), dt.date(2026, 8, 21))


def test_a_comparison_kept_by_one_officer_does_the_task_another_has_on_their_list(
    landlord: Database,
) -> None:
    """R-068: the record is what was asked for, whoever made it."""
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        start_flag_comparisons(landlord)
        [item] = [one for one in _tasks(landlord) if one.variables["flag_system"] == SYSTEM]
        with landlord.writing() as session:
            session.get_one(WorkItem, item.id).assignee = "olive"
        made = _keep(landlord, SYSTEM)
        assert [one.variables["flag_system"] for one in _tasks(landlord)] == [HOUSING]
    with landlord.reading() as session:
        done = session.get_one(WorkItem, item.id)
        assert done.completed_at is not None
        said = select(Submission.answers).where(Submission.work_item_id == item.id)
        assert session.scalars(said).one()["comparison"] == str(made)


def test_a_system_without_a_flag_since_its_last_comparison_is_not_compared(
    landlord: Database,
) -> None:
    """R-068: once more after the last flag is gone, so that it is seen to be gone; then no more."""
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        _keep(landlord, SYSTEM)
        _keep(landlord, HOUSING)
    with landlord.writing() as session:
        gone = update(Flag).where(Flag.system == SYSTEM)
        session.execute(gone.values(removed_on=dt.date(2026, 6, 1)))
    with clock.frozen(dt.datetime(2026, 8, 20, 10)):
        assert start_flag_comparisons(landlord) == 2
        _keep(landlord, SYSTEM)
        _keep(landlord, HOUSING)
        assert _tasks(landlord) == []
        assert _state(landlord, HOUSING)[1] is not None
        assert _state(landlord, SYSTEM) == (dt.date(2026, 8, 20), None)
    with clock.frozen(dt.datetime(2027, 2, 20, 10)):
        assert start_flag_comparisons(landlord) == 1
        assert [one.variables["flag_system"] for one in _tasks(landlord)] == [HOUSING]


def test_nothing_is_locked_while_no_comparison_is_near(landlord: Database) -> None:
    """Every flag is looked at before anything is written; the list of them has an index."""
    with landlord.writing():
        # The one writer of the file: a second one would wait for it in vain.
        assert start_flag_comparisons(landlord) == 0
    with landlord.snapshot() as connection:
        names = {one["name"] for one in inspect(connection).get_indexes("flag")}
    assert "ix_flag_system" in names


def test_a_task_is_not_done_without_a_comparison_that_was_kept_since(landlord: Database) -> None:
    """R-068."""
    _keep(landlord, HOUSING)
    with clock.frozen(dt.datetime(2026, 5, 29, 10)):
        start_flag_comparisons(landlord)
        [item] = [one for one in _tasks(landlord) if one.variables["flag_system"] == HOUSING]
        made = _keep(landlord, SYSTEM)
        assert made
        for said in ({}, {"comparison": "1"}, {"comparison": str(made)}):
            with pytest.raises(InvalidAnswers):
                engine.complete(landlord, item.id, said, by="dorothy")


def test_a_comparison_that_is_late_is_told_once_and_shown(landlord: Database) -> None:
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        start_flag_comparisons(landlord)
    with clock.frozen(dt.datetime(2026, 6, 4, 23, 58)):
        fire_timers(landlord)
        assert _told(landlord) == []
    with clock.frozen(dt.datetime(2026, 6, 5, 0, 1)):
        fire_timers(landlord)
        fire_timers(landlord)
        told = _told(landlord)
        assert sorted(told) == [
            "The comparison of our flags with JADU CRM is late.",
            "The comparison of our flags with Open Housing is late.",
        ]
        dorothy = engine.person(landlord, "dorothy")
        assert dorothy is not None
        systems = engine.flagging.flag_systems(landlord, dorothy)
        assert [one.is_compared_late for one in systems] == [True, True]
    assert len(_tasks(landlord)) == 2


@pytest.mark.parametrize("name", ["sam", "priya", "amina"])
def test_nobody_else_compares_or_reads_that_a_system_shows_reasons(
    landlord: Database, name: str
) -> None:
    """R-068: the systems team and the partner see the card; who compares is the officer alone."""
    shows = b"Tenancy reference,Text\nNF-151206,Threats against two officers\n"
    with pytest.raises(NotFound):
        engine.flagging.comparing.compare(landlord, SYSTEM, io.BytesIO(shows), "flags.csv", by=name)


def _keep(database: Database, system: str) -> int:
    comparing = engine.flagging.comparing
    file = io.BytesIO(b"Tenancy reference,Text\nNF-99,Left on\n")
    made = comparing.compare(database, system, file, "flags.csv", by="dorothy")
    comparing.keep(database, made, by="dorothy")
    return made


def _tasks(database: Database) -> list[WorkItem]:
    with database.reading() as session:
        waiting = WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None)
        rows = select(WorkItem).where(WorkItem.element_id == "compare_flags", *waiting)
        return list(session.scalars(rows.order_by(WorkItem.id)))


def _state(database: Database, system: str) -> tuple[dt.date | None, dt.date | None]:
    dorothy = engine.person(database, "dorothy")
    assert dorothy is not None
    found = {one.name: one for one in engine.flagging.flag_systems(database, dorothy)}[system]
    with database.reading() as session:
        assert session.scalars(select(FlagReconciliation)).all()
    return found.compared_on, found.compare_by.on if found.compare_by else None


def _told(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.about.like("flag_comparison_late:%")))
        return [str(row.content["subject"]) for row in rows]
