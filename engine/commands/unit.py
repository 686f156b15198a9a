"""The unit of work: one instance, one transaction - load, settle, act, save, rewrite its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session, make_transient_to_detached, undefer

from engine import messages, schedule, spiff
from engine.calendar import Due
from engine.casework import cover_tasks
from engine.casework.context import THE_SYSTEM
from engine.commands.contexts import context_of_instance
from engine.commands.host import CaseHost, held_by_of
from engine.commands.openings import show_opened
from engine.commands.places import Arrivals, Key, follow_case, keep_places, places_of
from engine.errors import NotFound
from engine.installation import SETTINGS, Surroundings, surroundings_of
from engine.operations.registry import IN_PERSON
from engine.releases import Bundle, bundle
from engine.tables.columns import table_of
from engine.tables.process import (
    ElementHistory,
    Incident,
    ProcessInstance,
    Subscription,
    WorkItem,
)

#: Put together once, and past the objects of the session: every unit of work does the same.
_HISTORY = insert(table_of(ElementHistory))
_ITEMS = table_of(WorkItem)
_LAST = (
    select(_ITEMS.c.draft, _ITEMS.c.cancelled_at)
    .where(
        _ITEMS.c.instance_id == bindparam("of_instance"),
        _ITEMS.c.process_id == bindparam("of_process"),
        _ITEMS.c.element_id == bindparam("of_element"),
    )
    .order_by(_ITEMS.c.id.desc())
    .limit(1)
    .subquery()
)
#: The draft of the same task, when it was cancelled and is now reached again, goes along.
_DRAFT = select(_LAST.c.draft).where(_LAST.c.cancelled_at.is_not(None)).scalar_subquery()
_OPEN = insert(_ITEMS).values(draft=_DRAFT).returning(_ITEMS.c.id)
_OF_NEW_ITEM = (
    *("instance_id", "case_id", "process_id", "element_id", "task_id", "name", "form"),
    *("calling", "variables", "role", "assignee", "by_name", "instead_of"),
    *("due_on", "due_reason", "opened_at"),
)
_LOCKED = (
    select(ProcessInstance, SETTINGS)
    .where(ProcessInstance.id == bindparam("instance_id"))
    .options(undefer(ProcessInstance.state))
    .with_for_update(of=ProcessInstance)
)
#: What an instance works on.
_REFS = ("case_id", "arrangement_id", "appeal_id", "third_party_id")


@dataclass
class Unit:
    """One change of one instance, from its locked row to its rewritten rows."""

    session: Session
    around: Surroundings
    instance: ProcessInstance
    bundle: Bundle
    host: CaseHost
    run: spiff.Run
    actor: str
    #: What waited when the instance was loaded, and where it was; empty for a new one.
    tasks_before: dict[str, spiff.WaitingTask] = field(default_factory=dict)
    messages_before: dict[tuple[str, str], spiff.WaitingMessage] = field(default_factory=dict)
    places_before: dict[Key, spiff.Place] = field(default_factory=dict)
    completed: tuple[str, WorkItem] | None = None
    opened: list[WorkItem] = field(default_factory=list)
    #: A message that came early may be waiting for what it listens to now.
    listens_anew: bool = False

    @property
    def has_news(self) -> bool:
        """Tell whether there may be a message to deliver once this is committed."""
        return bool(self.run.sent or self.host.context.sent or self.listens_anew)

    @classmethod
    def load(
        cls, session: Session, around: Surroundings, instance: ProcessInstance, actor: str
    ) -> Unit:
        """Take up an instance whose row is locked; timers that are due are settled first."""
        unit = cls.look(session, around, instance, actor)
        if instance.next_due_at is not None and instance.next_due_at <= around.now:
            unit.run.settle()
        return unit

    @classmethod
    def look(
        cls, session: Session, around: Surroundings, instance: ProcessInstance, actor: str
    ) -> Unit:
        """Take up an instance whose row is locked as it stands; nothing moves."""
        parsed = bundle(session, instance.release_id)
        context = context_of_instance(session, around, instance, parsed, actor)
        host = CaseHost(context, parsed)
        run = spiff.Run.load(parsed.definitions, instance.state or b"", host)
        unit = cls(session, around, instance, parsed, host, run, actor)
        unit.tasks_before = {task.task_id: task for task in run.waiting_tasks}
        unit.messages_before = {(m.task_id, m.element.id): m for m in run.waiting_messages}
        unit.places_before = places_of(run)
        return unit

    @classmethod
    def start(
        cls,
        session: Session,
        around: Surroundings,
        instance: ProcessInstance,
        *,
        actor: str,
        start_element: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Unit:
        """Begin a new instance; its row is added and has its id before anything runs."""
        session.add(instance)
        session.flush()
        parsed = bundle(session, instance.release_id)
        context = context_of_instance(session, around, instance, parsed, actor)
        host = CaseHost(context, parsed)
        run = spiff.Run.start(
            parsed.definitions,
            instance.process_id,
            host,
            start_element=start_element,
            variables=variables or {},
        )
        unit = cls(session, around, instance, parsed, host, run, actor)
        run.settle()
        return unit

    def finish(self) -> None:
        """Save the state and rewrite everything that others read: items, waits, history."""
        run, instance = self.run, self.instance
        self._keep_refs()
        if self.places_before:
            follow_case(self.session, instance)
        state = None if run.ended else run.save()
        self._rewrite_work_items()
        self._rewrite_subscriptions()
        self._append_history()
        self._keep_messages()
        stuck = self._keep_failures()
        # Last, so that the instance goes to the database once, with all of it.
        instance.state = state
        instance.next_due_at, instance.dispatched_at = run.next_due_at, None
        if run.ended and instance.ended_at is None:
            instance.ended_at = self.around.now
            instance.ended_with = " ".join(run.ended_with)
        self.session.flush()
        show_opened(self.session, stuck, self.around.now)
        arrivals = Arrivals(self.opened, stuck, self.around.now)
        keep_places(self.session, instance, self.places_before, places_of(run), arrivals)
        self.session.flush()
        if run.next_due_at is not None and run.next_due_at <= self.around.now:
            schedule.wake_instance(self.session, instance.id)

    def _keep_refs(self) -> None:
        """Note what it works on by now; an instance not touched is not flushed before its end."""
        for name in _REFS:
            known = getattr(self.host.context, name)
            if getattr(self.instance, name) != known:
                setattr(self.instance, name, known)

    def _rewrite_work_items(self) -> None:
        now_waiting = {task.task_id: task for task in self.run.waiting_tasks}
        done = self.completed[0] if self.completed else None
        gone = [task_id for task_id in self.tasks_before if task_id not in now_waiting]
        cancelled = [task_id for task_id in gone if task_id != done]
        if cancelled:
            self.session.execute(
                update(WorkItem)
                .where(
                    WorkItem.instance_id == self.instance.id,
                    WorkItem.task_id.in_(cancelled),
                    WorkItem.completed_at.is_(None),
                )
                .values(cancelled_at=self.around.now)
            )
        for task_id, task in now_waiting.items():
            if task_id not in self.tasks_before:
                self.opened.append(self._open(task))

    def _open(self, task: spiff.WaitingTask) -> WorkItem:
        """Add the row of a task that is reached; the draft of one that was cancelled goes on."""
        element = task.element
        holder = self.host.holder(element, task.calling, task.variables)
        in_person = held_by_of(element, task.calling) in IN_PERSON
        if not in_person:
            holder = cover_tasks.while_away(self.host.context, holder)
        due = self._value(task, "due")
        about = self._value(task, "about")
        item = WorkItem(
            instance_id=self.instance.id,
            case_id=self.instance.case_id,
            process_id=element.process_id,
            element_id=element.id,
            task_id=task.task_id,
            name=f"{element.name}: {about}" if about else element.name,
            form=element.properties.get("form", ""),
            calling=dict(task.calling),
            variables=dict(task.variables),
            role=holder.role,
            assignee=holder.user,
            by_name=in_person and (holder.user or holder.instead_of) is not None,
            instead_of=holder.instead_of,
            due_on=due.on if isinstance(due, Due) else due,
            due_reason=due.reason if isinstance(due, Due) else None,
            opened_at=self.around.now,
        )
        row = {name: getattr(item, name) for name in _OF_NEW_ITEM}
        same = {"of_instance": item.instance_id, "of_process": element.process_id}
        values = {**row, **same, "of_element": element.id}
        item.id = self.session.execute(_OPEN, values).scalar_one()
        make_transient_to_detached(item)
        self.session.add(item)
        return item

    def _value(self, task: spiff.WaitingTask, name: str) -> Any:
        """Evaluate one of the element's properties; None when it has none."""
        text = task.element.properties.get(name)
        return self.run.value(task.task_id, text) if text else None

    def _rewrite_subscriptions(self) -> None:
        now_waiting = {(m.task_id, m.element.id): m for m in self.run.waiting_messages}
        gone = [key for key in self.messages_before if key not in now_waiting]
        if gone:
            self.session.execute(
                delete(Subscription).where(
                    Subscription.instance_id == self.instance.id,
                    tuple_(Subscription.task_id, Subscription.element_id).in_(gone),
                )
            )
        begun = [
            Subscription(
                instance_id=self.instance.id,
                name=waiting.name,
                key=waiting.key or "",
                element_id=element_id,
                task_id=task_id,
            )
            for (task_id, element_id), waiting in now_waiting.items()
            if (task_id, element_id) not in self.messages_before
        ]
        self.session.add_all(begun)
        self.listens_anew = bool(begun)

    def _append_history(self) -> None:
        done_task, item = self.completed if self.completed else (None, None)
        rows = [
            {
                "instance_id": self.instance.id,
                "case_id": self.instance.case_id,
                "process_id": happened.process_id,
                "element_id": happened.element_id,
                "what": happened.what,
                "at": self.around.now,
                "by": self.actor if happened.task_id == done_task else THE_SYSTEM,
                "work_item_id": item.id if item and happened.task_id == done_task else None,
            }
            for happened in self.run.happened
        ]
        if rows:
            self.session.execute(_HISTORY, rows)

    def _keep_messages(self) -> None:
        context = self.host.context
        refs = {name: getattr(context, name) for name in _REFS}
        for sent in self.run.sent:
            messages.send(
                self.session,
                messages.Envelope(
                    name=sent.name,
                    key=sent.key,
                    fallback_key=sent.fallback_key,
                    refs=refs,
                    payload=sent.payload,
                    sender_instance_id=self.instance.id,
                    sent_by=self.actor,
                    sent_at=self.around.now,
                ),
            )

    def _keep_failures(self) -> list[Incident]:
        stuck = [
            Incident(
                instance_id=self.instance.id,
                case_id=self.instance.case_id,
                process_id=failed.process_id,
                element_id=failed.element_id,
                reason=failed.reason,
                opened_at=self.around.now,
            )
            for failed in self.run.failed
        ]
        self.session.add_all(stuck)
        return stuck


def lock_instance(session: Session, instance_id: int) -> ProcessInstance:
    """Lock one instance's row (PostgreSQL waits; SQLite has one writer) and give it with state."""
    return lock_with_surroundings(session, instance_id)[0]


def lock_with_surroundings(
    session: Session, instance_id: int
) -> tuple[ProcessInstance, Surroundings]:
    """Lock one instance's row and give it with what the installation says, in one statement."""
    found = session.execute(_LOCKED, {"instance_id": instance_id}).one_or_none()
    if found is None:
        raise NotFound(f"Expected a process instance {instance_id}, but there is none.")
    return found[0], surroundings_of(session, found[1])
