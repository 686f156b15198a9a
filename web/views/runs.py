"""One run: its diagrams, its history and what was answered, now or as it was on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, frame, words
from web.dates import date_of
from web.paging import page_asked, pagination, slice_of

blueprint = Blueprint("runs", __name__)

#: What the address says when the steps of the system are to be shown as well.
_EVERYTHING = "everything"
#: Entries of the history on one page: a year of most runs.
_ENTRIES = 200
_UNPROCESSABLE = 422


@blueprint.get("/runs/<int:instance_id>")
def shown(instance_id: int) -> ResponseReturnValue:
    """Show one run; ``?on=2026-04-10``: as it was at the end of that day."""
    asked = request.args.get("on", "").strip()
    day, problem = _day(asked)
    run = engine.run_page(auth.database(), instance_id, auth.person(), day)
    if day and not problem and day < date_of(run.started_at):
        problem = f"This run began on {words.day(date_of(run.started_at))}. Enter a later date"
        day, run = None, engine.run_page(auth.database(), instance_id, auth.person())
    page = render_template(
        "runs/page.html",
        run=run,
        day=day,
        asked=asked,
        problem=problem,
        problems=[problem] if problem else [],
        may_retry=auth.may_open("stuck steps"),
        **_drawn(run),
        **_told(run.history),
    )
    return page, _UNPROCESSABLE if problem else 200


def _day(asked: str) -> tuple[dt.date | None, str]:
    """Read the day in the address; (None, a sentence) for what is no day that has begun."""
    if not asked:
        return None, ""
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        return None, "Enter a date as year-month-day, such as 2026-04-10"
    today = frame.today()
    if day > today:
        return None, f"Enter a date that is not after today, {words.day(today)}"
    return day, ""


def _drawn(run: engine.RunPage) -> dict[str, Any]:
    """Give the processes to draw: the one asked for, else what runs, else the run's own."""
    asked = request.args.get("process", "")
    chosen = [one for one in run.diagrams if one.process_id == asked]
    if asked and not chosen:
        abort(404)
    running = [one for one in run.diagrams if one.is_running]
    own = [one for one in run.diagrams if one.process_id == run.process_id]
    drawn = chosen or running or own
    others = [one for one in run.diagrams if one not in drawn]
    return {"drawn": drawn, "others": others, "running": running, "step": request.args.get("step")}


def _told(events: Sequence[engine.RunEvent]) -> dict[str, Any]:
    """Give one page of the history by days: people and dates, or everything if asked."""
    short = [event for event in events if not event.is_routine]
    is_whole = request.args.get("show") == _EVERYTHING or not short
    part = slice_of(events if is_whole else short, page_asked(), _ENTRIES)
    return {
        "days": [(day, list(ones)) for day, ones in groupby(part, lambda one: _date_said(one.at))],
        "part": part,
        "is_whole": is_whole,
        "routine": len(events) - len(short),
        "can_be_short": bool(short),
        "pagination": pagination(part),
    }


def _date_said(at: dt.datetime) -> str:
    return words.day(date_of(at))


@blueprint.app_template_global()
def run_address(instance_id: int, **changed: Any) -> str:
    """Give the address of a run that keeps what the page shows, but for what is `changed`."""
    kept = {
        name: request.args[name]
        for name in ("on", "process", "show", "page")
        if request.args.get(name) and name not in changed
    }
    asked = {name: value for name, value in {**kept, **changed}.items() if value}
    return url_for("runs.shown", instance_id=instance_id, **asked)
