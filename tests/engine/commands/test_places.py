"""Where every run is, as rows: after each step they say what the state of the engine says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from engine import clock, commands
from engine.operations.failing import fail_next
from engine.publishing import prepare
from engine.releases import install
from engine.scenario import Scenario
from engine.tables.process import ElementInstance, Incident, ProcessInstance
from tests.engine.commands.conftest import FILES, ROOT, TAKEN_OVER, acknowledged, received
from tests.engine.commands.drawn import NOTE, TWO_TASKS, publish_two_tasks
from tests.engine.whereabouts import told_by_engine, told_by_rows

SENT = {"channel": "letter", "sent_on": "2026-04-01", "proof": "Certificate of posting 1"}


def _agree(landlord: Scenario) -> int:
    """Check that rows and states say the same; gives at how many places everything is."""
    rows = told_by_rows(landlord.db)
    assert rows == told_by_engine(landlord.db)
    return sum(rows.values())


def _places(landlord: Scenario, process_id: str = "") -> dict[str, ElementInstance]:
    with landlord.db.reading() as session:
        rows = session.scalars(select(ElementInstance).order_by(ElementInstance.id))
        return {row.element_id: row for row in rows if process_id in ("", row.process_id)}


def test_they_go_along_with_every_kind_of_step(landlord: Scenario) -> None:
    steps: list[Callable[[], object]] = [
        lambda: received(landlord),
        lambda: acknowledged(landlord),
        lambda: landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"}),
        lambda: landlord.at(dt.datetime(2026, 4, 9, 10)),
        lambda: landlord.at(dt.datetime(2026, 4, 14, 10)),
        lambda: landlord.receive("appeal_withdrawn", by="amina", answers=_withdrawn()),
    ]
    for step in steps:
        step()
        assert _agree(landlord) > 3
    assert "decide_appeal" not in _places(landlord)


def _withdrawn() -> dict[str, str]:
    return {"withdrawn_on": "2026-04-14", "channel": "telephone", "words": "It is settled."}


def test_a_place_says_what_it_is_in_since_when_and_by_when(landlord: Scenario) -> None:
    acknowledged(received(landlord))
    landlord.at(dt.datetime(2026, 4, 2, 10))
    landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    places = _places(landlord, "appeal")
    decide = places["decide_appeal"]
    assert decide.path.endswith("/appeal:decide_appeal/")
    assert decide.name == "Decide the appeal"
    assert decide.entered_at == clock.now()
    assert decide.due_on == dt.date(2026, 4, 10)
    assert not decide.is_container
    phase = places[decide.path.split("/")[1].split(":")[1]]
    assert phase.is_container
    assert decide.path.startswith(phase.path)


def test_a_date_that_moves_moves_there_too(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    before = _places(landlord, "flags")["confirm_flag"].due_on
    assert before == dt.date(2026, 4, 2)
    closed = (landlord.db, before, "A day of mourning")
    commands.change_calendar(*closed, by="dorothy", reason="It was proclaimed")
    with landlord.db.reading() as session:
        flags = select(ProcessInstance.id).where(ProcessInstance.process_id == "flags")
        instance_id = session.scalars(flags).one()
    commands.rearm(landlord.db, instance_id, by="dorothy", reason="A new holiday")
    assert _places(landlord, "flags")["confirm_flag"].due_on == dt.date(2026, 4, 7)
    _agree(landlord)


def test_a_stuck_step_keeps_its_place_with_its_incident_until_it_goes_on(
    landlord: Scenario,
) -> None:
    fail_next("flags.request", 2, "The other system did not answer.")
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    first = _open_incident(landlord)
    assert _places(landlord)["request_flags"].incident_id == first
    _agree(landlord)
    assert not commands.retry(landlord.db, first, by="mo")
    second = _open_incident(landlord)
    assert second != first
    assert _places(landlord)["request_flags"].incident_id == second
    assert commands.retry(landlord.db, second, by="mo")
    places = _places(landlord)
    assert "request_flags" not in places
    assert {row.incident_id for row in places.values()} == {None}
    _agree(landlord)


def test_what_failed_as_a_whole_marks_the_task_before_it_until_somebody_mends_it(
    landlord: Scenario,
) -> None:
    broken = TWO_TASKS.replace(
        '<bpmn:userTask id="second" name="Second"><bpmn:extensionElements>'
        "<spiffworkflow:properties>",
        '<bpmn:userTask id="second" name="Second"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="due" value="policy(\'none\')"/>',
    )
    assert broken != TWO_TASKS
    files = {**FILES, "bpmn/two.bpmn": broken.encode(), "forms/definitions/note.yaml": NOTE}
    with landlord.db.writing() as session:
        install(session, files, at=clock.now(), by="test", note="Broken")
    outcome = commands.start(landlord.db, "two_tasks", by="dorothy")
    stuck = commands.complete(landlord.db, outcome.opened[0], {"note": "Done."}, by="dorothy")
    assert stuck.stuck
    incident = _open_incident(landlord)
    assert {key: row.incident_id for key, row in _places(landlord).items()} == {"first": incident}
    assert commands.retry(landlord.db, incident, by="mo")
    assert _places(landlord)["first"].incident_id is None


def test_an_incident_is_settled_when_its_place_is_left(landlord: Scenario) -> None:
    publish_two_tasks(landlord)
    outcome = commands.start(landlord.db, "two_tasks", by="dorothy")
    with landlord.db.writing() as session:
        place = session.scalars(select(ElementInstance)).one()
        incident = Incident(
            instance_id=place.instance_id,
            process_id="two_tasks",
            element_id="first",
            reason="The disk is full.",
            opened_at=clock.now(),
        )
        session.add(incident)
        session.flush()
        place.incident_id = incident.id
    commands.complete(landlord.db, outcome.opened[0], {"note": "Done."}, by="dorothy")
    with landlord.db.reading() as session:
        assert session.scalars(select(Incident.resolved_at)).one() == clock.now()
    assert {key: row.incident_id for key, row in _places(landlord).items()} == {"second": None}


def _open_incident(landlord: Scenario) -> int:
    with landlord.db.reading() as session:
        return session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).one()


@pytest.mark.parametrize("lost", ["all", "some"])
def test_a_row_that_is_missing_is_written_again_when_its_run_moves(
    landlord: Scenario, lost: str
) -> None:
    received(landlord)
    with landlord.db.writing() as session:
        rows = delete(ElementInstance).where(ElementInstance.process_id == "issue_a_letter")
        session.execute(rows if lost == "some" else delete(ElementInstance))
    acknowledged(landlord)
    assert "allocate_director" in _places(landlord)


def test_runs_of_before_are_given_their_rows_once(landlord: Scenario) -> None:
    fail_next("flags.request", 1, "The other system did not answer.")
    acknowledged(received(landlord))
    landlord.at(dt.datetime(2026, 4, 2, 10))
    kept = _as_kept(landlord)
    with landlord.db.writing() as session:
        session.execute(delete(ElementInstance))
    runs = len({row[0] for row in kept})
    assert commands.fill_places(landlord.db) == runs > 3
    assert _as_kept(landlord) == kept
    assert commands.fill_places(landlord.db) == 0
    _agree(landlord)


def test_a_run_that_cannot_be_read_keeps_no_other_from_its_rows(landlord: Scenario) -> None:
    received(landlord)
    with landlord.db.writing() as session:
        session.execute(delete(ElementInstance))
        damaged = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)).first()
        assert damaged is not None
        damaged.state = b"\x01nothing"
    assert prepare(landlord.db, ROOT) is None
    with landlord.db.reading() as session:
        filled = set(session.scalars(select(ElementInstance.instance_id)))
        running = set(
            session.scalars(select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None)))
        )
    assert running - filled == {damaged.id}


def _as_kept(landlord: Scenario) -> list[tuple[object, ...]]:
    columns = [column for column in ElementInstance.__table__.columns if column.key != "id"]
    with landlord.db.reading() as session:
        rows = session.execute(select(*columns)).all()
    return sorted((tuple(row) for row in rows), key=str)
