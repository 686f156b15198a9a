"""What happened and what waits in each process of a run, read from rows and never from a state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.casework.context import THE_SYSTEM
from engine.queries.reading import Reading
from engine.spiff import Diagram
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    ProcessInstance,
    WorkItem,
)


@dataclass
class Trace:
    """What one process of one run left behind; of a called one, its latest run."""

    instance: ProcessInstance
    diagram: Diagram
    #: Element id -> what happened (entered, left, cancelled) -> the last time it did.
    last: dict[str, dict[str, ElementHistory]] = field(default_factory=dict)
    #: Open tasks.
    items: list[WorkItem] = field(default_factory=list)
    #: Element id -> why it cannot go on there.
    stuck: dict[str, str] = field(default_factory=dict)
    #: Element id -> when the timer that waits there fires.
    timers: dict[str, dt.datetime] = field(default_factory=dict)

    @property
    def moments(self) -> list[dt.datetime]:
        """Give the kept moments, the first and the last of them bound the run."""
        return [row.at for happened in self.last.values() for row in happened.values()]

    def waiting(self) -> set[str]:
        """Give the ids where something is now; what merely may happen meanwhile is not."""
        inside = {
            element_id
            for element_id in self._entered_and_not_over()
            if self.diagram.elements[element_id].kind != "boundary_event"
        }
        held = {item.element_id for item in self.items} | set(self.stuck)
        return inside | held | self._behind_gates(inside)

    def done(self, element_id: str) -> ElementHistory | None:
        """Give when an element was last gone through and by whom; None if it never was."""
        return self.last.get(element_id, {}).get("left")

    def done_by(self, element_id: str) -> str:
        """Give the user name of the one who did it last; "" for the system."""
        left = self.done(element_id)
        return left.by if left and left.by and left.by != THE_SYSTEM else ""

    def item_at(self, element_id: str) -> WorkItem | None:
        """Give the open task at an element, the most urgent of several."""
        here = [item for item in self.items if item.element_id == element_id]
        return min(here, key=lambda item: (item.due_on or dt.date.max, item.id), default=None)

    def keep_latest_run(self) -> None:
        """Forget what happened before this process was last begun: some are called repeatedly."""
        elements = self.diagram.elements
        begun = [
            happened["entered"].id
            for element_id, happened in self.last.items()
            if "entered" in happened
            and elements[element_id].kind == "start_event"
            and elements[element_id].parent is None
        ]
        since = max(begun, default=0)
        recent = {
            element_id: {what: row for what, row in happened.items() if row.id >= since}
            for element_id, happened in self.last.items()
        }
        self.last = {element_id: happened for element_id, happened in recent.items() if happened}

    def _behind_gates(self, inside: Collection[str]) -> set[str]:
        """Give the events that wait, each for its turn, behind a gateway that waits for one."""
        gates = {e for e in inside if self.diagram.elements[e].kind == "event_gateway"}
        return {flow.target for flow in self.diagram.flows if flow.source in gates}

    def _entered_and_not_over(self) -> Iterable[str]:
        for element_id, happened in self.last.items():
            entered = happened.get("entered")
            over = [happened[what].id for what in ("left", "cancelled") if what in happened]
            if entered is not None and max(over, default=0) < entered.id:
                yield element_id


@dataclass(frozen=True)
class Kept:
    """The rows that runs left behind, as they are read."""

    history: Sequence[ElementHistory]
    #: Tasks and incidents that are open.
    items: Sequence[WorkItem]
    incidents: Sequence[Incident]
    #: Places where a date is waited for.
    timers: Sequence[ElementInstance] = ()


def traces_of(
    look: Reading,
    instances: Mapping[int, ProcessInstance],
    timers: Sequence[ElementInstance],
) -> dict[tuple[int, str], Trace]:
    """Give (instance, process) -> what it left behind, in the order in which they began.

    timers: the places where a date is waited for. Three statements; the rows grow with the
        diagrams, not with the age of the case. Processes that the release of the instance does
        not draw are left out.
    """
    kept = Kept(
        history=last_of_each(look, instances),
        items=open_items(look, instances),
        incidents=open_incidents(look, instances),
        timers=timers,
    )
    return traces_from(look, instances, kept)


def traces_from(
    look: Reading, instances: Mapping[int, ProcessInstance], kept: Kept
) -> dict[tuple[int, str], Trace]:
    """Make the traces of what was read already; of the history, all or the last of each."""
    traces: dict[tuple[int, str], Trace] = {}
    for rows in (kept.history, kept.items, kept.incidents, kept.timers):
        for row in rows:
            _keep(look, instances, traces, row)
    for trace in traces.values():
        trace.keep_latest_run()
    return traces


def _keep(
    look: Reading,
    instances: Mapping[int, ProcessInstance],
    traces: dict[tuple[int, str], Trace],
    row: ElementHistory | WorkItem | Incident | ElementInstance,
) -> None:
    """Put one row into the trace of its process; what is not drawn is left out."""
    instance = instances.get(row.instance_id or 0)
    diagram = look.diagram(instance.release_id, row.process_id) if instance else None
    if instance is None or diagram is None or row.element_id not in diagram.elements:
        return
    trace = traces.setdefault((instance.id, row.process_id), Trace(instance, diagram))
    if isinstance(row, WorkItem):
        trace.items.append(row)
    elif isinstance(row, Incident):
        trace.stuck[row.element_id] = row.reason
    elif isinstance(row, ElementInstance):
        if row.fires_at is not None:
            trace.timers[row.element_id] = row.fires_at
    else:
        trace.last.setdefault(row.element_id, {})[row.what] = row


def last_of_each(
    look: Reading, instances: Collection[int], before: dt.datetime | None = None
) -> Sequence[ElementHistory]:
    """Give the last time each thing happened at each element, the oldest first.

    before: a moment; what happened from then on counts as not having happened.
    """
    newest = (
        select(func.max(ElementHistory.id))
        .where(ElementHistory.instance_id.in_(instances), *_earlier(ElementHistory.at, before))
        .group_by(
            ElementHistory.instance_id,
            ElementHistory.process_id,
            ElementHistory.element_id,
            ElementHistory.what,
        )
    )
    rows = select(ElementHistory).where(ElementHistory.id.in_(newest)).order_by(ElementHistory.id)
    return look.session.scalars(rows).all()


def open_items(
    look: Reading, instances: Collection[int], before: dt.datetime | None = None
) -> Sequence[WorkItem]:
    """Give the tasks that are open, or were right before a moment; as they are known today."""
    mine = select(WorkItem).where(
        WorkItem.instance_id.in_(instances),
        *_earlier(WorkItem.opened_at, before),
        _not_yet(WorkItem.completed_at, before),
        _not_yet(WorkItem.cancelled_at, before),
    )
    return look.session.scalars(mine.order_by(WorkItem.id)).all()


def open_incidents(
    look: Reading, instances: Collection[int], before: dt.datetime | None = None
) -> Sequence[Incident]:
    """Give the incidents that are open, or were right before a moment."""
    stuck = select(Incident).where(
        Incident.instance_id.in_(instances),
        *_earlier(Incident.opened_at, before),
        _not_yet(Incident.resolved_at, before),
    )
    return look.session.scalars(stuck.order_by(Incident.id)).all()


def timers_of(look: Reading, instances: Collection[int]) -> Sequence[ElementInstance]:
    """Give the places where a date is waited for now."""
    waiting = select(ElementInstance).where(
        ElementInstance.instance_id.in_(instances), ElementInstance.fires_at.is_not(None)
    )
    return look.session.scalars(waiting.order_by(ElementInstance.id)).all()


def _earlier(
    at: InstrumentedAttribute[dt.datetime], before: dt.datetime | None
) -> tuple[ColumnElement[bool], ...]:
    return (at < before,) if before else ()


def _not_yet(
    at: InstrumentedAttribute[dt.datetime | None], before: dt.datetime | None
) -> ColumnElement[bool]:
    return or_(at.is_(None), at >= before) if before else at.is_(None)
