"""How many run and how many are late: by element of a diagram, by version and by process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries import words
from engine.queries.flow_order import in_reading_order
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.run_filter import RunningFilter, counted, fitting, is_late, seen_by
from engine.spiff import KINDS, Element
from engine.tables.database import Database
from engine.tables.process import ElementInstance
from engine.tables.releases import Release


@dataclass(frozen=True)
class PlaceCount:
    """How many places of runs stand at one element, or inside it: what a list of it counts."""

    element_id: str
    name: str
    #: Task, process of its own, phase, wait and so on, in words.
    kind: str
    running: int
    late: int
    stuck: int


@dataclass(frozen=True)
class ProcessRuns:
    """One published diagram with what runs in it now."""

    process_id: str
    name: str
    release_id: int
    release_number: int
    #: Runs that are in this process now, on this version; one may stand at several places.
    runs: int
    #: Places where they stand, what it called included: what a list of it counts.
    total: int
    #: Of these places.
    late: int
    stuck: int
    #: Elements with something at or inside them, in the order they are read.
    places: tuple[PlaceCount, ...]
    #: Number of a version -> runs of this process on it, the newest first.
    versions: tuple[tuple[int, int], ...]


@dataclass
class _Tally:
    """What is counted at one element or in one process."""

    running: int = 0
    late: int = 0
    stuck: int = 0

    def add(self, running: int, late: int, stuck: int) -> None:
        """Count more."""
        self.running += running
        self.late += late
        self.stuck += stuck


def process_runs(
    database: Database, process_id: str, person: Person, release: int | None = None
) -> ProcessRuns:
    """Give one diagram with the counts of what runs in it.

    release: number of a published version; without it the newest that draws the process. At
    most seven statements. Raises NotFound when there is none, or it is not for this person.
    """
    if not opens(person, "running"):
        raise NotFound
    with reading(database, person) as look:
        numbers = _numbers(look)
        release_id = _drawing(look, process_id, numbers, release)
        diagram = look.diagram(release_id, process_id)
        if diagram is None:
            raise NotFound
        number = numbers[release_id]
        tallies = _tallies(look, RunningFilter(process=process_id, release=number))
        elements, whole = tallies.get(process_id, ({}, _Tally()))
        places = tuple(
            _place(element, elements[element.id])
            for element, _ in in_reading_order(diagram)
            if element.id in elements
        )
        runs = _runs(look, process_id)
        return ProcessRuns(
            process_id=process_id,
            name=look.process_name(release_id, process_id),
            release_id=release_id,
            release_number=number,
            runs=runs[release_id],
            total=whole.running,
            late=whole.late,
            stuck=whole.stuck,
            places=places,
            versions=tuple(
                (numbers[one], runs[one]) for one in numbers if runs[one] or one == release_id
            ),
        )


def runs_by_process(database: Database, person: Person) -> Mapping[str, tuple[int, int]]:
    """Give process id -> how many runs are in it now, and at how many places it is late.

    Processes in which nothing runs are left out. Counts only, of every case: whoever may read
    how the processes are drawn may ask. Raises NotFound for others.
    """
    if not opens(person, "processes"):
        raise NotFound
    with reading(database, person) as look:
        late = _late_by_process(look)
        rows = look.session.execute(
            select(
                ElementInstance.process_id, func.count(ElementInstance.instance_id.distinct())
            ).group_by(ElementInstance.process_id)
        )
        return {process_id: (count, late[process_id]) for process_id, count in rows}


def _numbers(look: Reading) -> dict[int, int]:
    """Give release id -> number of every published version, the newest first."""
    rows = look.session.execute(
        select(Release.id, Release.number)
        .where(Release.number.is_not(None))
        .order_by(Release.number.desc())
    )
    return {release_id: number or 0 for release_id, number in rows}


def _drawing(look: Reading, process_id: str, numbers: Mapping[int, int], wanted: int | None) -> int:
    for release_id, number in numbers.items():
        if wanted in (None, number) and look.diagram(release_id, process_id):
            return release_id
    raise NotFound


def _runs(look: Reading, process_id: str) -> Counter[int]:
    """Give release id -> runs that are in a process; each has a place there, if only a call."""
    rows = look.session.execute(
        select(ElementInstance.release_id, func.count(ElementInstance.instance_id.distinct()))
        .where(ElementInstance.process_id == process_id, seen_by(look))
        .group_by(ElementInstance.release_id)
    )
    return Counter(dict(rows.all()))


def _tallies(look: Reading, wanted: RunningFilter) -> dict[str, tuple[dict[str, _Tally], _Tally]]:
    """Give process id -> what is counted at each of its elements, and in all of it."""
    rows = look.session.execute(
        select(
            ElementInstance.path,
            func.count(),
            counted(is_late(look.today)),
            func.count(ElementInstance.incident_id),
        )
        .where(*fitting(look, wanted))
        .group_by(ElementInstance.path)
    )
    found: dict[str, tuple[dict[str, _Tally], _Tally]] = {}
    for path, *counts in rows:
        steps = {tuple(step.split(":")) for step in path.strip("/").split("/")}
        for process_id, element_id in steps:
            elements, _ = found.setdefault(process_id, ({}, _Tally()))
            elements.setdefault(element_id, _Tally()).add(*counts)
        for process_id in {process_id for process_id, _ in steps}:
            found[process_id][1].add(*counts)
    return found


def _late_by_process(look: Reading) -> Counter[str]:
    rows = look.session.execute(
        select(ElementInstance.path, func.count())
        .where(ElementInstance.is_container.is_(False), is_late(look.today))
        .group_by(ElementInstance.path)
    )
    late: Counter[str] = Counter()
    for path, count in rows:
        for process_id in {step.split(":")[0] for step in path.strip("/").split("/")}:
            late[process_id] += count
    return late


def _place(element: Element, tally: _Tally) -> PlaceCount:
    kind = KINDS.get(element.kind, words.plain(element.kind))
    return PlaceCount(
        element_id=element.id,
        name=element.name or kind,
        kind=kind,
        running=tally.running,
        late=tally.late,
        stuck=tally.stuck,
    )
