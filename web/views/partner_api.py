"""What the partner sends by a program: JSON in, JSON out, a token instead of a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.partner_tokens import account_of

blueprint = Blueprint("partner_api", __name__, url_prefix="/api/partner")

#: The most one call may be, in bytes.
_LARGEST = 32 * 1024
_TAKEN, _KNOWN = 201, 200
#: Takes what was sent by an account; says by what reference it goes, and whether it was known.
_Take = Callable[[dict[str, Any], str], tuple[str, bool]]


@blueprint.post("/notices")
def notices() -> ResponseReturnValue:
    """Take one notice: 201 once, 200 for the same again, 401 without a token, 422 when refused."""
    return _taken(_notice)


@blueprint.post("/acknowledgements")
def acknowledgements() -> ResponseReturnValue:
    """Take that the partner has what we told it; answers as ``notices`` (R-098)."""
    return _taken(_acknowledgement)


def _notice(raw: dict[str, Any], by: str) -> tuple[str, bool]:
    found = engine.partner.take_notice(auth.database(), raw, by=by)
    return found.reference, found.is_known


def _acknowledgement(raw: dict[str, Any], by: str) -> tuple[str, bool]:
    is_known = engine.partner.take_acknowledgement(auth.database(), raw, by=by)
    return raw["notice_reference"].strip(), is_known


def _taken(take: _Take) -> ResponseReturnValue:
    by = account_of(auth.settings().partner_tokens, request.headers.get("Authorization", ""))
    if by is None:
        body, code = _error("unauthorized", "Expected a bearer token that we gave you.", 401)
        return body, code, {"WWW-Authenticate": "Bearer"}
    raw = _sent()
    return _kept(take, raw, by) if isinstance(raw, dict) else raw


def _sent() -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Read the object that was sent; the error where it is none."""
    if (request.content_length or 0) > _LARGEST:
        return _error("too_large", f"Expected at most {_LARGEST} bytes.", 413)
    if request.mimetype != "application/json":
        return _error("unsupported", "Expected Content-Type: application/json.", 415)
    try:
        raw: Any = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        return _error("invalid_json", "Expected JSON, but it cannot be read.", 400)
    if not isinstance(raw, dict):
        return _error("invalid_json", "Expected one object, but it is something else.", 400)
    return raw


def _kept(take: _Take, raw: dict[str, Any], by: str) -> ResponseReturnValue:
    try:
        reference, is_known = take(raw, by)
    except engine.InvalidAnswers as invalid:
        fields = [{"field": one.question, "message": one.message} for one in invalid.problems]
        body, code = _error("refused", "It was not taken; nothing of it is kept.", 422)
        return {**body, "fields": fields}, code
    except engine.NotAllowed:
        return _error("forbidden", "Expected an account with the role Partner liaison.", 403)
    except (engine.Rejected, engine.Unavailable):
        body, code = _error("unavailable", "Try again in a minute.", 503)
        return body, code, {"Retry-After": "60"}
    result = "known" if is_known else "taken"
    return {"notice_reference": reference, "result": result}, _KNOWN if is_known else _TAKEN


def _error(error: str, message: str, code: int) -> tuple[dict[str, Any], int]:
    return {"error": error, "message": message}, code
