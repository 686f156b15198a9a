"""Moving running cases to another version: which ones, and what steps are called now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.running_filter import number_of

blueprint = Blueprint("moving", __name__, url_prefix="/batches")

_INVALID = 422
#: Stands between the process and the step in the name of a field.
_BETWEEN = "/"
_LONGEST_ID = 200


@blueprint.route("/move", methods=["GET", "POST"])
def chosen() -> ResponseReturnValue:
    """Ask which runs go to which version, then make the preview."""
    choices = engine.batches.move_choices(auth.database(), auth.person())
    asked = _asked()
    problem = ""
    if request.method == "POST":
        try:
            if asked.get("to") is None:
                raise engine.Rejected("Expected the version they move to. Choose one.")
            made = engine.batches.start(auth.database(), "move", asked, by=auth.person().name)
            return redirect(url_for("batches.shown", batch_id=made), 303)
        except engine.Rejected as error:
            problem = str(error)
    page = render_template(
        "batches/move.html",
        choices=choices,
        asked={"to": next(iter(choices.versions), None), **asked},
        processes=sorted({(one.process, one.process_id) for one in choices.running}),
        problem=problem,
    )
    return page, _INVALID if problem else 200


@blueprint.route("/<int:batch_id>/steps", methods=["GET", "POST"])
def steps(batch_id: int) -> ResponseReturnValue:
    """Ask what the steps are called that another version does not have; then preview anew."""
    database, person = auth.database(), auth.person()
    brief = engine.batches.batch(database, batch_id, person).brief
    lost = engine.batches.lost_steps(database, batch_id, person)
    problem = ""
    if request.method == "POST":
        try:
            wanted = engine.batches.with_renames(database, batch_id, person, _named())
            made = engine.batches.start(database, "move", wanted, by=person.name)
            if brief.state == "ready":
                engine.batches.discard(database, batch_id, person)
            return redirect(url_for("batches.shown", batch_id=made), 303)
        except engine.Rejected as error:
            problem = str(error)
    page = render_template(
        "batches/steps.html", batch=brief, lost=lost, chosen=request.form, problem=problem
    )
    return page, _INVALID if problem else 200


def _asked() -> dict[str, Any]:
    """Read what is asked for from the form or the address; what is no choice is left out."""
    given = request.form if request.method == "POST" else request.args
    found: dict[str, Any] = {
        "to": number_of(given.get("to", "")),
        "from": number_of(given.get("from", "")),
        "process": _id(given.get("process", "")),
        "step": _id(given.get("step", "")),
    }
    return {name: value for name, value in found.items() if value}


def _id(text: str) -> str:
    """Give an id of a diagram as it was typed into an address; no database takes a null byte."""
    return text.replace("\0", "").strip()[:_LONGEST_ID]


def _named() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for field, new in request.form.items():
        process, between, step = field.partition(_BETWEEN)
        if between and new:
            found.setdefault(process, {})[step] = new
    return found
