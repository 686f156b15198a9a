"""Gateways that count tokens: joins that synchronise in loops, and a choice of events that is one.

Facts F1 (a join inside a loop goes on after the first branch), F3 (stale variables win), F7
(k blocks of b branches predict b^k tasks), F9 (several timers, or a timer and a late message, on
one event-based gateway).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EventBasedGateway,
    InclusiveGateway,
    ParallelGateway,
)
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.util.task import TaskState

from engine.spiff.merging import merged
from engine.spiff.messages import BROUGHT, RoutedMessage
from engine.spiff.timers import ClockTimer

#: Order in which the waiting tokens of one join came.
ARRIVED = "arrived"
#: That a join put several tokens together.
JOINED = "joined"
#: Of an event gateway: what each branch waits for, and the branch that was taken.
WAITS, CHOSEN = "waits", "chosen"
_REACHED = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class TokenJoin:
    """The part of a join that waits for tokens and consumes one of each incoming flow."""

    name: str
    inputs: list[Any]

    def _update_hook(self, my_task: Any) -> bool:
        tokens = self._tokens(my_task)
        if not self._may_fire(my_task, tokens):
            my_task._set_state(TaskState.WAITING)
            return False
        taken = self._taken(my_task, tokens)
        my_task.data = self._merged(taken)
        if len(taken) > 1:
            my_task.internal_data[JOINED] = True
        for token in taken:
            if token is not my_task:
                token.cancel()
        return True

    def _taken(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        """Take the earliest token of each incoming flow; of its own flow the one that goes on."""
        taken = {my_task.parent.task_spec.name: my_task}
        for token in tokens:
            taken.setdefault(token.parent.task_spec.name, token)
        chosen = {token.id for token in taken.values()}
        return [token for token in tokens if token.id in chosen]

    def _merged(self, taken: list[Any]) -> dict[str, Any]:
        return merged(taken)

    def _tokens(self, my_task: Any) -> list[Any]:
        """Give the tokens that wait at this join, in the order they arrived."""
        tokens = [task for task in my_task.workflow.tasks.values() if self._holds(task)]
        arrived = [task.internal_data[ARRIVED] for task in tokens if ARRIVED in task.internal_data]
        latest = max(arrived, default=0)
        for task in tokens:
            if ARRIVED not in task.internal_data:
                latest += 1
                task.internal_data[ARRIVED] = latest
        return sorted(tokens, key=lambda task: int(task.internal_data[ARRIVED]))

    def _holds(self, task: Any) -> bool:
        return (
            task.task_spec is self
            and task.has_state(TaskState.NOT_FINISHED_MASK)
            and not task.has_state(TaskState.READY | TaskState.STARTED)
            and task.parent.state == TaskState.COMPLETED
        )

    def _may_fire(self, my_task: Any, tokens: list[Any]) -> bool:
        raise NotImplementedError


class ParallelJoin(TokenJoin, ParallelGateway):
    """A parallel gateway that waits for a token on each incoming flow, in each round anew."""

    def _may_fire(self, my_task: Any, tokens: list[Any]) -> bool:
        return set(self._inputs) <= {token.parent.task_spec.name for token in tokens}

    def _predict_hook(self, my_task: Any) -> None:
        """Promise nothing behind a gateway that is not reached, so that lookahead ends it."""
        likely = TaskState.MAYBE if my_task.has_state(TaskState.MAYBE) else TaskState.LIKELY
        my_task._sync_children(self.outputs, likely)

    def _run_hook(self, my_task: Any) -> bool:
        _open(my_task, self.outputs)
        return True


class InclusiveJoin(TokenJoin, InclusiveGateway):
    """An inclusive gateway that waits while a token elsewhere can still come to an empty flow."""

    def _may_fire(self, my_task: Any, tokens: list[Any]) -> bool:
        filled = {token.parent.task_spec.name for token in tokens}
        empty = set(self._inputs) - filled
        if not empty:
            return True
        reach = self._reach()
        for name in self._elsewhere(my_task):
            inputs = reach.get(name, frozenset())
            if inputs & empty and not inputs & filled:
                return False
        return True

    def _elsewhere(self, my_task: Any) -> Iterator[str]:
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self:
                continue
            if task.has_state(_REACHED) or (
                task.has_state(TaskState.FUTURE) and task.parent.state == TaskState.COMPLETED
            ):
                yield task.task_spec.name

    def _reach(self) -> dict[str, frozenset[str]]:
        """Give, for each spec, the incoming flows a token there can come to."""
        found: dict[str, frozenset[str]] | None = getattr(self, "_reach_of", None)
        if found is None:
            found = self._reach_of = self._work_out_reach()
        return found

    def _work_out_reach(self) -> dict[str, frozenset[str]]:
        reach: dict[str, set[str]] = {}
        for start in set(self._inputs):
            stack = [self._wf_spec.task_specs[start]]
            while stack:
                spec = stack.pop()
                if spec is self or start in reach.setdefault(spec.name, set()):
                    continue
                reach[spec.name].add(start)
                stack.extend(spec.inputs)
        return {name: frozenset(inputs) for name, inputs in reach.items()}

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            my_task.workflow.script_engine.fail(
                my_task, "Expected one condition to hold, but none does. Mark one flow as default."
            )
        _open(my_task, matches or defaults)
        return True

    def _predict_hook(self, my_task: Any) -> None:
        MultiChoice._predict_hook(self, my_task)


class EndJoin(TokenJoin, _EndJoin):
    """The end of a process: the last token goes on, with what each of the others changed.

    What a side path changed (one that a non-interrupting boundary event began) stays there.
    """

    def _may_fire(self, my_task: Any, tokens: list[Any]) -> bool:
        for task in my_task.workflow.tasks.values():
            if task.has_state(TaskState.NOT_FINISHED_MASK) and task.task_spec.name not in (
                self.name,
                "End",
            ):
                return False
        return True

    def _taken(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        return tokens

    def _merged(self, taken: list[Any]) -> dict[str, Any]:
        return merged([token for token in taken if not _on_side_path(token)] or taken)

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.data.update(my_task.data)
        return True


class ChoiceOfEvents(EventDefinition):
    """What an event gateway waits for: each branch with its own moment or key, and one winner."""

    def __init__(self) -> None:
        super().__init__()
        #: Name of the event behind the gateway -> what it waits for.
        self.branches: dict[str, Any] = {}

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether a branch was chosen; the first time, moments and keys are fixed."""
        if WAITS not in my_task.internal_data:
            specs = my_task.workflow.spec.task_specs
            my_task.internal_data[WAITS] = {
                name: definition.record(my_task, specs[name].drawn)
                for name, definition in self.branches.items()
                if isinstance(definition, ClockTimer | RoutedMessage)
            }
        return CHOSEN in my_task.internal_data

    def catches(self, my_task: Any, event: Any) -> bool:
        """Tell whether a branch catches a signal; messages and timers choose by other ways."""
        return CHOSEN not in my_task.internal_data and self._branch(my_task, event) is not None

    def catch(self, my_task: Any, event: Any = None) -> None:
        """Choose the branch that catches a signal."""
        my_task.internal_data[CHOSEN] = self._branch(my_task, event)

    def _branch(self, my_task: Any, event: Any) -> str | None:
        for name, definition in self.branches.items():
            if definition.catches(my_task, event):
                return name
        return None

    def details(self, my_task: Any) -> None:
        """Nothing: who asks what waits asks the run."""


class EventChoice(EventBasedGateway):
    """An event gateway that goes exactly one way."""

    def connect(self, child: Any) -> None:
        """Take over what the event behind waits for."""
        TaskSpec.connect(self, child)
        self.event_definition.branches[child.name] = child.event_definition
        child.event_definition = NoneEventDefinition()

    def _run_hook(self, my_task: Any) -> bool:
        my_task.data.update(my_task.internal_data.pop(BROUGHT, {}))
        chosen = my_task.internal_data.pop(CHOSEN)
        my_task.internal_data.pop(WAITS)
        _open(my_task, [self._wf_spec.task_specs[chosen]])
        return True


def _on_side_path(token: Any) -> bool:
    """Tell whether a token comes from a boundary event that did not interrupt."""
    at = token.parent
    while at is not None:
        if JOINED in at.internal_data:
            return False
        if isinstance(at.task_spec, BoundaryEvent) and not at.task_spec.cancel_activity:
            return True
        at = at.parent
    return False


def _open(my_task: Any, outputs: list[Any]) -> None:
    """Make these the children that will be reached, and predict behind them."""
    my_task._sync_children(outputs, TaskState.FUTURE)
    for child in my_task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
