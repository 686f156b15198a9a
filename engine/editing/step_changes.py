"""Changes one step of a diagram as text: exactly what was asked, every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.editing.lane_moves import NoPlace, edge_events_of, moved_into_lane
from engine.editing.source import NotEditable, Source, in_attribute, in_text
from engine.editing.step_parts import StepFile
from engine.editing.steps import DraftStep, steps_of
from engine.errors import InvalidAnswers, NotFound, Problem

#: The longest a field may be; an expression has its own limit.
_LONGEST = {"name": 200, "documentation": 8_000}
_LONGEST_ELSE = 4_000
_ONE_LINE = re.compile(r"\s+")


def change_step(xml: bytes, element_id: str, changes: Mapping[str, str]) -> bytes:
    """Give the diagram with one step changed; as it was where nothing differs.

    changes: field of ``DraftStep.fields`` -> what shall stand there, "" to take it away; besides
    those, ``parameter.NAME`` of a service task and ``condition.FLOW`` of a question.
    A lane is given by its id; the step is drawn in it where there is room.
    Raises InvalidDiagram when it is no BPMN, NotFound when there is no such step, InvalidAnswers
    with a sentence for each field that cannot be what was asked.
    """
    step = need_step(xml, element_id)
    wanted = _different(step, changes)
    problems = [problem for name, text in wanted.items() for problem in _problems(step, name, text)]
    if problems:
        raise InvalidAnswers(problems)
    if not wanted:
        return xml
    try:
        source = Source(xml)
        _check_ids(source, step)
        file = StepFile(source, element_id)
    except NotEditable as refusal:
        raise InvalidAnswers([Problem("", str(refusal))]) from None
    for name, text in wanted.items():
        try:
            _write(file, step, name, text)
        except (NotEditable, NoPlace) as refusal:
            problems.append(Problem(name, str(refusal)))
    if problems:
        raise InvalidAnswers(problems)
    return file.source.data


def need_step(xml: bytes, element_id: str) -> DraftStep:
    """Give one step of a diagram. Raises NotFound, or InvalidDiagram when it is no BPMN."""
    step = next((one for one in steps_of(xml) if one.element_id == element_id), None)
    if step is None or not element_id:
        raise NotFound
    return step


def _check_ids(source: Source, step: DraftStep) -> None:
    for name in (step.element_id, *(way.flow_id for way in step.onward)):
        if name in source.twice:
            raise NotEditable(
                f"Expected the id {name} once in this diagram, but it stands there twice. Draw "
                "one of them again."
            )


def _different(step: DraftStep, changes: Mapping[str, str]) -> dict[str, str]:
    """Give what differs from what stands there, in the order in which it is written."""
    found: dict[str, str] = {}
    for name, text in changes.items():
        plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if name != "documentation":
            plain = _ONE_LINE.sub(" ", plain)
        if plain != _ONE_LINE.sub(" ", step.fields.get(name, "")).strip() or (
            name == "documentation" and plain != step.documentation
        ):
            found[name] = plain
    return found


def _problems(step: DraftStep, name: str, text: str) -> list[Problem]:
    longest = _LONGEST.get(name, _LONGEST_ELSE)
    if len(text) > longest:
        message = f"Expected at most {longest} characters, but there are {len(text)}. Shorten it."
        return [Problem(name, message)]
    if name not in step.fields and not _may_be_added(step, name):
        return [Problem(name, f"Expected no {name} for this kind of step. Leave it out.")]
    try:
        in_attribute(text)
        in_text(text)
    except NotEditable as refusal:
        return [Problem(name, str(refusal))]
    return _missing(step, name, text)


def _missing(step: DraftStep, name: str, text: str) -> list[Problem]:
    if name == "lane" and text not in {lane_id for lane_id, _ in step.lanes}:
        return [Problem(name, "Expected a lane of this diagram. Choose one from the list.")]
    if name == "timer" and not text:
        return [Problem(name, "Expected when it fires, but there is nothing. Give a date.")]
    ways = {way.flow_id for way in step.onward}
    if name == "default" and text and text not in ways:
        return [Problem(name, "Expected a way out of this step. Choose one from the list.")]
    return []


def _may_be_added(step: DraftStep, name: str) -> bool:
    return step.kind == "service_task" and re.fullmatch(r"parameter\.\w+", name) is not None


def _write(file: StepFile, step: DraftStep, name: str, text: str) -> None:
    field, _, part = name.partition(".")
    plain: Mapping[str, Callable[[str], None]] = {
        "name": file.set_name,
        "documentation": file.set_documentation,
        "operation": file.set_operation,
        "result": file.set_result,
        "called": lambda value: file.set_attribute("calledElement", value),
        "decision": file.set_decision,
        "default": lambda value: file.set_attribute("default", value),
        "timer": file.set_timer,
        "message": file.set_message,
    }
    if name == "lane":
        _move(file, text)
    elif field == "parameter":
        file.set_parameter(part, text)
    elif field == "condition":
        file.set_condition(part, text)
    elif field == "flow_name":
        file.set_flow_name(part, text)
    elif name in plain:
        plain[name](text)
    else:
        file.set_property(name, text)


def _move(file: StepFile, lane_id: str) -> None:
    """List the step in a lane and draw it there; what stands on its edge goes where it lies now."""
    drawn_in = edge_events_of(file.source, file.element_id)
    moved = moved_into_lane(file.listed_in(lane_id), file.element_id, lane_id)
    for event_id, now in edge_events_of(moved, file.element_id).items():
        if now and now != drawn_in[event_id]:
            moved = StepFile(moved, event_id).listed_in(now)
    file.source = moved
