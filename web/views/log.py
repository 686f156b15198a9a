"""The log for those who watch over the record: what was done, whether it holds, emergencies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner
from web.paging import page_asked, pagination

blueprint = Blueprint("log", __name__, url_prefix="/log")

_NARROWED = ("chain", "actor", "action", "first", "last")
#: A number this long is no row of any database.
_DIGITS = 10
#: More links than this are verified by the command line: a page would have to wait too long.
_MOST_LINKS = 200_000


@blueprint.get("")
def listed() -> ResponseReturnValue:
    """Show the links of the log, the newest first, narrowed by what the address says."""
    asked = {name: request.args.get(name, "").strip() for name in _NARROWED[:3]}
    wanted = engine.oversight.LogFilter(
        **asked, first=_day("first"), last=_day("last"), before=_before()
    )
    page = engine.oversight.log(auth.database(), auth.person(), wanted)
    kept: dict[str, Any] = {
        name: request.args[name] for name in _NARROWED if request.args.get(name)
    }
    return render_template(
        "log/list.html",
        log=page,
        asked={name: request.args.get(name, "").strip() for name in _NARROWED},
        older=url_for("log.listed", before=page.older, **kept) if page.older else "",
        newest=url_for("log.listed", **kept) if wanted.before else "",
    )


@blueprint.route("/verify", methods=["GET", "POST"])
def verified() -> ResponseReturnValue:
    """Verify the whole record when asked to, and name everything that was touched."""
    links = engine.oversight.count_links(auth.database(), auth.person())
    found = None
    if request.method == "POST" and links <= _MOST_LINKS:
        found = engine.oversight.verify(auth.database())
    return render_template(
        "log/verify.html", found=found, links=links, too_many=links > _MOST_LINKS
    )


@blueprint.get("/emergencies")
def emergencies() -> ResponseReturnValue:
    """Show every emergency access, the newest first."""
    found = engine.oversight.emergencies(auth.database(), auth.person(), page_asked())
    return render_template("log/emergencies.html", found=found, pagination=pagination(found))


@blueprint.post("/emergencies/<int:access_id>/seen")
def seen(access_id: int) -> ResponseReturnValue:
    """Note that one of those who watch over the record looked at an emergency access."""
    engine.oversight.mark_seen(auth.database(), auth.person(), access_id)
    banner.success("It is noted that you looked at it.")
    return redirect(url_for("log.emergencies"), 303)


def _day(name: str) -> dt.date | None:
    """Give a day of the address; None for no day, and for what is none."""
    try:
        return dt.date.fromisoformat(request.args.get(name, "").strip())
    except ValueError:
        return None


def _before() -> int | None:
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _DIGITS else None
