"""Where an instance is now, as values: what the lists and diagrams of all that runs are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Element
from engine.spiff.evaluator import drawn, owner_of
from engine.spiff.gateways import ChoiceOfEvents
from engine.spiff.host import Place
from engine.spiff.instance import drawn_behind, waits_of
from engine.spiff.journal import open_tasks
from engine.spiff.work import STUCK


def places_of(top: Any) -> Iterator[Place]:
    """Give every element an instance is at, outer before inner.

    Of an event gateway its branches instead of itself. What merely may happen meanwhile at the
    edge of an activity is none, nor is a join that waits for its other tokens.
    """
    for task in open_tasks(top):
        within = _around(task)
        holds = task.state == TaskState.STARTED and task.id in top.subprocesses
        stuck = STUCK in task.internal_data
        for task_id, element, fires_at in _standing(task):
            yield Place(task_id, element, within, holds, fires_at, stuck)


def _standing(task: Any) -> Iterator[tuple[str, Element, dt.datetime | None]]:
    element = drawn(task)
    assert element is not None
    definition = getattr(task.task_spec, "event_definition", None)
    waiting = {wait.branch: wait for wait in waits_of(task)}
    if task.state != TaskState.WAITING or not isinstance(definition, ChoiceOfEvents):
        wait = waiting.get(None)
        yield str(task.id), element, wait.due_at if wait else None
        return
    for name in definition.branches:
        wait, behind = waiting.get(name), drawn_behind(task, name)
        if behind is not None:
            yield f"{task.id}/{name}", behind, wait.due_at if wait else None


def _around(task: Any) -> tuple[Element, ...]:
    found: list[Element] = []
    owner = owner_of(task.workflow)
    while owner is not None:
        element = drawn(owner)
        if element is not None:
            found.insert(0, element)
        owner = owner_of(owner.workflow)
    return tuple(found)
