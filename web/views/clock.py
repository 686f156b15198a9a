"""The clock of the demonstration: put forward from the foot of any page, never back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words

blueprint = Blueprint("clock", __name__)

#: The demonstration goes on in the morning of a day.
_MORNING = dt.time(9, 0)


@blueprint.post("/demonstration/clock")
def forward() -> ResponseReturnValue:
    """Put the clock forward; everything that falls due on the way happens. 404 outside a demo."""
    if not auth.settings().demo:
        abort(404)
    onward = auth.local_path(request.form.get("next")) or url_for("tasks.listed")
    wanted = _wanted(request.form)
    if wanted is None:
        banner.note("Enter a day, a month and a year that exist, like 27 3 2027.")
        return redirect(onward, 303)
    engine.move_clock(auth.database(), dt.datetime.combine(wanted, _MORNING))
    banner.note(f"It is now {words.day(wanted)}. What fell due has happened.")
    return redirect(onward, 303)


def _wanted(sent: Any) -> dt.date | None:
    """Give the day asked for; None when there is no such day."""
    today = engine.today(auth.database())
    if sent.get("to") == "next_day":
        return today + dt.timedelta(days=1)
    if sent.get("to") == "next_working_day":
        return engine.working_day_ahead(auth.database(), 1)
    try:
        return dt.date(*(int(sent.get(part, "")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None
