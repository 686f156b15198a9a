"""Requests for data: what is open, who else is in the data, the copy that is made and given."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, policy
from web.downloads import downloaded

blueprint = Blueprint("data_requests", __name__, url_prefix="/data-requests")

_INVALID = 422
_ZIP = "application/zip"


@blueprint.get("")
def listed() -> str:
    """Show open requests and standing holds; figures alone for managers, 404 for the rest."""
    found = engine.data_copies.listed(auth.database(), auth.person())
    return render_template("data_requests/list.html", found=found)


@blueprint.get("/<int:request_id>")
def shown(request_id: int) -> str:
    """Show one request with everybody else in the data, and the copies that were made."""
    return _page(request_id)


@blueprint.post("/<int:request_id>/decide")
def decide(request_id: int) -> ResponseReturnValue:
    """Keep what is decided about somebody else's name."""
    given = {name: request.form.get(name, "") for name in ("name", "decision", "reason")}
    try:
        engine.data_copies.decide(auth.database(), request_id, person=auth.person(), **given)
    except engine.InvalidAnswers as invalid:
        return _page(request_id, [problem.message for problem in invalid.problems]), _INVALID
    banner.success("It is decided, and a copy made from now on follows it.")
    return redirect(url_for("data_requests.shown", request_id=request_id), 303)


@blueprint.post("/<int:request_id>/make")
def make(request_id: int) -> ResponseReturnValue:
    """Make the copy as everything stands now."""
    number = engine.data_copies.make(auth.database(), request_id, auth.person())
    banner.success(f"Copy {number} is made. Read it, then choose it in the task.")
    return redirect(url_for("data_requests.shown", request_id=request_id), 303)


@blueprint.get("/copies/<int:copy_id>")
def download(copy_id: int) -> Response:
    """Give a copy to be kept; a browser never shows it as a page of ours."""
    copy = engine.data_copies.open_copy(auth.database(), copy_id, auth.person())
    answer = downloaded(copy.content, copy.name, _ZIP)
    answer.headers.update(policy.HARMLESS)
    return answer


def _page(request_id: int, problems: list[str] | None = None) -> str:
    found = engine.data_copies.page(auth.database(), request_id, auth.person())
    said = [{"text": text, "href": "#name"} for text in problems or ()]
    return render_template("data_requests/page.html", found=found, problems=said)
