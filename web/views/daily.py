"""Daily work beside the forms: a comment for colleagues, a task handed over or put off."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words
from web.asked import Asked

blueprint = Blueprint("daily", __name__)

_INVALID = 422


@blueprint.route("/cases/<int:case_id>/comment", methods=["GET", "POST"])
def comment(case_id: int) -> ResponseReturnValue:
    """Write a comment on a case, or on one of its tasks when the address names it."""
    reference = engine.daily.may_comment(auth.database(), case_id, auth.person())
    task = _task_asked(case_id)
    back = url_for("cases.shown", case_id=case_id)
    if task is not None:
        back = url_for("task.opened", work_item_id=task.id)
    asked = Asked(request.form)
    if request.method == "POST":
        try:
            engine.daily.comment(
                auth.database(),
                case_id,
                request.form.get("text", ""),
                by=auth.person().name,
                work_item_id=task.id if task else None,
            )
        except engine.InvalidAnswers as invalid:
            asked.add(invalid.problems)
        else:
            banner.success("Your comment is kept with the case.")
            return redirect(back, 303)
    return _page(
        "daily/comment.html",
        asked,
        reference=reference,
        task=task,
        back=back,
        longest=engine.daily.LONGEST_COMMENT,
    )


@blueprint.route("/tasks/<int:work_item_id>/hand-over", methods=["GET", "POST"])
def hand_over(work_item_id: int) -> ResponseReturnValue:
    """Hand a task over to somebody who holds its role, with a note for them."""
    found = engine.daily.handing_over(auth.database(), work_item_id, auth.person())
    asked = Asked(request.form)
    if request.method == "POST":
        to = request.form.get("to", "")
        try:
            engine.daily.reassign(
                auth.database(),
                work_item_id,
                to,
                by=auth.person().name,
                note=request.form.get("note", "") if found.takes_a_note else "",
            )
        except engine.InvalidAnswers as invalid:
            asked.add(invalid.problems)
        else:
            who = next((full_name for name, full_name, _ in found.people if name == to), to)
            banner.success(f"“{found.row.name}” is now with {who}.")
            return redirect(url_for("tasks.listed"), 303)
    return _page("daily/hand_over.html", asked, found=found)


@blueprint.route("/tasks/<int:work_item_id>/put-off", methods=["GET", "POST"])
def put_off(work_item_id: int) -> ResponseReturnValue:
    """Take a task off my list until a day; its date stays."""
    row = engine.task(auth.database(), work_item_id, auth.person()).row
    if row.assignee != auth.person().name or not row.is_open:
        raise engine.NotAllowed("Expected an open task of yours, but this one is not.")
    asked = Asked(request.form)
    if request.method == "POST":
        day = None if request.form.get("action") == "back" else asked.day()
        if not asked.problems:
            try:
                engine.daily.put_off(auth.database(), work_item_id, day, by=auth.person().name)
            except engine.InvalidAnswers as invalid:
                asked.add(invalid.problems)
        if not asked.problems:
            said = f"is off your list until {words.day(day)}" if day else "is on your list again"
            banner.success(f"“{row.name}” {said}.")
            return redirect(url_for("tasks.listed"), 303)
    return _page("daily/put_off.html", asked, row=row)


def _task_asked(case_id: int) -> engine.TaskRow | None:
    """Give the task that the address names; None for none, 404 for one of another case."""
    asked = request.args.get("task", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < len("2147483647")):
        raise engine.NotFound
    row = engine.task(auth.database(), int(asked), auth.person()).row
    if row.case_id != case_id:
        raise engine.NotFound
    return row


def _page(template: str, asked: Asked, **more: object) -> ResponseReturnValue:
    made = render_template(template, sent=asked.sent, problems=asked.problems, **more)
    return made, _INVALID if asked.problems else 200
