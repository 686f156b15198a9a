"""The partner organisation: agreements, notices by form and file, and what waits for an answer."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.asked import Asked

blueprint = Blueprint("partner", __name__, url_prefix="/partner")

_INVALID = 422


@blueprint.get("")
def overview() -> str:
    """Show what stands between the partner and us; 404 for those it is not for."""
    found = engine.partner.partner_page(auth.database(), auth.person())
    return render_template("partner/overview.html", found=found)


@blueprint.route("/file", methods=["GET", "POST"])
def notices_file() -> ResponseReturnValue:
    """Take a file of notices: first what each row would do, then all of it or nothing.

    The preview keeps nothing: what was read travels with the page and is looked at again.
    """
    if not auth.may_open("partner notices"):
        abort(404)
    if request.method == "GET":
        return _asked("")
    try:
        text = _text_sent()
        if request.form.get("step") != "take":
            rows = engine.partner.look_at_notices(auth.database(), text, by=auth.person().name)
            return render_template("partner/file.html", rows=rows, text=text)
        rows = engine.partner.take_notices(auth.database(), text, by=auth.person().name)
    except engine.InvalidAnswers as invalid:
        return _asked(invalid.problems[0].message), _INVALID
    except engine.partner.NoticesRefused as refused:
        return render_template("partner/file.html", rows=refused.rows, text=text), _INVALID
    new = sum(not row.is_known for row in rows)
    banner.success(f"{new} of {len(rows)} notices are taken in; the others we had already.")
    return redirect(url_for("partner.overview"), 303)


def _text_sent() -> str:
    """Give the text of the file; InvalidAnswers when there is none or it is no text."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        kept = request.form.get("text", "")
        if kept:
            return kept
        raise engine.InvalidAnswers([engine.Problem("file", "Choose a CSV file")])
    try:
        return sent.stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise engine.InvalidAnswers(
            [
                engine.Problem(
                    "file", "Expected a CSV file in UTF-8, but it is not. Save it as CSV UTF-8."
                )
            ]
        ) from error


def _asked(problem: str) -> str:
    problems = [{"text": problem, "href": "#file"}] if problem else []
    return render_template(
        "partner/file.html", rows=None, problems=problems, most_rows=engine.partner.MOST_ROWS
    )


@blueprint.route("/owners", methods=["GET", "POST"])
def owners() -> ResponseReturnValue:
    """Give arrangements over to another organisation: asked here, shown and begun as a batch."""
    found = engine.batches.owners(auth.database(), auth.person())
    asked = Asked(request.form)
    if request.method == "POST":
        given = {name: asked.sent.get(name, "") for name in ("owner", "to", "basis", "which")}
        day = asked.day().isoformat()
        try:
            made = engine.batches.give_over(
                auth.database(),
                auth.person(),
                {**given, "day-day": "" if asked.problems else day},
            )
        except engine.InvalidAnswers as invalid:
            asked.add(invalid.problems)
        except engine.batches.NothingToDo as nothing:
            asked.add([engine.Problem("which", str(nothing))])
        else:
            return redirect(url_for("batches.shown", batch_id=made), 303)
    page = render_template(
        "partner/owners.html", found=found, sent=asked.sent, problems=asked.problems
    )
    return page, _INVALID if asked.problems else 200


@blueprint.route("/compare", methods=["GET", "POST"])
def compared() -> ResponseReturnValue:
    """Compare the partner's list with our register; only the figures are kept."""
    if not auth.may_open("partner notices"):
        abort(404)
    found, problems = None, []
    if request.method == "POST":
        try:
            found = engine.partner.compare(auth.database(), auth.person(), _text_sent())
        except engine.InvalidAnswers as invalid:
            problems = [{"text": invalid.problems[0].message, "href": "#file"}]
    page = render_template(
        "partner/compare.html",
        found=found,
        made=engine.partner.comparisons_made(auth.database(), auth.person()),
        problems=problems,
        most_rows=engine.partner.MOST_ROWS,
    )
    return page, _INVALID if problems else 200
