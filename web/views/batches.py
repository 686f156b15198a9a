"""Changes of many runs: the list, one with its progress, and beginning, stopping, undoing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.paging import page_asked, pagination

blueprint = Blueprint("batches", __name__, url_prefix="/batches")

#: State of a batch -> what pages say.
STATES: Mapping[str, str] = {
    "planning": "Preview is being made",
    "ready": "Preview: nothing has changed yet",
    "running": "At work",
    "stopped": "Stopped",
    "ended": "Finished",
    "discarded": "Put aside",
}
#: What a look found -> what pages say.
OUTCOMES: Mapping[str, str] = {
    "as_is": "Nothing else changes",
    "changes": "Something changes",
    "cannot": "Cannot",
}
_STATUSES: Mapping[str, str] = {
    "new": "Not looked at yet",
    "planned": "Still to do",
    "left_out": "Left out",
    "failed": "Failed",
    "undone": "Taken back",
}
_INVALID = 422


@blueprint.get("")
def listed() -> str:
    """Show every change of many runs, the newest first; 404 for those none exists for."""
    found = engine.batches.batches(auth.database(), auth.person())
    return render_template("batches/list.html", found=found, states=STATES)


@blueprint.get("/<int:batch_id>")
def shown(batch_id: int) -> str:
    """Show one with its progress and what it finds and does; the address narrows the list."""
    outcome, status = _asked("outcome", OUTCOMES), _asked("status", {**_STATUSES, "done": ""})
    page = engine.batches.batch(
        auth.database(),
        batch_id,
        auth.person(),
        outcome=outcome,
        status=status,
        page=page_asked(),
    )
    return render_template(
        "batches/page.html",
        batch=page.brief,
        found=page.items,
        by_outcome=page.by_outcome,
        states=STATES,
        outcomes=OUTCOMES,
        statuses=statuses(page.brief),
        outcome=outcome,
        status=status,
        pagination=pagination(page.items),
    )


@blueprint.route("/<int:batch_id>/begin", methods=["GET", "POST"])
def begin(batch_id: int) -> ResponseReturnValue:
    """Ask for the reason, then let it do what the preview showed."""
    page = engine.batches.batch(auth.database(), batch_id, auth.person())
    reason, problem = request.form.get("reason", page.brief.reason), ""
    if request.method == "POST":
        try:
            engine.batches.begin(auth.database(), batch_id, auth.person(), reason)
        except engine.InvalidAnswers as error:
            problem = error.problems[0].message
        else:
            return redirect(url_for("batches.shown", batch_id=batch_id), 303)
    made = render_template(
        "batches/begin.html",
        batch=page.brief,
        by_outcome=page.by_outcome,
        reason=reason,
        problem=problem,
    )
    return made, _INVALID if problem else 200


@blueprint.post("/<int:batch_id>/stop")
def stop(batch_id: int) -> ResponseReturnValue:
    """Let it stand still."""
    return _done(engine.batches.stop, batch_id, "It is stopped. Resume it whenever you want.")


@blueprint.post("/<int:batch_id>/resume")
def resume(batch_id: int) -> ResponseReturnValue:
    """Let it go on where it stands."""
    return _done(engine.batches.resume, batch_id, "It goes on where it was stopped.")


@blueprint.post("/<int:batch_id>/discard")
def discard(batch_id: int) -> ResponseReturnValue:
    """Put aside what did nothing yet."""
    return _done(engine.batches.discard, batch_id, "It is put aside. Nothing was changed.")


@blueprint.route("/<int:batch_id>/undo", methods=["GET", "POST"])
def undo(batch_id: int) -> ResponseReturnValue:
    """Ask, then make the preview of taking it back."""
    page = engine.batches.batch(auth.database(), batch_id, auth.person())
    if request.method == "GET" or not page.brief.undone_by:
        return render_template("batches/undo.html", batch=page.brief)
    made = engine.batches.start(
        auth.database(), page.brief.undone_by, {"batch": batch_id}, by=auth.person().name
    )
    return redirect(url_for("batches.shown", batch_id=made), 303)


def statuses(batch: engine.batches.BatchBrief) -> dict[str, str]:
    """Give status of a subject -> what pages say, in the words of the kind."""
    return {**_STATUSES, "done": batch.done}


def _done(
    act: Callable[[engine.Database, int, engine.Person], Any], batch_id: int, said: str
) -> ResponseReturnValue:
    act(auth.database(), batch_id, auth.person())
    banner.note(said)
    return redirect(url_for("batches.shown", batch_id=batch_id), 303)


def _asked(name: str, known: Mapping[str, str]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in known else ""
