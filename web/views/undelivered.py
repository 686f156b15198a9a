"""What could not be delivered, for those who look after it: try it again, or give it up."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words
from web.paging import page_asked, pagination

blueprint = Blueprint("undelivered", __name__, url_prefix="/undelivered")

_INVALID = 422
#: A number longer than this is no row of any database.
_DIGITS = 9


@blueprint.get("")
def listed() -> str:
    """Show what could not be delivered, or what waits, the oldest first; 404 if not theirs."""
    show: engine.Show = "waiting" if request.args.get("show") == "waiting" else "dead"
    found = engine.undelivered(auth.database(), auth.person(), show, page_asked())
    return render_template(
        "undelivered/list.html",
        found=found,
        rows=found.rows,
        show=show,
        sent_ways=auth.settings().senders.channels,
        pagination=pagination(found.rows),
    )


@blueprint.post("")
def chosen() -> ResponseReturnValue:
    """Try again what was chosen, or everything; ask for a reason before giving something up."""
    _need_right()
    do, ids = request.form.get("do", ""), _ids()
    if do == "all_again":
        tried = engine.outbox.try_all_again(auth.database(), by=auth.person().name)
    elif not ids:
        banner.note("Choose at least one message, then press the button again.")
        return redirect(_back(), 303)
    elif do == "give_up":
        return _ask(ids)
    else:
        tried = engine.outbox.try_again(auth.database(), ids, by=auth.person().name)
    banner.success(f"{words.counted(tried, 'message')} will be tried again in a moment.")
    return redirect(_back(), 303)


@blueprint.post("/give-up")
def given_up() -> ResponseReturnValue:
    """Give up what was chosen, for the reason that was written; 422 without one."""
    _need_right()
    ids, reason = _ids(), request.form.get("reason", "")
    try:
        done = engine.outbox.give_up(auth.database(), ids, by=auth.person().name, reason=reason)
    except engine.InvalidAnswers as invalid:
        return _ask(ids, reason, invalid.problems[0].message), _INVALID
    banner.success(f"{words.counted(done, 'message')} given up. The reason is kept.")
    return redirect(_back(), 303)


def _need_right() -> None:
    if not auth.may_open("stuck steps"):
        abort(404)


def _ask(ids: list[int], reason: str = "", problem: str = "") -> str:
    return render_template(
        "undelivered/give_up.html",
        ids=ids,
        reason=reason,
        problem=problem,
        show=request.form.get("show", "dead"),
    )


def _ids() -> list[int]:
    given = request.form.getlist("id")
    return [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) <= _DIGITS]


def _back() -> str:
    show = "waiting" if request.form.get("show") == "waiting" else None
    return url_for("undelivered.listed", show=show)
