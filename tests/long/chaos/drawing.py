"""A process that always waits for a clock and for a person, drawn to be killed in the middle of."""

from __future__ import annotations

from itertools import pairwise

#: How many days one after another the first branch waits for, each by its own timer.
DAYS = 6
#: After these an e-mail goes to the one who is the Data Management Officer.
TOLD = (1, 3, 5)
#: What the loop beside it waits for, again and again.
LAP_HOURS = 8
#: So long a note may stay unwritten before it is asked for anew.
PATIENCE_HOURS = 30

NOTE = b"""form: chaos_note
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
 <bpmn:process id="vigil" name="Vigil" isExecutable="true">
  <bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="Data Management Officer">
   <bpmn:extensionElements><spiffworkflow:properties>
    <spiffworkflow:property name="held_by" value="dmo"/>
   </spiffworkflow:properties></bpmn:extensionElements>
"""


def _timer(element: str, kind: str, expression: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{element}"><bpmn:timerEventDefinition>'
        f"<bpmn:{kind}>{expression}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def _tell(element: str) -> str:
    return (
        f'<bpmn:serviceTask id="{element}" name="Tell of it"><bpmn:extensionElements>'
        '<spiffworkflow:serviceTaskOperator id="notices.tell" resultVariable="told">'
        '<spiffworkflow:parameters><spiffworkflow:parameter id="role" value="\'dmo\'"/>'
        '<spiffworkflow:parameter id="about" value="\'vigil\'"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    )


def _elements() -> dict[str, str]:
    """Give every element by its id, in the order they are reached."""
    days: dict[str, str] = {}
    for number in range(1, DAYS + 1):
        moment = f"on(calendar_days(case.opened_on, {number}))"
        days[f"day_{number}"] = _timer(f"day_{number}", "timeDate", moment)
        if number in TOLD:
            days[f"tell_of_day_{number}"] = _tell(f"tell_of_day_{number}")
    return {
        "began": '<bpmn:startEvent id="began"/>',
        "all_at_once": '<bpmn:parallelGateway id="all_at_once"/>',
        **days,
        "days_are_over": '<bpmn:endEvent id="days_are_over"/>',
        "next_lap": '<bpmn:exclusiveGateway id="next_lap"/>',
        "lap": _timer("lap", "timeDuration", f"PT{LAP_HOURS}H"),
        "was_it_the_last_lap": '<bpmn:exclusiveGateway id="was_it_the_last_lap" default="go_on"/>',
        "laps_are_over": '<bpmn:endEvent id="laps_are_over"/>',
        "next_note": '<bpmn:exclusiveGateway id="next_note"/>',
        "write_note": (
            '<bpmn:userTask id="write_note" name="Write a note"><bpmn:extensionElements>'
            '<spiffworkflow:properties><spiffworkflow:property name="form" value="chaos_note"/>'
            "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
        ),
        "note_took_too_long": (
            '<bpmn:boundaryEvent id="note_took_too_long" attachedToRef="write_note">'
            "<bpmn:timerEventDefinition>"
            f"<bpmn:timeDuration>PT{PATIENCE_HOURS}H</bpmn:timeDuration>"
            "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        ),
        "was_it_the_last_note": (
            '<bpmn:exclusiveGateway id="was_it_the_last_note" default="write"/>'
        ),
        "notes_are_over": '<bpmn:endEvent id="notes_are_over"/>',
    }


def _flows() -> list[tuple[str, str, str]]:
    """Give the flows: name, from, to."""
    days = [name for name in _elements() if name.startswith(("day_", "tell_of_day_"))]
    path = ["all_at_once", *days, "days_are_over"]
    chain = [(f"f_{to}", begin, to) for begin, to in pairwise(path)]
    return [
        ("begin", "began", "all_at_once"),
        *chain,
        ("laps", "all_at_once", "next_lap"),
        ("run_lap", "next_lap", "lap"),
        ("ran_lap", "lap", "was_it_the_last_lap"),
        ("end_laps", "was_it_the_last_lap", "laps_are_over"),
        ("go_on", "was_it_the_last_lap", "next_lap"),
        ("notes", "all_at_once", "next_note"),
        ("ask", "next_note", "write_note"),
        ("written", "write_note", "was_it_the_last_note"),
        ("too_late", "note_took_too_long", "next_note"),
        ("end_notes", "was_it_the_last_note", "notes_are_over"),
        ("write", "was_it_the_last_note", "next_note"),
    ]


def _flow(name: str, begin: str, end: str) -> str:
    never = "<bpmn:conditionExpression>1 == 2</bpmn:conditionExpression>"
    condition = never if name in {"end_laps", "end_notes"} else ""
    return (
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{begin}" targetRef="{end}">'
        f"{condition}</bpmn:sequenceFlow>"
    )


def vigil() -> bytes:
    """Give the diagram: days that come once each, laps and notes that never end."""
    elements = _elements()
    refs = "".join(f"<bpmn:flowNodeRef>{name}</bpmn:flowNodeRef>" for name in elements)
    drawn = "\n  ".join([*elements.values(), *(_flow(*flow) for flow in _flows())])
    text = f"{_HEAD}   {refs}</bpmn:lane></bpmn:laneSet>\n  {drawn}\n </bpmn:process>\n"
    return f"{text}</bpmn:definitions>\n".encode()


#: What is published beside the files of the working tree.
FILES = {"bpmn/vigil.bpmn": vigil(), "forms/definitions/chaos_note.yaml": NOTE}
