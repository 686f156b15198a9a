"""A version published while a case runs: that case stays on its own, the next one gets the new."""

from __future__ import annotations

from sqlalchemy import select

from engine import publishing
from engine.queries import Person
from engine.scenario import Scenario, add_people
from engine.tables.process import ProcessInstance
from engine.tables.releases import Release
from tests.engine.commands.conftest import APPEAL, FILES, TAKEN_OVER, acknowledged

_DIAGRAM, _FORM = "bpmn/appeal.bpmn", "forms/definitions/ring_back.yaml"
_OLIVE = Person("olive", "Olive", "", ("process_owner",))
_OSCAR = Person("oscar", "Oscar", "", ("process_owner",))
_FLOW = "flow_acknowledge_appeal_to_allocate_director"
_TAKES = f'id="{_FLOW}" sourceRef="acknowledge_appeal" '
#: A step put between the acknowledgement and the choice of a director.
_STEP = f"""<bpmn:userTask id="ring_back" name="Ring the customer back">
        <bpmn:extensionElements>
          <spiffworkflow:properties>
            <spiffworkflow:property name="form" value="ring_back" />
          </spiffworkflow:properties>
        </bpmn:extensionElements>
        <bpmn:incoming>{_FLOW}</bpmn:incoming>
        <bpmn:outgoing>flow_ring_back</bpmn:outgoing>
      </bpmn:userTask>
      <bpmn:sequenceFlow id="flow_ring_back" sourceRef="ring_back" targetRef="allocate_director" />
      <bpmn:userTask id="allocate_director\""""
_ASKED = b"""
form: ring_back
title: Ring the customer back
source: R-075
layout: single
pages:
  - page: call
    title: The call
    questions:
      - {id: words, type: text, label: "What did they say?", source: R-075}
"""


def test_the_running_appeal_stays_and_the_next_passes_through_the_new_step_until_it_is_restored(
    landlord: Scenario, appeal: Scenario
) -> None:
    """R-114: a running case stays on its version; the next begins on the new one."""
    add_people(landlord.db, {"oscar": ["process_owner"]})
    draft_id = publishing.start_draft(landlord.db, _OLIVE, "Ring back")
    for path, content in ((_DIAGRAM, _with_step()), (_FORM, _ASKED)):
        publishing.save_file(landlord.db, draft_id, path, content, version=0, person=_OLIVE)
    _published(landlord, draft_id, 2)
    acknowledged(appeal)
    appeal.expect_open("allocate_director")
    appeal.expect_not_open("ring_back")

    second = _appeal(landlord, "NF-104234")
    second.expect_open("ring_back")
    second.complete("ring_back", by="dorothy", answers={"words": "Thank you."})
    second.expect_open("allocate_director")

    _published(landlord, publishing.start_draft(landlord.db, _OLIVE, "As it was", restore=1), 3)
    third = _appeal(landlord, "NF-104235")
    third.expect_open("allocate_director")
    third.expect_not_open("ring_back")
    assert _versions_of_appeals(landlord) == [1, 2, 3]
    assert [one.running > 0 for one in publishing.published_versions(landlord.db, _OSCAR)] == [
        True,
        True,
        True,
    ]


def _with_step() -> bytes:
    text = FILES[_DIAGRAM].decode()
    for old, new in (
        ('<bpmn:userTask id="allocate_director"', _STEP),
        (
            f"<bpmn:incoming>{_FLOW}</bpmn:incoming>\n        <bpmn:outgoing>flow_allocate",
            "<bpmn:incoming>flow_ring_back</bpmn:incoming>\n        <bpmn:outgoing>flow_allocate",
        ),
        (f'{_TAKES}targetRef="allocate_director"', f'{_TAKES}targetRef="ring_back"'),
        (
            "<bpmn:flowNodeRef>allocate_director<",
            "<bpmn:flowNodeRef>ring_back</bpmn:flowNodeRef><bpmn:flowNodeRef>allocate_director<",
        ),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def _published(landlord: Scenario, draft_id: int, number: int) -> None:
    publishing.submit_draft(
        landlord.db, draft_id, "Why it changes", _OLIVE, exemption="A small change."
    )
    assert publishing.approve_draft(landlord.db, draft_id, _OSCAR) == number


def _appeal(landlord: Scenario, reference: str) -> Scenario:
    other = Scenario(landlord.db)
    answers = {**TAKEN_OVER, "tenancy_reference": reference}
    other.receive("arrangement_taken_over", by="dorothy", answers=answers)
    other.receive("appeal_received", by="amina", answers=APPEAL)
    return acknowledged(other)


def _versions_of_appeals(landlord: Scenario) -> list[int | None]:
    with landlord.db.reading() as session:
        return list(
            session.scalars(
                select(Release.number)
                .join(ProcessInstance, ProcessInstance.release_id == Release.id)
                .where(ProcessInstance.process_id == "appeal")
                .order_by(ProcessInstance.id)
            )
        )
