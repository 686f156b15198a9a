"""A look at one run: what would change if it were moved to another version, and what hinders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import spiff
from engine.batches import moving_words as say
from engine.batches.versions import Between, Renames, Step, between
from engine.commands.contexts import context_of_instance
from engine.commands.host import CaseHost, held_by_of
from engine.errors import NotFound
from engine.installation import Surroundings
from engine.releases import bundle
from engine.spiff.moving import Moved, move
from engine.tables.process import ProcessInstance, WorkItem
from engine.tables.releases import Release


@dataclass(frozen=True)
class Note:
    """One thing that changes with a move."""

    #: What it is and where: the same thing has the same mark in every look.
    mark: str
    says: str


@dataclass
class Look:
    """One run as it would be on another version."""

    instance: ProcessInstance
    between: Between
    #: Number of the version it would be on.
    number: int
    host: CaseHost
    #: As it was loaded on its own version; nothing of it moved.
    was: spiff.Run
    found: Moved
    items: Sequence[WorkItem]
    notes: list[Note] = field(default_factory=list)
    #: Why it cannot be moved, and what to do; a sentence each.
    hindrances: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Give the name of its process."""
        definitions = self.between.old.definitions
        return definitions.diagram(self.instance.process_id).name or self.instance.process_id

    @property
    def gone(self) -> list[spiff.Element]:
        """Give the open steps that another step of the new version could stand for."""
        return [one.element for one in self.found.blocked if one.why in ("gone", "another_kind")]

    def now(self, element: spiff.Element) -> spiff.Element | None:
        """Give a step of its own version as the new one draws it; None when it does not."""
        process_id, element_id = self.between.now((element.process_id, element.id))
        diagrams = self.between.new.definitions.diagrams
        diagram = diagrams.get(process_id)
        return diagram.elements.get(element_id) if diagram else None


def look(
    session: Session,
    around: Surroundings,
    instance: ProcessInstance,
    to: Release,
    renames: Renames,
    actor: str,
) -> Look:
    """Look at a run, its row locked or not, as it stands; nothing is changed.

    Raises UnreadableState, and ElementFailed when the new version cannot work out a date.
    """
    old, new = bundle(session, instance.release_id), bundle(session, to.id)
    context = context_of_instance(session, around, instance, new, actor)
    host = CaseHost(context, new)
    state = instance.state or b""
    was = spiff.Run.load(old.definitions, state, host)
    found = move(old.definitions, new.definitions, state, host, renames)
    seen = Look(
        instance=instance,
        between=between(old, new, renames),
        number=to.number or 0,
        host=host,
        was=was,
        found=found,
        items=open_items(session, instance.id),
    )
    seen.hindrances = list(_hindrances(seen))
    if found.run is not None and not seen.hindrances:
        seen.notes = list(_notes(seen, found.run, around))
    return seen


def open_items(session: Session, instance_id: int) -> Sequence[WorkItem]:
    """Give the open tasks of a run."""
    return session.scalars(
        select(WorkItem)
        .where(
            WorkItem.instance_id == instance_id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .order_by(WorkItem.id)
    ).all()


def release_numbered(session: Session, number: int) -> Release:
    """Give a published version by its number; NotFound when there is none."""
    found = session.scalar(select(Release).where(Release.number == number))
    if found is None:
        raise NotFound(f"Expected a published version {number}, but there is none.")
    return found


def _hindrances(seen: Look) -> Iterator[str]:
    for blocked in seen.found.blocked:
        yield say.hindered(blocked, seen.number)
    parameter_set = seen.instance.parameter_set
    if parameter_set not in seen.between.new.figures:
        yield (
            f"Version {seen.number} has no figures for {parameter_set}, which this run was begun "
            "with. Add them to the table of figures in a newer version."
        )


def _notes(seen: Look, run: spiff.Run, around: Surroundings) -> Iterator[Note]:
    yield from _at_the_edge(seen, run, around)
    yield from _of_tasks(seen)
    yield from _of_waits(seen, run)
    yield from _ahead(seen)
    for name, old, new, unit in seen.between.figures(seen.instance.parameter_set):
        yield Note(f"figure {name} {new}", say.figure(name, old, new, unit))


def _at_the_edge(seen: Look, run: spiff.Run, around: Surroundings) -> Iterator[Note]:
    """Tell what begins and ends to be waited for beside the steps that stay."""
    timers = {wait.task_id: wait for wait in run.waiting_timers}
    messages = {wait.task_id: wait for wait in run.waiting_messages}
    for begun in seen.found.begun:
        if begun in timers:
            wait = timers[begun]
            yield _note("begins", wait.element, say.begins(wait, around.now))
        elif begun in messages:
            element = messages[begun].element
            yield _note("listens", element, f"“{say.named(element)}” may come in from now on.")
    for element in seen.found.dropped:
        yield _note("dropped", element, f"“{say.named(element)}” is no longer waited for.")
    for element in seen.found.keyed_anew:
        said = f"“{say.named(element)}” is waited for under another address."
        yield _note("keyed", element, said)


def _of_tasks(seen: Look) -> Iterator[Note]:
    """Tell what becomes different of each open task; its date stays whatever the rule says."""
    waiting = {task.task_id: task for task in seen.was.waiting_tasks}
    for item in seen.items:
        task = waiting.get(item.task_id)
        now = seen.now(task.element) if task else None
        if task is None or now is None:
            continue
        parts = seen.between.differing(task.element, now)
        yield from _renamed(task.element, now)
        if "form" in parts:
            yield _note("form", now, _of_form(seen, item, now))
        if "date" in parts:
            yield _note("date", now, say.date_stays(now, item.due_on))
        if held_by_of(task.element, task.calling) != held_by_of(now, task.calling):
            yield _note("holder", now, say.held_otherwise(now, task.element.held_by, now.held_by))


def _of_form(seen: Look, item: WorkItem, now: spiff.Element) -> str:
    form = seen.between.new.forms.get(now.properties.get("form", ""))
    known = {question.id for question in form.questions} if form else set()
    old = seen.between.old.forms.get(item.form)
    labels = {question.id: question.label for question in old.questions} if old else {}
    lost = [labels[name] for name in labels if name in (item.draft or {}) and name not in known]
    return say.form_differs(now, lost)


def _of_waits(seen: Look, run: spiff.Run) -> Iterator[Note]:
    """Tell of dates and messages that are waited for and drawn otherwise now."""
    timers = {wait.task_id: wait for wait in run.waiting_timers}
    for wait in seen.was.waiting_timers:
        now = seen.now(wait.element)
        if wait.task_id in timers and now is not None:
            yield from _renamed(wait.element, now)
            if "date" in seen.between.differing(wait.element, now):
                yield _note("date", now, say.moment_stays(now, wait.due_at))
    for message in seen.was.waiting_messages:
        now = seen.now(message.element)
        if now is not None and now.message != message.element.message:
            said = f"“{say.named(now)}” waits for another message now: {now.message}."
            yield _note("message", now, said)


def _renamed(was: spiff.Element, now: spiff.Element) -> Iterator[Note]:
    if say.named(was) != say.named(now):
        yield _note("name", now, f"“{say.named(was)}” is called “{say.named(now)}” now.")


def _ahead(seen: Look) -> Iterator[Note]:
    ahead = seen.between.ahead(_standing(seen.was))
    for mark, words, elements in (
        ("new", "New ahead", ahead.new),
        ("gone", "No longer ahead", ahead.gone),
    ):
        if elements:
            yield Note(f"{mark} ahead", f"{words}: {say.several(elements)}.")
    if ahead.changed:
        yield Note("changed ahead", f"Changed ahead: {say.changed(ahead.changed)}.")


def _standing(run: spiff.Run) -> frozenset[Step]:
    found = {
        (each.process_id, each.id)
        for place in run.places
        for each in (*place.within, place.element)
    }
    return frozenset(found)


def _note(what: str, element: spiff.Element, says: str) -> Note:
    return Note(f"{what} {element.process_id}:{element.id}", says)
