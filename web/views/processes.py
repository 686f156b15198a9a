"""The published processes, to read: the list, and one with its diagram and its steps."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("processes", __name__)


@blueprint.get("/processes")
def listed() -> str:
    """Show every published process; 404 for those they do not exist for."""
    found = engine.processes(auth.database(), auth.person())
    runs = engine.runs_by_process(auth.database(), auth.person())
    return render_template("processes/list.html", found=found, runs=runs)


@blueprint.get("/processes/<process_id>")
def shown(process_id: str) -> str:
    """Show one published process: what begins it, its diagram, its steps in order."""
    page = engine.process(auth.database(), process_id, auth.person())
    return render_template("processes/page.html", process=page)
