"""A flag no case waits for is removed the way its system is asked, and never by an e-mail alone.

R-065, R-067, R-068: what a comparison found and is not ours goes by call, worklist or mailbox.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import engine
from engine import clock
from engine.casework.flag_systems import FLAG_SYSTEMS, as_setting
from engine.errors import Rejected
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from engine.tables.flagging import FlagDifference
from engine.tables.process import Outbox, Setting
from tests.web.flag_systems import (
    NAME,
    SYSTEM,
    TAKEN_OVER,
    Installation,
    installation,
    until,
    url_on,
)

NOW = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC)
LEFT_ON = b"Tenancy reference,Text\nNF-99,Left on\n"


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """JADU CRM shows a flag of ours, as asked, and one that is not."""
    with clock.frozen(NOW), installation(url_on(request)) as found:
        found.begin()
        found.work()
        until(lambda: found.system.answered == [200])
        found.system.flags["NF-99"] = "Left on"
        yield found


def test_it_is_asked_by_a_signed_call_and_its_answer_says_it_is_gone(house: Installation) -> None:
    _ask(house.database)
    [row] = _calls(house.database)
    # No word about anybody waits in the outbox.
    assert set(row.content) == {"type", "flag_difference_id"}
    assert house.work() == 1
    until(lambda: house.system.answered == [200, 200])
    told = list(house.system.taken.values())[-1]["data"]
    assert (told["action"], told["person_key"], told["text"]) == ("end", "NF-99", "")
    assert "NF-99" not in house.system.flags
    found = _difference(house.database)
    assert (found.done_via, found.done_by, found.done_there) == (
        *("webhook", "the system"),
        "Flag desk",
    )
    assert found.evidence_ref.startswith("Alert ")
    assert _waiting(house.database) == []


def test_repeated_late_and_other_answers_change_nothing(house: Installation) -> None:
    house.system.mode = "silent"
    _ask(house.database)
    house.work()
    told = list(house.system.taken.values())[-1]
    content = house.system.content_of(told)
    assert house.system.send("msg_1", content) == 200
    assert house.system.send("msg_1", content) == 200
    assert house.system.send("msg_2", content) == 409
    assert _count(house.database, "flag_difference_done") == 1
    assert _count(house.database, "flag_answer_ignored") == 1


def test_a_call_that_fails_is_a_persons_and_never_leaves_after_it_is_done(
    house: Installation,
) -> None:
    house.system.mode = "refuses"
    _ask(house.database)
    house.work()
    found = _difference(house.database)
    assert "answered 422" in found.failed_because
    [waiting] = _waiting(house.database)
    assert "answered 422" in waiting.failed_because
    with house.database.reading() as session:
        mails = session.scalars(select(Outbox).where(Outbox.about.like("flag_removal_failed:%")))
        told = [mail.content for mail in mails]
    assert len({one["to"] for one in told}) >= 2
    assert "NF-99" not in str(told)
    engine.flagging.comparing.done(house.database, found.id, "Ticket 5", by="sam")
    house.system.mode = "at_once"
    with house.database.reading() as session:
        ids = list(session.scalars(select(Outbox.id).where(Outbox.id == found.outbox_id)))
    with pytest.raises(Rejected, match="given up"):
        engine.outbox.try_again(house.database, ids, by="dorothy")
    house.work()
    assert "NF-99" in house.system.flags
    assert _difference(house.database).done_by == "sam"


def test_a_system_that_says_it_cannot_makes_it_a_persons(house: Installation) -> None:
    house.system.mode = "cannot"
    _ask(house.database)
    house.work()
    until(lambda: house.system.answered == [200, 200])
    found = _difference(house.database)
    assert (found.done_at, found.failed_because) == (None, "It answered: No such tenancy here")


def test_it_stands_on_the_worklist_and_comes_back_with_it(
    app: Flask, app_database: Database
) -> None:
    """R-067: a day before it was asked for, or none, is refused."""
    _taken_over(app_database, {NAME: "worklist"})
    _ask(app_database)
    [waiting] = _waiting(app_database)
    # One working day from Wed 4 Mar, as for every other flag.
    assert (waiting.due_on, waiting.is_late) == (dt.date(2026, 3, 5), False)
    with clock.frozen(NOW + dt.timedelta(days=2)):
        assert [one.is_late for one in _waiting(app_database)] == [True]

    def back(day: str, reference: str) -> Any:
        file = io.BytesIO(
            f"Request,Done on,Reference\n{waiting.reference},{day},{reference}\n".encode()
        )
        return engine.flagging.confirming.take_confirmations(app_database, file, by="sam")

    for day, reference, said in (
        ("soon", "Note 1", "Expected a day such as"),
        ("2026-03-03", "Note 1", "from the one on which it was asked for"),
        ("2026-03-05", "Note 1", "until today"),
        ("2026-03-04", "", "found again"),
    ):
        [(_, wrong)] = back(day, reference).wrong
        assert said in wrong
    assert back("2026-03-04", "Note 1").confirmed == 1
    found = _difference(app_database)
    assert (found.done_via, found.done_by, found.evidence_ref) == ("worklist", "sam", "Note 1")
    [(_, wrong)] = back("2026-03-04", "Note 1").wrong
    assert "not done yet" in wrong


def test_a_mailbox_is_told_with_a_link_and_no_name(app: Flask, app_database: Database) -> None:
    _taken_over(app_database, {NAME: "flags@homes.example"})
    _ask(app_database)
    with app_database.reading() as session:
        mails = session.scalars(select(Outbox).where(Outbox.about.like("flag_difference:%")))
        told = [mail.content for mail in mails]
    assert "flags@homes.example" in {one["to"] for one in told}
    assert {one["path"] for one in told} == {"/flags"}
    assert "NF-99" not in str(told)


def test_what_is_being_changed_already_is_not_asked_for_twice(house: Installation) -> None:
    """R-069: a flag that was found missing, and was changed before anybody asked for it."""
    _ask(house.database, press=False)
    with house.database.reading() as session:
        missing = session.scalars(
            select(FlagDifference).where(FlagDifference.kind == "missing")
        ).one()
    engine.flagging.comparing.ask_for(house.database, missing.id, by="dorothy")
    again = _compared(house.database)
    assert [one.kind for one in again] == ["not_ours"]
    with house.database.writing() as session:
        session.get_one(FlagDifference, missing.id).asked_at = None
    with pytest.raises(Rejected, match="on its way already"):
        engine.flagging.comparing.ask_for(house.database, missing.id, by="dorothy")


def _taken_over(database: Database, ways: dict[str, str]) -> None:
    with database.writing() as session:
        session.merge(Setting(name=FLAG_SYSTEMS, value=as_setting(ways)))
    engine.receive(database, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
    engine.deliver_messages(database)


def _ask(database: Database, *, press: bool = True) -> None:
    """Compare with a file in which a flag is left on, keep that, and ask for its removal."""
    found = _compared(database)
    if press:
        [left_on] = [one for one in found if one.kind == "not_ours"]
        engine.flagging.comparing.ask_for(database, left_on.id, by="dorothy")


def _compared(database: Database) -> list[FlagDifference]:
    comparing = engine.flagging.comparing
    made = comparing.compare(database, SYSTEM, io.BytesIO(LEFT_ON), "flags.csv", by="dorothy")
    comparing.keep(database, made, by="dorothy")
    with database.reading() as session:
        rows = select(FlagDifference).where(FlagDifference.reconciliation_id == made)
        return list(session.scalars(rows.order_by(FlagDifference.id)))


def _difference(database: Database) -> FlagDifference:
    with database.reading() as session:
        return session.scalars(
            select(FlagDifference).where(FlagDifference.kind == "not_ours")
        ).one()


def _waiting(database: Database) -> list[Any]:
    sam = engine.person(database, "sam")
    assert sam is not None
    systems = engine.flagging.flag_systems(database, sam)
    return [one for system in systems if system.name == SYSTEM for one in system.removals]


def _calls(database: Database) -> list[Outbox]:
    with database.reading() as session:
        rows = select(Outbox).where(Outbox.kind == "flag", Outbox.sent_at.is_(None))
        return list(session.scalars(rows))


def _count(database: Database, action: str) -> int:
    with database.reading() as session:
        return len(session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all())
