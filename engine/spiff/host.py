"""What a running instance may ask of the rest of the product, and what it says about itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.spiff.diagram import Element


class Host(Protocol):
    """Answers a running instance: facts, functions, operations, the time."""

    #: Names of control variables the release knows; they read as None while unset.
    variables_known: frozenset[str]
    #: What expressions can call: policy, working_days, on, after and their like.
    functions: Mapping[str, Callable[..., Any]]

    def now(self) -> dt.datetime:
        """Give the present moment, aware."""

    def fact(
        self,
        name: str,
        element: Element | None,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        """Give what an expression reads as ``case.<name>``; an EngineError if there is none."""

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        at: Element,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        """Do what a service task asks and give its result; an EngineError passes unchanged."""


@dataclass(frozen=True)
class WaitingTask:
    """A task that waits for a person."""

    task_id: str
    element: Element
    #: Properties of the calling elements around it, the innermost wins.
    calling: dict[str, str]
    #: Control variables as this task sees them; its item too when there is one task an item.
    variables: dict[str, Any]


@dataclass(frozen=True)
class WaitingMessage:
    """A place where one message is waited for."""

    #: Addresses this place alone; of an event gateway each branch has its own.
    task_id: str
    element: Element
    name: str
    #: What was worked out when the place was reached; None without a ``message_key``.
    key: str | None


@dataclass(frozen=True)
class WaitingTimer:
    """A moment that is waited for."""

    task_id: str
    element: Element
    #: Aware UTC, fixed when the element was reached.
    due_at: dt.datetime


@dataclass(frozen=True)
class Place:
    """An element that the instance is at now."""

    #: Addresses this place alone; of an event gateway each branch has its own.
    task_id: str
    element: Element
    #: The calls and phases it stands in, the outermost first.
    within: tuple[Element, ...]
    #: Something runs inside it.
    is_container: bool
    #: Of a timer: the moment it fires, aware UTC; None for anything else.
    fires_at: dt.datetime | None
    #: It failed and waits for ``retry``.
    is_stuck: bool

    @property
    def path(self) -> str:
        """Give everything it stands in and itself: ``/case:hold_hearing/hearing:decide/``."""
        steps = (f"{each.process_id}:{each.id}" for each in (*self.within, self.element))
        return f"/{'/'.join(steps)}/"


@dataclass(frozen=True)
class Happened:
    """One step of a drawn element, in the order of the list it stands in."""

    process_id: str
    element_id: str
    what: Literal["entered", "left", "cancelled"]
    task_id: str


@dataclass(frozen=True)
class SentMessage:
    """A message that was thrown; who gets it is not decided here."""

    name: str
    key: str | None
    #: Where it goes if nobody waits under ``key``.
    fallback_key: str | None
    payload: dict[str, Any]
    element: Element
    #: Properties of the calling elements around the one that threw it.
    calling: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rearmed:
    """A timer whose moment was worked out anew and came out differently."""

    element: Element
    task_id: str
    old: dt.datetime
    new: dt.datetime
    #: What says when it fires, as it is drawn.
    expression: str = ""
    #: It may not move, so it still fires when it was to.
    kept: bool = False
