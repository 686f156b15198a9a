"""Keeps an instance small for years: what is over and done with is taken out of its tree.

Fact F2: the library's tree grows for ever in a loop, every step costs more, and at depth 1000 the
instance hangs without a word. A pruned tree looks as it did in the first round.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.evaluator import owner_of
from engine.spiff.gateways import EndJoin
from engine.spiff.instance import workflows


def prune(top: Any) -> None:
    """Take out finished subprocesses and all but the last round of each loop."""
    _drop_finished(top)
    for workflow in (top, *top.subprocesses.values()):
        _splice(workflow)


def _drop_finished(top: Any) -> None:
    running = {top}
    for workflow in workflows(top)[1:]:
        owner = owner_of(workflow)
        if owner.workflow in running and not owner.has_state(TaskState.FINISHED_MASK):
            running.add(workflow)
    top.subprocesses = {id_: each for id_, each in top.subprocesses.items() if each in running}


def _splice(workflow: Any) -> None:
    if not _went_round(workflow):
        return
    alive = _alive(workflow)
    starts = [workflow.task_tree]
    while starts:
        chain = _chain(starts.pop(), alive)
        _splice_chain(workflow, chain)
        starts.extend(child for child in chain[-1].children if child.id in alive)


def _went_round(workflow: Any) -> bool:
    """Tell whether anything was completed twice; without that there is no loop to take out."""
    names = [t.task_spec.name for t in workflow.tasks.values() if t._state == TaskState.COMPLETED]
    return len(names) > len(set(names))


def _alive(workflow: Any) -> set[Any]:
    """Give the ids of tasks that are open or have an open one below; a waiting end is over."""
    alive: set[Any] = set()
    for task in workflow.tasks.values():
        if not task.has_state(TaskState.NOT_FINISHED_MASK) or _is_ended(task):
            continue
        at = task
        while at is not None and at.id not in alive:
            alive.add(at.id)
            at = at.parent
    return alive


def _is_ended(task: Any) -> bool:
    """Tell whether a task is the end of a path, or is only predicted behind one."""
    parent = task.parent
    return any(
        at is not None and isinstance(at.task_spec, EndJoin) and at.state == TaskState.WAITING
        for at in (task, parent)
    )


def _chain(first: Any, alive: set[Any]) -> list[Any]:
    """Give the tasks from the first one down to where open paths part or end."""
    chain = [first]
    while True:
        below = [child for child in chain[-1].children if child.id in alive]
        if len(below) != 1:
            return chain
        chain.append(below[0])


def _splice_chain(workflow: Any, chain: list[Any]) -> None:
    last = {
        task.task_spec.name: index
        for index, task in enumerate(chain)
        if task.state == TaskState.COMPLETED
    }
    index = 0
    while index < len(chain):
        task = chain[index]
        to = last.get(task.task_spec.name, index)
        if task.state == TaskState.COMPLETED and to > index and task.parent is not None:
            _replace(workflow, task, chain[to])
            index = to
        index += 1


def _replace(workflow: Any, earlier: Any, later: Any) -> None:
    """Put the later task in the place of the earlier one and drop what lay between."""
    later.parent._children.remove(later.id)
    parent = earlier.parent
    parent._children[parent._children.index(earlier.id)] = later.id
    later._parent = parent.id
    _drop(workflow, earlier)


def _drop(workflow: Any, task: Any) -> None:
    for each in list(_below(task)):
        del workflow.tasks[each.id]
        workflow.top_workflow.event_manager.remove_task(each)


def _below(task: Any) -> Iterator[Any]:
    stack = [task]
    while stack:
        at = stack.pop()
        stack.extend(at.children)
        yield at
