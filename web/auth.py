"""Who is asking: every page wants a signed-in person unless it is listed as open to all."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

import engine
from web.fetched import is_fetch
from web.machines import MACHINES
from web.settings import Settings
from web.sign_in_settings import EMERGENCY_LONGEST

#: The only endpoints that ask nobody who they are.
OPEN_TO_ALL = frozenset(
    {
        *("static", "sign_in.page", "sign_in.enter", "sign_in.out"),
        *("sign_in.there", "sign_in.back", "sign_in.emergency", "sign_out.by_provider"),
        *MACHINES,
    }
)
#: Where the cookie holds the random id of this browser.
_KEY = "signed_in"
_log = logging.getLogger("spoc.web")
#: Role -> where somebody begins who holds no other.
_FIRST_PAGES = {
    "contact_centre": "callers.looked_up",
    "contractor": "callers.looked_up",
    "partner_liaison": "register.listed",
    "process_owner": "processes.listed",
    "administrator": "setting_up.overview",
}
#: Roles that alone lead into no case.
_NO_CASES = frozenset(
    {
        *("administrator", "contact_centre", "contractor", "partner_liaison", "process_owner"),
        "systems_team",
    }
)


def database() -> engine.Database:
    """Give the one database of this application."""
    return cast(engine.Database, current_app.extensions["database"])


def settings(app: Flask | None = None) -> Settings:
    """Give the settings this application was made with."""
    return cast(Settings, (app or current_app).extensions["settings"])


def me() -> engine.Person | None:
    """Give the person who is signed in, None on the pages open to all."""
    return cast("engine.Person | None", g.get("person"))


def person() -> engine.Person:
    """Give the person who is signed in; 401 when nobody is."""
    found = me()
    return found if found is not None else abort(401)


def require_person() -> ResponseReturnValue | None:
    """Find out who asks, before any view; send a stranger to the sign-in page."""
    g.person = _signed_in()
    if g.person is not None or request.endpoint in OPEN_TO_ALL or _is_misdirected():
        return None
    if request.method == "GET" and not is_fetch():
        return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), 303)
    return abort(401)


def may_open(part: str) -> bool:
    """Tell whether a page that stands in the matrix (``PAGES``) exists for this person.

    ``cases`` is a list that exists for everybody: it is offered to those who have cases at all.
    """
    asking = person()
    if part != "cases":
        return engine.oversight.opens(asking, part)
    return not asking.roles or bool(set(asking.roles) - _NO_CASES)


def first_page(roles: Iterable[str]) -> str:
    """Give the address where somebody with these roles begins: their tasks, for most."""
    held = tuple(roles)
    only = held[0] if len(held) == 1 else ""
    return url_for(_FIRST_PAGES.get(only, "tasks.listed"))


def sign_in(name: str, way: engine.sign_in.Way, *, reason: str = "") -> None:
    """Sign somebody in at this browser; whoever was signed in here before no longer is.

    Raises NotFound when nobody of that name works here.
    """
    longest = settings().sign_in.longest
    if way == "emergency":
        longest = min(longest, EMERGENCY_LONGEST)
    began = engine.sign_in.Began(way, longest, reason)
    token = engine.sign_in.begin(database(), name, began, instead_of=session.get(_KEY))
    session.clear()
    session.permanent = True
    session[_KEY] = token


def sign_out() -> None:
    """End this browser's sign-in, also for a cookie that was copied from it."""
    token = session.get(_KEY)
    session.clear()
    if token is not None:
        engine.sign_in.end(database(), token)


def is_signed_out() -> bool:
    """Tell whether this browser no longer says who asks, whatever page it still shows."""
    return _KEY not in session


def local_path(wanted: str | None) -> str | None:
    """Give an address to go on to if it is one of ours, None if it leads anywhere else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    return wanted if wanted.isprintable() else None


def _is_misdirected() -> bool:
    """Tell whether the request names a host that is not ours; it is refused right after this."""
    return isinstance(request.routing_exception, SecurityError)


def _signed_in() -> engine.Person | None:
    token = session.get(_KEY)
    if token is None or request.endpoint == "static":
        return None
    found = engine.sign_in.find(
        database(), token, idle=settings().sign_in.idle, made_up=settings().demo
    )
    if found is None:
        session.clear()
        return None
    g.signed_in = found
    if found.wants_seen:
        try:
            engine.sign_in.keep_seen(database(), found.id)
        except (engine.Rejected, engine.Unavailable):
            # The next page tries again; nobody waits for it, and nothing is lost with it.
            _log.info("When a browser was last seen could not be kept.")
    return found.person
