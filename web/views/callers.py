"""Who a caller is put through to: one box, one card a customer, no reason and no history."""

from __future__ import annotations

from flask import Blueprint, render_template, request

import engine
from web import auth

blueprint = Blueprint("callers", __name__)


@blueprint.get("/callers")
def looked_up() -> str:
    """Look up customers with an arrangement in force; 404 for those it does not exist for."""
    search = request.args.get("search", "").strip()
    found = engine.callers(auth.database(), auth.person(), search)
    engine.oversight.note_look_ups(
        auth.database(), auth.person(), (card.case_id for card in found.cards)
    )
    return render_template(
        "callers/page.html", search=search, is_asked="search" in request.args, found=found
    )
