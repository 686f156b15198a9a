"""One run that the database refuses holds up no other, and a person sees it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import clock, commands, messages
from engine.commands import delivery, timers
from engine.errors import Unavailable
from engine.releases import install, read_folder
from engine.scenario import Scenario
from engine.spiff import evaluator
from engine.tables.database import Database
from engine.tables.process import Incident, ProcessInstance, Subscription
from tests.engine.commands.conftest import ROOT, held_landlord
from tests.engine.spiff.drawing import catch, draw, end, start

#: Waits for a reply about what somebody wrote, at once and after a day.
_WAITS = catch("waits", message="replied", key="note")
AT_ONCE = draw("at_once", start(message="noted"), _WAITS, end(), flows="s->waits->e")
_DAY = catch("day", duration="'P1D'")
LATER = draw(
    "later", start(message="noted_for_later"), _DAY, _WAITS, end(), flows="s->day->waits->e"
)
#: So much of it does not fit into an index of PostgreSQL.
LONG, SHORT = secrets.token_hex(4_000), "a few words"


@pytest.fixture
def noting(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """A landlord whose diagrams make keys of what people write, and no limit of ours."""
    monkeypatch.setattr(evaluator, "LONGEST_KEY", 100_000)
    for landlord in held_landlord(postgres_database):
        more = {"bpmn/at_once.bpmn": AT_ONCE, "bpmn/later.bpmn": LATER}
        with landlord.db.writing() as session:
            install(session, {**read_folder(ROOT), **more}, at=clock.now(), by="test", note="Notes")
        landlord.start("spoc_case", by="amina")
        yield landlord


def _note(landlord: Scenario, name: str, note: str) -> None:
    with landlord.db.writing() as session:
        refs = {"case_id": landlord.case_id}
        payload = {"note": note}
        sent = messages.Envelope(name, None, refs, payload, sent_by="amina", sent_at=clock.now())
        messages.send(session, sent)


def _two_due(landlord: Scenario) -> None:
    _note(landlord, "noted_for_later", LONG)
    _note(landlord, "noted_for_later", SHORT)
    assert commands.deliver_messages(landlord.db) == 2
    clock.hold(clock.now() + dt.timedelta(days=2))


def _shown(landlord: Scenario) -> list[Incident]:
    with landlord.db.reading() as session:
        return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None))))


def _waiting(landlord: Scenario) -> list[str]:
    with landlord.db.reading() as session:
        wanted = Subscription.name == "replied"
        return list(session.scalars(select(Subscription.key).where(wanted)))


def test_a_message_that_the_database_refuses_holds_up_no_other(noting: Scenario) -> None:
    _note(noting, "noted", LONG)
    _note(noting, "noted", SHORT)
    assert commands.deliver_messages(noting.db) == 1
    assert commands.deliver_messages(noting.db) == 0
    assert _waiting(noting) == [SHORT]
    (shown,) = _shown(noting)
    assert "Give the reference" in shown.reason
    assert LONG not in shown.reason


def test_a_run_that_the_database_refuses_holds_up_no_other(noting: Scenario) -> None:
    _two_due(noting)
    assert commands.run_due(noting.db) == 1
    assert commands.run_due(noting.db) == 0
    assert _waiting(noting) == [SHORT]
    (shown,) = _shown(noting)
    assert shown.process_id == "later"
    assert "Give the reference" in shown.reason


def test_what_cannot_even_be_shown_as_stuck_holds_up_no_other(
    noting: Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(delivery, "_show_failure", breaks)
    monkeypatch.setattr(timers, "_show_failure", breaks)
    _note(noting, "noted", LONG)
    _note(noting, "noted", SHORT)
    assert commands.deliver_messages(noting.db) == 1
    _two_due(noting)
    assert commands.run_due(noting.db) == 1
    assert _waiting(noting) == [SHORT, SHORT]
    assert "nor be shown as stuck" in caplog.text


def test_a_database_that_goes_away_leaves_no_run_claimed_that_was_not_begun(
    noting: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable

    _two_due(noting)
    monkeypatch.setattr(timers, "_run_now", away)
    with pytest.raises(Unavailable):
        commands.run_due(noting.db)
    with noting.db.reading() as session:
        due = select(ProcessInstance.dispatched_at).where(ProcessInstance.process_id == "later")
        claimed = session.scalars(due.order_by(ProcessInstance.id)).all()
    assert [one is None for one in claimed] == [False, True]
