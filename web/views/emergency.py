"""Emergency access: asking to see one case now, with a reason, and giving it back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner

blueprint = Blueprint("emergency", __name__, url_prefix="/emergency")

_INVALID = 422


@blueprint.route("", methods=["GET", "POST"])
def asked() -> ResponseReturnValue:
    """Ask for a case by its reference or the tenancy's, then lead to it."""
    mine = engine.oversight.my_emergencies(auth.database(), auth.person())
    problems: dict[str, str] = {}
    if request.method == "POST":
        said = [request.form.get(name, "") for name in ("reference", "reason")]
        try:
            case_id = engine.oversight.ask(auth.database(), auth.person(), *said)
        except engine.InvalidAnswers as invalid:
            problems = {one.question: one.message for one in invalid.problems}
        except engine.Rejected as refused:
            problems = {"reference": str(refused)}
        else:
            banner.note("This case is open to you until the end of today. It is on record why.")
            return redirect(url_for("cases.shown", case_id=case_id), 303)
    page = render_template("emergency/page.html", mine=mine, sent=request.form, problems=problems)
    return page, _INVALID if problems else 200


@blueprint.post("/<int:access_id>/end")
def ended(access_id: int) -> ResponseReturnValue:
    """End an emergency access before its time."""
    engine.oversight.end(auth.database(), auth.person(), access_id)
    banner.success("The emergency access is over.")
    back = "log.emergencies" if auth.may_open("log") else "emergency.asked"
    return redirect(url_for(back), 303)
