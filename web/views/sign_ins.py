"""Emergency sign-ins: who came in by a password, why, and who looked at it afterwards."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner

blueprint = Blueprint("sign_ins", __name__)


@blueprint.get("/sign-ins")
def listed() -> ResponseReturnValue:
    """List them, the newest first; 404 for those who do not look after them."""
    found = engine.sign_in.uses(auth.database(), auth.person())
    return render_template("sign_in/list.html", found=found)


@blueprint.post("/sign-ins/<int:use_id>/looked-at")
def looked_at(use_id: int) -> ResponseReturnValue:
    """Keep that a second person looked at one of them."""
    engine.sign_in.look_at(auth.database(), use_id, by=auth.person())
    banner.success("It is kept that you looked at this sign-in.")
    return redirect(url_for("sign_ins.listed"), 303)
