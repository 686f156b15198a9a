"""The contact's own list: each customer they answer, and what that customer waits for (R-010)."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("my_customers", __name__)


@blueprint.get("/my-customers")
def listed() -> str:
    """Show the customers this person is contact or cover of, or stands in for today."""
    found = engine.open_matters.my_customers(auth.database(), auth.person())
    return render_template("my_customers/list.html", found=found)
