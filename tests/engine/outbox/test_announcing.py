"""The worker tells the house which system wants to know of what; units of work go by that."""

from __future__ import annotations

import json

from engine.casework.outgoing import WEBHOOKS, event_rows
from engine.outbox import Senders, deliver_outbox
from engine.tables.database import Database
from engine.tables.process import Setting
from tests.engine.outbox.conftest import NOW, events_to, rows
from tests.outside import Listener, free_port


def _settings(db: Database) -> dict[str, str]:
    with db.reading() as session:
        found = session.get(Setting, WEBHOOKS)
        return {WEBHOOKS: found.value} if found else {}


def _happen(db: Database, event: str) -> None:
    with db.writing() as session:
        session.add_all(event_rows(_settings(db), event, NOW, {"case_id": 7, "letter_id": None}))


def test_events_are_written_for_those_who_want_them_from_then_on(
    database: Database, system: Listener
) -> None:
    _happen(database, "letter.issued")
    assert rows(database) == []
    senders = events_to(system.url, events=frozenset({"letter.issued"}))
    assert deliver_outbox(database, senders) == 0
    _happen(database, "letter.issued")
    _happen(database, "arrangement.ended")
    (written,) = rows(database)
    assert written.content["data"] == {"case_id": 7}
    assert deliver_outbox(database, senders) == 1
    assert [content["type"] for _, content in system.taken] == ["letter.issued"]


def test_a_system_that_is_no_longer_set_is_told_no_more_and_what_waits_stays(
    database: Database,
) -> None:
    deliver_outbox(database, events_to(f"http://127.0.0.1:{free_port()}/"))
    _happen(database, "letter.issued")
    deliver_outbox(database, Senders())
    _happen(database, "letter.issued")
    assert len(rows(database)) == 1
    assert rows(database)[0].next_try_at is not None


def test_no_secret_and_no_address_is_kept_in_the_database(
    sqlite_database: Database, system: Listener
) -> None:
    deliver_outbox(sqlite_database, events_to(system.url))
    kept = _settings(sqlite_database)[WEBHOOKS]
    assert set(json.loads(kept)) == {"crm"}
    assert "whsec" not in kept
    assert "http" not in kept


def test_the_same_settings_are_written_once(
    sqlite_database: Database, system: Listener, statements: list[str]
) -> None:
    deliver_outbox(sqlite_database, events_to(system.url))
    statements.clear()
    deliver_outbox(sqlite_database, events_to(system.url))
    assert "COMMIT" not in statements
