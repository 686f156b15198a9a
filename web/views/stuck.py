"""Stuck steps for those who look after them: what happened, and the button to try again."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.paging import page_asked, pagination

blueprint = Blueprint("stuck", __name__)


@blueprint.get("/stuck")
def listed() -> ResponseReturnValue:
    """Show every stuck step, the oldest first."""
    found = engine.stuck_steps(auth.database(), auth.person(), page_asked())
    return render_template("stuck/list.html", found=found, pagination=pagination(found))


@blueprint.post("/stuck/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try one stuck step again, say whether it went on, and go back to where one came from."""
    went_on = engine.retry(auth.database(), incident_id, by=auth.person().name)
    if went_on:
        banner.success("The step went on.")
    else:
        banner.note("The step got stuck again. Read what happened, and ask for help if it stays.")
    back = auth.local_path(request.form.get("next")) or url_for("stuck.listed")
    return redirect(back, 303)
