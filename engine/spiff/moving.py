"""Moves an instance to other definitions: where it stands, what it waits for and its dates stay.

Fact F6: the library's own migration begins every waiting timer anew and loses what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.alignment import Alignment, Renames, has_same_wait
from engine.spiff.definitions import Definitions
from engine.spiff.diagram import Element
from engine.spiff.drive import Run
from engine.spiff.evaluator import Evaluator, drawn
from engine.spiff.gateways import JOINED, WAITS, ChoiceOfEvents
from engine.spiff.host import Host
from engine.spiff.instance import drawn_behind, waits, workflows
from engine.spiff.messages import RoutedMessage
from engine.spiff.starving import starved_joins
from engine.spiff.state import decode, encode
from engine.spiff.timers import ClockTimer

_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_PROMISED = TaskState.PREDICTED_MASK | TaskState.FUTURE
_SPLIT = ".BoundaryEventSplit"


@dataclass(frozen=True)
class Blocked:
    """Why an instance cannot be moved: one thing that stands in the way."""

    #: As it is drawn now, before the move.
    element: Element
    #: gone, another_kind, calls_another, waits_for_another, event_gone (a path that the event
    #: began is still open), starved (a join would wait for a path that cannot come any more).
    why: Literal[
        "gone", "another_kind", "calls_another", "waits_for_another", "event_gone", "starved"
    ]


@dataclass
class Moved:
    """An instance on other definitions, or why it cannot be there."""

    #: On the new definitions, nothing settled yet; None when something is in the way.
    run: Run | None = None
    blocked: list[Blocked] = field(default_factory=list)
    #: Ids of the waits that began with the move, as ``WaitingTimer`` and ``WaitingMessage``
    #: have them: events newly drawn at a step it stands at.
    begun: list[str] = field(default_factory=list)
    #: What is not waited for any more, as it was drawn.
    dropped: list[Element] = field(default_factory=list)
    #: Messages whose key was worked out anew, as they are drawn now.
    keyed_anew: list[Element] = field(default_factory=list)


def move(
    old: Definitions,
    new: Definitions,
    state: bytes,
    host: Host,
    renames: Renames | None = None,
) -> Moved:
    """Move an instance; the state it comes from is not touched.

    host: answers for the new definitions.
    renames: process id -> old element id -> new one, for steps that are called otherwise now.

    Nothing fires and nothing moves on: settle the run for that. Raises UnreadableState, and
    ElementFailed when what newly begins cannot be worked out.
    """
    top, process_id, ended_with = decode(state, old.specs, Evaluator(host))
    moved = Moved()
    if process_id not in new.specs:
        moved.blocked = [_blocked(drawn(task), "gone") for task in _standing(top)]
        return moved
    starved_before = _starved(top)
    alignment = Alignment(top, new.specs[process_id], renames or {})
    was = _Was(old, renames or {})
    _check(alignment, moved)
    if moved.blocked:
        return moved
    for workflow in workflows(top):
        _repoint(alignment, workflow)
    run = Run.load(new, encode(top, process_id, ended_with), host)
    run._work.begin()
    _begin_anew(run, was, moved)
    known = {alignment.new_place(place) for place in starved_before}
    for place, element in _starved(run._top).items():
        if place not in known:
            moved.blocked.append(Blocked(element, "starved"))
    if not moved.blocked:
        moved.run = run
    return moved


# What stands in the way


def _check(alignment: Alignment, moved: Moved) -> None:
    """Tell what an open task cannot be any more, and which events are not waited for any more."""
    for task in _open(alignment.top):
        element = drawn(task)
        if element is None:
            continue
        if isinstance(task.task_spec, BoundaryEvent) and task.state == TaskState.WAITING:
            if not alignment.keeps_event(task):
                moved.dropped.append(element)
        elif not alignment.is_lost(task):
            why = alignment.hinders(task)
            if why is not None:
                moved.blocked.append(_blocked(element, why))
    for task in alignment.broken_paths():
        moved.blocked.append(_blocked(drawn(task), "event_gone"))


def _blocked(element: Element | None, why: Any) -> Blocked:
    assert element is not None
    return Blocked(element, why)


def _standing(top: Any) -> Iterator[Any]:
    return (task for task in _open(top) if drawn(task) is not None)


def _open(top: Any) -> Iterator[Any]:
    for workflow in workflows(top):
        yield from (task for task in list(workflow.tasks.values()) if task.has_state(_OPEN))


def _starved(top: Any) -> dict[tuple[str, str], Element]:
    """Give the joins that wait for what cannot come, by process and name."""
    return {
        (workflow.spec.process_id, spec.name): spec.drawn
        for workflow in workflows(top)
        for spec in starved_joins(workflow)
    }


# On the old definitions: what stays is given the new name, what is gone is taken out


def _repoint(alignment: Alignment, workflow: Any) -> None:
    _forget_promises(workflow)
    for task in list(workflow.tasks.values()):
        if task.id in workflow.tasks and alignment.is_lost(task):
            _cut(workflow, task)
    for task in list(workflow.tasks.values()):
        now = alignment.target(task)
        if now is None or not alignment.keeps(task):
            _splice(workflow, task)
            continue
        if WAITS in task.internal_data:
            renamed = partial(alignment.new_name, workflow)
            kept = task.internal_data[WAITS].items()
            task.internal_data[WAITS] = {renamed(name): record for name, record in kept}
        task.task_spec = now
    workflow.spec = alignment.spec_of(workflow)


def _forget_promises(workflow: Any) -> None:
    promised = {task.id for task in workflow.tasks.values() if task.has_state(_PROMISED)}
    for task_id in promised:
        del workflow.tasks[task_id]
    for task in workflow.tasks.values():
        task._children = [child for child in task._children if child not in promised]


def _cut(workflow: Any, task: Any) -> None:
    """Take a task out with everything below."""
    task.parent._children.remove(task.id)
    stack = [task]
    while stack:
        at = stack.pop()
        stack.extend(at.children)
        del workflow.tasks[at.id]


def _splice(workflow: Any, task: Any) -> None:
    """Take a finished task out; what follows it follows what was before it."""
    parent = task.parent
    place = parent._children.index(task.id)
    parent._children[place : place + 1] = task._children
    for child in task.children:
        child._parent = parent.id
        if JOINED in task.internal_data:
            child.internal_data[JOINED] = True
    del workflow.tasks[task.id]


# On the new definitions: what is newly drawn at a step it stands at begins, the rest is promised


@dataclass(frozen=True)
class _Was:
    """What an element that is drawn now was before."""

    old: Definitions
    renames: Renames

    def element(self, now: Element | None) -> Element | None:
        """Give the element as it was drawn; None when it was not."""
        if now is None or now.process_id not in self.old.diagrams:
            return None
        renamed = self.renames.get(now.process_id, {})
        names = {new: old for old, new in renamed.items()}
        return self.old.diagram(now.process_id).elements.get(names.get(now.id, now.id))

    def named(self, workflow: Any, name: str) -> Element | None:
        """Give an element of the old diagram by the id it has now, or would have."""
        process_id = workflow.spec.process_id
        names = {new: old for old, new in self.renames.get(process_id, {}).items()}
        return self.old.diagram(process_id).elements.get(names.get(name, name))


def _begin_anew(run: Run, was: _Was, moved: Moved) -> None:
    top = run._top
    for task in list(_open(top)):
        _begin_events(run, task, moved)
        _choose_among(run, task, was, moved)
    _key_anew(run, was, moved)
    for workflow in workflows(top):
        for task in list(workflow.tasks.values()):
            if task.id in workflow.tasks and task.has_state(_OPEN):
                task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
        run._work.guarded(workflow.task_tree, workflow.update_waiting_tasks)


def _begin_events(run: Run, task: Any, moved: Moved) -> None:
    """Begin what may happen meanwhile and did not wait at this activity before."""
    split = task.workflow.spec.task_specs.get(f"{task.task_spec.name}{_SPLIT}")
    if split is None:
        return
    around = task.parent
    if not isinstance(around.task_spec, BoundaryEventSplit):
        around = _wrap(task, split)
    there = {child.task_spec.name for child in around.children}
    for spec in split.outputs:
        if isinstance(spec, BoundaryEvent) and spec.name not in there:
            event = around._add_child(spec, TaskState.FUTURE)
            event._set_state(TaskState.WAITING)
            run._work.guarded(event, partial(spec._update, event))
            moved.begun.append(str(event.id))


def _wrap(task: Any, split: Any) -> Any:
    """Put the beginning of an activity with events around one that had none."""
    parent = task.parent
    around = Task(task.workflow, split, parent, state=TaskState.COMPLETED)
    around.data = dict(parent.data)
    parent._children.remove(around.id)
    parent._children[parent._children.index(task.id)] = around.id
    task._parent = around.id
    around._children = [task.id]
    _put_parents_first(task.workflow)
    return around


def _put_parents_first(workflow: Any) -> None:
    """Order the tasks as the state is written: each after what it hangs off."""
    ordered, stack = {}, [workflow.task_tree]
    while stack:
        at = stack.pop()
        ordered[at.id] = at
        stack.extend(reversed(at.children))
    workflow.tasks.clear()
    workflow.tasks.update(ordered)


def _choose_among(run: Run, task: Any, was: _Was, moved: Moved) -> None:
    """Let an event gateway wait for what stands behind it now; what stays keeps its record."""
    definition = getattr(task.task_spec, "event_definition", None)
    if not isinstance(definition, ChoiceOfEvents) or WAITS not in task.internal_data:
        return
    before, now = task.internal_data[WAITS], {}
    for name, branch in definition.branches.items():
        if name in before and has_same_wait(before[name], branch):
            now[name] = before[name]
        elif isinstance(branch, ClockTimer | RoutedMessage):
            now[name] = _record(run, task, branch, drawn_behind(task, name))
            moved.begun.append(f"{task.id}/{name}")
    gone = (was.named(task.workflow, name) for name in before if name not in now)
    moved.dropped += [element for element in gone if element is not None]
    task.internal_data[WAITS] = now


def _key_anew(run: Run, was: _Was, moved: Moved) -> None:
    """Work out the key of a message anew where the diagram says another one now."""
    for wait in list(waits(run._top)):
        old = was.element(wait.element)
        if not wait.is_message or wait.id in moved.begun or old is None:
            continue
        if old.properties.get("message_key") != wait.element.properties.get("message_key"):
            wait.record.update(_record(run, wait.task, wait.definition, wait.element))
            moved.keyed_anew.append(wait.element)


def _record(run: Run, task: Any, definition: Any, element: Element | None) -> dict[str, Any]:
    """Work out when a timer fires, or under which key a message is waited for."""
    found: dict[str, Any] = {}
    run._work.guarded(task, lambda: found.update(definition.record(task, element)))
    return found
