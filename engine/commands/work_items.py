"""What a person can do with a task: start it, save a draft, complete it, put it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session, undefer

from engine import clock
from engine.casework import people
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.open_tasks import NAMED_FOR
from engine.casework.tasks_seen import may_see_task
from engine.commands.answers import check_answers, form_of_item, keep_answers
from engine.commands.delivery import deliver_messages
from engine.commands.handing_over import iso, item_to_change, note_on_item
from engine.commands.incidents import open_incident
from engine.commands.outcomes import Outcome, sentence_of, tasks_of
from engine.commands.permission import check_is_open, check_may_do
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit
from engine.errors import ElementFailed, NotAllowed, NotFound, Rejected
from engine.installation import SETTINGS, Surroundings, read_surroundings, surroundings_of
from engine.tables.database import Database
from engine.tables.process import ProcessInstance, WorkItem

#: Put together once: every task that is completed begins with it. The instance is locked before
#: the item: who completes a task may cancel the others of its run, and would wait for somebody
#: who holds one of them and waits for the run.
_LOCKED = (
    select(
        WorkItem,
        ProcessInstance,
        people.holds(bindparam("by"), WorkItem.role, bindparam("today", type_=Date)),
        SETTINGS,
    )
    .select_from(ProcessInstance)
    .join(WorkItem, ProcessInstance.id == WorkItem.instance_id)
    .where(WorkItem.id == bindparam("work_item_id"))
    .options(undefer(ProcessInstance.state))
    .with_for_update(of=(ProcessInstance, WorkItem))
)


def complete(db: Database, work_item_id: int, raw: Mapping[str, Any], *, by: str) -> Outcome:
    """Complete a task and carry its instance on until everything waits.

    raw: {question id: answer} as a browser, a scenario or a program gives them; they are
        checked here, against the form of the instance's release.
    Returns what opened next in the same instance. A step that gets stuck on the way is not
        raised: it becomes an incident and ``stuck`` is True.
    Raises NotFound (or not for you to see), NotAllowed, Rejected (somebody was quicker) and
        InvalidAnswers; nothing is changed then.
    """
    try:
        outcome = _complete_now(db, work_item_id, raw, by)
    except ElementFailed as failure:
        return _stuck(db, work_item_id, raw, by, failure)
    if outcome.has_news:
        deliver_messages(db, by=by)
    return outcome


@keeps_trying
def _complete_now(db: Database, work_item_id: int, raw: Mapping[str, Any], by: str) -> Outcome:
    """Complete in one transaction; what time had already decided is kept even when it is late."""
    with db.writing() as session:
        item, instance, holds_role, around = _locked(session, work_item_id, by)
        check_may_do(session, item, by, around.today, holds_role=holds_role)
        unit = Unit.load(session, around, instance, by)
        late = item.task_id not in {task.task_id for task in unit.run.waiting_tasks}
        if not late:
            _complete(unit, item, raw, by)
        unit.finish()
        outcome = _outcome(unit, item, by)
    if late:
        raise Rejected(
            f"Expected “{item.name}” to be open, but its time had come before you completed it. "
            "Open the case to see what it waits for now."
        )
    return outcome


def complete_as_system(
    db: Database,
    work_item_id: int,
    answer: Callable[[Context], Mapping[str, Any]],
    *,
    keep: Callable[[Session], None],
    by: str = THE_SYSTEM,
) -> Outcome:
    """Complete a task with what another system answered, whoever has it on their list.

    The same form, checks and recorder as for a person; it is kept as done by ``THE_SYSTEM``.
    answer: gives the raw answers of the form; keep: writes what else is known, in the same
    transaction; by: whose answers they are in the log and the file, which opens no case to them.
    Raises as ``complete``, but for who may do it. A step that gets stuck becomes an
    incident.
    """
    try:
        outcome = _complete_for_system(db, work_item_id, answer, keep, by)
    except ElementFailed as failure:
        return _stuck(db, work_item_id, {}, THE_SYSTEM, failure)
    if outcome.has_news:
        deliver_messages(db)
    return outcome


@keeps_trying
def _complete_for_system(
    db: Database,
    work_item_id: int,
    answer: Callable[[Context], Mapping[str, Any]],
    keep: Callable[[Session], None],
    by: str,
) -> Outcome:
    with db.writing() as session:
        item, instance, _, around = _locked(session, work_item_id, THE_SYSTEM)
        check_is_open(session, item)
        unit = Unit.load(session, around, instance, by)
        waiting = unit.tasks_before[item.task_id]
        if item.task_id not in {task.task_id for task in unit.run.waiting_tasks}:
            raise Rejected(f"Expected “{item.name}” to be open, but the case moved on.")
        holder = item.assignee
        context = unit.host.at(waiting.element, waiting.calling, waiting.variables)
        _complete(unit, item, answer(context), THE_SYSTEM)
        # Nobody of that name has a list of tasks.
        item.assignee = holder
        keep(session)
        unit.finish()
        return _outcome(unit, item, THE_SYSTEM)


@keeps_trying
def _stuck(
    db: Database, work_item_id: int, raw: Mapping[str, Any], by: str, failure: ElementFailed
) -> Outcome:
    """Keep the answers as the draft and show the failure; nothing of it was half done."""
    with db.writing() as session:
        item, instance, _, around = _locked(session, work_item_id, by)
        item.draft, item.draft_saved_at, item.draft_saved_by = dict(raw), around.now, by
        open_incident(session, instance, failure, around.now, item=item)
        return Outcome(
            instance_id=instance.id,
            case_id=instance.case_id,
            opened=[item.id],
            sentence=f"Your answers to “{item.name}” are kept, but the step after it got stuck: "
            f"{failure.reason} Managers can see it; complete the task again once it is mended.",
            stuck=True,
        )


def _complete(unit: Unit, item: WorkItem, raw: Mapping[str, Any], by: str) -> None:
    """Check and keep the answers, then let the instance go on."""
    waiting = unit.tasks_before[item.task_id]
    context = unit.host.at(waiting.element, waiting.calling, waiting.variables)
    context.work_item_id = item.id
    form = form_of_item(unit.bundle, item, waiting.variables)
    answers = check_answers(form, raw, context)
    keep_answers(form, answers, context)
    item.assignee = item.assignee or by
    item.completed_at, item.completed_by = unit.around.now, by
    item.draft = None
    unit.completed = (item.task_id, item)
    unit.run.complete(item.task_id, answers.variables)
    if item.case_id is None:
        item.case_id = context.case_id
    if context.case_id is not None:
        context.audit("task_completed", "work_item", item.id, new={"form": item.form})


def _outcome(unit: Unit, item: WorkItem, by: str) -> Outcome:
    stuck = bool(unit.run.failed)
    return Outcome(
        has_news=unit.has_news,
        instance_id=unit.instance.id,
        case_id=unit.instance.case_id,
        completed=item.name,
        opened=[opened.id for opened in unit.opened],
        tasks=tasks_of(unit.opened),
        sentence=sentence_of(
            unit.session, f"“{item.name}” is done", unit.opened, stuck=stuck, by=by
        ),
        stuck=stuck,
    )


@keeps_trying
def save_draft(
    db: Database, work_item_id: int, raw: Mapping[str, Any], *, by: str, said: bool = True
) -> None:
    """Keep what was typed so far, sealed; raises as ``complete`` does, but judges no answer.

    said: False while nobody has typed anything: which pages were passed by is kept, but it is no
    draft, and no list calls it one.
    That somebody takes the task, or a colleague's draft, with it is in the log; what they go on
    typing, or take out of their own draft, is not: what counts is what they complete it with.
    """
    with db.writing() as session:
        item = item_to_change(session, work_item_id)
        around = read_surroundings(session)
        check_may_do(session, item, by, around.today)
        before = {"to": item.assignee, "draft_of": item.draft_saved_by}
        item.draft = dict(raw)
        item.draft_saved_at, item.draft_saved_by = (around.now, by) if said else (None, None)
        item.assignee = item.assignee or by
        after = {"to": item.assignee, "draft_of": item.draft_saved_by}
        if before["to"] is None:
            note_on_item(session, around, item, by, "task_claimed", (before, after))
        elif before != after and (said or before["draft_of"] != by):
            note_on_item(session, around, item, by, "draft_begun", (before, after))


@keeps_trying
def claim(db: Database, work_item_id: int, *, by: str) -> None:
    """Assign an open task of your role to yourself; Rejected when somebody has it already."""
    with db.writing() as session:
        item = item_to_change(session, work_item_id)
        around = read_surroundings(session)
        try:
            check_may_do(session, item, by, around.today)
        except NotAllowed as refusal:
            roles = people.roles_of(session, by, around.today)
            seen = may_see_task(session, item, by, roles)
            if item.assignee is None or not seen:
                raise
            who = people.full_name(session, item.assignee)
            raise Rejected(
                f"Expected “{item.name}” to be free, but {who} has started it."
            ) from refusal
        old = {"to": item.assignee}
        item.assignee, item.follow_up_on = by, None
        note_on_item(session, around, item, by, "task_claimed", (old, {"to": by}))


@keeps_trying
def release_task(db: Database, work_item_id: int, *, by: str) -> None:
    """Give a task back to everybody who holds its role; the draft stays with it."""
    with db.writing() as session:
        item = item_to_change(session, work_item_id)
        around = read_surroundings(session)
        check_may_do(session, item, by, around.today)
        if item.by_name:
            raise Rejected(
                f"Expected “{item.name}” to be for anybody of a role, but it is yours by name. "
                "Ask a manager to have somebody else named."
            )
        if item.form in NAMED_FOR:
            raise Rejected(
                f"Expected “{item.name}” to be for anybody of a role, but you were named for it. "
                "Hand it over to a colleague instead."
            )
        old = {"to": item.assignee, "put_off_until": iso(item.follow_up_on)}
        item.assignee = item.follow_up_on = None
        note_on_item(session, around, item, by, "task_released", (old, {"to": None}))


def _locked(
    session: Session, work_item_id: int, by: str
) -> tuple[WorkItem, ProcessInstance, bool, Surroundings]:
    """Lock the instance's row and give it with the item, whether `by` holds its role, and all else.

    Which day it is, the settings say, and they come with the row: it is asked for anew when the
    clock was moved meanwhile, or midnight passed while it waited for the lock.
    """
    today = clock.today()
    while True:
        values = {"work_item_id": work_item_id, "by": by, "today": today}
        row = session.execute(_LOCKED, values).one_or_none()
        if row is None:
            raise NotFound(f"Expected a task {work_item_id}, but there is none.")
        around = surroundings_of(session, row[3])
        if around.today == today:
            return row[0], row[1], row[2], around
        today = around.today
