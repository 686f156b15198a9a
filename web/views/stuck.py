"""Stuck steps for those who look after them: what happened, and the button to try again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.paging import page_asked, pagination

blueprint = Blueprint("stuck", __name__)

_INVALID = 422
#: A number this long is no row of any database.
_DIGITS = 10


@blueprint.get("/stuck")
def listed() -> ResponseReturnValue:
    """Show every stuck step, the oldest first."""
    found = engine.stuck_steps(auth.database(), auth.person(), page_asked())
    causes = engine.stuck_causes(auth.database(), auth.person()) if found.total > 1 else ()
    return render_template(
        "stuck/list.html", found=found, causes=causes, pagination=pagination(found)
    )


@blueprint.post("/stuck/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try one stuck step again, say whether it went on, and go back to where one came from."""
    if not auth.may_open("stuck steps"):
        abort(404)
    went_on = engine.retry(auth.database(), incident_id, by=auth.person().name)
    if went_on:
        banner.success("The step went on.")
    else:
        banner.note("The step got stuck again. Read what happened, and ask for help if it stays.")
    back = auth.local_path(request.form.get("next")) or url_for("stuck.listed")
    return redirect(back, 303)


@blueprint.route("/stuck/again", methods=["GET", "POST"])
def again() -> ResponseReturnValue:
    """Try many again: all that are stuck, or all for the reason of one; progress has a page."""
    cause = engine.stuck_alike(auth.database(), auth.person(), _like())
    if request.method == "GET":
        return render_template("stuck/again.html", cause=cause, reason="", problem="")
    reason = request.form.get("reason", "")
    try:
        batch_id = engine.batches.start(
            auth.database(), "retry", cause.wanted, by=auth.person().name, reason=reason
        )
    except engine.InvalidAnswers as invalid:
        problem = invalid.problems[0].message
        page = render_template("stuck/again.html", cause=cause, reason=reason, problem=problem)
        return page, _INVALID
    return redirect(url_for("batches.shown", batch_id=batch_id), 303)


@blueprint.route("/stuck/<int:incident_id>/let-go", methods=["GET", "POST"])
def let_go(incident_id: int) -> ResponseReturnValue:
    """Let a message that nobody takes go, for a reason that is kept; 404 for a step of a run."""
    step = engine.stuck_step(auth.database(), auth.person(), incident_id)
    if not step.is_message:
        abort(404)
    if request.method == "GET":
        return render_template("stuck/let_go.html", step=step, reason="", problem="")
    reason = request.form.get("reason", "")
    try:
        engine.let_go(auth.database(), incident_id, by=auth.person().name, reason=reason)
    except engine.InvalidAnswers as invalid:
        problem = invalid.problems[0].message
        page = render_template("stuck/let_go.html", step=step, reason=reason, problem=problem)
        return page, _INVALID
    banner.success("The message was let go. The reason is kept.")
    return redirect(url_for("stuck.listed"), 303)


def _like() -> int | None:
    """Give the step whose reason the others share; None for all of them."""
    asked = request.args.get("like")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < _DIGITS):
        abort(404)
    return int(asked)
