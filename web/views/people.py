"""The people who work here: added, corrected, their roles, and the day on which they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, words
from web.asked import Asked

blueprint = Blueprint("people", __name__, url_prefix="/setting-up")

_INVALID = 422


@blueprint.get("/people")
def listed() -> str:
    """Show everybody, those who left last; found by name, job title or e-mail."""
    search = request.args.get("search", "").strip()
    found = engine.setting_up.staff(auth.database(), auth.person(), search)
    return render_template("setting_up/people.html", found=found, search=search)


@blueprint.get("/roles")
def roles() -> str:
    """Show every role with who holds it, those that lack somebody first."""
    found = engine.setting_up.roles(auth.database(), auth.person())
    return render_template("setting_up/roles.html", found=found)


@blueprint.route("/people/add", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Add somebody; their roles come next."""
    asked = Asked(request.form)
    if request.method == "POST":
        name = _tried(
            asked,
            lambda: engine.setting_up.add_person(
                auth.database(), request.form, by=auth.person().name
            ),
        )
        if name is not None:
            banner.success("Added. Now say which role they have.")
            return redirect(url_for("people.shown", name=name), 303)
    return _form(asked, None)


@blueprint.get("/people/<name>")
def shown(name: str) -> str:
    """Show one person with their roles, present, past and to come."""
    return render_template("setting_up/person.html", member=_member(name))


@blueprint.route("/people/<name>/change", methods=["GET", "POST"])
def change(name: str) -> ResponseReturnValue:
    """Correct what is kept of somebody."""
    member = _member(name)
    asked = Asked(request.form if request.method == "POST" else _kept(member))
    if request.method == "POST":
        asked.take_over(_kept(member))
        if not asked.problems:
            _tried(
                asked,
                lambda: engine.setting_up.change_person(
                    auth.database(), name, asked.sent, by=auth.person().name
                ),
            )
        if not asked.problems:
            banner.success("Saved.")
            return redirect(url_for("people.shown", name=name), 303)
    return _form(asked, member)


@blueprint.route("/people/<name>/role", methods=["GET", "POST"])
def give_role(name: str) -> ResponseReturnValue:
    """Give somebody a role, from a day and perhaps until one, with a deputy."""
    member = _member(name)
    asked = Asked(request.form)
    if request.method == "POST":
        term = engine.setting_up.Term(
            role=request.form.get("role", ""),
            user=name,
            from_on=asked.day_if_any("from") or engine.today(auth.database()),
            until_on=asked.day_if_any("until"),
            deputy=request.form.get("deputy", ""),
        )
        if not asked.problems:
            _tried(
                asked,
                lambda: engine.setting_up.give_role(auth.database(), term, by=auth.person().name),
            )
        if not asked.problems:
            role = words.role(term.role)
            banner.success(f"{member.row.full_name} is given the role {role}.")
            return redirect(url_for("people.shown", name=name), 303)
    return _page(
        "setting_up/give_role.html",
        asked,
        member=member,
        roles=[(role, words.role(role)) for role in engine.ROLE_NAMES],
        people=_people_but(name),
    )


@blueprint.route("/people/<name>/roles/<int:holder_id>", methods=["GET", "POST"])
def change_role(name: str, holder_id: int) -> ResponseReturnValue:
    """Name who stands in for somebody in a role, or let the role end."""
    member = _member(name)
    held = next((one for one in member.roles if one.id == holder_id), None) or abort(404)
    asked = Asked(request.form if request.method == "POST" else {"deputy": held.deputy})
    if request.method == "POST":
        if request.form.get("action") == "end":
            _end(asked, holder_id)
            said = "The role ends on that day."
        else:
            deputy = request.form.get("deputy", "")
            _tried(
                asked,
                lambda: engine.setting_up.name_deputy(
                    auth.database(), holder_id, deputy, by=auth.person().name
                ),
            )
            said = "Saved."
        if not asked.problems:
            banner.success(said)
            return redirect(url_for("people.shown", name=name), 303)
    return _page(
        "setting_up/change_role.html", asked, member=member, held=held, people=_people_but(name)
    )


@blueprint.route("/people/<name>/leaves", methods=["GET", "POST"])
def leaves(name: str) -> ResponseReturnValue:
    """Let somebody leave; who else would be needed in their roles is asked at once."""
    member = _member(name)
    asked = Asked(request.form)
    if request.method == "POST":
        day = asked.day()
        successors = {
            field.removeprefix("successor-"): value
            for field, value in request.form.items()
            if field.startswith("successor-")
        }
        if not asked.problems:
            _tried(
                asked,
                lambda: engine.setting_up.leave(
                    auth.database(), name, day, successors, by=auth.person().name
                ),
            )
        if not asked.problems:
            banner.success(f"{member.row.full_name} leaves on {words.day(day)}.")
            return redirect(url_for("people.shown", name=name), 303)
    wanted = [one.removeprefix("successor-") for one in asked.problems if "successor-" in one]
    return _page(
        "setting_up/leave.html",
        asked,
        member=member,
        wanted=sorted({*member.alone_in, *wanted}),
        people=_people_but(name, auth.person().name),
    )


def _end(asked: Asked, holder_id: int) -> None:
    day = asked.day()
    if not asked.problems:
        _tried(
            asked,
            lambda: engine.setting_up.end_role(
                auth.database(), holder_id, day, by=auth.person().name
            ),
        )


def _tried(asked: Asked, work: Callable[[], Any]) -> Any:
    """Do it; what the engine refuses becomes what is wrong with the page."""
    try:
        return work()
    except engine.InvalidAnswers as invalid:
        asked.add(invalid.problems)
    except engine.Rejected as refused:
        asked.problems[""] = str(refused)
    return None


def _member(name: str) -> engine.setting_up.Member:
    if not name.isprintable():
        abort(404)
    return engine.setting_up.member(auth.database(), auth.person(), name)


def _kept(member: engine.setting_up.Member) -> dict[str, str]:
    row = member.row
    return {
        "full_name": row.full_name,
        "email": row.email,
        "job_title": row.job_title,
        "phone": member.phone,
        "working_hours": member.working_hours,
        "line_manager": member.line_manager,
    }


def _people_but(*names: str) -> list[tuple[str, str]]:
    """Offer everybody who works here, except these."""
    found = engine.people(auth.database())
    return [
        (one.name, f"{one.full_name}, {one.job_title}" if one.job_title else one.full_name)
        for one in found
        if one.name not in names
    ]


def _form(asked: Asked, member: engine.setting_up.Member | None) -> ResponseReturnValue:
    if member is None:
        # The right to add somebody is that to see them.
        engine.setting_up.staff(auth.database(), auth.person())
    return _page(
        "setting_up/person_form.html",
        asked,
        member=member,
        stands=_kept(member) if member else {},
        people=_people_but(member.row.name if member else ""),
    )


def _page(template: str, asked: Asked, **more: Any) -> ResponseReturnValue:
    made = render_template(template, sent=asked.sent, problems=asked.problems, **more)
    return made, _INVALID if asked.problems else 200
