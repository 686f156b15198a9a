"""Reading, writing one at a time, and what happens when two want the same."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Rejected
from engine.tables.database import POSTGRES_LIMITS, Collision, Database
from engine.tables.process import ProcessInstance, Setting
from engine.tables.releases import Release


def test_what_is_written_can_be_read(database: Database) -> None:
    with database.writing() as session:
        session.add(Setting(name="colour", value="purple"))
    with database.reading() as session:
        assert session.get_one(Setting, "colour").value == "purple"


def test_what_was_written_can_still_be_looked_at_afterwards(database: Database) -> None:
    with database.writing() as session:
        row = Setting(name="colour", value="purple")
        session.add(row)
    assert row.value == "purple"


def test_a_unit_of_work_says_no_more_than_it_must(
    database: Database, statements: list[str]
) -> None:
    with database.writing() as session:
        session.add(Setting(name="colour", value="purple"))
    assert [said.split()[0] for said in statements] == ["INSERT", "COMMIT"]
    statements.clear()
    _setting(database, "colour")
    assert [said.split()[0] for said in statements] == ["SELECT"]


def test_an_error_inside_the_block_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        _add_and_fail(session)
    assert _setting(database, "colour") is None


def test_an_error_of_the_database_does_not_repeat_what_was_typed(database: Database) -> None:
    """Errors are logged, and a log outlives the case (R-103, R-111)."""
    with database.writing() as session:
        session.add(Setting(name="colour", value="purple"))
    with pytest.raises(DBAPIError) as failed, database.writing() as session:
        session.execute(insert(Setting).values(name="colour", value="She cried on the telephone"))
    assert "INSERT" in str(failed.value)
    assert "She cried" not in str(failed.value)


def test_a_reading_session_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(text("DELETE FROM setting"))
    with database.reading() as session:
        session.add(Setting(name="colour", value="purple"))
    assert _setting(database, "colour") is None


def test_a_reading_session_sees_one_state_of_the_database(database: Database) -> None:
    with database.reading() as session:
        assert session.get(Setting, "colour") is None
        _set(database, "colour", "purple")
        assert session.scalars(select(Setting)).all() == []


def test_writing_inside_writing_is_a_mistake_of_the_programmer(database: Database) -> None:
    with database.writing() as session:
        session.add(Setting(name="colour", value="purple"))
        with pytest.raises(RuntimeError, match="Pass its session on"), database.writing():
            pass
    assert _setting(database, "colour") == "purple"


def test_of_two_changes_to_one_instance_the_second_is_refused(database: Database) -> None:
    instance_id = _instance(database)

    def change_under_your_feet() -> None:
        with database.writing() as session:
            session.get_one(ProcessInstance, instance_id).ended_with = "other"

    with database.reading() as session:
        stale = session.get_one(ProcessInstance, instance_id)
        session.expunge(stale)
    _in_thread(change_under_your_feet)
    with pytest.raises(Rejected, match="Somebody else has just changed this case"):
        _end(database, stale)
    with database.reading() as session:
        kept = session.get_one(ProcessInstance, instance_id)
        assert (kept.ended_with, kept.version) == ("other", 2)


def test_writers_of_one_sqlite_file_pass_in_the_order_they_came(
    sqlite_database: Database,
) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with sqlite_database.writing():
            order.append(number)

    with sqlite_database.writing():
        threads = []
        for number in range(8):
            threads.append(_start(functools.partial(write, number)))
            time.sleep(0.02)
    for thread in threads:
        thread.join(10)
    assert order == list(range(8))


def test_forty_changes_at_once_are_all_kept(database: Database) -> None:
    _set(database, "count", "0")

    def add_ten() -> None:
        for _ in range(10):
            with database.writing() as session:
                row = session.get_one(Setting, "count", with_for_update=True)
                row.value = str(int(row.value) + 1)

    threads = [_start(add_ten) for _ in range(4)]
    for thread in threads:
        thread.join(30)
    assert _setting(database, "count") == "40"


def test_a_file_locked_by_another_process_for_too_long_is_a_collision(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tables.database.PATIENCE", 0.05)
    other = Database(str(sqlite_database.url))
    with sqlite_database.writing() as session:
        session.add(Setting(name="colour", value="purple"))
        session.flush()
        with pytest.raises(Collision), other.writing() as late:
            late.get(Setting, "colour")
    other.close()


def test_a_writer_that_never_ends_lets_the_next_one_give_up(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tables.database.PATIENCE", 0.05)
    refused: list[Exception] = []

    def write() -> None:
        with pytest.raises(Collision) as caught, sqlite_database.writing():
            pass
        refused.append(caught.value)

    with sqlite_database.writing():
        _start(write).join(10)
    assert len(refused) == 1
    _set(sqlite_database, "colour", "purple")


def test_a_row_locked_for_too_long_on_postgresql_is_a_collision(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POSTGRES_LIMITS, "lock_timeout", "50ms")
    impatient = Database(postgres_database.url.render_as_string(hide_password=False))
    _set(postgres_database, "colour", "purple")

    def ask_too() -> None:
        with pytest.raises(Collision), impatient.writing() as session:
            session.get_one(Setting, "colour", with_for_update=True)

    with postgres_database.writing() as session:
        session.get_one(Setting, "colour", with_for_update=True)
        _start(ask_too).join(10)
    impatient.close()


def test_sqlite_is_opened_safe_rather_than_fast(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        asked = ["journal_mode", "synchronous", "foreign_keys"]
        assert [session.scalar(text(f"PRAGMA {name}")) for name in asked] == ["wal", 2, 1]


def test_postgresql_frees_the_rows_of_a_machine_that_vanished(postgres_database: Database) -> None:
    with postgres_database.writing() as session:
        for name, value in POSTGRES_LIMITS.items():
            assert session.scalar(text(f"SHOW {name}")) in {value, "1min"}


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "spoc.sqlite", ""])
def test_another_database_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="Expected a database URL such as"):
        Database(url)


def test_a_url_as_hosting_companies_write_it_is_understood() -> None:
    assert Database("postgres://spoc@host/spoc").url.drivername == "postgresql+psycopg"


def test_the_file_is_made_with_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/spoc.sqlite")
    database.migrate()
    assert database.is_current()
    database.close()


def _add_and_fail(session: Session) -> None:
    session.add(Setting(name="colour", value="purple"))
    session.flush()
    raise ZeroDivisionError


def _start(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _in_thread(work: Callable[[], object]) -> None:
    _start(work).join(10)


def _set(database: Database, name: str, value: str) -> None:
    def write() -> None:
        with database.writing() as session:
            session.merge(Setting(name=name, value=value))

    _in_thread(write)


def _setting(database: Database, name: str) -> str | None:
    with database.reading() as session:
        row = session.get(Setting, name)
        return row.value if row else None


def _instance(database: Database) -> int:
    with database.writing() as session:
        release = Release(made_at=clock.now())
        session.add(release)
        session.flush()
        instance = ProcessInstance(
            process_id="appeal",
            release_id=release.id,
            parameter_set="NPH_2022",
            started_at=clock.now(),
        )
        session.add(instance)
        session.flush()
        return instance.id


def _end(database: Database, stale: ProcessInstance) -> None:
    with database.writing() as session:
        session.add(stale)
        stale.ended_with = "mine"
