"""A date was wrong: the calendar, when an appeal was received, how long one can appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.asked import Asked

blueprint = Blueprint("wrong_dates", __name__, url_prefix="/dates")

_INVALID = 422
_NO_REASON = "Enter why"
_LONGEST_NAME = 80


@blueprint.get("")
def listed() -> str:
    """Show what can have been wrong; 404 for those who cannot say so."""
    _need_right()
    return render_template("dates/list.html")


@blueprint.route("/calendar", methods=["GET", "POST"])
def calendar() -> ResponseReturnValue:
    """Change a day of the calendar, then preview what it does to dates worked out already."""
    _need_right()
    asked = Asked(request.form)
    if request.method == "POST":
        what = request.form.get("what", "")
        if what not in ("add", "remove", "again"):
            asked.problems["what"] = "Choose what happened"
        day = dt.date.min if what == "again" else asked.day()
        name = asked.text("name", "Enter what day it is", _LONGEST_NAME) if what == "add" else ""
        reason = asked.text("reason", _NO_REASON)
        if not asked.problems:
            try:
                if what != "again":
                    by = auth.person().name
                    engine.change_calendar(auth.database(), day, name, by=by, reason=reason)
            except engine.Rejected as refused:
                asked.problems["day-day"] = str(refused)
            else:
                return _worked_out_again(asked, reason)
    return _page("dates/calendar.html", asked)


def _worked_out_again(asked: Asked, reason: str) -> ResponseReturnValue:
    """Preview what the calendar as it is now does; it stays changed if that cannot begin."""
    try:
        return _previewed("rearm", {"what": "calendar"}, reason)
    except engine.batches.NothingToDo:
        banner.success("The calendar is as you said. No case has a date that it could change.")
        return redirect(url_for("wrong_dates.listed"), 303)
    except engine.Rejected as refused:
        asked.problems["what"] = (
            f"The calendar is changed, but the preview could not begin: {refused} "
            "Choose \u201cOnly work dates out again\u201d."
        )
    return _page("dates/calendar.html", asked)


@blueprint.route("/receipt/<int:case_id>/<int:appeal_id>", methods=["GET", "POST"])
def receipt(case_id: int, appeal_id: int) -> ResponseReturnValue:
    """Say on which other day an appeal was received, then preview what it does."""
    _need_right()
    case = engine.case(auth.database(), case_id, auth.person(), ["decisions"])
    appeals = [appeal for decision in case.decisions for appeal in decision.appeals]
    appeal = next((one for one in appeals if one.id == appeal_id), None) or abort(404)
    asked = Asked(request.form)
    if request.method == "POST":
        day, reason = asked.day(), asked.text("reason", _NO_REASON)
        if not asked.problems:
            wanted = {"what": "receipt", "appeal": appeal_id, "received_on": day.isoformat()}
            try:
                return _previewed("rearm", wanted, reason)
            except engine.Rejected as refused:
                asked.problems["day-day"] = str(refused)
    return _page("dates/receipt.html", asked, case=case.brief, appeal=appeal)


@blueprint.route("/appeal-time", methods=["GET", "POST"])
def appeal_time() -> ResponseReturnValue:
    """Give more time to appeal every decision for which there is time left today."""
    _need_right()
    return _more_time("dates/appeal_time.html", {})


@blueprint.route("/appeal-time/<int:case_id>/<int:decision_id>", methods=["GET", "POST"])
def time_of_one(case_id: int, decision_id: int) -> ResponseReturnValue:
    """Give more time to appeal one decision, which may be over."""
    _need_right()
    case = engine.case(auth.database(), case_id, auth.person(), ["decisions"])
    found = [one for one in case.decisions if one.id == decision_id and one.appeal_until]
    if not found:
        abort(404)
    wanted = {"decision": decision_id}
    return _more_time("dates/appeal_time.html", wanted, case=case.brief, decision=found[0])


def _more_time(template: str, wanted: Mapping[str, Any], **more: Any) -> ResponseReturnValue:
    asked = Asked(request.form)
    if request.method == "POST":
        day, reason = asked.day(), asked.text("reason", _NO_REASON)
        if not asked.problems:
            try:
                return _previewed("appeal_time", {**wanted, "until": day.isoformat()}, reason)
            except engine.Rejected as refused:
                asked.problems["day-day"] = str(refused)
    return _page(template, asked, **more)


def _previewed(kind: str, wanted: Mapping[str, Any], reason: str) -> ResponseReturnValue:
    """Start the batch and go to its preview."""
    made = engine.batches.start(auth.database(), kind, wanted, by=auth.person().name, reason=reason)
    return redirect(url_for("batches.shown", batch_id=made), 303)


def _need_right() -> None:
    if not auth.may_open("wrong dates"):
        abort(404)


def _page(template: str, asked: Asked, **more: Any) -> ResponseReturnValue:
    made = render_template(template, sent=asked.sent, problems=asked.problems, **more)
    return made, _INVALID if asked.problems else 200
