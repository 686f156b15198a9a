"""Notices of the partner sent by a program: JSON in, JSON out, a token instead of a browser."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

import engine
from web import auth
from web.partner_tokens import account_of

blueprint = Blueprint("partner_api", __name__, url_prefix="/api/partner")

#: The most one notice may be, in bytes.
_LARGEST = 32 * 1024
_TAKEN, _KNOWN = 201, 200


@blueprint.post("/notices")
def notices() -> ResponseReturnValue:
    """Take one notice: 201 once, 200 for the same again, 401 without a token, 422 when refused."""
    by = account_of(auth.settings().partner_tokens, request.headers.get("Authorization", ""))
    if by is None:
        body, code = _error("unauthorized", "Expected a bearer token that we gave you.", 401)
        return body, code, {"WWW-Authenticate": "Bearer"}
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
    return _taken(raw, by)


def _taken(raw: dict[str, Any], by: str) -> ResponseReturnValue:
    try:
        found = engine.partner.take_notice(auth.database(), raw, by=by)
    except engine.InvalidAnswers as invalid:
        fields = [{"field": one.question, "message": one.message} for one in invalid.problems]
        body, code = _error("refused", "The notice was not taken; nothing of it is kept.", 422)
        return {**body, "fields": fields}, code
    except engine.NotAllowed:
        return _error("forbidden", "Expected an account with the role Partner liaison.", 403)
    except engine.Unavailable:
        body, code = _error("unavailable", "Try again in a minute.", 503)
        return body, code, {"Retry-After": "60"}
    result = "known" if found.is_known else "taken"
    answer = {"notice_reference": found.reference, "result": result}
    return answer, _KNOWN if found.is_known else _TAKEN


def _error(error: str, message: str, code: int) -> tuple[dict[str, Any], int]:
    return {"error": error, "message": message}, code
