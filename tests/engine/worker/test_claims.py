"""Due runs are claimed: several workers share them, none is run twice, none is lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select, text, update

from bench.due_runs import fired, make_due
from engine import clock, commands, schedule
from engine.tables.database import Database
from engine.tables.process import ProcessInstance


def _claim(database: Database, limit: int = 100) -> list[int]:
    with database.writing() as session:
        return schedule.claim_due(session, clock.now(), limit)


def _set(database: Database, **values: object) -> None:
    with database.writing() as session:
        session.execute(update(ProcessInstance).values(**values))


def _queued(database: Database, task: str) -> int:
    with database.reading() as session:
        return schedule.Queue().waiting(session, task, most=10_000)


def test_what_one_worker_claims_no_other_gets_until_the_lease_is_over(database: Database) -> None:
    make_due(database, 5)
    assert len(_claim(database, 3)) == 3
    assert len(_claim(database)) == 2
    assert _claim(database) == []
    _set(database, dispatched_at=clock.real() - 2 * schedule.LEASE)
    assert len(_claim(database)) == 5


def test_the_longest_due_are_claimed_first(database: Database) -> None:
    make_due(database, 3)
    with database.writing() as session:
        oldest = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id.desc())).all()
        for days, instance in enumerate(oldest):
            instance.next_due_at = dt.datetime(2026, 5, 1 + days, tzinfo=dt.UTC)
    assert _claim(database, 2) == [instance.id for instance in oldest[:2]]


def test_a_claim_from_before_the_clock_was_put_back_holds_nothing_up(database: Database) -> None:
    make_due(database, 1)
    _set(database, dispatched_at=clock.real() + dt.timedelta(hours=1))
    assert commands.run_due(database) == 1


def test_a_claim_ends_with_the_run_that_was_carried_on(database: Database) -> None:
    make_due(database, 2)
    assert commands.run_due(database) == 2
    with database.reading() as session:
        claimed = select(func.count()).where(ProcessInstance.dispatched_at.is_not(None))
        assert session.scalar(claimed) == 0


def test_a_row_that_somebody_works_on_is_passed_over(postgres_database: Database) -> None:
    make_due(postgres_database, 3)
    with postgres_database.writing() as session:
        session.scalars(select(ProcessInstance).limit(1).with_for_update()).one()
        found: list[int] = []
        other = threading.Thread(target=lambda: found.extend(_claim(postgres_database)))
        other.start()
        other.join(10)
    assert len(found) == 2


def test_workers_at_once_fire_each_timer_once(database: Database) -> None:
    make_due(database, 40)
    workers = [threading.Thread(target=_until_done, args=(database,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert fired(database) == (40, 40)


def test_a_look_at_nothing_due_writes_nothing_and_reads_no_state(
    database: Database, statements: list[str]
) -> None:
    make_due(database, 3)
    _set(database, next_due_at=clock.real() + dt.timedelta(days=1))
    commands.run_due(database)
    statements.clear()
    assert commands.run_due(database) == 0
    assert "COMMIT" not in statements
    assert not any("process_instance.state" in said for said in statements)
    assert len(statements) <= 2


def test_jobs_are_added_in_the_transaction_of_the_claim(postgres_database: Database) -> None:
    make_due(postgres_database, 3)
    with postgres_database.writing() as session:
        schedule.Queue().dispatch(session, schedule.claim_due(session, clock.now(), 9), more=True)
        session.rollback()
    assert _queued(postgres_database, schedule.RUN) == 0
    assert commands.dispatch_due(postgres_database) == 3
    assert _queued(postgres_database, schedule.RUN) == 3
    assert commands.dispatch_due(postgres_database) == 0


def test_many_runs_come_in_few_jobs_and_few_in_a_job_each(postgres_database: Database) -> None:
    make_due(postgres_database, 100)
    assert commands.dispatch_due(postgres_database) == 100
    assert _queued(postgres_database, schedule.RUN) == 9
    with postgres_database.reading() as session:
        assert schedule.Queue().handed_out(session) == 100


def test_a_job_that_is_to_end_gives_back_what_it_has_not_begun(database: Database) -> None:
    make_due(database, 4)
    with database.writing() as session:
        claimed = schedule.claim_due(session, clock.now(), 9)
    asked = iter([True, True, False])
    assert commands.run_instances(database, claimed, lambda: next(asked)) == 2
    assert fired(database) == (2, 2)
    assert commands.run_due(database) == 2


def test_no_more_is_handed_out_than_workers_get_to_within_a_lease(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "AHEAD", 10)
    make_due(postgres_database, 30)
    assert commands.dispatch_due(postgres_database) == 10
    assert _queued(postgres_database, schedule.DISPATCH) == 1
    assert commands.dispatch_due(postgres_database) == 0
    with postgres_database.writing() as session:
        six = "SELECT id FROM procrastinate_jobs LIMIT 6"
        session.execute(text(f"DELETE FROM procrastinate_jobs WHERE id IN ({six})"))
    assert 5 <= commands.dispatch_due(postgres_database) <= 6


def test_the_outbox_is_looked_at_once_for_many_units_of_work(postgres_database: Database) -> None:
    apart = Database(
        postgres_database.url.render_as_string(hide_password=False), workers_apart=True
    )
    for _ in range(3):
        with apart.writing() as session:
            schedule.wake_outbox(session)
    apart.close()
    assert _queued(postgres_database, schedule.POST) == 1


def test_nobody_is_told_where_the_worker_is_embedded(database: Database) -> None:
    with database.writing() as session:
        schedule.wake_outbox(session)
        schedule.wake_instance(session, 1)
    if not database.is_sqlite:
        assert _queued(database, schedule.POST) == _queued(database, schedule.RUN) == 0


def _until_done(database: Database) -> None:
    while commands.run_due(database, limit=3):
        pass


def test_a_timer_takes_four_statements_and_one_commit(
    database: Database, statements: list[str]
) -> None:
    make_due(database, 2)
    first, second = _claim(database)
    assert commands.run_instances(database, [first]) == 1
    statements.clear()
    assert commands.run_instances(database, [second]) == 1
    told = [text for text in statements if text != "COMMIT"]
    assert statements.count("COMMIT") == 1
    assert len(told) <= 4, "\n".join(told)
    assert fired(database) == (2, 2)
