"""A task goes to somebody else with a note, or waits for a day of one's own choosing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.open_tasks import MAY_HAND_OVER, PASSED_ON
from engine.commands.comments import add_comment, checked_text
from engine.commands.permission import check_is_open, check_may_do
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import WorkItem

#: The furthest day a task without a date can be put off to, in days.
_FURTHEST = 366


@keeps_trying
def reassign(db: Database, work_item_id: int, to: str, *, by: str, note: str = "") -> None:
    """Hand a task over to somebody who holds its role, with a note for them.

    Those who may: the one who has it, a manager, the Data Management Officer. The note is kept
    with the case and read by who gets the task. What was put off is on their list at once.
    Raises NotFound, NotAllowed, Rejected, InvalidAnswers.
    """
    with db.writing() as session:
        item = item_to_change(session, work_item_id)
        around = read_surroundings(session)
        _check_may_hand_over(session, item, by, around.today)
        case = session.get(CaseFile, item.case_id) if item.case_id else None
        _check_may_get(session, item, case, to, around.today)
        text = checked_text(note, "note")
        old = {"to": item.assignee, "put_off_until": iso(item.follow_up_on)}
        item.assignee, item.follow_up_on = to, None
        new: dict[str, str | int | None] = {"to": to}
        if text and case is not None:
            kept = add_comment(
                session, around, case, text, by=by, work_item_id=item.id, handed_to=to
            )
            new["comment_id"] = kept.id
        note_on_item(session, around, item, by, "task_reassigned", (old, new))


@keeps_trying
def put_off(db: Database, work_item_id: int, until: dt.date | None, *, by: str) -> None:
    """Take a task of mine off my list until a day, no later than its date; None puts it back.

    Its date stays as it is, and colleagues see it all the time. Raises NotFound, NotAllowed,
    Rejected, InvalidAnswers.
    """
    with db.writing() as session:
        item = item_to_change(session, work_item_id)
        around = read_surroundings(session)
        check_may_do(session, item, by, around.today)
        if item.assignee != by:
            raise NotAllowed("Expected a task that is yours. Start it first, then put it off.")
        problem = _wrong_day(item, until, around.today) if until is not None else ""
        if problem:
            raise InvalidAnswers([Problem("day-day", problem)])
        old, item.follow_up_on = {"until": iso(item.follow_up_on)}, until
        note_on_item(session, around, item, by, "task_put_off", (old, {"until": iso(until)}))


def item_to_change(session: Session, work_item_id: int) -> WorkItem:
    """Lock a task and give it; NotFound when there is none."""
    item = session.get(WorkItem, work_item_id, with_for_update=True)
    if item is None:
        raise NotFound(f"Expected a task {work_item_id}, but there is none.")
    return item


def note_on_item(
    session: Session,
    around: Surroundings,
    item: WorkItem,
    by: str,
    action: str,
    change: tuple[object, object],
) -> None:
    """Keep what became of a task: with its case, or with administration before there is one.

    change: what it was before, and what it is now.
    """
    case = session.get(CaseFile, item.case_id) if item.case_id else None
    chain = Chain.of_case(session, case) if case else Chain.of_administration(session)
    chain.add(
        Entry(action, "work_item", item.id, actor=by, old=change[0], new=change[1]), at=around.now
    )


def iso(day: dt.date | None) -> str | None:
    """Write a day as the log keeps it; None for none."""
    return day.isoformat() if day else None


def _check_may_hand_over(session: Session, item: WorkItem, by: str, today: dt.date) -> None:
    roles = people.roles_of(session, by, today)
    if item.assignee != by and not roles & MAY_HAND_OVER:
        check_may_do(session, item, by, today)
        raise NotAllowed("Expected a manager or the one who has the task to hand it over.")
    check_is_open(session, item)
    if item.by_name and not (item.form == PASSED_ON and roles & MAY_HAND_OVER):
        raise Rejected(
            f"Expected “{item.name}” to be handed over, but it belongs to one person alone. "
            "Name somebody else where that person was named."
        )


def _check_may_get(
    session: Session, item: WorkItem, case: CaseFile | None, to: str, today: dt.date
) -> None:
    """Refuse somebody without the role, and somebody the customer has complained about."""
    wrong = ""
    if item.role not in people.roles_of(session, to, today):
        wrong = f"Expected somebody who holds the role {item.role}. Choose another."
    elif case is not None and to in case.allegation_against:
        who = people.full_name(session, to)
        wrong = (
            f"Expected somebody the customer has not complained about, but {who} is one of those. "
            "Choose another."
        )
    elif to == item.assignee:
        who = people.full_name(session, to)
        wrong = f"Expected somebody else, but {who} has this task already. Choose another."
    if wrong:
        raise InvalidAnswers([Problem("to", wrong)])


def _wrong_day(item: WorkItem, until: dt.date, today: dt.date) -> str:
    if until <= today:
        return "Expected a day after today. Choose a later one."
    if item.due_on is not None and until > item.due_on:
        return (
            f"Expected {said(item.due_on)} or earlier, when it is due: putting it off does not "
            "move its date. Choose an earlier day."
        )
    if until > today + dt.timedelta(days=_FURTHEST):
        return "Expected a day within a year. Choose an earlier one."
    return ""
