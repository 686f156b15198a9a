"""What is due for deletion, what holds it, the dry run and the certificate (R-107, R-108; Q13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import clock
from engine.casework import deletion, held, retention
from engine.casework.going import what_goes
from engine.errors import NotFound, Rejected
from engine.oversight import retention as pages
from engine.queries import Person
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, LegalHold, OwedAction
from engine.tables.database import Database
from engine.tables.process import Outbox, ProcessInstance
from tests.engine.casework.old_register import Register, opened

DAY = dt.date(2026, 4, 2)
NOW = dt.datetime(2027, 4, 2, 9, 0, tzinfo=dt.UTC)
DOROTHY = Person("dorothy", "Dorothy", "", ("dmo",))
MO = Person("mo", "Mo", "", ("manager",))
AMINA = Person("amina", "Amina", "", ("team_leader",))


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    clock.hold(NOW)
    yield
    clock.hold(None)


def _closed(register: Register, last_day: str) -> int:
    """Close the case and let its records be kept to a day."""
    register.take_over()
    context = register.context("2026-10-05")
    register.arrangement().ended_on = DAY
    case = context.case()
    case.closed_on, case.delete_after = DAY, dt.date.fromisoformat(last_day)
    register.instance("retention", "2026-10-05")
    register.session.flush()
    return case.id


@pytest.mark.parametrize(
    ("last_day", "counts"),
    [
        ("2027-04-01", (1, 0, 0)),
        ("2027-04-02", (0, 1, 0)),
        ("2027-04-15", (0, 1, 0)),
        ("2027-04-16", (0, 0, 0)),
    ],
)
def test_what_is_due_in_fourteen_days_and_what_is_late_is_listed(
    database: Database, last_day: str, counts: tuple[int, int, int]
) -> None:
    with opened(database) as register:
        _closed(register, last_day)
    page = pages.retention_page(database, DOROTHY)
    assert (page.late_count, page.due_count, page.held_count) == counts


def test_a_case_that_is_held_is_not_late_and_says_what_holds_it_since_when(
    sqlite_database: Database,
) -> None:
    with opened(sqlite_database) as register:
        case_id = _closed(register, "2027-03-01")
        hold = LegalHold(
            case_id=case_id, reason="Legal claim: 9 June", opened_on=DAY, opened_by="dorothy"
        )
        owed = OwedAction(case_id=case_id, what="x", owner="amina", due_on=DAY, opened_on=DAY)
        register.session.add_all([hold, owed])
    page = pages.retention_page(sqlite_database, DOROTHY)
    assert (page.late_count, page.held_count) == (0, 1)
    assert set(page.held[0].holds) == {
        "Legal claim: 9 June, since Thu 2 Apr 2026",
        "We still owe the customer something, since Thu 2 Apr 2026",
    }


def test_a_manager_is_told_numbers_and_a_team_leader_nothing(sqlite_database: Database) -> None:
    with opened(sqlite_database) as register:
        _closed(register, "2027-04-01")
    page = pages.retention_page(sqlite_database, MO, counted=True)
    assert (page.late_count, page.late, page.sees_cases) == (1, (), False)
    for ask in (pages.retention_page, pages.certificates):
        with pytest.raises(NotFound):
            ask(sqlite_database, AMINA)
    with pytest.raises(NotFound):
        pages.certificates(sqlite_database, MO)


def test_what_no_run_looks_after_is_said(sqlite_database: Database) -> None:
    with opened(sqlite_database) as register:
        _closed(register, "2027-04-01")
        for run in register.rows(ProcessInstance):
            run.ended_at = NOW
    [late] = pages.retention_page(sqlite_database, DOROTHY).late
    assert "No run of the process looks after it" in late.hindered


def test_the_dry_run_changes_nothing_and_counts_what_the_certificate_counts(
    database: Database,
) -> None:
    with opened(database) as register:
        case_id = _closed(register, "2027-04-01")
        register.session.add(
            Outbox(
                kind="email",
                channel="email",
                key="1",
                order_key="1",
                case_id=case_id,
                about=f"deletion_near:1:{DAY}:dorothy",
                content={"to": "d@homes.example"},
                made_at=NOW,
                next_try_at=NOW,
            )
        )
    with database.reading() as session:
        before = len(session.scalars(select(AuditEvent.id)).all())
    [late] = pages.dry_run(database).late
    assert late.told_on == NOW.date()
    with database.reading() as session:
        assert len(session.scalars(select(AuditEvent.id)).all()) == before
    with database.writing() as session:
        again = Register(session, case_id=case_id)
        retention.delete(again.context("2027-04-02", "the system"))
    found = pages.certificate(database, DOROTHY, case_id)
    assert found.counts == pages._in_order(late.going.rows)
    assert found.total == sum(late.going.rows.values()) > 5
    assert [one.case_id for one in pages.certificates(database, DOROTHY)] == [case_id]


def test_nothing_is_deleted_before_its_day_or_while_it_is_held_whatever_is_drawn(
    sqlite_database: Database,
) -> None:
    """R-107: not under a request for a copy either, or under whatever else is a hold."""
    with opened(sqlite_database) as register:
        case_id = _closed(register, "2027-04-01")
        with pytest.raises(Rejected, match=r"they are kept to Thu 1 Apr 2027"):
            retention.delete(register.context("2027-04-01", "the system"))
        register.session.add(
            LegalHold(
                case_id=case_id, reason="Request for a copy", opened_on=DAY, opened_by="dorothy"
            )
        )
        register.session.flush()
        with pytest.raises(Rejected, match="nothing that holds the case, but: A hold that was"):
            retention.delete(register.context("2027-04-02", "the system"))
        assert register.session.get_one(CaseFile, case_id).deleted_on is None


def test_every_kind_of_the_policy_that_holds_has_a_source() -> None:
    kinds = {source.kind for source in held.SOURCES}
    assert {"placed", "appeal", "look_request", "complaint", "order", "compensation"} <= kinds
    assert len(kinds) == len(held.SOURCES)


def test_the_officer_has_the_days_of_notice_however_long_ago_it_ended(
    sqlite_database: Database,
) -> None:
    with opened(sqlite_database) as register:
        register.take_over()
        register.arrangement().ended_on = dt.date(2025, 1, 1)
        context = register.context("2026-10-05")
        retention.plan(context)
        assert retention.deletion_notice_on(context) == dt.date(2026, 10, 5)
        assert retention.delete_after(context) == dt.date(2026, 10, 19)


def test_nothing_is_counted_of_no_case(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert what_goes(session, []) == {}
        assert held.standing(session, []) == []
    assert deletion.OF_CASE
