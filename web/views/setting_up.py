"""Setting the installation up: what is still missing, and what the landlord says of itself."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.asked import Asked

blueprint = Blueprint("setting_up", __name__, url_prefix="/setting-up")

_INVALID = 422
#: Part of the pages -> what its heading says, and what it is for.
OWN = {
    "landlord": (
        "Your name and letterhead",
        "Letters written from now on say it. A letter that was issued never changes.",
    ),
    "routes": (
        "Appeals and emergencies",
        "Letters and arrangements made from now on name these. Arrangements in force keep what "
        "their letter said until their terms change.",
    ),
    "systems": (
        "Systems that show the arrangement",
        "For arrangements that begin or change from now on. Flags that are set already stay with "
        "their arrangement until it ends.",
    ),
    "partner": (
        "Partner organisation",
        "Who else must know who to put a customer through to, and under which agreement. The "
        "partner is told the arrangement, never the reasons.",
    ),
}


def address_of(part: str) -> str:
    """Give the address of the page that mends one part."""
    pages = {
        "people": "people.listed",
        "roles": "people.roles",
        "days": "setting_up.days",
        "email": "setting_up.email",
        "installation": "setting_up.overview",
    }
    if part in pages:
        return url_for(pages[part])
    return url_for("setting_up.own", part=part)


@blueprint.get("")
def overview() -> str:
    """Show what is still missing before real cases may begin."""
    points = engine.setting_up.checklist(auth.database(), auth.person())
    points += _of_the_machine()
    return render_template(
        "setting_up/overview.html",
        points=points,
        missing=[point for point in points if point.is_needed and not point.is_done],
        address_of=address_of,
    )


@blueprint.route("/own/<part>", methods=["GET", "POST"])
def own(part: str) -> ResponseReturnValue:
    """Show and keep what the landlord says of itself, one part a page."""
    if part not in OWN:
        abort(404)
    values = engine.setting_up.own_values(auth.database(), auth.person(), part)
    stands = {one.value.name: one.text for one in values}
    asked = Asked(stands)
    if request.method == "POST":
        asked = Asked(request.form)
        asked.take_over(stands)
        if not asked.problems and _keep_own(part, asked):
            return redirect(url_for("setting_up.overview"), 303)
    heading, what = OWN[part]
    page = render_template(
        "setting_up/own.html",
        part=part,
        heading=heading,
        what=what,
        values=values,
        stands=stands,
        sent=asked.sent,
        problems=asked.problems,
    )
    return page, _INVALID if asked.problems else 200


def _keep_own(part: str, asked: Asked) -> bool:
    """Keep what was typed; False when something is wrong with it."""
    try:
        changed = engine.setting_up.keep_own(
            auth.database(), part, asked.sent, by=auth.person().name
        )
    except engine.InvalidAnswers as invalid:
        asked.add(invalid.problems)
        return False
    banner.success("Saved." if changed else "Nothing was changed.")
    return True


@blueprint.get("/days")
def days() -> str:
    """Show the days on which nobody works; a manager or the DMO changes them, with a preview."""
    found = engine.setting_up.free_days(auth.database(), auth.person())
    return render_template(
        "setting_up/days.html", days=found, may_change=auth.may_open("wrong dates")
    )


@blueprint.route("/email", methods=["GET", "POST"])
def email() -> ResponseReturnValue:
    """Show how e-mail leaves, and send a test message to whoever asks."""
    tried = engine.setting_up.tried_mail(auth.database(), auth.person())
    if request.method == "POST":
        try:
            to = engine.setting_up.try_mail(auth.database(), by=auth.person().name)
        except engine.Rejected as refused:
            banner.note(str(refused))
        else:
            banner.success(f"A test message to {to} is on its way. Look here again in a minute.")
        return redirect(url_for("setting_up.email"), 303)
    mail = auth.settings().senders.mail
    return render_template("setting_up/email.html", tried=tried, mail=mail)


def _of_the_machine() -> tuple[engine.setting_up.Point, ...]:
    """Give the points that the settings of the machine decide; its operators mend them."""
    settings = auth.settings()
    provider = settings.sign_in.provider
    return (
        engine.setting_up.Point(
            "installation",
            "Sign-in with your organisation's accounts",
            provider is not None,
            f"People sign in with {provider.called}."
            if provider is not None
            else "None is set up. Whoever runs the machine sets SPOC_OIDC_ISSUER.",
        ),
        engine.setting_up.Point(
            "email",
            "A mail server",
            settings.senders.mail is not None,
            f"E-mail goes through {settings.senders.mail.host}."
            if settings.senders.mail
            else "None is set, so e-mail waits. Whoever runs the machine sets SPOC_SMTP_HOST.",
        ),
        engine.setting_up.Point(
            "installation",
            "Real people and real time",
            not settings.demo,
            "This is a demonstration: no real customer belongs in it."
            if settings.demo
            else "This is no demonstration.",
        ),
        engine.setting_up.Point(
            "installation",
            "Reached by https",
            settings.https,
            "Cookies travel by https only."
            if settings.https
            else "Pages are reached in clear. Whoever runs the machine sets SPOC_HTTPS.",
        ),
    )
