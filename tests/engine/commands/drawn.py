"""Small processes of the tests' own, published beside the real ones."""

from __future__ import annotations

from engine import clock
from engine.releases import install, read_folder
from engine.scenario import Scenario
from tests.engine.commands.conftest import ROOT

NOTE = b"""form: note
title: Write a note
source: a test
layout: single
pages:
  - page: note
    title: Note
    questions:
      - {id: note, type: text, label: What is there to say?}
"""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
 id="file" targetNamespace="http://tests">
"""
#: Two tasks for ever: the first, the second, the first again.
TWO_TASKS = f"""{_HEAD}
 <bpmn:process id="two_tasks" name="Two tasks" isExecutable="true">
  <bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="Officer">
   <bpmn:extensionElements><spiffworkflow:properties>
    <spiffworkflow:property name="held_by" value="dmo"/>
   </spiffworkflow:properties></bpmn:extensionElements>
   <bpmn:flowNodeRef>began</bpmn:flowNodeRef><bpmn:flowNodeRef>first</bpmn:flowNodeRef>
   <bpmn:flowNodeRef>second</bpmn:flowNodeRef><bpmn:flowNodeRef>again</bpmn:flowNodeRef>
   <bpmn:flowNodeRef>is_it_over</bpmn:flowNodeRef><bpmn:flowNodeRef>over</bpmn:flowNodeRef>
  </bpmn:lane></bpmn:laneSet>
  <bpmn:startEvent id="began"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
  <bpmn:exclusiveGateway id="again"/>
  <bpmn:userTask id="first" name="First"><bpmn:extensionElements><spiffworkflow:properties>
   <spiffworkflow:property name="form" value="note"/>
  </spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
  <bpmn:userTask id="second" name="Second"><bpmn:extensionElements><spiffworkflow:properties>
   <spiffworkflow:property name="form" value="note"/>
  </spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
  <bpmn:exclusiveGateway id="is_it_over" default="f6"/>
  <bpmn:endEvent id="over"/>
  <bpmn:sequenceFlow id="f1" sourceRef="began" targetRef="again"/>
  <bpmn:sequenceFlow id="f2" sourceRef="again" targetRef="first"/>
  <bpmn:sequenceFlow id="f3" sourceRef="first" targetRef="second"/>
  <bpmn:sequenceFlow id="f4" sourceRef="second" targetRef="is_it_over"/>
  <bpmn:sequenceFlow id="f5" sourceRef="is_it_over" targetRef="over">
   <bpmn:conditionExpression>1 == 2</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f6" sourceRef="is_it_over" targetRef="again"/>
 </bpmn:process>
</bpmn:definitions>
"""


def publish_two_tasks(landlord: Scenario) -> None:
    """Publish the working tree with one small process more."""
    more = {"bpmn/two_tasks.bpmn": TWO_TASKS.encode(), "forms/definitions/note.yaml": NOTE}
    files = {**read_folder(ROOT), **more}
    with landlord.db.writing() as session:
        install(session, files, at=clock.now(), by="test", note="Two tasks")
