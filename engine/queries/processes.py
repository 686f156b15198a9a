"""The processes as they are published: what starts each, who does what, and the steps in order."""

from __future__ import annotations

from dataclasses import dataclass

from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries import words
from engine.queries.flow_order import in_reading_order
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import Bundle, bundle, current_release_id
from engine.spiff import KINDS, Diagram, Element
from engine.tables.database import Database


@dataclass(frozen=True)
class ProcessBrief:
    """One published process as the list shows it."""

    process_id: str
    name: str
    #: What it is for, with the source in the policy.
    documentation: str
    #: What begins it, in words: ``Appeal was received``.
    begins: tuple[str, ...]
    #: Names of the processes that call it; empty for one that begins by itself.
    called_by: tuple[str, ...]


@dataclass(frozen=True)
class ProcessStep:
    """One element of a published process in words."""

    element_id: str
    name: str
    #: Task, question, wait and so on, in words.
    kind: str
    #: Name of its lane; "" where it stands in none.
    who: str
    #: Title of the form it asks to fill in; "" for none.
    form: str
    #: What it is for, with the source in the policy.
    documentation: str
    #: How deep it stands in subprocesses; 0 is the process itself.
    depth: int


@dataclass(frozen=True)
class ProcessPage:
    """One published process: its diagram and the list that says the same."""

    brief: ProcessBrief
    release_id: int
    steps: tuple[ProcessStep, ...]


def processes(database: Database, person: Person) -> tuple[ProcessBrief, ...]:
    """Give every process of the published version: those that begin by themselves first.

    Raises NotFound for those the processes do not exist for.
    """
    _only_for(person)
    with reading(database, person) as look:
        published = _published(look)
        briefs = [_brief(published, diagram) for diagram in _diagrams(published)]
    return tuple(sorted(briefs, key=lambda brief: (bool(brief.called_by), brief.name)))


def process(database: Database, process_id: str, person: Person) -> ProcessPage:
    """Give one process of the published version with its steps in the order they follow.

    Raises NotFound when there is none of that id, or processes do not exist for this person.
    """
    _only_for(person)
    with reading(database, person) as look:
        published = _published(look)
        if process_id not in published.definitions.process_ids:
            raise NotFound
        diagram = published.definitions.diagram(process_id)
        steps = tuple(
            _step(published, element, depth)
            for element, depth in in_reading_order(diagram)
            if element.name
        )
        return ProcessPage(_brief(published, diagram), published.release_id, steps)


def _only_for(person: Person) -> None:
    if not opens(person, "processes"):
        raise NotFound


def _published(look: Reading) -> Bundle:
    return bundle(look.session, current_release_id(look.session))


def _diagrams(published: Bundle) -> list[Diagram]:
    definitions = published.definitions
    return [definitions.diagram(process_id) for process_id in definitions.process_ids]


def _brief(published: Bundle, diagram: Diagram) -> ProcessBrief:
    callers = [
        other.name
        for other in _diagrams(published)
        if any(element.called == diagram.process_id for element in other.elements.values())
    ]
    return ProcessBrief(
        process_id=diagram.process_id,
        name=diagram.name or words.plain(diagram.process_id),
        documentation=diagram.documentation,
        begins=tuple(
            element.name
            for element in diagram.elements.values()
            if element.kind == "start_event" and element.parent is None
        ),
        called_by=tuple(sorted(callers)),
    )


def _step(published: Bundle, element: Element, depth: int) -> ProcessStep:
    form = published.forms.get(element.properties.get("form", ""))
    return ProcessStep(
        element_id=element.id,
        name=element.name,
        kind=KINDS.get(element.kind, words.plain(element.kind)),
        who=element.lane or "",
        form=form.title if form else "",
        documentation=element.documentation,
        depth=depth,
    )
