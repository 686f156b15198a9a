"""Letters to post: what is to be printed today, the PDF of a list, and that it was posted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words

blueprint = Blueprint("post", __name__, url_prefix="/letters-to-post")

_INVALID = 422
_DIGITS = 9
_PARTS = ("day", "month", "year")
_NO_DATE = "Enter a date with a day, a month and a year"


@blueprint.get("")
def listed() -> str:
    """Show what is to be printed, and the lists of the last while; 404 if not theirs."""
    found = engine.outbox.print_packs.to_post(auth.database(), auth.person())
    return render_template("post/list.html", found=found)


@blueprint.post("")
def made() -> ResponseReturnValue:
    """Put what is to be printed on one list."""
    pack_id = engine.outbox.print_packs.make_pack(auth.database(), auth.person())
    banner.success("The letters are on a list of their own. Print it, then say that it was posted.")
    return redirect(url_for("post.shown", pack_id=pack_id), 303)


@blueprint.get("/<int:pack_id>")
def shown(pack_id: int) -> str:
    """Show one list with its letters."""
    today = engine.today(auth.database())
    return _page(pack_id, {part: str(getattr(today, part)) for part in _PARTS})


@blueprint.get("/<int:pack_id>.pdf")
def pdf(pack_id: int) -> ResponseReturnValue:
    """Give the letters of a list as one PDF to print."""
    content = engine.outbox.print_packs.pack_pdf(auth.database(), pack_id, auth.person())
    _, letters = engine.outbox.print_packs.pack(auth.database(), pack_id, auth.person())
    engine.oversight.note_export(
        auth.database(), auth.person(), "print_pack", rows=len(letters), object_id=pack_id
    )
    answer = Response(content, mimetype="application/pdf")
    name = f"Letters to post, list {pack_id}.pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.post("/<int:pack_id>")
def posted(pack_id: int) -> ResponseReturnValue:
    """Keep that a list was posted; 422 with a sentence when the day or the proof cannot be."""
    typed = {part: request.form.get(f"posted_on-{part}", "").strip() for part in _PARTS}
    proof = request.form.get("proof", "")
    on = _date(typed)
    if on is None:
        return _page(pack_id, typed, proof, [("posted_on", _NO_DATE)]), _INVALID
    try:
        done = engine.outbox.print_packs.post(
            auth.database(), pack_id, auth.person(), on=on, proof=proof, not_posted=_not_posted()
        )
    except engine.InvalidAnswers as invalid:
        problems = [(one.question, one.message) for one in invalid.problems]
        return _page(pack_id, typed, proof, problems), _INVALID
    banner.success(f"{words.counted(done, 'letter')} posted. It is kept with each of them.")
    return redirect(url_for("post.listed"), 303)


def _page(
    pack_id: int,
    typed: dict[str, str],
    proof: str = "",
    problems: list[tuple[str, str]] | None = None,
) -> str:
    pack, letters = engine.outbox.print_packs.pack(auth.database(), pack_id, auth.person())
    said: dict[str, Any] = dict(problems or [])
    return render_template(
        "post/pack.html",
        pack=pack,
        letters=letters,
        typed=typed,
        proof=proof,
        said=said,
        not_posted=_not_posted(),
    )


def _date(typed: dict[str, str]) -> dt.date | None:
    try:
        return dt.date(int(typed["year"]), int(typed["month"]), int(typed["day"]))
    except ValueError:
        return None


def _not_posted() -> list[int]:
    given = request.form.getlist("not_posted")
    return [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) <= _DIGITS]
