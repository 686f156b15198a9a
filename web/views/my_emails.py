"""How somebody wants to be told of their tasks by e-mail, on a page of their own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner

blueprint = Blueprint("my_emails", __name__, url_prefix="/my-emails")

_INVALID = 422


@blueprint.get("")
def shown() -> str:
    """Show what this person chose, or what applies until they choose."""
    chosen = engine.outbox.task_mail.choice_of(auth.database(), auth.person().name)
    return _page(chosen)


@blueprint.post("")
def chosen() -> ResponseReturnValue:
    """Keep what this person wants; 422 when nothing of it was chosen."""
    wanted = request.form.get("tasks", "")
    try:
        engine.outbox.task_mail.choose(auth.database(), auth.person().name, wanted)
    except engine.InvalidAnswers as invalid:
        return _page("", invalid.problems[0].message), _INVALID
    banner.success("It is kept. It applies from the next e-mail on.")
    return redirect(url_for("my_emails.shown"), 303)


def _page(chosen: str, problem: str = "") -> str:
    return render_template(
        "my_emails/page.html",
        chosen=chosen,
        problem=problem,
        ways=engine.outbox.task_mail.WAYS,
        is_sent="email" in auth.settings().senders.channels,
    )
