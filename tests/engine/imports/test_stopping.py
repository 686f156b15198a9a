"""An import that was begun can be stopped: what is done stays, the rest can be begun again."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select

from engine import clock, imports
from engine.errors import NotAllowed, NotFound, Rejected
from engine.imports import logging_rows
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Contact
from engine.tables.database import Database
from engine.tables.imports import ContactImportRow
from tests.engine.imports.conftest import checked
from tests.engine.queries.landlord import NOW, person

LINES = [f"2026-04-0{day},1{day}:00,phone,in,77-12 B,," for day in range(1, 8)]
WRONG = "2026-04-01,,pigeon,in,77-12 B,,"


def brief(database: Database, import_id: int, name: str = "dorothy") -> imports.ImportBrief:
    return imports.one_import(database, import_id, person(name)).brief


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(AuditEvent.action)
                .where(AuditEvent.chain == "administration")
                .order_by(AuditEvent.id)
            )
        )


@pytest.fixture
def begun(both_houses: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An import of seven rows and a wrong one, begun by a manager, of which three are logged."""
    monkeypatch.setattr(logging_rows, "SLICE", 3)
    assert checked(both_houses, *LINES, WRONG) == 1
    imports.begin(both_houses, 1, by="mark")
    assert logging_rows.log_some(both_houses, 1) == 3
    return both_houses


def test_rows_done_stay_and_rows_not_begun_are_not_taken(begun: Database) -> None:
    # nothing of the file is lost without a word.
    imports.stop(begun, 1, by="mark")
    assert imports.work(begun) == 0
    found = brief(begun, 1)
    assert (found.state, found.logged, found.not_taken, found.wrong) == ("stopped", 3, 4, 1)
    assert found.stopped_by == "Mark Osei"
    logged = imports.one_import(begun, 1, person("dorothy"), show="logged")
    assert [row.on for row in logged.rows] == [dt.date(2026, 4, day) for day in (1, 2, 3)]
    assert [row.customer for row in logged.rows] == ["Ola Finn"] * 3
    left = imports.one_import(begun, 1, person("dorothy"), show="ready")
    assert [row.number for row in left.rows] == [5, 6, 7, 8]
    _, rows = imports.wrong_rows(begun, 1, person("dorothy"))
    said = [row[-1] for row in rows]
    assert said[:4] == [
        f"Row {number}. Not taken: the import was stopped before this row."
        for number in (5, 6, 7, 8)
    ]
    assert said[4].startswith("Row 9. channel: Expected telephone")


def test_contacts_of_cases_somebody_does_not_see_are_not_counted_either(begun: Database) -> None:
    """R-102: a manager who sees none of these cases is promised no pages of them."""
    shown = imports.one_import(begun, 1, person("dorothy"), show="logged").rows
    assert (len(shown), shown.total) == (3, 3)
    shown = imports.one_import(begun, 1, person("mark"), show="logged").rows
    assert (len(shown), shown.total) == (0, 0)


def test_it_is_begun_again_with_the_rest_and_nothing_is_logged_twice(begun: Database) -> None:
    imports.stop(begun, 1, by="dorothy")
    imports.resume(begun, 1, by="dorothy")
    imports.work(begun)
    found = brief(begun, 1)
    assert (found.state, found.logged, found.not_taken, found.wrong) == ("ended", 7, 0, 1)
    with begun.reading() as session:
        by = session.scalars(select(Contact.logged_by).order_by(Contact.on)).all()
        # Each is said to be logged by whoever began that part of it.
        assert by == ["mark"] * 3 + ["dorothy"] * 4
    assert actions(begun)[1:] == [
        *("contacts_import_begun", "contacts_import_stopped", "contacts_import_resumed"),
        "contacts_imported",
    ]


def test_the_log_says_who_stopped_it_and_how_far_it_was(begun: Database) -> None:
    imports.stop(begun, 1, by="dorothy")
    with begun.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "contacts_import_stopped")
        ).one()
        detail = session.get_one(AuditDetail, event.id)
        assert (detail.actor, detail.new) == ("dorothy", {"rows": 8, "logged": 3})


def test_only_who_began_it_or_an_officer_stops_it(begun: Database) -> None:
    imports.stop(begun, 1, by="dorothy")
    imports.resume(begun, 1, by="dorothy")
    # A manager who did not begin it sees it, and is told whom to ask.
    assert not brief(begun, 1, "mark").may_stop
    assert brief(begun, 1, "dorothy").may_stop
    with pytest.raises(NotAllowed, match="Data Management Officer"):
        imports.stop(begun, 1, by="mark")
    for name in ("amina", "olga", "priya"):
        for ask in (imports.stop, imports.resume):
            with pytest.raises(NotFound):
                ask(begun, 1, by=name)
    assert brief(begun, 1).state == "running"


def test_what_is_not_at_work_cannot_be_stopped(begun: Database) -> None:
    with pytest.raises(Rejected, match="it is at work"):
        imports.resume(begun, 1, by="dorothy")
    imports.stop(begun, 1, by="dorothy")
    with pytest.raises(Rejected, match="it was stopped"):
        imports.stop(begun, 1, by="dorothy")
    with pytest.raises(Rejected, match="it was stopped"):
        imports.discard(begun, 1, by="dorothy")
    imports.resume(begun, 1, by="dorothy")
    imports.work(begun)
    with pytest.raises(Rejected, match="it has ended"):
        imports.stop(begun, 1, by="dorothy")


def test_what_stays_stopped_ends_after_a_month_and_says_what_was_not_taken(
    begun: Database,
) -> None:
    imports.stop(begun, 1, by="mark")
    with clock.frozen(NOW + dt.timedelta(days=imports.KEPT_DAYS - 1)):
        imports.work(begun)
        assert brief(begun, 1).state == "stopped"
    with clock.frozen(NOW + dt.timedelta(days=imports.KEPT_DAYS + 1)):
        imports.work(begun)
        found = brief(begun, 1)
    assert (found.state, found.logged, found.not_taken, found.wrong) == ("ended", 3, 4, 1)
    with begun.reading() as session:
        assert session.scalar(select(func.count(ContactImportRow.id))) == 0
        assert session.scalar(select(func.count(Contact.id))) == 3


def test_a_worker_at_work_sees_the_stop_before_its_next_rows(
    both_houses: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop comes from another thread while the worker is between two commits."""
    monkeypatch.setattr(logging_rows, "SLICE", 1)
    checked(both_houses, *LINES)
    imports.begin(both_houses, 1, by="mark")
    of_one = logging_rows.log_some
    after = [2]

    def stopped_on_the_way(database: Database, import_id: int) -> int:
        done = of_one(database, import_id)
        after[0] -= 1
        if after[0] == 0:
            other = threading.Thread(
                target=imports.stop, args=(database, import_id), kwargs={"by": "dorothy"}
            )
            other.start()
            other.join(30)
        return done

    monkeypatch.setattr("engine.imports.working.log_some", stopped_on_the_way)
    assert imports.work(both_houses, seconds=60) == 2
    found = brief(both_houses, 1)
    assert (found.state, found.logged, found.not_taken) == ("stopped", 2, 5)
