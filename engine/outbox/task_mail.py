"""E-mail about tasks: new, near, late, or once a day; with a link and nobody's name (R-102)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.open_tasks import is_open
from engine.casework.outgoing import Mail, staff_mail
from engine.clock import LONDON
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, Problem
from engine.installation import Surroundings, read_surroundings
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.leaving import MailChoice
from engine.tables.people import User
from engine.tables.process import Outbox, Setting, WorkItem

#: How somebody can be told -> what that means to them.
WAYS = {
    "each": "An e-mail for each new task, before it is due, and when it is late",
    "digest": "One e-mail on each working day, when there is something to do",
    "none": "No e-mail about tasks",
}
_USUAL = "each"
#: Up to which task everybody was told that it is new, and on which day of dates.
_SEEN, _DAY = "task_mail_seen", "task_mail_day"
#: The last task that was there before anybody was told of any.
_FROM = "task_mail_from"
#: Up to which event of the log everybody was told what was handed over to them, and from which.
_HANDED, _HANDED_FROM = "task_mail_handed", "task_mail_handed_from"
_HAND_OVERS = ("task_reassigned", "task_handed_back")
#: A transaction that began earlier may commit later: so many numbers are looked at again.
_OVERLAP = 200
PER_CALL = 500
#: Nobody is written to about dates before this hour in London.
_HOUR = 6
_LINES = 20


@dataclass
class _Post:
    """What one call writes, and what it knows of people."""

    session: Session
    around: Surroundings
    choices: dict[str, str]
    users: dict[str, User]
    holders: dict[str, list[str]] = field(default_factory=dict)
    #: About which nothing is written again, and when it was.
    written: dict[str, dt.datetime] = field(default_factory=dict)
    count: int = 0

    def who(self, item: WorkItem) -> list[str]:
        """Name whose task it is: the one who has it, else everybody in its role."""
        if item.assignee is not None:
            return [item.assignee]
        if item.role not in self.holders:
            self.holders[item.role] = people.holders_of(self.session, item.role, self.around.today)
        return self.holders[item.role]

    def way_of(self, name: str) -> str:
        """Give how somebody wants to be told; none for who has left or has no address."""
        user = self.users.get(name)
        return self.choices.get(name, _USUAL) if user is not None and user.email else "none"

    def write(self, name: str, mail: Mail, case_id: int | None) -> None:
        """Write one e-mail, unless it was written before."""
        if mail.about not in self.written:
            self.written[mail.about] = self.around.now
            self.session.add(staff_mail(mail, case_id, self.around.now))
            self.count += 1


@keeps_trying
def write_task_mail(db: Database, *, is_sent: bool) -> int:
    """Write what is to be said about tasks now; returns how many e-mails.

    is_sent: whether e-mail leaves here at all; where it does not, nothing is written that would
    be stale when it does. The first call writes nothing: what is there already is no news.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        newest = session.scalar(select(func.max(WorkItem.id))) or 0
        if not is_sent or _SEEN not in around.settings:
            begun = {_SEEN: str(newest), _FROM: str(newest), _DAY: around.today.isoformat()}
            _keep(session, around, begun)
            return 0
        post = _Post(session, around, _choices(session), _users(session, around.today))
        _handed_over(post)
        _new_tasks(post, newest)
        _dates(post)
        return post.count


def choice_of(db: Database, name: str) -> str:
    """Give how somebody wants to be told of tasks: each, digest or none."""
    with db.reading() as session:
        found = session.get(MailChoice, name)
        return found.tasks if found else _USUAL


@keeps_trying
def choose(db: Database, name: str, tasks: str) -> None:
    """Keep how somebody wants to be told of tasks; InvalidAnswers for a way there is not."""
    if tasks not in WAYS:
        raise InvalidAnswers([Problem("tasks", "Choose how you want to be told of tasks")])
    with db.writing() as session:
        now = read_surroundings(session).now
        old = session.get(MailChoice, name)
        entry = Entry("mail_chosen", "user", None, name, old=old.tasks if old else None, new=tasks)
        session.merge(MailChoice(user_name=name, tasks=tasks, chosen_at=now))
        Chain.of_administration(session).add(entry, at=now)


def _new_tasks(post: _Post, newest: int) -> None:
    """Tell of tasks that were opened since the last look, but nobody of what they opened."""
    session = post.session
    settings = post.around.settings
    since = max(int(settings[_SEEN]) - _OVERLAP, int(settings.get(_FROM, "0")))
    found = session.execute(
        _with_case(WorkItem.id > since, WorkItem.id <= newest)
        .order_by(WorkItem.id)
        .limit(PER_CALL + _OVERLAP)
    ).all()
    rows = [(row[0], str(row[1] or "")) for row in found]
    if rows:
        _read_written(post, [item for item, _ in rows], "task_new")
        openers = _openers(session, [item for item, _ in rows])
        for item, reference in rows:
            for name in post.who(item):
                if name != openers.get(item.id) and post.way_of(name) == "each":
                    post.write(name, _mail(post, name, item, reference, "task_new"), item.case_id)
    all_read = len(rows) < PER_CALL + _OVERLAP
    last = newest if all_read else rows[-1][0].id
    _keep(session, post.around, {_SEEN: str(last)})


def _handed_over(post: _Post) -> None:
    """Tell of tasks that were handed over since the last look, but nobody of what they took."""
    session, settings = post.session, post.around.settings
    newest = session.scalar(select(func.max(AuditEvent.id))) or 0
    if _HANDED not in settings:
        _keep(session, post.around, {_HANDED: str(newest), _HANDED_FROM: str(newest)})
        return
    since = max(int(settings[_HANDED]) - _OVERLAP, int(settings.get(_HANDED_FROM, "0")))
    found = session.execute(
        _with_case(AuditEvent.action.in_(_HAND_OVERS), AuditEvent.object_kind == "work_item")
        .join(AuditEvent, AuditEvent.object_id == WorkItem.id)
        .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.id > since, AuditEvent.id <= newest)
        .add_columns(AuditEvent.id, AuditEvent.at, AuditDetail.actor)
        .order_by(AuditEvent.id)
    ).all()
    if found:
        _read_written(post, [row[0] for row in found], "task_new")
    for item, reference, event_id, at, actor in found:
        for name in post.who(item):
            if name == actor or post.way_of(name) != "each":
                continue
            mail = _mail(post, name, item, str(reference or ""), "task_new")
            if post.written.get(mail.about, at) < at:
                # They had it before, were told then, and have it again.
                mail = replace(mail, about=f"{mail.about}#{event_id}")
            post.write(name, mail, item.case_id)
    _keep(session, post.around, {_HANDED: str(newest)})


def _dates(post: _Post) -> None:
    """Tell once on each working day what is due by the next one, and what became late."""
    around, today = post.around, post.around.today
    last = dt.date.fromisoformat(around.settings.get(_DAY, today.isoformat()))
    hour = around.now.astimezone(LONDON).hour
    if last >= today or hour < _HOUR or not around.calendar.is_working_day(today):
        return
    tomorrow = around.calendar.working_days(today, 1).on
    due = and_(WorkItem.due_on > today, WorkItem.due_on <= tomorrow)
    late = and_(WorkItem.due_on >= last, WorkItem.due_on < today)
    for about, when in (("task_due", due), ("task_late", late)):
        rows = post.session.execute(_with_case(when).order_by(WorkItem.id)).all()
        for item, reference in rows:
            for name in post.who(item):
                if post.way_of(name) == "each":
                    mail = _mail(post, name, item, str(reference or ""), about)
                    post.write(name, mail, item.case_id)
    for name in post.users:
        if post.way_of(name) == "digest":
            _digest(post, name, tomorrow)
    _keep(post.session, around, {_DAY: today.isoformat()})


def _digest(post: _Post, name: str, tomorrow: dt.date) -> None:
    """Write one e-mail with what somebody has to do by the next working day."""
    rows = post.session.execute(
        _with_case(WorkItem.assignee == name, WorkItem.due_on <= tomorrow)
        .order_by(WorkItem.due_on, WorkItem.id)
        .limit(_LINES + 1)
    ).all()
    roles = people.roles_of(post.session, name, post.around.today)
    waiting = post.session.scalar(
        select(func.count(WorkItem.id)).where(
            is_open(), WorkItem.assignee.is_(None), WorkItem.role.in_(roles)
        )
    )
    if not rows and not waiting:
        return
    lines = [_line(item, str(reference or "")) for item, reference in rows[:_LINES]]
    if len(rows) > _LINES:
        lines.append("There are more: open your list of tasks.")
    if waiting:
        lines.append(f"For anybody in your role: {waiting}.")
    today = post.around.today
    mail = Mail(
        to=post.users[name].email,
        subject=f"Your tasks on {said(today)}",
        text="\n".join(lines),
        path="/tasks",
        about=f"task_digest:{today.isoformat()}:{name}",
    )
    post.write(name, mail, None)


_SENTENCES = {
    "task_new": "A task waits for you.",
    "task_due": "A task is due by tomorrow.",
    "task_late": "A task is late.",
}


def _mail(post: _Post, name: str, item: WorkItem, reference: str, about: str) -> Mail:
    sentence = _SENTENCES[about]
    return Mail(
        to=post.users[name].email,
        subject=f"{reference}: {sentence}" if reference else sentence,
        text=_line(item, reference),
        path=f"/tasks/{item.id}",
        about=f"{about}:{item.id}:{item.due_on.isoformat() if item.due_on else '-'}:{name}",
    )


def _line(item: WorkItem, reference: str) -> str:
    """Say what a task is by the name its diagram gives it; what it is about may name somebody."""
    name = item.name.partition(": ")[0]
    due = f", due {said(item.due_on)}" if item.due_on else ""
    return f"{reference}: {name}{due}." if reference else f"{name}{due}."


def _with_case(*which: ColumnElement[bool]) -> Select[WorkItem, str | None]:
    return (
        select(WorkItem, CaseFile.reference)
        .outerjoin(CaseFile, CaseFile.id == WorkItem.case_id)
        .where(is_open(), *which)
    )


def _read_written(post: _Post, items: Sequence[WorkItem], about: str) -> None:
    """Read what was written about these tasks before, by another look at the same numbers."""
    cases = {item.case_id for item in items if item.case_id is not None}
    rows = post.session.execute(
        select(Outbox.about, Outbox.made_at).where(
            or_(Outbox.case_id.in_(cases), Outbox.case_id.is_(None)),
            Outbox.about.startswith(f"{about}:", autoescape=True),
        )
    )
    post.written.update((about, at) for about, at in rows if about is not None)


def _openers(session: Session, items: Sequence[WorkItem]) -> dict[int, str]:
    """Give by whose answer each task was opened: they know of it already."""
    instances = {item.instance_id for item in items}
    done = session.execute(
        select(WorkItem.instance_id, WorkItem.completed_at, WorkItem.completed_by).where(
            WorkItem.instance_id.in_(instances), WorkItem.completed_at.is_not(None)
        )
    )
    by = {(instance, at): who for instance, at, who in done if who}
    return {
        item.id: by[item.instance_id, item.opened_at]
        for item in items
        if (item.instance_id, item.opened_at) in by
    }


def _choices(session: Session) -> dict[str, str]:
    return {row.user_name: row.tasks for row in session.scalars(select(MailChoice))}


def _users(session: Session, today: dt.date) -> dict[str, User]:
    return {user.name: user for user in people.working_here(session, today)}


def _keep(session: Session, around: Surroundings, said_now: dict[str, str]) -> None:
    for name, value in said_now.items():
        if around.settings.get(name) != value:
            session.merge(Setting(name=name, value=value))
