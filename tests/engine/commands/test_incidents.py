"""Stuck steps in people's hands: who tried them, what is kept of it, letting a message go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import clock, commands, messages
from engine.batches import start, work
from engine.casework.outgoing import WEBHOOKS, wants
from engine.commands.delivery import sweep_unclaimed
from engine.errors import InvalidAnswers, NotAllowed, Rejected
from engine.operations.failing import fail_next, forget_planned
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.batches import BatchItem
from engine.tables.decisions import Letter
from engine.tables.process import ElementHistory, Incident, Message, Outbox, Setting
from engine.worker.periodic import periodics
from tests.engine.commands.conftest import TAKEN_OVER, acknowledged, received
from tests.engine.whereabouts import told_by_engine, told_by_rows

WHY = "The other system did not answer."


@pytest.fixture(autouse=True)
def _nothing_planned() -> Iterator[None]:
    yield
    forget_planned()


def _stick(landlord: Scenario, fails: int = 1, cases: int = 1) -> list[int]:
    """Let the flags of so many cases get stuck, each at one and the same step."""
    for number in range(cases):
        fail_next("flags.request", 1, WHY)
        answers = {**TAKEN_OVER, "tenancy_reference": f"NF-10423{number}"}
        landlord.receive("arrangement_taken_over", by="dorothy", answers=answers)
    if fails > 1:
        fail_next("flags.request", fails - 1, WHY)
    return [one.id for one in _open(landlord)]


def _open(landlord: Scenario) -> list[Incident]:
    with landlord.db.reading() as session:
        found = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
        return list(session.scalars(found))


def _history(landlord: Scenario, element_id: str) -> list[tuple[str, str | None]]:
    with landlord.db.reading() as session:
        rows = session.execute(
            select(ElementHistory.what, ElementHistory.by)
            .where(ElementHistory.element_id == element_id)
            .order_by(ElementHistory.id)
        )
        return [(what, by) for what, by in rows if what in ("stuck", "tried_again", "settled")]


def _audited(landlord: Scenario) -> list[tuple[str, str | None]]:
    with landlord.db.reading() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditDetail.actor)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.object_kind == "incident")
            .order_by(AuditEvent.id)
        )
        return [(action, actor) for action, actor in rows]


def test_what_is_tried_again_says_since_when_how_often_and_by_whom(landlord: Scenario) -> None:
    (first,) = _stick(landlord, fails=3)
    since = _open(landlord)[0].opened_at
    landlord.at(dt.datetime(2026, 4, 2, 9))
    assert not commands.retry(landlord.db, first, by="mo")
    (again,) = _open(landlord)
    landlord.at(dt.datetime(2026, 4, 2, 10))
    assert not commands.retry(landlord.db, again.id, by="claire")
    (last,) = _open(landlord)
    assert (last.retries, last.tried_by, last.opened_at) == (2, "claire", since)
    assert last.tried_at == clock.now()
    assert told_by_rows(landlord.db) == told_by_engine(landlord.db)
    assert commands.retry(landlord.db, last.id, by="mo")
    assert _open(landlord) == []
    assert _history(landlord, last.element_id) == [
        *(("stuck", "the system"), ("tried_again", "mo")),
        *(("stuck", "the system"), ("tried_again", "claire")),
        *(("stuck", "the system"), ("tried_again", "mo")),
    ]
    by = ["mo", "claire", "mo"]
    assert _audited(landlord) == [("stuck_step_tried_again", name) for name in by]


def test_who_listens_is_told_that_a_step_got_stuck(sqlite_landlord: Scenario) -> None:
    with sqlite_landlord.db.writing() as session:
        said = wants([("crm", ["incident.opened"]), ("dwh", ["letter.issued"])])
        session.add(Setting(name=WEBHOOKS, value=said))
    (incident_id,) = _stick(sqlite_landlord)
    with sqlite_landlord.db.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind == "webhook")).all()
        incident = session.get_one(Incident, incident_id)
    (told,) = [row for row in rows if row.content["type"] == "incident.opened"]
    assert told.channel == "webhook:crm"
    assert told.content["data"] == {
        "incident_id": incident_id,
        "case_id": incident.case_id,
        "instance_id": incident.instance_id,
    }


def test_who_listens_is_told_of_letters_and_arrangements(sqlite_landlord: Scenario) -> None:
    with sqlite_landlord.db.writing() as session:
        events = ["letter.issued", "arrangement.started", "arrangement.ended"]
        session.add(Setting(name=WEBHOOKS, value=wants([("crm", events)])))
    sqlite_landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with sqlite_landlord.db.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind == "webhook")).all()
    assert [row.content["type"] for row in rows] == ["arrangement.started"]
    assert set(rows[0].content["data"]) == {"arrangement_id", "case_id"}
    assert "Carter" not in str(rows[0].content)


def _lost(landlord: Scenario) -> tuple[int, int]:
    """Let a message find nobody for a day; gives it and its incident."""
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with landlord.db.writing() as session:
        envelope = messages.Envelope(
            name="matter_settled",
            key="case:77",
            refs={"case_id": landlord.case_id},
            sent_at=clock.now(),
        )
        kept = messages.send(session, envelope)
        session.flush()
        message_id = kept.id
    landlord.at(dt.datetime(2026, 4, 3, 10))
    sweep_unclaimed(landlord.db)
    return message_id, _open(landlord)[-1].id


def test_a_message_nobody_takes_is_let_go_with_a_reason(landlord: Scenario) -> None:
    message_id, incident_id = _lost(landlord)
    assert not commands.retry(landlord.db, incident_id, by="mo")
    for reason in ("", " \n", "x" * 501):
        with pytest.raises(InvalidAnswers):
            commands.let_go(landlord.db, incident_id, by="mo", reason=reason)
    with pytest.raises(NotAllowed):
        commands.let_go(landlord.db, incident_id, by="amina", reason="No")
    commands.let_go(landlord.db, incident_id, by="mo", reason="Done by telephone")
    assert _open(landlord) == []
    with landlord.db.reading() as session:
        assert session.get_one(Message, message_id).dropped_at == clock.now()
        settled = session.get_one(Incident, incident_id)
    assert (settled.settled_by, settled.settled_reason) == ("mo", "Done by telephone")
    assert _audited(landlord) == [("stuck_step_tried_again", "mo"), ("message_let_go", "mo")]
    with pytest.raises(Rejected):
        commands.let_go(landlord.db, incident_id, by="mo", reason="Twice")
    assert commands.deliver_messages(landlord.db) == 0


def test_a_step_of_a_run_cannot_be_let_go(sqlite_landlord: Scenario) -> None:
    (incident_id,) = _stick(sqlite_landlord)
    with pytest.raises(Rejected, match="this is a step"):
        commands.let_go(sqlite_landlord.db, incident_id, by="mo", reason="Never mind")
    assert len(_open(sqlite_landlord)) == 1


def test_many_are_tried_again_as_one_batch(landlord: Scenario) -> None:
    _stick(landlord, cases=4)
    fail_next("flags.request", 1, "It still did not answer.")
    one = _open(landlord)[0]
    wanted = {"process_id": one.process_id, "element_id": one.element_id, "cause": one.reason}
    batch_id = start(landlord.db, "retry", wanted, by="mo", reason="It answers again")
    while work(landlord.db):
        pass
    with landlord.db.reading() as session:
        items = session.scalars(select(BatchItem).order_by(BatchItem.id)).all()
    assert {item.batch_id for item in items} == {batch_id}
    assert sorted(item.status for item in items) == ["done", "done", "done", "failed"]
    (failed,) = [item for item in items if item.status == "failed"]
    assert "It still did not answer." in str(failed.result)
    (left,) = _open(landlord)
    assert (left.id, left.retries) == (failed.subject_id, 0)
    assert len(_audited(landlord)) == 3
    assert told_by_rows(landlord.db) == told_by_engine(landlord.db)


def test_a_batch_takes_only_what_is_alike_and_passes_over_what_went_on(
    sqlite_landlord: Scenario,
) -> None:
    _stick(sqlite_landlord, cases=2)
    message_id, _ = _lost(sqlite_landlord)
    flags, more, lost = _open(sqlite_landlord)
    assert lost.message_id == message_id
    wanted = {"process_id": flags.process_id, "element_id": flags.element_id, "cause": flags.reason}
    start(sqlite_landlord.db, "retry", wanted, by="mo", reason="It answers again")
    assert commands.retry(sqlite_landlord.db, flags.id, by="claire")
    while work(sqlite_landlord.db):
        pass
    with sqlite_landlord.db.reading() as session:
        items = session.scalars(select(BatchItem).order_by(BatchItem.id)).all()
    assert [(item.subject_id, item.status) for item in items] == [
        (flags.id, "left_out"),
        (more.id, "done"),
    ]
    assert [one.id for one in _open(sqlite_landlord)] == [lost.id]
    start(sqlite_landlord.db, "retry", {}, by="mo", reason="Whatever it is")
    while work(sqlite_landlord.db):
        pass
    assert [one.id for one in _open(sqlite_landlord)] == [lost.id]


def test_a_printed_letter_is_no_row_of_the_outbox_and_nothing_sends_it_again(
    sqlite_landlord: Scenario,
) -> None:
    """Its row of ``letter`` with the proof is all there is (R-057); no worker reads that table."""
    with sqlite_landlord.db.writing() as session:
        session.add(Setting(name=WEBHOOKS, value=wants([("crm", ["letter.issued"])])))
    acknowledged(received(sqlite_landlord))
    with sqlite_landlord.db.reading() as session:
        rows = session.scalars(select(Outbox)).all()
    assert {row.kind for row in rows} <= {"email", "webhook"}
    (told,) = [row for row in rows if row.kind == "webhook"]
    assert set(told.content["data"]) == {"letter_id", "case_id"}
    for one in periodics():
        one.try_on(sqlite_landlord.db)
    with sqlite_landlord.db.reading() as session:
        (letter,) = session.scalars(select(Letter)).all()
        again = session.scalars(select(Outbox.id)).all()
    assert letter.proof == "Certificate of posting 1"
    assert list(again) == [row.id for row in rows]
