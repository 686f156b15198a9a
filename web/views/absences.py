"""Absences: my own, and for those who look after them everybody's, with gaps and notices due."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("absences", __name__)


@blueprint.get("/absences")
def listed() -> str:
    """Show the absences this person may see: their own, or those of everybody."""
    found = engine.absences.absence_page(auth.database(), auth.person())
    return render_template("absences/list.html", found=found, ahead=engine.absences.AHEAD)
