"""The customer disagrees: their words, the ways to hear them with each clock, what to tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.filling import Filling, first_of_each, pressed
from web.questions import error_list, hidden_fields
from web.views.doors import new_mark, page_mark, refs_asked

blueprint = Blueprint("disagreements", __name__, url_prefix="/doors/the-customer-disagrees")

_DOOR = "customer_disagrees"
_INVALID = 422
#: The question before which the ways are shown, with what is proposed ticked.
_WAYS = "ways"


@blueprint.get("")
def searched() -> str:
    """Find the customer who disagrees, and what of theirs can be appealed."""
    if not auth.may_open("customers"):
        abort(404)
    search = request.args.get("search", "").strip()
    asked = (auth.database(), auth.person(), search)
    found = engine.decisions_of(*asked) if search else []
    undecided = engine.complaints.undecided_of(*asked) if search else []
    cases = [*(one.case_id for one in found), *(one.case_id for one in undecided)]
    engine.oversight.note_look_ups(auth.database(), auth.person(), cases)
    return render_template(
        "doors/disagrees.html",
        search=search,
        is_asked="search" in request.args,
        found=found,
        undecided=undecided,
    )


@blueprint.route("/log", methods=["GET", "POST"])
def heard() -> ResponseReturnValue:
    """Lead from the customer's words over the ways there are to check your answers."""
    filling = _filling()
    pages = [page.id for page in filling.form.pages]
    if request.method == "GET":
        return _asked(filling, pages[0], {})
    filling = filling.with_post(None, request.form)
    button, here = pressed(request.form), request.form.get("page", "")
    if button == "change" or here not in pages:
        return _asked(filling, pages[0], {})
    for one in pages[: pages.index(here) + 1]:
        problems = filling.problems_of(one)
        if problems:
            return _asked(filling, one, problems), _INVALID
    onward = pages[pages.index(here) + 1 :]
    if onward:
        return _asked(_with_proposals(filling), onward[0], {})
    return _recorded(filling) if button == "send" else _checked(filling)


@blueprint.get("/logged")
def logged() -> str:
    """Say what to tell the customer: each way that was logged, and by when they hear of it."""
    known = {"received_on": request.args.get("received_on", "")}
    ways = request.args.getlist("ways")
    view = _disagreement(known)
    told = [way for way in view.ways if way.name in ways]
    return render_template("doors/logged.html", view=view, ways=told)


def _filling() -> Filling:
    by, refs = auth.person().name, refs_asked()
    view = engine.form_of_message(auth.database(), _DOOR, by=by, refs=refs)
    return Filling.begun(
        view.form, view.choices, engine.today(auth.database()), suggested=view.defaults
    )


def _disagreement(raw: Mapping[str, Any]) -> engine.disagreeing.Disagreement:
    by = auth.person().name
    return engine.disagreeing.disagreement(auth.database(), raw, by=by, refs=refs_asked())


def _with_proposals(filling: Filling) -> Filling:
    """Tick what is proposed, unless somebody has chosen already."""
    if filling.raw.get(_WAYS):
        return filling
    ways = [way.name for way in _disagreement(filling.raw).ways if way.is_proposed]
    return Filling.begun(
        filling.form,
        filling.choices,
        filling.today,
        suggested={_WAYS: ways},
        typed={name: value for name, value in filling.raw.items() if name != _WAYS},
    )


def _asked(filling: Filling, page_id: str, problems: Mapping[str, str]) -> str:
    """Draw one page of the form, what was typed on the other one travelling with it."""
    page = filling.form.need_page(page_id)
    others = [one for one in filling.form.questions if one not in page.questions]
    fields = filling.fields(page, problems)
    return render_template(
        "doors/heard.html",
        form=filling.form,
        page=page,
        fields=fields,
        problems=error_list(fields, problems),
        hidden=hidden_fields(others, filling.raw),
        view=_disagreement(filling.raw),
        shows_ways=any(field.question.id == _WAYS for field in fields),
    )


def _checked(filling: Filling) -> str:
    return render_template(
        "doors/check.html",
        page_mark=new_mark(),
        page=filling.form.pages[-1].id,
        form=filling.form,
        spoken=[(page, rows, "") for page, rows in filling.spoken()],
        hidden=hidden_fields(filling.form.questions, filling.raw),
    )


def _recorded(filling: Filling) -> ResponseReturnValue:
    by, refs = auth.person().name, refs_asked()
    try:
        outcome = engine.receive(
            auth.database(), _DOOR, filling.raw, by=by, refs=refs, page_mark=page_mark()
        )
    except engine.InvalidAnswers as invalid:
        said = first_of_each([(one.question, one.message) for one in invalid.problems])
        page = filling.page_of(next(iter(said))).id if set(said) <= _ids(filling) else ""
        return _asked(filling, page or filling.form.pages[-1].id, said), _INVALID
    banner.told(outcome)
    known: dict[str, Any] = {**refs, _WAYS: filling.raw[_WAYS]}
    day = _iso(filling.raw["received_on"])
    return redirect(url_for("disagreements.logged", **known, received_on=day), 303)


def _ids(filling: Filling) -> set[str]:
    return {question.id for question in filling.form.questions}


def _iso(day: Any) -> str:
    """Give the day that was typed as an address names it."""
    return "{year:0>4}-{month:0>2}-{day:0>2}".format(**day) if isinstance(day, dict) else str(day)
