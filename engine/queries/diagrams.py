"""Where a case is on its diagrams: what is done, where it is now, what is late, and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import and_, select

from engine.calendar import said
from engine.casework.kept_apart import kept_from
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries import words
from engine.queries.flow_order import in_reading_order, shapes, still_ahead
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.traces import Trace, traces_of
from engine.releases import bundle
from engine.spiff import KINDS, Diagram, Element
from engine.tables.database import Database
from engine.tables.process import ElementInstance, ProcessInstance

_ACTIVITIES = frozenset(
    {"user_task", "service_task", "business_rule_task", "call_activity", "manual_task"}
)
#: States of a step in words.
STATES: Mapping[str, str] = {
    "done": "Done",
    "now": "Now",
    "late": "Late",
    "ahead": "Not yet reached",
    "skipped": "Not needed",
}
#: How a step that cannot go on begins to say why.
_STUCK = "Stuck: "
#: The states a picture shows.
_MARKED = ("done", "now", "late")


#: What it means that a process is at an element that nobody holds.
_HERE: Mapping[str, str] = {
    "call_activity": "A process of its own runs for this",
    "subprocess": "In this phase now",
    "event_gateway": "Waits for what comes first",
}
#: Places a sentence does not name when it can name what is inside or behind them.
_AROUND = frozenset({"subprocess", "event_gateway"})

#: The places of an instance where a date is waited for.
_IS_TIMER = and_(
    ElementInstance.instance_id == ProcessInstance.id, ElementInstance.fires_at.is_not(None)
)


@dataclass(frozen=True)
class Step:
    """One element of a diagram in words."""

    element_id: str
    name: str
    #: Task, question, wait and so on, in words.
    kind: str
    #: done, now, late, ahead (not yet reached), skipped (passed by, cannot be reached any more).
    state: str
    #: How deep it stands in subprocesses; 0 is the process itself.
    depth: int
    #: When it was last done; None unless it was.
    when: dt.datetime | None = None
    #: Full name of the one who did it or has it; a role nobody has taken yet; "" for the system.
    who: str = ""
    due_on: dt.date | None = None
    #: late by 2 working days, today, in 3 working days; "" unless it is now and has a date.
    due_words: str = ""
    #: What the state means here, in a sentence.
    text: str = ""

    @property
    def state_words(self) -> str:
        """Give the state in words."""
        return STATES[self.state]


@dataclass(frozen=True)
class DiagramState:
    """One process of one run: its diagram marked, and the list that says the same."""

    process_id: str
    name: str
    release_id: int
    instance_id: int
    is_running: bool
    started_at: dt.datetime
    ended_at: dt.datetime | None
    #: Element id -> (done, now, late or stuck; the text of its badge, "" for none). A phase under
    #: way that is drawn open is not here: what is inside says where it is.
    elements: Mapping[str, tuple[str, str]]
    steps: tuple[Step, ...]
    #: Where it is now, in one sentence; stands in for the picture where none can be shown.
    summary: str

    @property
    def now(self) -> tuple[Step, ...]:
        """Give the steps where something waits or is late."""
        return tuple(step for step in self.steps if step.state in ("now", "late"))


def diagram_state(
    database: Database, case_id: int, instance_id: int, process_id: str, person: Person
) -> DiagramState:
    """Give one process of one run of a case; NotFound when there is none or it is not for them."""
    with reading(database, person) as look:
        parts = parts_of(look.session, person, case_id)
        if Part.DIAGRAMS not in parts:
            raise NotFound
        for state in states_of(look, case_id, parts, only=(instance_id, process_id)):
            return state
    raise NotFound


def diagram_xml(database: Database, release_id: int, process_id: str) -> bytes:
    """Give a published diagram as it was drawn; NotFound when that release does not draw it."""
    with database.reading() as session:
        definitions = bundle(session, release_id).definitions
        if process_id not in definitions.process_ids:
            raise NotFound
        return definitions.diagram(process_id).xml


def states_of(
    look: Reading,
    case_id: int | None = None,
    parts: Collection[Part] = frozenset(Part),
    *,
    only: tuple[int, str] | None = None,
) -> list[DiagramState]:
    """Give every process of every run of a case, first where somebody has
    something to do, then what waits, then what is over; each the latest first.

    parts: what is seen of the case; runs these do not show are left out.
    only: an instance and a process of it instead of all. Five statements, however long the case
    runs.
    """
    wanted = (
        select(ProcessInstance, ElementInstance)
        .outerjoin(ElementInstance, _IS_TIMER)
        .where(ProcessInstance.process_id.not_in(kept_from(parts)))
        .order_by(ProcessInstance.id, ElementInstance.id)
    )
    if case_id is not None:
        wanted = wanted.where(ProcessInstance.case_id == case_id)
    if only is not None:
        wanted = wanted.where(ProcessInstance.id == only[0])
    found = look.session.execute(wanted).all()
    instances = {instance.id: instance for instance, _ in found}
    traces = traces_of(look, instances, [timer for _, timer in found if timer is not None])
    return states_from(
        look,
        (
            trace
            for (_, process_id), trace in traces.items()
            if only is None or only[1] == process_id
        ),
    )


def states_from(look: Reading, traces: Iterable[Trace]) -> list[DiagramState]:
    """Give the diagram of each trace, first where somebody has something to do."""
    states = [state_of(look, trace) for trace in traces]
    states.sort(key=lambda state: (not state.is_running, not _is_held(state), -state.instance_id))
    return states


def _is_held(state: DiagramState) -> bool:
    """Tell whether somebody has something to do in it now."""
    return any(step.who for step in state.now)


def state_of(look: Reading, trace: Trace) -> DiagramState:
    """Put what happened in one process of one run onto its diagram and into words."""
    diagram, instance = trace.diagram, trace.instance
    is_over = instance.ended_at is not None and instance.ended_at <= look.now
    now = set() if is_over else trace.waiting()
    ahead = still_ahead(diagram, now)
    steps = tuple(
        _step(look, trace, element, depth, _state(look, trace, element, now, ahead))
        for element, depth in in_reading_order(diagram, trace.last)
        if element.name
    )
    return DiagramState(
        process_id=diagram.process_id,
        name=diagram.name or words.plain(diagram.process_id),
        release_id=instance.release_id,
        instance_id=instance.id,
        is_running=bool(now),
        started_at=min(trace.moments, default=instance.started_at),
        ended_at=None if now else max(trace.moments, default=instance.ended_at),
        elements={**_marks_of_unnamed(trace, now), **_marks(diagram, steps)},
        steps=steps,
        summary=_summary(trace, steps),
    )


def _state(look: Reading, trace: Trace, element: Element, now: set[str], ahead: set[str]) -> str:
    if element.id in now:
        item = trace.item_at(element.id)
        return "late" if item and item.due_on and item.due_on < look.today else "now"
    if trace.done(element.id):
        return "done"
    return "ahead" if element.id in ahead else "skipped"


def _step(look: Reading, trace: Trace, element: Element, depth: int, state: str) -> Step:
    step = Step(
        element_id=element.id,
        name=element.name,
        kind=KINDS.get(element.kind, words.plain(element.kind)),
        state=state,
        depth=depth,
        text=STATES[state],
    )
    if state == "done":
        return _done(look, trace, element, step)
    return _now(look, trace, element, step) if state in ("now", "late") else step


def _done(look: Reading, trace: Trace, element: Element, step: Step) -> Step:
    left = trace.done(element.id)
    when = left.at if left else None
    who = look.full_name(trace.done_by(element.id))
    verb = "Done" if element.kind in _ACTIVITIES else "Happened"
    if element.kind.endswith("gateway"):
        verb = "Answered"
    by = f" by {who}" if who else ""
    return replace(step, when=when, who=who, text=f"{verb} on {words.moment(when)}{by}")


def _now(look: Reading, trace: Trace, element: Element, step: Step) -> Step:
    stuck, item = trace.stuck.get(element.id), trace.item_at(element.id)
    if stuck:
        return replace(step, text=f"{_STUCK}{stuck}")
    if item is None:
        return replace(step, text=_waits(trace, element))
    who = look.full_name(item.assignee) or words.name_of("role", item.role)
    late = look.due_words(item.due_on)
    due = f", due {said(item.due_on)}, {late}" if item.due_on else ""
    return replace(step, who=who, due_on=item.due_on, due_words=late, text=f"With {who}{due}")


def _waits(trace: Trace, element: Element) -> str:
    if element.event == "timer":
        until = trace.timers.get(element.id)
        return f"Waits until {words.moment(until)}" if until else "Waits for its date"
    if element.event == "message":
        return "Waits to be told"
    return _HERE.get(element.kind, "Here now")


def _marks(diagram: Diagram, steps: tuple[Step, ...]) -> dict[str, tuple[str, str]]:
    """Give the marks of the picture; an open phase is left to what is marked inside it."""
    inside = shapes(diagram.xml).open
    return {
        step.element_id: _mark(step)
        for step in steps
        if step.state == "done" or (step.state in _MARKED and step.element_id not in inside)
    }


def _mark(step: Step) -> tuple[str, str]:
    if step.text.startswith(_STUCK):
        return "stuck", "stuck"
    if step.state == "late":
        return "late", step.due_words
    if step.state == "now":
        return "now", step.due_words or "now"
    return "done", ""


def _marks_of_unnamed(trace: Trace, now: set[str]) -> dict[str, tuple[str, str]]:
    return {
        element.id: ("done", "")
        for element in trace.diagram.elements.values()
        if not element.name and element.id not in now and trace.done(element.id)
    }


def _summary(trace: Trace, steps: tuple[Step, ...]) -> str:
    """Say where one process is: what somebody has to do, then what it waits for."""
    kinds = {element.id: element.kind for element in trace.diagram.elements.values()}
    name = trace.diagram.name
    places = [step for step in steps if step.state in ("now", "late")]
    if not places:
        return _ending(name, steps, kinds)
    inner = [step for step in places if kinds[step.element_id] not in _AROUND] or places
    waits = [step for step in inner if kinds[step.element_id] == "catch_event"]
    held = [f"{s.name} ({words.lower_first(s.text)})" for s in inner if s not in waits]
    said_so = [f"{name} is now at: {'; '.join(held)}."] if held else []
    if waits:
        told = "; ".join(_wait(trace, step) for step in waits)
        first = "It" if held else name
        said_so.append(f"{first} waits for: {told}.")
    return " ".join(said_so)


def _wait(trace: Trace, step: Step) -> str:
    until = trace.timers.get(step.element_id)
    return words.lower_first(step.name) + (f" ({words.moment(until)})" if until else "")


def _ending(name: str, steps: tuple[Step, ...], kinds: Mapping[str, str]) -> str:
    ends = [
        words.lower_first(step.name)
        for step in steps
        if step.state == "done" and step.depth == 0 and kinds[step.element_id] == "end_event"
    ]
    return f"{name} is over{f': {words.joined(ends)}' if ends else ''}."
