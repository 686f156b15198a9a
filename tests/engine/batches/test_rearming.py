"""Dates worked out again: ours never later, the customer's never earlier, a late one on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import batches, clock, commands
from engine.errors import NotAllowed, NotFound, Rejected
from engine.operations import clocks
from engine.queries import person
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.decisions import Appeal, BreachOfClock, Decision
from engine.tables.process import ProcessInstance
from tests.engine.commands.conftest import TAKEN_OVER, acknowledged, held_landlord, received

#: The Thursday before Easter.
THURSDAY = dt.date(2026, 4, 9)


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Scenario]:
    """A landlord on Wed 1 Apr 2026 at ten."""
    yield from held_landlord(sqlite_database)


@pytest.fixture
def everywhere(database: Database) -> Iterator[Scenario]:
    """The same on each kind of database."""
    yield from held_landlord(database)


def _batch(landlord: Scenario, kind: str, wanted: dict[str, object]) -> dict[str, list[str]]:
    """Preview, begin and finish a batch; gives what the preview said, then what was done."""
    db = landlord.db
    batch_id = batches.start(db, kind, wanted, by="dorothy", reason="It was wrong")
    batches.work(db)
    found = batches.batch(db, batch_id, person(db, "dorothy"))
    assert found.brief.state == "ready"
    previewed = [said for row in found.items for said in row.says]
    batches.begin(db, batch_id, person(db, "dorothy"))
    batches.work(db)
    ended = batches.batch(db, batch_id, person(db, "dorothy"))
    assert ended.brief.state == "ended", ended
    assert not ended.brief.by_status.get("failed"), ended.items
    return {"says": previewed, "result": [said for row in ended.items for said in row.result]}


def _close(landlord: Scenario, day: dt.date, name: str = "A day of mourning") -> None:
    commands.change_calendar(landlord.db, day, name, by="dorothy", reason="It was proclaimed")


def _answer_due(landlord: Scenario) -> dt.date | None:
    with landlord.db.reading() as session:
        return session.scalars(select(Appeal.answer_due_on)).one()


def _until(landlord: Scenario) -> dt.date | None:
    with landlord.db.reading() as session:
        return session.scalars(select(Decision.appeal_until).order_by(Decision.id)).first()


def test_a_new_holiday_moves_our_work_and_the_customers_time_but_never_our_answer(
    everywhere: Scenario,
) -> None:
    landlord = everywhere
    acknowledged(received(landlord))
    landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    landlord.expect_due({"confirm_flag": "2026-04-02", "decide_appeal": "2026-04-10"})
    assert _until(landlord) == dt.date(2026, 4, 17)
    for day in (dt.date(2026, 4, 2), THURSDAY, dt.date(2026, 4, 17)):
        _close(landlord, day)
    said = _batch(landlord, "rearm", {"what": "calendar"})
    assert said["says"] == said["result"]
    [ours] = [one for one in said["says"] if one.startswith("The answer to the appeal")]
    assert ours == (
        "The answer to the appeal: stays Fri 10 Apr 2026, though it comes to Tue 14 Apr 2026 now. "
        f"{clocks.why_kept(clocks.LANDLORD)}"
    )
    [theirs] = [one for one in said["says"] if one.startswith("The time to appeal")]
    assert "Fri 17 Apr 2026 → Mon 20 Apr 2026" in theirs
    assert "in the customer's favour" in theirs
    landlord.expect_due({"confirm_flag": "2026-04-07", "decide_appeal": "2026-04-10"})
    assert _answer_due(landlord) == dt.date(2026, 4, 10)
    assert _until(landlord) == dt.date(2026, 4, 20)
    landlord.at(dt.datetime(2026, 4, 11, 0, 1))
    landlord.expect_history([{"time_to_answer_passed": 1}])


def test_a_closure_that_was_none_brings_our_answer_forward_and_takes_no_time_from_the_customer(
    landlord: Scenario,
) -> None:
    _close(landlord, THURSDAY)
    _close(landlord, dt.date(2026, 4, 17))
    acknowledged(received(landlord))
    landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    assert (_answer_due(landlord), _until(landlord)) == (
        dt.date(2026, 4, 13),
        dt.date(2026, 4, 20),
    )
    _close(landlord, THURSDAY, "")
    _close(landlord, dt.date(2026, 4, 17), "")
    said = _batch(landlord, "rearm", {"what": "calendar"})
    assert any(clocks.why_kept(clocks.CUSTOMER) in one for one in said["says"]), said
    landlord.expect_due({"decide_appeal": "2026-04-10"})
    assert (_answer_due(landlord), _until(landlord)) == (
        dt.date(2026, 4, 10),
        dt.date(2026, 4, 20),
    )


def test_a_preview_changes_nothing_and_a_second_batch_finds_nothing(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    _close(landlord, dt.date(2026, 4, 2))
    db = landlord.db
    batches.start(db, "rearm", {"what": "calendar"}, by="dorothy", reason="A holiday")
    batches.work(db)
    landlord.expect_due({"confirm_flag": "2026-04-02"})
    _batch(landlord, "rearm", {"what": "calendar"})
    landlord.expect_due({"confirm_flag": "2026-04-07"})
    assert _batch(landlord, "rearm", {"what": "calendar"})["says"] == []


def test_an_appeal_received_earlier_is_answered_earlier_and_late_when_that_has_passed(
    everywhere: Scenario,
) -> None:
    landlord = everywhere
    acknowledged(received(landlord))
    landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    landlord.at(dt.datetime(2026, 4, 2, 9, 0))
    wanted = {"what": "receipt", "appeal": 1, "received_on": "2026-03-25"}
    said = _batch(landlord, "rearm", wanted)
    assert said["says"][0] == "Received: Wed 1 Apr 2026 → Wed 25 Mar 2026."
    assert any("→ Wed 1 Apr 2026. 5 working days from Wed 25 Mar 2026." in s for s in said["says"])
    landlord.expect_due({"decide_appeal": "2026-04-01"})
    landlord.expect_history([{"time_to_answer_passed": 1}])
    landlord.expect_open(["decide_appeal", "write_holding_letter"])
    with landlord.db.reading() as session:
        breach = session.scalars(select(BreachOfClock)).one()
        assert (breach.kind, breach.due_on) == ("appeal", dt.date(2026, 4, 1))
        corrected = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "date_of_receipt_corrected")
        ).one()
        assert session.get_one(AuditDetail, corrected.id).new["reason"] == "It was wrong"
    assert all(state.broken_at is None for state in commands.verify_chains(landlord.db))


def test_an_appeal_received_later_keeps_its_answer(landlord: Scenario) -> None:
    acknowledged(received(landlord))
    landlord.at(dt.datetime(2026, 4, 2, 9, 0))
    wanted = {"what": "receipt", "appeal": 1, "received_on": "2026-04-02"}
    said = _batch(landlord, "rearm", wanted)
    assert any(clocks.why_kept(clocks.LANDLORD) in one for one in said["result"])
    assert _answer_due(landlord) == dt.date(2026, 4, 10)
    with landlord.db.reading() as session:
        assert session.scalars(select(Appeal.received_on)).one() == dt.date(2026, 4, 2)


@pytest.mark.parametrize(
    ("received_on", "said"),
    [("2026-04-09", "nothing is received in the future"), ("2026-04-01", "the one on file")],
)
def test_a_date_of_receipt_that_cannot_be_is_refused(
    landlord: Scenario, received_on: str, said: str
) -> None:
    received(landlord)
    wanted = {"what": "receipt", "appeal": 1, "received_on": received_on}
    with pytest.raises(Rejected, match=said):
        batches.start(landlord.db, "rearm", wanted, by="dorothy", reason="It was wrong")


def test_more_time_to_appeal_reaches_every_open_decision_and_is_never_less(
    everywhere: Scenario,
) -> None:
    landlord = everywhere
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    said = _batch(landlord, "appeal_time", {"until": "2026-05-29"})
    assert said["says"] == [
        "The time to appeal the decision of Wed 18 Mar 2026: Fri 17 Apr 2026 → Fri 29 May 2026."
    ]
    assert _until(landlord) == dt.date(2026, 5, 29)
    with pytest.raises(Rejected, match="at least one case"):
        _batch(landlord, "appeal_time", {"until": "2026-05-01"})
    assert _until(landlord) == dt.date(2026, 5, 29)
    landlord.at(dt.datetime(2026, 5, 20, 9))
    landlord.receive(
        "appeal_received",
        by="amina",
        answers={
            "decision": "agreed",
            "received_on": "2026-05-20",
            "received_by": "priya",
            "channel": "in_person",
            "grounds": "I was away.",
        },
    )
    with landlord.db.reading() as session:
        assert session.scalars(select(Appeal.in_time)).one() is True


def test_more_time_after_it_had_passed_makes_a_late_appeal_one_in_time(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    landlord.at(dt.datetime(2026, 5, 20, 9))
    answers = {
        "decision": "agreed",
        "received_on": "2026-05-20",
        "received_by": "priya",
        "channel": "in_person",
        "grounds": "I was in hospital.",
    }
    landlord.receive("appeal_received", by="amina", answers=answers)
    said = _batch(landlord, "appeal_time", {"until": "2026-05-29", "decision": 1})
    assert "in time by this" in said["says"][1]
    with landlord.db.reading() as session:
        assert session.scalars(select(Appeal.in_time)).one() is True


def test_only_those_who_answer_for_the_cases_may_say_a_date_was_wrong(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with pytest.raises(NotFound):
        batches.start(landlord.db, "rearm", {"what": "calendar"}, by="amina", reason="No")
    with pytest.raises(NotAllowed):
        commands.change_calendar(landlord.db, THURSDAY, "Mine", by="amina", reason="No")
    with pytest.raises(Rejected, match="a published bank holiday"):
        _close(landlord, dt.date(2026, 4, 6), "")
    with pytest.raises(Rejected, match="is none in the calendar"):
        _close(landlord, THURSDAY, "")
    with pytest.raises(Rejected, match="is Easter Monday"):
        _close(landlord, dt.date(2026, 4, 6))


def test_a_run_that_ended_meanwhile_is_left_out(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    _close(landlord, dt.date(2026, 4, 2))
    db = landlord.db
    made = batches.start(db, "rearm", {"what": "calendar"}, by="dorothy", reason="A holiday")
    batches.work(db)
    with db.writing() as session:
        flags = select(ProcessInstance).where(ProcessInstance.process_id == "flags")
        session.scalars(flags).one().ended_at = clock.now()
    batches.begin(db, made, person(db, "dorothy"))
    batches.work(db)
    rows = batches.batch(db, made, person(db, "dorothy")).items.items
    assert ("left_out", ("It has ended meanwhile.",)) in {(row.status, row.result) for row in rows}


@pytest.mark.parametrize(
    ("expression", "properties", "whose"),
    [
        ("case.appeal_due", {}, clocks.LANDLORD),
        ("on(case.review_warn_on)", {}, clocks.LANDLORD),
        ("on(case.time_to_change_ends_on)", {}, clocks.CUSTOMER),
        ("working_days(case.flag_wanted_on, 1)", {}, ""),
        ("working_days(case.flag_wanted_on, 1)", {"clock": "landlord"}, clocks.LANDLORD),
        ("case.appeal_due", {"clock": "customer"}, clocks.CUSTOMER),
        ("case.appeal_due", {"clock": "nobody's"}, clocks.LANDLORD),
    ],
)
def test_whose_clock_a_date_is_follows_from_what_it_reads_unless_the_step_says_it(
    expression: str, properties: dict[str, str], whose: str
) -> None:
    assert clocks.clock_of(expression, properties) == whose
