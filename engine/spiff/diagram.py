"""What is drawn, as values: one diagram a process, with its elements, flows and lanes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Multiple:
    """How often an activity runs: once an item of a collection, or a number of times."""

    sequential: bool
    #: Expression giving a number; None when a collection is named.
    cardinality: str | None
    #: Name of the variable that holds the collection.
    collection: str | None
    #: Name of the variable that holds one item.
    item: str | None
    #: Expression that ends it early.
    until: str | None = None


@dataclass(frozen=True)
class Element:
    """One drawn element other than a flow or a lane."""

    id: str
    #: user_task, service_task, business_rule_task, call_activity, subprocess, exclusive_gateway,
    #: event_gateway, parallel_gateway, inclusive_gateway, start_event, end_event, catch_event,
    #: throw_event, boundary_event, manual_task, task, script_task, send_task, receive_task.
    kind: str
    process_id: str
    name: str = ""
    documentation: str = ""
    #: Name of the innermost lane it stands in.
    lane: str | None = None
    held_by: str | None = None
    #: spiffworkflow:properties, as written.
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: The enclosing embedded subprocess.
    parent: str | None = None
    attached_to: str | None = None
    #: Of a boundary event: whether it ends what it is attached to.
    interrupting: bool = True
    #: none, timer, message, signal, error, escalation, conditional, terminate or several.
    event: str = "none"
    message: str | None = None
    #: Expression of the moment it fires, or an ISO duration.
    timer: str | None = None
    #: Code of the error or escalation it throws or catches, or the name of the signal.
    code: str | None = None
    #: Condition of a conditional event.
    condition: str | None = None
    #: Process id a call activity calls.
    called: str | None = None
    #: Operation a service task calls, with its parameters as expressions.
    operation: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Variable that takes the result of the operation.
    result: str | None = None
    #: Decision a business rule task asks.
    decision: str | None = None
    multiple: Multiple | None = None
    script: str | None = None
    #: Id of the flow a gateway takes when no condition holds.
    default: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    is_default: bool = False
    line: int = 0


@dataclass(frozen=True)
class Lane:
    """One lane, with the ids of the elements that stand in it."""

    id: str
    name: str
    held_by: str | None = None
    elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """One drawn process."""

    process_id: str
    name: str
    documentation: str
    #: Path as it was given to ``parse``.
    file: str
    #: By id, in the order they are written, those of embedded subprocesses included.
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]
    #: Message name -> id of the start event it triggers.
    start_messages: Mapping[str, str]
    #: The file as it was given.
    xml: bytes
