"""One element at which a run is stuck more than once: each place keeps an incident of its own."""

from __future__ import annotations

from sqlalchemy import select

from engine import clock, commands
from engine.operations.failing import fail_next
from engine.releases import install
from engine.scenario import Scenario
from engine.tables.process import ElementInstance, Incident
from tests.engine.commands.conftest import FILES
from tests.engine.commands.drawn import NOTE, TWO_TASKS
from tests.engine.whereabouts import told_by_engine, told_by_rows

#: Both tasks at once; what comes after each of them is one and the same step of the system.
_FLOWS = """
  <bpmn:parallelGateway id="again"/>
  <bpmn:serviceTask id="third" name="Third"><bpmn:extensionElements>
   <spiffworkflow:serviceTaskOperator id="flags.request"/></bpmn:extensionElements>
  </bpmn:serviceTask>
  <bpmn:endEvent id="over"/>
  <bpmn:sequenceFlow id="f1" sourceRef="began" targetRef="again"/>
  <bpmn:sequenceFlow id="f2" sourceRef="again" targetRef="first"/>
  <bpmn:sequenceFlow id="f3" sourceRef="again" targetRef="second"/>
  <bpmn:sequenceFlow id="f4" sourceRef="first" targetRef="third"/>
  <bpmn:sequenceFlow id="f5" sourceRef="second" targetRef="third"/>
  <bpmn:sequenceFlow id="f6" sourceRef="third" targetRef="over"/>
"""


def _diagram() -> bytes:
    head, rest = TWO_TASKS.split('  <bpmn:exclusiveGateway id="again"/>\n')
    tasks = rest[: rest.index('  <bpmn:exclusiveGateway id="is_it_over"')]
    drawn = head + tasks + _FLOWS + " </bpmn:process>\n</bpmn:definitions>\n"
    return drawn.replace("is_it_over", "third").encode()


def _stuck_twice(landlord: Scenario) -> list[int]:
    """Run both tasks into the same failing step, one after the other; gives the incidents."""
    files = {**FILES, "bpmn/two_tasks.bpmn": _diagram(), "forms/definitions/note.yaml": NOTE}
    with landlord.db.writing() as session:
        install(session, files, at=clock.now(), by="test", note="Both at once")
    began = commands.start(landlord.db, "two_tasks", by="dorothy")
    for item in began.opened:
        fail_next("flags.request", 1, "The other system did not answer.")
        commands.complete(landlord.db, item, {"note": "Done."}, by="dorothy")
    return _open(landlord)


def _open(landlord: Scenario) -> list[int]:
    with landlord.db.reading() as session:
        found = select(Incident.id).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
        return list(session.scalars(found))


def _marks(landlord: Scenario) -> list[int | None]:
    with landlord.db.reading() as session:
        rows = select(ElementInstance.incident_id).where(ElementInstance.element_id == "third")
        return sorted(session.scalars(rows), key=str)


def test_a_second_failure_takes_no_mark_from_the_first(landlord: Scenario) -> None:
    incidents = _stuck_twice(landlord)
    assert len(incidents) == 2
    assert _marks(landlord) == incidents
    assert told_by_rows(landlord.db) == told_by_engine(landlord.db)


def test_what_fails_again_leaves_no_incident_behind(landlord: Scenario) -> None:
    first, _ = _stuck_twice(landlord)
    fail_next("flags.request", 2, "It still did not answer.")
    assert not commands.retry(landlord.db, first, by="mo")
    assert _marks(landlord) == _open(landlord)
    assert len(_open(landlord)) == 2
    assert told_by_rows(landlord.db) == told_by_engine(landlord.db)
