"""Tables of the running processes: instances, what they wait for and what they did."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, Sealed, UtcDateTime


def _of_open(name: str, *columns: str, more: str = "") -> Index:
    """Give an index of the tasks that are still to be done; those that are over leave it.

    What makes a task open stands in it too: SQLite counts from such an index alone.
    """
    columns = (*columns, "completed_at", "cancelled_at")
    rows = text(f"completed_at IS NULL AND cancelled_at IS NULL {more}".strip())
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


class ProcessInstance(Row):
    """One run of one process definition; its state is bytes that only ``engine.spiff`` reads."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_due", "next_due_at"),
        Index("ix_process_instance_case", "case_id", "process_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    parameter_set: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    arrangement_id: Mapped[int | None]
    appeal_id: Mapped[int | None]
    third_party_id: Mapped[int | None]
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: The end events reached, separated by blanks.
    ended_with: Mapped[str | None]
    #: The earliest timer that waits; None when none does.
    next_due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: When a worker claimed it because it is due, in real time; None when nobody has.
    dispatched_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Counts the saves; a save against an older number loses.
    version: Mapped[int] = mapped_column(default=1)
    state_format: Mapped[int] = mapped_column(default=1)
    state: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    __mapper_args__ = {"version_id_col": version}


class WorkItem(Row):
    """A user task reached by one instance: who may do it, by when and why by then."""

    __tablename__ = "work_item"
    __table_args__ = (
        # Each list of open tasks in its order: everybody's, a person's, a role's, a role's untaken.
        _of_open("ix_work_item_open", "due_on", "id"),
        _of_open("ix_work_item_holder", "assignee", "due_on", "id"),
        _of_open("ix_work_item_role", "role", "due_on", "id", "assignee"),
        _of_open(
            "ix_work_item_untaken", "role", "due_on", "id", "assignee", more="AND assignee IS NULL"
        ),
        Index("ix_work_item_instance", "instance_id"),
        # What is asked of the tasks of a person's cases, and which cases a person had tasks of,
        # is read from these alone.
        Index(
            "ix_work_item_case",
            *("case_id", "completed_at", "cancelled_at", "due_on", "role", "assignee"),
        ),
        Index("ix_work_item_assignee", "assignee", "role", "case_id"),
        Index(
            "ix_work_item_completed_by",
            *("completed_by", "completed_at", "id", "role", "case_id"),
        ),
        # Letters that left late, or did not leave, are found among letters alone.
        Index(
            "ix_work_item_letter",
            *("due_on", "completed_at"),
            sqlite_where=text("form = 'issue_letter'"),
            postgresql_where=text("form = 'issue_letter'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    #: The process drawn around the element; a called process has its own.
    process_id: Mapped[str]
    element_id: Mapped[str]
    #: The engine's own id of the waiting task.
    task_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    form: Mapped[str]
    #: Properties of the call activities around the element, the innermost winning.
    calling: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    #: Control variables as they were when the task was reached, the item of a list included.
    variables: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    role: Mapped[str]
    assignee: Mapped[str | None]
    #: The lane named a person: it is not for everybody who holds the role.
    by_name: Mapped[bool] = mapped_column(default=False)
    #: Whose it is while somebody else has it, for the days that person is away (R-072).
    instead_of: Mapped[str | None]
    due_on: Mapped[dt.date | None]
    #: Why that date, in a sentence a customer could be read.
    due_reason: Mapped[str | None]
    follow_up_on: Mapped[dt.date | None]
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    completed_by: Mapped[str | None]
    cancelled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    draft: Mapped[dict[str, Any] | None] = mapped_column(Sealed, deferred=True)
    draft_saved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    draft_saved_by: Mapped[str | None]


class Subscription(Row):
    """A message that exactly one waiting task of one instance is listening for."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_name_key", "name", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    name: Mapped[str]
    #: What the message must be about: ``case:12``, ``arrangement:7``.
    key: Mapped[str]
    element_id: Mapped[str]
    task_id: Mapped[str]


class Message(Row):
    """One message from one sender to one receiver; ids and control variables only, never text."""

    __tablename__ = "message"
    __table_args__ = (
        # Without those that were dropped: they are undelivered too, and grow for ever.
        Index(
            "ix_message_undelivered",
            *("delivered_at", "name", "key"),
            sqlite_where=text("dropped_at IS NULL"),
            postgresql_where=text("dropped_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    #: None for a message that starts a process.
    key: Mapped[str | None]
    #: Who gets it when nobody waits under ``key`` any more.
    fallback_key: Mapped[str | None]
    #: Ids the receiver works on: ``{"case_id": 12, "arrangement_id": 7}``.
    refs: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    #: Control variables for the receiver.
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    case_id: Mapped[int | None] = mapped_column(index=True)
    sender_instance_id: Mapped[int | None]
    sent_by: Mapped[str | None]
    sent_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    delivered_to: Mapped[int | None]
    #: Set when the receiver is gone for good and nobody needs it any more.
    dropped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class ElementHistory(Row):
    """One thing that happened at one element; the only history, since states are pruned."""

    __tablename__ = "element_history"
    __table_args__ = (Index("ix_element_history_instance", "instance_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    case_id: Mapped[int | None] = mapped_column(index=True)
    process_id: Mapped[str]
    element_id: Mapped[str]
    #: entered, left, cancelled; of a stuck step also stuck, tried_again, settled; moved: the whole
    #: run, to the version that ``element_id`` names.
    what: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    by: Mapped[str | None]
    work_item_id: Mapped[int | None]


class ElementInstance(Row):
    """An element that a running instance is at now; the row goes when the element is left.

    What the lists and the diagrams of everything that runs are read from. A branch behind an
    event-based gateway stands here itself, the gateway does not; what merely may happen
    meanwhile at the edge of an activity is not here. A step that got stuck is.
    """

    __tablename__ = "element_instance"
    __table_args__ = (
        # Counts are read from these alone, and lists begin with the rows they show.
        Index(
            "ix_element_instance_path",
            *("is_container", "release_id", "path", "due_on", "incident_id"),
        ),
        Index("ix_element_instance_process", "process_id", "release_id", "instance_id"),
        Index("ix_element_instance_cases", "is_container", "case_id", "due_on"),
        Index("ix_element_instance_due", "is_container", "due_on"),
        Index("ix_element_instance_since", "is_container", "entered_at"),
        Index("ix_element_instance_instance", "instance_id"),
        Index("ix_element_instance_case", "case_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    #: As the instance has them; here so that counting needs no join.
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    #: The process drawn around the element; a called process has its own.
    process_id: Mapped[str]
    element_id: Mapped[str]
    #: The engine's own id of the waiting task; unique with ``element_id`` in its instance. "" for
    #: a step that got stuck while the engine stands before it.
    task_id: Mapped[str]
    #: From the outermost call or phase around it to the element itself, each with its process:
    #: ``/spoc_case:hold_formal_stage/formal_stage:record_meeting/``.
    path: Mapped[str]
    #: As lists show it: the task's name with what it is about, else the element's.
    name: Mapped[str]
    #: Something runs inside it: a call activity or a subprocess. Lists show what is inside.
    is_container: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Of a timer: the moment it fires. None for anything else.
    fires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Of a user task: its work item, which says who; and by when, as the work item has it.
    work_item_id: Mapped[int | None] = mapped_column(ForeignKey("work_item.id"), index=True)
    due_on: Mapped[dt.date | None]
    #: The open incident of a step that cannot go on; None when it can.
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)


class Incident(Row):
    """An instance that cannot go on by itself: where, why, and how often it was tried."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "ix_incident_open",
            "id",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(index=True)
    message_id: Mapped[int | None]
    process_id: Mapped[str]
    element_id: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    retries: Mapped[int] = mapped_column(default=0)
    #: Who tried it last, and when; None while nobody did.
    tried_by: Mapped[str | None]
    tried_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Who let a message go unanswered, and why; None when the step went on.
    settled_by: Mapped[str | None]
    settled_reason: Mapped[str | None]


class Outbox(Row):
    """Something that must leave the house: an e-mail or a call to another system.

    A printed letter is never here: a person sends it and says so, on the row of the letter.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "channel", "next_try_at"),
        Index("ix_outbox_order", "order_key", "next_try_at"),
        Index("ix_outbox_case", "case_id", "about"),
        Index("ix_outbox_dead", "dead_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: email, webhook
    kind: Mapped[str]
    #: Which sender takes it: ``email``, or ``webhook:`` and the name of the endpoint.
    channel: Mapped[str]
    #: The same at every try, so that who gets it twice can tell: the Message-ID of an e-mail, the
    #: webhook-id of a webhook.
    key: Mapped[str]
    #: Of the rows that share it, a later one waits for the earlier.
    order_key: Mapped[str]
    case_id: Mapped[int | None]
    #: What a notice is about, to whom and for which date, so that it is written once.
    about: Mapped[str | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: None when nothing is left to try: it was sent, is dead, or was given up.
    next_try_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: How often a sender took it up.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Until then it is in the hands of one worker; later that worker is taken for dead.
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Why the last try failed, in a sentence.
    last_error: Mapped[str | None]
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Since when it is not tried any more by itself.
    dead_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    given_up_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    given_up_by: Mapped[str | None]
    given_up_reason: Mapped[str | None]


class Setting(Row):
    """One setting of this installation, such as the offset of the demo clock."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class WorkerSeen(Row):
    """A process that works in the background, and when it last said that it lives."""

    __tablename__ = "worker"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The machine and the number of the process on it: ``web-1:4711``.
    name: Mapped[str] = mapped_column(unique=True)
    #: embedded, apart
    kind: Mapped[str]
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: In real time.
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
