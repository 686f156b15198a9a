"""One change is one checklist: a later change of an arrangement replaces what an earlier asked for.

R-069, over each of the three ways a system is asked: by hand, by a worklist, by a signed call.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import engine
from engine import clock
from engine.errors import EngineError, InvalidAnswers
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from engine.tables.flagging import FlagRequest
from engine.tables.process import Message, Subscription, WorkItem
from tests.web.flag_systems import (
    SYSTEM,
    TAKEN_OVER,
    Installation,
    change,
    installation,
    until,
    url_on,
)

NOW = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC)
HOUSING = "Open Housing"


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> Iterator[Installation]:
    with clock.frozen(NOW), installation(url_on(request)) as found:
        yield found


def open_tasks(database: Database) -> list[str]:
    """Give the systems whose confirmation is open, a task each."""
    return sorted(str(item.variables["flag_system"]) for item in _open_items(database))


def test_two_changes_of_a_day_leave_one_open_task_in_each_system(house: Installation) -> None:
    case_id = house.begin()
    change(house.database)
    assert open_tasks(house.database) == [SYSTEM, HOUSING]
    change(house.database)
    assert open_tasks(house.database) == [SYSTEM, HOUSING]
    first, second, third = house.requests()
    assert [bool(one.replaced_at) for one in (first, second, third)] == [True, True, False]
    dorothy = engine.person(house.database, "dorothy")
    assert dorothy is not None
    case = engine.case(house.database, case_id, dorothy, only=("timeline",))
    told = [entry.text for entry in case.timeline]
    assert told.count("A later change replaces it") == 2
    assert told.count("Task no longer needed: Confirm the flag in one system") == 4
    assert _actions(house.database, "flag_request_replaced") == 4


def test_a_call_that_was_replaced_before_it_left_never_leaves(house: Installation) -> None:
    house.begin()
    change(house.database)
    assert house.work() == 1
    until(lambda: house.system.answered == [200])
    [told] = house.system.taken.values()
    assert told["data"]["action"] == "update"
    assert house.flag().set_on == NOW.date()
    assert "asked for it anew" in str(house.rows()[0].given_up_reason)
    assert open_tasks(house.database) == [HOUSING]


def test_late_and_repeated_answers_to_what_was_replaced_never_confirm_the_newer(
    house: Installation,
) -> None:
    """R-069."""
    house.system.mode = "silent"
    house.begin()
    house.work()
    [told] = house.system.taken.values()
    change(house.database)
    for _ in range(2):
        assert house.system.answer(told) == 409
    assert house.flag().set_on is None
    assert open_tasks(house.database) == [SYSTEM, HOUSING]
    assert _actions(house.database, "flag_answer_ignored") == 2
    # That it cannot do what nobody asks for any more makes nothing a person's.
    house.system.mode = "cannot"
    assert house.system.answer(told) == 409
    assert house.flag().failed_on is None
    house.system.mode = "at_once"
    house.work()
    until(lambda: 200 in house.system.answered)
    assert house.flag().set_on == NOW.date()


def test_an_answer_that_came_before_keeps_what_it_confirmed(house: Installation) -> None:
    house.begin()
    house.work()
    until(lambda: house.system.answered == [200])
    [told] = house.system.taken.values()
    change(house.database)
    first, second = house.requests()
    assert (first.confirmed_via, first.replaced_at) == ("webhook", None)
    # The same again is still another answer to what is confirmed.
    assert house.system.answer(told) == 409
    assert second.confirmed_at is None
    assert house.flag().update_requested_on == NOW.date()


def test_a_call_that_failed_and_was_replaced_is_tried_anew_and_no_task_of_it_stays(
    house: Installation,
) -> None:
    house.system.mode = "refuses"
    house.begin()
    house.work()
    assert house.flag().failed_on == NOW.date()
    house.system.mode = "at_once"
    change(house.database)
    assert house.flag().failed_on is None
    house.work()
    until(lambda: house.system.answered == [200])
    assert house.flag().set_on == NOW.date()
    assert open_tasks(house.database) == [HOUSING]


def test_a_removal_replaces_what_was_asked_before_and_nothing_replaces_it(
    house: Installation,
) -> None:
    house.system.mode = "silent"
    case_id = house.begin()
    house.end(case_id)
    assert [item.variables["flag_action"] for item in _open_items(house.database)] == ["end"] * 2
    # A change that comes after the end asks for nothing.
    change(house.database)
    assert [item.variables["flag_action"] for item in _open_items(house.database)] == ["end"] * 2
    assert [one.action for one in house.requests()] == ["add", "end"]


def test_one_system_asked_again_takes_the_others_along_that_still_waited(
    house: Installation,
) -> None:
    house.begin()
    change(house.database, only=SYSTEM)
    assert open_tasks(house.database) == [SYSTEM, HOUSING]


def test_a_run_from_before_there_was_a_way_out_goes_on(house: Installation) -> None:
    house.begin()
    with house.database.writing() as session:
        # As a run of a release whose diagram waits for nothing of the kind.
        for waiting in session.scalars(
            select(Subscription).where(Subscription.name == "flags_replaced")
        ):
            session.delete(waiting)
    change(house.database)
    assert open_tasks(house.database) == [SYSTEM, SYSTEM, HOUSING, HOUSING]
    with house.database.reading() as session:
        assert session.scalars(select(Message).where(Message.name == "flags_replaced")).all() == []
    assert house.requests()[0].replaced_at is None


def test_in_the_moment_before_the_earlier_run_hears_of_it_its_task_confirms_nothing(
    house: Installation,
) -> None:
    house.system.mode = "silent"
    house.begin()
    house.work()
    [told] = house.system.taken.values()
    [item] = [one for one in _open_items(house.database) if one.variables["flag_system"] == SYSTEM]
    with house.database.writing() as session:
        request = session.scalars(select(FlagRequest).where(FlagRequest.system == SYSTEM)).one()
        request.replaced_at = clock.now()
    with pytest.raises(InvalidAnswers, match="a later one replaced it"):
        engine.complete(house.database, item.id, _done(house.database, item.id), by="sam")
    assert house.system.answer(told) == 409
    assert house.flag().set_on is None


def test_a_row_of_the_worklist_that_was_replaced_is_named_and_confirms_nothing(
    app: Flask, app_database: Database
) -> None:
    """R-069."""
    engine.receive(app_database, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
    engine.deliver_messages(app_database)
    older = _references(app_database)
    change(app_database)
    newer = [one for one in _references(app_database) if one not in older]
    taken = _worklist(app_database, older[0], newer[0])
    assert taken.confirmed == 1
    [(number, said)] = taken.wrong
    assert number == 2
    assert "a later change replaced it. Download the list again" in said
    assert open_tasks(app_database) == [HOUSING]


def test_a_confirmation_and_a_later_change_at_once_leave_one_checklist(
    house: Installation,
) -> None:
    """R-069: whoever was quicker, each request is confirmed or replaced and never both."""
    house.begin()
    for _ in range(5):
        [item] = [
            one for one in _open_items(house.database) if one.variables["flag_system"] == SYSTEM
        ]
        done = _done(house.database, item.id)
        with ThreadPoolExecutor(2) as both:
            confirms = both.submit(_confirmed, house.database, item.id, done)
            changes = both.submit(_changed, house.database)
            assert confirms.result(timeout=60) in (True, False)
            changes.result(timeout=60)
        engine.deliver_messages(house.database)
        assert open_tasks(house.database) == [SYSTEM, HOUSING]
        *older, newest = house.requests()
        assert all(bool(one.confirmed_at) != bool(one.replaced_at) for one in older)
        assert (newest.confirmed_at, newest.replaced_at) == (None, None)


def _confirmed(database: Database, item_id: int, done: dict[str, Any]) -> bool:
    with clock.frozen(NOW), contextlib.suppress(EngineError):
        engine.complete(database, item_id, done, by="sam")
        return True
    return False


def _changed(database: Database) -> None:
    with clock.frozen(NOW):
        change(database)


def _worklist(database: Database, *references: str) -> Any:
    rows = "".join(f"{one},2026-03-04,Note 1\n" for one in references)
    file = io.BytesIO(f"Request,Done on,Reference\n{rows}".encode())
    return engine.flagging.confirming.take_confirmations(database, file, by="sam")


def _references(database: Database) -> list[str]:
    with database.reading() as session:
        rows = select(FlagRequest.reference).where(FlagRequest.system == SYSTEM)
        return list(session.scalars(rows.order_by(FlagRequest.id)))


def _done(database: Database, item_id: int) -> dict[str, Any]:
    view = engine.form_of_task(database, item_id, by="sam")
    shows = [choice.value for choice in view.choices["flag_shows"]]
    return {"shows": shows, "done_on": NOW.date().isoformat(), "reference": "Note 12"}


def _open_items(database: Database) -> list[WorkItem]:
    with database.reading() as session:
        waiting = WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None)
        rows = select(WorkItem).where(WorkItem.element_id == "confirm_flag", *waiting)
        return list(session.scalars(rows.order_by(WorkItem.id)))


def _actions(database: Database, action: str) -> int:
    with database.reading() as session:
        return len(session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all())
