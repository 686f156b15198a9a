"""Word of the organisation's provider that somebody signed out there: they are signed out here."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

import engine
from web import auth, oidc

blueprint = Blueprint("sign_out", __name__)
_log = logging.getLogger("spoc.web")


@blueprint.post("/sign-in/ended")
def by_provider() -> ResponseReturnValue:
    """End somebody's browsers; nobody is at one: what proves it is the token. 404 without one."""
    found = oidc.provider() or abort(404)
    try:
        one = found.signed_out(request.form.get("logout_token", ""))
    except oidc.NotProven as wrong:
        _log.warning("Nobody was signed out by the provider: %s", wrong)
        return {"error": "invalid_request"}, 400
    engine.sign_in.end_by_provider(
        auth.database(), found.settings.issuer, one.subject, begun_until=one.until
    )
    return "", 200
