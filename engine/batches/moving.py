"""Batches that move running cases to another published version, each as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from engine import spiff
from engine.batches.kind import Done, Item, Planned
from engine.batches.looking import Look, look, release_numbered
from engine.batches.moved_rows import kept, rewrite
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.commands.places import places_of
from engine.commands.unit import Unit, lock_instance
from engine.errors import Rejected
from engine.installation import Surroundings, read_surroundings
from engine.queries import words
from engine.tables.casefile import CaseFile
from engine.tables.process import ElementInstance, ProcessInstance
from engine.tables.releases import Release

#: Who may move runs: those who write the processes, and those who answer for the cases.
MAY_MOVE = frozenset({"process_owner", "manager"})


class Move:
    """Moves runs to a version: ``{"to": 4, "from": 3, "process": "appeal", "step": "decide"}``.

    Only ``to`` is needed; a step is one of the process. What stands in a process that another one
    called is in both. ``renames`` says which open steps are called otherwise now, as process
    id -> old element id -> new one.
    """

    name = "move"
    may = MAY_MOVE
    needs_preview = True
    undone_by = "move_back"
    do, done, thing = "Move", "Moved", "run"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say where to, and which. Raises NotFound for a version there is none of."""
        to = release_numbered(session, wanted["to"])
        parts = [f"Move running cases to version {to.number}"]
        if wanted.get("from"):
            parts.append(f"from version {release_numbered(session, wanted['from']).number}")
        if wanted.get("process"):
            parts.append(f"in “{words.plain(wanted['process'])}”")
        if wanted.get("step"):
            parts.append(f"at “{words.plain(wanted['step'])}”")
        return ", ".join(parts)

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the runs that go on, on another version, and fit what is wanted."""
        run = ProcessInstance
        to = release_numbered(session, wanted["to"])
        found = select(run.id).where(run.ended_at.is_(None), run.release_id != to.id)
        if wanted.get("from"):
            found = found.where(run.release_id == release_numbered(session, wanted["from"]).id)
        if wanted.get("process"):
            here = [ElementInstance.process_id == wanted["process"]]
            here += [ElementInstance.element_id == wanted["step"]] if wanted.get("step") else []
            found = found.where(exists().where(ElementInstance.instance_id == run.id, *here))
        return found

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Look at one run as it would be there."""
        instance = session.get(ProcessInstance, subject_id)
        to = release_numbered(session, wanted["to"])
        if instance is None or instance.ended_at is not None:
            return Planned("cannot", f"Run {subject_id}", ("It has ended.",))
        if instance.release_id == to.id:
            says = (f"It is on version {to.number} already.",)
            return Planned("cannot", f"Run {subject_id}", says, instance_id=subject_id)
        around = read_surroundings(session)
        return planned(look(session, around, instance, to, wanted.get("renames") or {}, THE_SYSTEM))

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Move one run, if it would still change only what the preview said."""
        to = release_numbered(session, wanted["to"])
        around = read_surroundings(session)
        instance = settled(session, around, item.subject_id)
        if instance.release_id == to.id:
            raise Rejected(f"It is on version {to.number} already.")
        seen = look(session, around, instance, to, wanted.get("renames") or {}, by)
        need_as_planned(seen, item)
        return Done(says=moved_words(seen), kept=moved(session, around, seen, by, reason))


def planned(seen: Look) -> Planned:
    """Give what a look found as the outcome of a plan."""
    says = [note.says for note in seen.notes]
    outcome: Any = "cannot" if seen.hindrances else "changes" if says else "as_is"
    return Planned(
        outcome,
        seen.title,
        tuple(seen.hindrances or says),
        details={
            "marks": [note.mark for note in seen.notes],
            "gone": [
                {"process": one.process_id, "step": one.id, "name": one.name, "kind": one.kind}
                for one in seen.gone
            ],
        },
        case_id=seen.instance.case_id,
        instance_id=seen.instance.id,
    )


def settled(session: Session, around: Surroundings, instance_id: int) -> ProcessInstance:
    """Lock a run and let what is due happen on the version it is on.

    Raises Rejected when it has ended.
    """
    instance = lock_instance(session, instance_id)
    is_due = instance.next_due_at is not None and instance.next_due_at <= around.now
    if instance.ended_at is None and is_due:
        Unit.load(session, around, instance, THE_SYSTEM).finish()
        session.flush()
    if instance.ended_at is not None:
        raise Rejected("It has ended since the preview.")
    return instance


def need_as_planned(seen: Look, item: Item) -> None:
    """Raise Rejected when something hinders it, or would change that the preview did not say."""
    if seen.hindrances:
        raise Rejected(f"It went on since the preview. {' '.join(seen.hindrances)}")
    known = set(item.details.get("marks", ()))
    unknown = [note.says for note in seen.notes if note.mark not in known]
    if unknown:
        raise Rejected(
            "It went on since the preview, and now something else would change: "
            f"{' '.join(unknown)} Make a new preview."
        )


def moved(
    session: Session, around: Surroundings, seen: Look, by: str, reason: str
) -> dict[str, Any]:
    """Move a run whose row is locked, and let what is due there happen.

    Gives what it takes to put it back exactly as it was; a version of 0 says that it has gone on.

    Raises ElementFailed when it cannot go on there.
    """
    run, instance = seen.found.run, seen.instance
    assert run is not None
    before = kept(session, seen)
    old_id, new = instance.release_id, seen.between.new
    instance.release_id = new.release_id
    rewrite(session, seen, run, around.now, by)
    session.flush()
    unit = Unit(session, around, instance, new, seen.host, run, by)
    unit.tasks_before = {task.task_id: task for task in run.waiting_tasks}
    unit.messages_before = {(one.task_id, one.element.id): one for one in run.waiting_messages}
    unit.places_before = places_of(run)
    run.settle()
    unit.finish()
    audit(session, around, instance, (old_id, new.release_id), by, reason)
    session.flush()
    went_on = run.happened or run.failed
    return {**before, "version": 0 if went_on else instance.version}


def audit(
    session: Session,
    around: Surroundings,
    instance: ProcessInstance,
    way: tuple[int, int],
    by: str,
    reason: str,
) -> None:
    """Keep that a run was moved, from which version to which, and why."""
    old, new = (session.get_one(Release, release_id).number for release_id in way)
    case = session.get(CaseFile, instance.case_id) if instance.case_id else None
    chain = Chain.of_case(session, case) if case else Chain.of_administration(session)
    entry = Entry(
        "run_moved",
        "process_instance",
        instance.id,
        actor=by,
        old={"version": old},
        new={"version": new, "reason": reason},
    )
    chain.add(entry, at=around.now)


def moved_words(seen: Look) -> tuple[str, ...]:
    """Say that it was moved, and what stopped at once if something did."""
    stuck = seen.found.run.failed if isinstance(seen.found.run, spiff.Run) else ()
    return (
        f"It is on version {seen.number}.",
        *(f"A step got stuck there: {one.reason}" for one in stuck),
    )
