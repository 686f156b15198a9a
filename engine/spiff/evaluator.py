"""Takes the place of the library's script engine: every text of a diagram is evaluated here.

The library falls back to ``eval`` with builtins on each load (fact F4), so one of these is attached
to every instance that is started or loaded.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from engine.errors import ElementFailed, EngineError
from engine.spiff.diagram import Element
from engine.spiff.expressions import FAULTS, Scope, evaluate, execute
from engine.spiff.host import Host, SentMessage
from engine.spiff.language import Unreadable, parse_expression, parse_script
from engine.spiff.plain import NotPlain, plain
from engine.spiff.vocabulary import ExpressionError

#: Processor seconds of one unit of work, its operations left out: neither a busy machine nor an
#: operation that takes its time, such as making a PDF, is a loop.
MOST_SECONDS = 2.0
#: Of the text that a message is known by, in characters: the index of them takes a few thousand.
LONGEST_KEY = 200


class HalfDone(ElementFailed):
    """An element failed after its operation had its effect: only undoing all the work helps."""


class Evaluator:
    """Evaluates the texts of one instance in the place of its tasks, and keeps what it sent."""

    def __init__(self, host: Host) -> None:
        self.host = host
        #: The moment of this unit of work: one for all that happens in it.
        self.now = host.now().astimezone(dt.UTC)
        self.sent: list[SentMessage] = []
        #: Processor seconds that operations took in this unit of work.
        self._operations_took = 0.0
        self._stop_at = time.thread_time() + MOST_SECONDS

    def begin(self) -> None:
        """Begin a unit of work: one moment for all of it, and its seconds from here."""
        self.now = self.host.now().astimezone(dt.UTC)
        self._operations_took = 0.0
        self._stop_at = time.thread_time() + MOST_SECONDS

    def check_time(self, task: Any) -> None:
        """Raise ElementFailed when the unit of work takes too long."""
        if time.thread_time() - self._operations_took > self._stop_at:
            self.fail(
                task,
                f"Expected to come to a wait within {MOST_SECONDS:g} seconds, but the work goes "
                "on. Look for a loop, a long decision table or an expression that takes long.",
            )

    # What the library calls

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the value of an expression as the task sees it. Raises ElementFailed."""
        self.check_time(task)
        try:
            return evaluate(expression or "", self.scope(task, external_context))
        except ExpressionError as error:
            self.fail(task, str(error))

    def execute(
        self, task: Any, script: str, external_context: Mapping[str, Any] | None = None
    ) -> bool:
        """Run a script and write its variables, all or none. Raises ElementFailed."""
        self.check_time(task)
        try:
            task.data.update(execute(script or "", self.scope(task, external_context)))
        except ExpressionError as error:
            self.fail(task, str(error))
        return True

    @staticmethod
    def validate(text: str) -> None:
        """Raise SyntaxError if a text is neither an expression nor a script."""
        try:
            parse_expression(text)
        except Unreadable:
            try:
                parse_script(text)
            except Unreadable as error:
                raise SyntaxError(str(error)) from None

    # What our own specs call

    def scope(self, task: Any, extra: Mapping[str, Any] | None = None) -> Scope:
        """Give what an expression can read in the place of a task."""
        element = drawn(task)
        calling = calling_of(task)
        variables = {**extra, **task.data} if extra else task.data
        return Scope(
            variables=variables,
            known=self.host.variables_known,
            functions=self.host.functions,
            fact=lambda name: self.host.fact(name, element, calling, variables),
            calling=calling,
        )

    def key(self, task: Any, element: Element | None, name: str) -> str | None:
        """Give the text that a property of an element evaluates to, None without it."""
        expression = element.properties.get(name) if element else None
        if not expression:
            return None
        value = self.evaluate(task, expression)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            self.fail(
                task,
                f"Expected {name} to give text such as case:12, but {expression} gives {value!r}. "
                "Check what it reads.",
            )
        if len(value) > LONGEST_KEY:
            self.fail(
                task,
                f"Expected {name} to give a short text such as case:12, up to {LONGEST_KEY} "
                f"characters, but {expression} gives {len(value)}. Check what it reads.",
            )
        return value

    def call(self, task: Any, operation: str, parameters: Mapping[str, str]) -> Any:
        """Call an operation of the host; its EngineErrors pass, its faults are the element's."""
        element = drawn(task)
        assert element is not None
        values = {name: self.evaluate(task, text) for name, text in parameters.items()}
        began = time.thread_time()
        try:
            return self.host.call(operation, values, element, calling_of(task), dict(task.data))
        except EngineError:
            raise
        except FAULTS as error:
            self.fail(task, f"{operation}: {type(error).__name__}: {error}", error)
        finally:
            self._operations_took += time.thread_time() - began

    def plain(self, task: Any, what: str, value: Any) -> Any:
        """Give a JSON copy of a value that becomes a variable. Raises ElementFailed."""
        try:
            return plain(value)
        except NotPlain as error:
            self.fail(task, f"{what}: {error}")

    @staticmethod
    def fail(task: Any, reason: str, cause: BaseException | None = None) -> NoReturn:
        """Raise ElementFailed for the element of a task."""
        raise ElementFailed(task.workflow.spec.process_id, element_id(task), reason) from cause


def drawn(task: Any) -> Element | None:
    """Give the element a task stands for; None for what only the library knows."""
    element: Element | None = getattr(task.task_spec, "drawn", None)
    return element


def element_id(task: Any) -> str:
    """Give the id of the element a task stands for or, failing that, of the one before it."""
    at = task
    while at is not None:
        element = drawn(at)
        if element is not None:
            return element.id
        at = at.parent
    return str(task.workflow.spec.name)


def calling_of(task: Any) -> dict[str, str]:
    """Give the properties of the call activities around a task, the innermost wins."""
    found: dict[str, str] = {}
    owner = owner_of(task.workflow)
    while owner is not None:
        element = drawn(owner)
        if element is not None and element.kind == "call_activity":
            found = {**element.properties, **found}
        owner = owner_of(owner.workflow)
    return found


def owner_of(workflow: Any) -> Any:
    """Give the task that runs a subprocess or called process; None for the instance itself."""
    if workflow.parent_task_id is None:
        return None
    return workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
