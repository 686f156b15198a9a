"""The outbox: each row leaves at least once, in its order, whoever dies on the way."""

from __future__ import annotations

import datetime as dt
import itertools
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import clock
from engine.outbox import Senders, deliver_outbox
from engine.outbox.sending import MOST_TRIES, back_off
from engine.tables.database import Database
from engine.tables.process import Outbox
from tests.engine.outbox.conftest import (
    NOW,
    events_to,
    later,
    mail_to,
    put_event,
    put_mail,
    row,
    rows,
)
from tests.outside import Listener, Postbox, free_port, hanging

#: Sends what is due and dies as soon as the mail server has taken the first message.
DIES_AFTER = """
import os, signal, sys
from engine.outbox import mail
from engine.tables.database import Database
from tests.engine.outbox.conftest import mail_to
from engine.outbox import deliver_outbox

send = mail.MailLine.send

def send_and_die(line, parcel):
    if sys.argv[3] == "after":
        send(line, parcel)
    os.kill(os.getpid(), signal.SIGKILL)

mail.MailLine.send = send_and_die
deliver_outbox(Database(sys.argv[1]), mail_to(int(sys.argv[2])))
"""


def _die(database: Database, box: Postbox, when: str) -> None:
    url = database.url.set(drivername=database.url.get_backend_name())
    said = url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", DIES_AFTER, said, str(box.port), when]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9


def _let_the_lease_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machines be some time later; the landlord's clock stands."""
    over = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    monkeypatch.setattr(clock, "real", lambda: over)


def _let_it_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lease of a dead worker be over, and the wait after its try."""
    _let_the_lease_end(monkeypatch)
    clock.hold(clock.now() + dt.timedelta(minutes=2))


def test_a_worker_that_dies_after_the_server_took_it_sends_twice_under_one_id(
    database: Database, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.hold(None)
    row_id = put_mail(database)
    _die(database, box, "after")
    assert len(box.taken) == 1
    assert row(database, row_id).sent_at is None
    assert deliver_outbox(database, mail_to(box.port)) == 0, "the lease has not ended"
    _let_it_be_tried_again(monkeypatch)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    assert box.ids == [f"<{row(database, row_id).key}@homes.example>"] * 2
    assert row(database, row_id).attempts == 2


def test_a_worker_that_dies_before_it_sends_loses_nothing(
    database: Database, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.hold(None)
    row_id = put_mail(database)
    _die(database, box, "before")
    assert box.taken == []
    _let_the_lease_end(monkeypatch)
    assert deliver_outbox(database, mail_to(box.port)) == 0, "it is not tried again at once"
    _let_it_be_tried_again(monkeypatch)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    assert row(database, row_id).sent_at is not None


def test_what_kills_its_worker_again_and_again_is_left_to_a_person_and_holds_up_no_other(
    database: Database, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.hold(None)
    killer = put_mail(database, attempts=MOST_TRIES - 1)
    behind = put_mail(database)
    _die(database, box, "before")
    assert row(database, killer).attempts == MOST_TRIES
    _let_the_lease_end(monkeypatch)
    clock.hold(clock.now() + dt.timedelta(days=1))
    assert deliver_outbox(database, mail_to(box.port)) == 1
    dead = row(database, killer)
    assert (dead.dead_at, dead.next_try_at, dead.claimed_until) == (clock.now(), None, None)
    assert "the worker died" in str(dead.last_error)
    assert row(database, behind).sent_at is not None
    assert len(box.taken) == 1


@pytest.mark.parametrize("back", [dt.timedelta(minutes=12), dt.timedelta(hours=1)])
def test_a_clock_put_back_keeps_no_row_in_dead_hands(
    sqlite_database: Database, box: Postbox, back: dt.timedelta
) -> None:
    row_id = put_mail(sqlite_database, claimed_until=clock.real() + back)
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 1
    assert row(sqlite_database, row_id).sent_at is not None


def test_the_clock_of_a_demonstration_put_forward_ends_no_lease(
    sqlite_database: Database, box: Postbox
) -> None:
    put_mail(sqlite_database, claimed_until=clock.real() + dt.timedelta(seconds=20))
    later(days=3)
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 0
    assert box.taken == []


def test_several_workers_send_each_row_once(database: Database, box: Postbox) -> None:
    ids = [put_mail(database, f"person{n % 7}@homes.example", case_id=n % 3) for n in range(60)]
    workers = [Database(database.url.render_as_string(hide_password=False)) for _ in range(4)]
    if database.is_sqlite:
        workers = [database] * 4

    def work(db: Database) -> int:
        with clock.frozen(NOW):
            return sum(deliver_outbox(db, mail_to(box.port)) for _ in range(5))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, workers)) == 60
    assert Counter(box.ids).most_common(1)[0][1] == 1
    assert all(row(database, one).attempts == 1 for one in ids)
    for db in workers:
        db.close()


def test_rows_of_one_case_and_person_go_in_their_order(database: Database, box: Postbox) -> None:
    box.answers["dorothy@homes.example"] = "450 4.2.0 Come back later"
    first = put_mail(database, content={"subject": "First"})
    put_mail(database, content={"subject": "Second"})
    put_mail(database, "mark@homes.example", content={"subject": "Of somebody else"})
    put_mail(database, case_id=2, content={"subject": "Of another case"})
    assert deliver_outbox(database, mail_to(box.port)) == 1
    assert [message["Subject"] for message in box.taken] == ["Of somebody else"]
    assert [one.attempts for one in rows(database)] == [1, 0, 1, 1]
    box.answers.clear()
    later(minutes=1)
    assert deliver_outbox(database, mail_to(box.port)) == 3
    ours = [m["Subject"] for m in box.taken if m["Subject"] in ("First", "Second")]
    assert ours == ["First", "Second"]
    assert row(database, first).sent_at is not None


def test_a_dead_row_holds_nobody_up(database: Database, box: Postbox) -> None:
    dead = put_mail(database, content={"subject": "Not\na subject"})
    put_mail(database)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    assert row(database, dead).dead_at is not None


def test_who_fails_again_and_again_is_left_to_a_person_in_the_end(
    sqlite_database: Database, box: Postbox
) -> None:
    box.answers["dorothy@homes.example"] = "450 4.2.0 Come back later"
    row_id = put_mail(sqlite_database)
    waits: list[float] = []
    for _ in range(MOST_TRIES):
        deliver_outbox(sqlite_database, mail_to(box.port))
        until = row(sqlite_database, row_id).next_try_at
        if until is not None:
            waits.append((until - clock.now()).total_seconds())
            clock.hold(until)
    assert row(sqlite_database, row_id).dead_at is not None
    assert row(sqlite_database, row_id).attempts == MOST_TRIES
    assert len(waits) == MOST_TRIES - 1
    assert 24 <= waits[0] <= 36
    assert all(one < after for one, after in itertools.pairwise(waits[:7]))
    assert max(waits) <= 12 * 3600 * 1.2
    assert dt.timedelta(days=2) < clock.now() - NOW < dt.timedelta(days=4)


def test_waits_are_spread() -> None:
    assert len({back_off(3) for _ in range(20)}) > 10


def test_a_way_without_a_sender_waits_and_costs_no_try(database: Database, box: Postbox) -> None:
    mail, event = put_mail(database), put_event(database)
    assert deliver_outbox(database, Senders()) == 0
    assert [one.attempts for one in rows(database)] == [0, 0]
    assert deliver_outbox(database, mail_to(box.port)) == 1
    assert row(database, mail).sent_at is not None
    assert row(database, event).next_try_at is not None


def test_a_way_that_hangs_holds_no_other_up_for_ever(
    sqlite_database: Database, system: Listener
) -> None:
    events = [put_event(sqlite_database, case_id=n) for n in range(3)]
    for number in range(3):
        put_mail(sqlite_database, f"person{number}@homes.example")
    with hanging() as port:
        mail = mail_to(port, seconds=0.3).mail
        senders = Senders(mail, events_to(system.url).webhooks)
        for _ in range(60):
            deliver_outbox(sqlite_database, senders, seconds=0.2)
            if all(row(sqlite_database, one).sent_at is not None for one in events):
                break
            later(minutes=1)
    assert all(row(sqlite_database, one).sent_at is not None for one in events)


def test_no_transaction_is_open_while_a_server_hangs(database: Database) -> None:
    put_mail(database)
    with hanging() as port:
        sending = threading.Thread(
            target=lambda: _frozen_call(database, mail_to(port, seconds=2.0))
        )
        sending.start()
        started = dt.datetime.now(dt.UTC)
        while row(database, 1).claimed_until is None:
            assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=10)
        with database.writing() as session:
            session.get_one(Outbox, 1, with_for_update=True).last_error = "changed meanwhile"
        assert sending.is_alive()
        sending.join()


def test_a_worker_held_up_past_its_lease_sends_nothing(
    sqlite_database: Database, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id = put_mail(sqlite_database)
    from engine.outbox import sending  # noqa: PLC0415

    check = sending._check_lease

    def held_up(*given: object) -> None:
        _let_the_lease_end(monkeypatch)
        check(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "_check_lease", held_up)
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 0
    assert box.taken == []
    assert row(sqlite_database, row_id).next_try_at is not None


def test_something_unexpected_costs_one_try_and_stops_nobody_else(
    sqlite_database: Database, box: Postbox
) -> None:
    broken = put_mail(sqlite_database)
    with sqlite_database.writing() as session:
        session.get_one(Outbox, broken).content = ["not", "a", "message"]  # type: ignore[assignment]
    well = put_mail(sqlite_database, "mark@homes.example")
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 1
    assert row(sqlite_database, well).sent_at is not None
    assert "the log tells" in str(row(sqlite_database, broken).last_error)


def test_with_nothing_due_two_statements_look_and_none_writes(
    database: Database, statements: list[str]
) -> None:
    put_mail(database, next_try_at=NOW + dt.timedelta(hours=1))
    senders = mail_to(free_port())
    deliver_outbox(database, senders)
    statements.clear()
    assert deliver_outbox(database, senders) == 0
    assert len(statements) <= 2
    assert "COMMIT" not in statements


def _frozen_call(db: Database, senders: Senders) -> None:
    with clock.frozen(NOW):
        deliver_outbox(db, senders)
