"""Finds parallel joins that wait for a token that cannot come, by where the tokens are now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.gateways import EndJoin, ParallelJoin

_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def starved_joins(workflow: Any) -> Iterator[Any]:
    """Give the specs of joins that some token has come to or will, while one flow stays empty.

    A token that can go several ways counts for each of them, so a join that is given is surely
    never passed.
    """
    tokens = [
        task
        for task in workflow.tasks.values()
        if task.has_state(_OPEN) and not isinstance(task.task_spec, EndJoin) and not task.triggered
    ]
    for join in workflow.spec.task_specs.values():
        if isinstance(join, ParallelJoin) and len(set(join._inputs)) > 1:
            filled = _filled(join, tokens)
            if filled and set(join._inputs) - filled:
                yield join


def _filled(join: Any, tokens: list[Any]) -> set[str]:
    """Name the incoming flows of a join that a token waits on or can come to."""
    found: set[str] = set()
    for task in tokens:
        if task.task_spec is join:
            found.add(task.parent.task_spec.name)
        else:
            found |= _behind(task.task_spec, join) & set(join._inputs)
    return found


def _behind(start: Any, join: Any) -> set[str]:
    """Name what can be come to from a spec without passing the join."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        spec = stack.pop()
        if spec is join or spec.name in seen:
            continue
        seen.add(spec.name)
        stack.extend(spec.outputs)
    return seen
