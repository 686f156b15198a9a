"""How often one person, or one address, may ask for what is costly or can be guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, request
from flask_limiter import Limiter
from werkzeug.middleware.proxy_fix import ProxyFix

from web import auth
from web.machines import MACHINES
from web.sizes import UPLOADS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: One address may be a whole office that signs in at nine.
_SIGN_IN, _DEMONSTRATION = "300 per minute", "1200 per minute"
#: Of passwords: beside it each account locks itself, whichever process is asked.
_PASSWORD = "10 per minute; 60 per hour"
_SEARCH, _UPLOAD, _DOOR = "60 per minute", "240 per minute", "120 per minute"
#: Of another system, which may answer for a whole morning at once.
_MACHINE = "600 per minute"


@dataclass(frozen=True)
class Limited:
    """One kind of request and how often it may come."""

    endpoint: str
    method: str
    often: str
    by: Callable[[], str]
    #: Only then is a request counted.
    counts: Callable[[], bool]


def behind(application: WSGIApplication, proxies: int) -> WSGIApplication:
    """Let so many web servers before this one say which address asks; 0 believes nobody."""
    return ProxyFix(application, x_for=proxies, x_proto=0) if proxies else application


def register(app: Flask) -> None:
    """Hold the application to the limits; call it when every view is there.

    What comes is counted in the memory of this process: several allow so many times as much.
    """
    limiter = Limiter(
        _address, app=app, storage_uri="memory://", strategy="moving-window", key_prefix="spoc"
    )
    views = cast(dict[str, Any], app.view_functions)
    for one in limited(app):
        limit = limiter.limit(
            one.often,
            key_func=one.by,
            methods=[one.method],
            exempt_when=partial(_is_not_counted, one),
        )
        views[one.endpoint] = limit(views[one.endpoint])


def limited(app: Flask) -> list[Limited]:
    """List what is limited: ways to sign in, searches, uploads, and every door."""
    signing_in = (
        Limited("sign_in.enter", "POST", _DEMONSTRATION, _address, _always),
        Limited("sign_in.there", "GET", _SIGN_IN, _address, _always),
        Limited("sign_in.back", "GET", _SIGN_IN, _address, _always),
        Limited("sign_out.by_provider", "POST", _SIGN_IN, _address, _always),
        Limited("sign_in.emergency", "POST", _PASSWORD, _address, _always),
    )
    searches = [
        Limited(endpoint, "GET", _SEARCH, _person, _searches)
        for endpoint in sorted(_SEARCHES & set(app.view_functions))
    ]
    uploads = [Limited(endpoint, "POST", _UPLOAD, _person, _always) for endpoint in UPLOADS]
    doors = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(_DOORS) and "POST" in (rule.methods or ())
    )
    return [
        *signing_in,
        *(Limited(endpoint, "POST", _MACHINE, _address, _always) for endpoint in sorted(MACHINES)),
        *searches,
        *sorted(uploads, key=lambda one: one.endpoint),
        *(Limited(endpoint, "POST", _DOOR, _person, _always) for endpoint in dict.fromkeys(doors)),
    ]


#: Where something comes in from outside.
_DOORS = ("doors.", "contacts.", "disagreements.", "emergency.")
#: Pages with a box to search in.
_SEARCHES = frozenset(
    {
        *("callers.looked_up", "cases.listed", "contacts.find", "register.listed"),
        *("running.as_file", "running.listed", "tasks.listed", "register.as_file"),
        *("disagreements.searched", "people.listed"),
    }
)


def _address() -> str:
    return request.remote_addr or "nowhere"


def _person() -> str:
    me = auth.me()
    return f"person {me.name}" if me is not None else _address()


def _always() -> bool:
    return True


def _searches() -> bool:
    return bool(request.args.get("search", "").strip())


def _is_not_counted(one: Limited) -> bool:
    return not one.counts()
