"""The register: every arrangement with its contact, its dates and the state of its flags."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.paging import page_asked, pagination

blueprint = Blueprint("register", __name__)

#: Part of the register -> what its link says.
_PARTS = {
    "live": "In force or coming",
    "review": "Review late or due soon",
    "ended": "Ended",
    "all": "All",
}
_TAKE_OVER = "arrangement_taken_over"


@blueprint.get("/register")
def listed() -> ResponseReturnValue:
    """Show one part of the register."""
    search = request.args.get("search", "").strip()
    part = request.args.get("show", "live")
    show = part if part in _PARTS else "live"
    found = engine.register(auth.database(), auth.person(), search, page_asked(), show=show)
    return render_template(
        "register/list.html",
        found=found,
        search=search,
        show=show,
        parts=[
            (name, url_for("register.listed", show=key, search=search or None), key == show)
            for key, name in _PARTS.items()
        ],
        take_over=_take_over(),
        pagination=pagination(found),
    )


def _take_over() -> str:
    """Give the address of the form for an arrangement from an old register; "" if not theirs."""
    allowed = engine.DOORS[_TAKE_OVER].roles & set(auth.person().roles)
    return url_for("doors.message", message=_TAKE_OVER) if allowed else ""
