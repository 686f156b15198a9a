"""A contact logged in under a minute, from any page: find the customer, answer one short form."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
import forms
from web import auth, banner
from web.dates import date_of, time_of_day
from web.filling import Filling, first_of_each
from web.questions import error_list

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")

_ACTION = "log_contact"
#: How a message is sorted that somebody else has to read first.
_UNREAD = "to_be_read"
_INVALID = 422
_MARK_BYTES = 16
_MARK_LENGTH = 64
#: A number of more digits is no row of ours.
_DIGITS = 9
#: Answers after which something has to happen now -> what the page says on top.
URGENT: Mapping[str, str] = {
    "emergency": "This is an emergency: help comes first",
    "safeguarding": "Somebody may need protection",
    "appeal_or_complaint": "The customer disagrees or complains",
    "legal_or_data": "A legal letter, or a request for the customer's data",
    "new_matter": "A new matter is to be dealt with",
}


@blueprint.get("/log")
def find() -> ResponseReturnValue:
    """Find whose contact it is; one customer alone is taken at once.

    near: the case of the page somebody comes from, taken if a contact can be logged for it.
    """
    if not auth.may_open("callers"):
        abort(404)
    search = request.args.get("search", "").strip()
    near = request.args.get("near", "")
    if not search and near.isdecimal() and _is_possible(near):
        return redirect(url_for("contacts.log", case_id=int(near)), 303)
    found = engine.contact_subjects.find(auth.database(), auth.person(), search)
    engine.oversight.note_look_ups(
        auth.database(), auth.person(), (one.case_id for one in found.subjects)
    )
    if len(found.subjects) == 1:
        return redirect(url_for("contacts.log", case_id=found.subjects[0].case_id), 303)
    route = engine.contact_subjects.emergency_route(auth.database(), auth.person())
    is_asked = "search" in request.args
    return render_template(
        "contacts/find.html", search=search, is_asked=is_asked, found=found, route=route
    )


@blueprint.route("/log/<int:case_id>", methods=["GET", "POST"])
def log(case_id: int) -> ResponseReturnValue:
    """Log one contact with this customer: day and time stand there already."""
    by = auth.person().name
    subject = engine.contact_subjects.one(auth.database(), auth.person(), case_id)
    view = engine.form_of_action(auth.database(), _ACTION, case_id, by=by)
    filling = Filling.begun(
        _offered(view.form, subject),
        view.choices,
        view.today,
        suggested={**view.defaults, **_now()},
    )
    if request.method == "GET":
        return _asked(subject, filling, {})
    filling = filling.with_post(None, request.form)
    problems = filling.problems_of() or _record(case_id, filling.raw)
    if problems:
        return _asked(subject, filling, problems), _INVALID
    triage = str(filling.raw.get("triage", ""))
    if triage in URGENT:
        return redirect(url_for("contacts.now", case_id=case_id, triage=triage), 303)
    banner.success(f"The contact with {subject.customer} is logged.")
    if subject.sees_case:
        return redirect(url_for("cases.shown", case_id=case_id), 303)
    return redirect(url_for("contacts.find"), 303)


@blueprint.get("/log/<int:case_id>/now")
def now(case_id: int) -> str:
    """Say what has to happen now that a contact asked for it; nothing limits an emergency."""
    triage = request.args.get("triage", "")
    if triage not in URGENT:
        abort(404)
    subject = engine.contact_subjects.one(auth.database(), auth.person(), case_id)
    view = engine.form_of_action(auth.database(), _ACTION, case_id, by=auth.person().name)
    return render_template(
        "contacts/now.html",
        subject=subject,
        triage=triage,
        heading=URGENT[triage],
        what=_hint_of(view, triage),
    )


def _is_possible(near: str) -> bool:
    if len(near) > _DIGITS:
        return False
    try:
        engine.contact_subjects.one(auth.database(), auth.person(), int(near))
    except engine.NotFound:
        return False
    return True


def _now() -> dict[str, Any]:
    moment = engine.now(auth.database())
    on = date_of(moment)
    parts = {"day": str(on.day), "month": str(on.month), "year": str(on.year)}
    return {"contacted_on": parts, "at_time": time_of_day(moment)}


def _offered(form: forms.Form, subject: engine.contact_subjects.ContactSubject) -> forms.Form:
    """Give the form without "nobody has read it", which is for refused contact alone (R-095)."""
    if subject.refused:
        return form
    pages = (
        replace(page, questions=tuple(_without_unread(one) for one in page.questions))
        for page in form.pages
    )
    return replace(form, pages=tuple(pages))


def _without_unread(question: forms.Question) -> forms.Question:
    options = getattr(question, "options", ())
    if question.id != "triage" or not options:
        return question
    left: dict[str, Any] = {"options": tuple(one for one in options if one.value != _UNREAD)}
    return replace(question, **left)


def _record(case_id: int, raw: Mapping[str, Any]) -> dict[str, str]:
    """Record it; gives what the case objects to, by question."""
    mark = request.form.get("page_mark", "")[:_MARK_LENGTH] or None
    try:
        engine.act(auth.database(), _ACTION, case_id, raw, by=auth.person().name, page_mark=mark)
    except engine.InvalidAnswers as invalid:
        return first_of_each([(one.question, one.message) for one in invalid.problems])
    return {}


def _asked(
    subject: engine.contact_subjects.ContactSubject, filling: Filling, problems: Mapping[str, str]
) -> str:
    parts = filling.all_fields(problems)
    fields = [field for _, inside in parts for field in inside]
    return render_template(
        "contacts/log.html",
        subject=subject,
        form=filling.form,
        parts=parts,
        problems=error_list(fields, problems),
        page_mark=request.form.get("page_mark") or secrets.token_urlsafe(_MARK_BYTES),
    )


def _hint_of(view: engine.FormView, triage: str) -> str:
    """Give what the form says beneath an answer about what has to happen now."""
    for question in view.form.questions:
        for option in getattr(question, "options", ()) if question.id == "triage" else ():
            if option.value == triage:
                return str(option.hint)
    return ""
