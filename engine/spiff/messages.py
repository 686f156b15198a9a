"""Messages by our routing: the library's never sees one.

It would hand a message to every task that knows its name, forget one that comes early, and start
called processes without their correlation.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from engine.spiff.diagram import Element
from engine.spiff.evaluator import Evaluator, calling_of, drawn
from engine.spiff.host import SentMessage

#: Where a waiting task keeps its key, and what the message that came brought.
KEY, BROUGHT = "key", "brought"


class RoutedMessage(MessageEventDefinition):
    """A message that is delivered to one task by its id, and collected when it is thrown."""

    def record(self, task: Any, element: Element | None) -> dict[str, str | None]:
        """Work out the key it waits under. Raises ElementFailed.

        element: the event itself, which may stand behind the gateway that waits.
        """
        evaluator: Evaluator = task.workflow.script_engine
        return {KEY: evaluator.key(task, element, "message_key")}

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether it came; the first time it is asked, the key is fixed."""
        if KEY not in my_task.internal_data:
            my_task.internal_data.update(self.record(my_task, drawn(my_task)))
        return bool(my_task.internal_data.get("event_fired", False))

    def catches(self, my_task: Any, event: Any) -> bool:
        """Never: a message is delivered to one task by its id."""
        return False

    def throw(self, my_task: Any) -> None:
        """Collect the message with its keys and payload. Raises ElementFailed."""
        evaluator: Evaluator = my_task.workflow.script_engine
        element = drawn(my_task)
        assert element is not None
        evaluator.sent.append(
            SentMessage(
                name=self.name,
                key=evaluator.key(my_task, element, "message_key"),
                fallback_key=evaluator.key(my_task, element, "fallback_key"),
                payload=_payload(evaluator, my_task, element.properties.get("payload")),
                element=element,
                calling=calling_of(my_task),
            )
        )

    def update_task(self, my_task: Any) -> None:
        """Nothing: the key is fixed already."""

    def update_task_data(self, my_task: Any) -> None:
        """Write what the message brought."""
        my_task.data.update(my_task.internal_data.pop(BROUGHT, {}))

    def reset(self, my_task: Any) -> None:
        """Forget the key and what came."""
        for name in (KEY, BROUGHT, "event_fired"):
            my_task.internal_data.pop(name, None)


def _payload(evaluator: Evaluator, task: Any, expression: str | None) -> dict[str, Any]:
    if not expression:
        return {}
    payload = evaluator.plain(task, "payload", evaluator.evaluate(task, expression))
    if not isinstance(payload, dict):
        evaluator.fail(
            task,
            f"Expected the payload to give names and values, but {expression} does not. "
            'Write {"name": value}.',
        )
    return payload
