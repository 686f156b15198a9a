"""Complaints that run beside cases and are not answered yet, the most urgent first."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("complaints", __name__)


@blueprint.get("/complaints")
def listed() -> str:
    """Show the open complaints of the cases this person sees; 404 for those it is not for."""
    found = engine.complaints.open_complaints(auth.database(), auth.person())
    return render_template("complaints/list.html", found=found)
