"""The doors: a concern, and every other message or action with a form."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, meanwhile
from web.filling import Filling, first_of_each, pressed
from web.questions import error_list, hidden_fields

blueprint = Blueprint("doors", __name__)

_INVALID = 422
#: The mark of a page: long enough never to be made twice.
_MARK_BYTES = 16
_MARK_LENGTH = 64
#: What a message may be about; an address names them with their numbers.
_REFS = (
    *("case_id", "decision_id", "arrangement_id", "appeal_id", "stage_id", "third_party_id"),
    "absence_id",
)
_CASE_PROCESS = "spoc_case"
#: Actions after which the section is shown that they changed; after the others the case.
#: Actions that begin with what stands there and write all of it back.
_BEGINS_WITH_WHAT_STANDS = frozenset({"change_customer", "change_meeting"})
_SHOWS = dict.fromkeys(("add_evidence", "correct_evidence", "class_evidence"), "evidence")


@dataclass(frozen=True)
class _Drawn:
    """What a page carries beside the form."""

    #: Where back leads.
    back: str
    #: What the form began with, where it writes all of it back; "" for others.
    began: str = ""
    #: What is open on our side of the case.
    owing: engine.StillOwed | None = None


@blueprint.post("/doors/raise-a-concern")
def raise_a_concern() -> ResponseReturnValue:
    """Open a case and lead to its first task.

    case_id: the closed case of a concern that came back; what is known goes into the first form.
    """
    earlier, by = refs_asked().get("case_id"), auth.person().name
    if earlier:
        outcome = engine.start_again(auth.database(), earlier, by=by)
    else:
        outcome = engine.start(auth.database(), _CASE_PROCESS, by=by)
    banner.success(outcome.sentence)
    if outcome.opened:
        return redirect(url_for("task.opened", work_item_id=outcome.opened[0]), 303)
    return redirect(url_for("tasks.listed"), 303)


@blueprint.route("/doors/<message>", methods=["GET", "POST"])
def message(message: str) -> ResponseReturnValue:
    """Take in one message from outside: its form, check your answers, then deliver it."""
    refs, by = refs_asked(), auth.person().name
    if message == "customer_disagrees" and request.method == "GET":
        # Its own pages lead through it, with the clock of each way.
        return redirect(url_for("disagreements.heard", **dict[str, Any](refs)), 303)
    view = engine.form_of_message(auth.database(), message, by=by, refs=refs)

    def deliver(raw: Mapping[str, Any]) -> ResponseReturnValue:
        outcome = engine.receive(
            auth.database(), message, raw, by=by, refs=refs, page_mark=page_mark()
        )
        banner.told(outcome)
        return redirect(url_for("tasks.listed"), 303)

    drawn = _Drawn(url_for("tasks.listed"), owing=_owing(refs.get("case_id")))
    return _at_the_counter(view, deliver, drawn)


@blueprint.route("/cases/<int:case_id>/act/<action>", methods=["GET", "POST"])
def act(case_id: int, action: str) -> ResponseReturnValue:
    """Do one action of the case page: its form, check your answers, then record it."""
    by, case = auth.person().name, f"/cases/{case_id}"
    view = engine.form_of_action(auth.database(), action, case_id, by=by)
    if request.method == "GET" and not _is_offered(case_id, action):
        # What was sent is answered by the engine: a page may be sent twice.
        abort(404)

    def record(raw: Mapping[str, Any]) -> ResponseReturnValue:
        engine.act(auth.database(), action, case_id, raw, by=by, page_mark=page_mark())
        banner.success(f"“{view.form.title}” is recorded.")
        return redirect(f"{case}/{_SHOWS[action]}" if action in _SHOWS else case, 303)

    began = meanwhile.as_begun(view.defaults) if action in _BEGINS_WITH_WHAT_STANDS else ""
    return _at_the_counter(view, record, _Drawn(case, began, _owing(case_id)))


def _is_offered(case_id: int, action: str) -> bool:
    """Tell whether the case has something this action could be about now."""
    page = engine.case(auth.database(), case_id, auth.person(), ())
    return action in {one.name for one in page.actions}


def _at_the_counter(
    view: engine.FormView,
    finish: Callable[[Mapping[str, Any]], ResponseReturnValue],
    drawn: _Drawn,
) -> ResponseReturnValue:
    """Lead through a form that keeps no draft: what is typed travels with each post.

    Where the page carries what it began with, nothing is undone that somebody else changed since.
    """
    filling = Filling.begun(
        view.form, view.choices, engine.today(auth.database()), suggested=view.defaults
    )
    if request.method == "GET":
        return _asked(filling, {}, drawn)
    filling = filling.with_post(None, request.form)
    began = request.form.get(meanwhile.BEGAN, "")
    filling, problems = meanwhile.of_form(filling, began, view.defaults)
    button = pressed(request.form)
    if button in ("rows", "change"):
        return _asked(filling, problems, drawn)
    problems = problems or filling.problems_of()
    if problems:
        return _asked(filling, problems, drawn), _INVALID
    if button != "send":
        return _shown(filling, drawn)
    try:
        return finish(filling.raw)
    except engine.InvalidAnswers as invalid:
        said = first_of_each([(one.question, one.message) for one in invalid.problems])
        return _asked(filling, said, drawn), _INVALID


def _owing(case_id: int | None) -> engine.StillOwed | None:
    """Give what is open on our side of a case; nothing where the door is about none yet."""
    if case_id is None:
        return None
    return engine.still_owed(auth.database(), auth.person(), case_id)


def page_mark() -> str | None:
    """Give the mark of the page that was sent, by which a second sending is known."""
    return request.form.get("page_mark", "")[:_MARK_LENGTH] or None


def new_mark() -> str:
    """Make the mark of one page that may be sent once."""
    return secrets.token_urlsafe(_MARK_BYTES)


def _asked(filling: Filling, problems: Mapping[str, str], drawn: _Drawn) -> str:
    """Draw the whole form on one page."""
    parts = filling.all_fields(problems)
    fields = [field for _, inside in parts for field in inside]
    return render_template(
        "doors/form.html",
        form=filling.form,
        parts=parts,
        problems=error_list(fields, problems),
        back_to=drawn.back,
        began=drawn.began,
        owing=drawn.owing,
    )


def _shown(filling: Filling, drawn: _Drawn) -> str:
    """Draw check your answers."""
    return render_template(
        "doors/check.html",
        page_mark=new_mark(),
        form=filling.form,
        spoken=[(page, rows, "") for page, rows in filling.spoken()],
        hidden=hidden_fields(filling.form.questions, filling.raw),
        back_to=drawn.back,
        began=drawn.began,
        owing=drawn.owing,
    )


def refs_asked() -> dict[str, int]:
    """Read from the address what a message is about; a number that is none is left out."""
    given = {name: request.args.get(name, "") for name in _REFS}
    return {name: int(text) for name, text in given.items() if text.isdecimal() and len(text) < 10}  # noqa: PLR2004
