"""Somebody leaves: all their arrangements on one page, and other people named in each."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.asked import Asked

blueprint = Blueprint("other_contacts", __name__, url_prefix="/other-contacts")

_INVALID = 422


@blueprint.get("")
def listed() -> str:
    """Show everybody who is contact or cover of arrangements; 404 for who may name nobody."""
    found = engine.batches.contacts_held(auth.database(), auth.person())
    return render_template("other_contacts/list.html", found=found)


@blueprint.route("/<name>", methods=["GET", "POST"])
def shown(name: str) -> ResponseReturnValue:
    """Show the arrangements of one person, and take in who is named in each."""
    leaving = engine.batches.held_by(auth.database(), auth.person(), name)
    asked = Asked(request.form)
    if request.method == "POST":
        try:
            made = engine.batches.name_others(auth.database(), auth.person(), name, _named(leaving))
        except engine.InvalidAnswers as invalid:
            asked.add(invalid.problems)
        else:
            return redirect(url_for("batches.shown", batch_id=made), 303)
    page = render_template(
        "other_contacts/page.html",
        leaving=leaving,
        sent=asked.sent,
        is_sent=request.method == "POST",
        problems=asked.problems,
    )
    return page, _INVALID if asked.problems else 200


def _named(leaving: engine.batches.LeavingContact) -> engine.batches.Named:
    """Give what was chosen: each arrangement's own choice goes before that for all."""
    chosen = {
        one.id: (
            _part(one.id, "spoc", one.spoc, leaving.name),
            _part(one.id, "cover", one.cover, leaving.name),
        )
        for one in leaving.held
        if request.form.get(f"take.{one.id}")
    }
    agreed = request.form.get("agreed") == "yes"
    return engine.batches.Named(chosen, request.form.get("letter", ""), agreed)


def _part(arrangement_id: int, part: str, now: str, leaver: str) -> str:
    own = request.form.get(f"{part}.{arrangement_id}", "")
    return own or (request.form.get(f"all-{part}", "") if now in (leaver, "") else now)
