"""What somebody can choose from who moves runs: versions, processes, and steps for those gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.batches.looking import release_numbered
from engine.batches.moving import MAY_MOVE
from engine.batches.moving_words import named
from engine.errors import NotFound, Rejected
from engine.queries import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle
from engine.tables.batches import Batch, BatchItem
from engine.tables.database import Database
from engine.tables.process import ProcessInstance
from engine.tables.releases import Release


@dataclass(frozen=True)
class RunsOfVersion:
    """How many runs of one process are on one version."""

    version: int
    process_id: str
    process: str
    runs: int


@dataclass(frozen=True)
class MoveChoices:
    """What runs can be moved from and to."""

    #: Numbers of the published versions, newest first.
    versions: tuple[int, ...]
    #: By version, newest first, then by name.
    running: tuple[RunsOfVersion, ...]


@dataclass(frozen=True)
class LostStep:
    """An open step that the other version does not have, and what it may be called there."""

    process_id: str
    process: str
    step_id: str
    step: str
    #: How many runs of the preview are there.
    runs: int
    #: (id, name) of the steps of the same kind in the other version, by name.
    candidates: tuple[tuple[str, str], ...]


def move_choices(database: Database, person: Person) -> MoveChoices:
    """Give what there is to move; NotFound for those who may not move runs."""
    _only_for(person)
    with reading(database, person) as look:
        published = look.session.execute(
            select(Release.number, Release.id)
            .where(Release.number.is_not(None))
            .order_by(Release.number.desc())
        ).all()
        versions = {release_id: number or 0 for number, release_id in published}
        counted = look.session.execute(
            select(ProcessInstance.release_id, ProcessInstance.process_id, func.count())
            .where(ProcessInstance.ended_at.is_(None))
            .group_by(ProcessInstance.release_id, ProcessInstance.process_id)
        ).all()
        found = [
            RunsOfVersion(
                versions[release_id], process_id, look.process_name(release_id, process_id), runs
            )
            for release_id, process_id, runs in counted
            if release_id in versions
        ]
    found.sort(key=lambda one: (-one.version, one.process))
    return MoveChoices(tuple(versions.values()), tuple(found))


def lost_steps(database: Database, batch_id: int, person: Person) -> list[LostStep]:
    """Give the steps for which a preview of a move found nothing, most runs first.

    Raises NotFound for a batch that is no move, or not theirs.
    """
    _only_for(person)
    with reading(database, person) as look:
        batch = look.session.get(Batch, batch_id)
        if batch is None or batch.kind != "move":
            raise NotFound
        planned = look.session.scalars(
            select(BatchItem.planned).where(
                BatchItem.batch_id == batch_id, BatchItem.outcome == "cannot"
            )
        )
        counts: dict[_Key, int] = {}
        for each in planned:
            for lost in (each or {}).get("details", {}).get("gone", ()):
                key = (lost["process"], lost["step"], lost["name"], lost["kind"])
                counts[key] = counts.get(key, 0) + 1
        to = release_numbered(look.session, batch.wanted["to"])
        ordered = sorted(counts.items(), key=lambda one: -one[1])
        return [_lost(look, to.id, key, runs) for key, runs in ordered]


def with_renames(
    database: Database, batch_id: int, person: Person, renames: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Give what a batch of moves wants, with steps that are called otherwise added to it.

    Raises NotFound as ``lost_steps``, and Rejected when nothing is named, two steps are said to
    be one, or a step is named that the other version cannot offer for it.
    """
    chosen = {process: dict(names) for process, names in renames.items() if names}
    if not chosen:
        raise Rejected("Expected at least one step to be named, but none is. Choose one.")
    offered = {
        (lost.process_id, lost.step_id): {step_id for step_id, _ in lost.candidates}
        for lost in lost_steps(database, batch_id, person)
    }
    for process, names in chosen.items():
        if len(set(names.values())) < len(names):
            raise Rejected("Expected each step to be named once, but two are said to be the same.")
        for old, new in names.items():
            if new not in offered.get((process, old), ()):
                raise Rejected(f"Expected a step of the same kind for {old}, but {new} is none.")
    with database.reading() as session:
        wanted: dict[str, Any] = dict(session.get_one(Batch, batch_id).wanted)
    before = wanted.get("renames") or {}
    both = {*before, *chosen}
    wanted["renames"] = {one: {**before.get(one, {}), **chosen.get(one, {})} for one in both}
    return wanted


#: Process id, step id, name and kind of a step.
_Key = tuple[str, str, str, str]


def _lost(look: Reading, release_id: int, key: _Key, runs: int) -> LostStep:
    process_id, step_id, name, kind = key
    diagrams = bundle(look.session, release_id).definitions.diagrams
    diagram = diagrams.get(process_id)
    candidates = [
        (element.id, named(element))
        for element in (diagram.elements.values() if diagram else ())
        if element.kind == kind and element.id != step_id
    ]
    return LostStep(
        process_id=process_id,
        process=look.process_name(release_id, process_id),
        step_id=step_id,
        step=name or step_id,
        runs=runs,
        candidates=tuple(sorted(candidates, key=lambda one: one[1])),
    )


def _only_for(person: Person) -> None:
    if not MAY_MOVE & set(person.roles):
        raise NotFound
