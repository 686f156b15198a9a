"""What other systems answer about flags: signed calls without a browser (R-065, R-067)."""

from __future__ import annotations

import binascii
import datetime as dt
import json
import logging
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from standardwebhooks import Webhook, WebhookVerificationError

import engine
from web import auth
from web.fetched import refusal

blueprint = Blueprint("flag_answers", __name__)
_log = logging.getLogger("spoc.web")

#: Types of answers -> whether the system did what it was asked.
_TYPES = {"flag.confirmed": True, "flag.refused": False}
_LONGEST_ID = 200
_BAD, _UNPROVED, _TAKEN = 400, 401, 200


@blueprint.post("/flags/answers/<name>")
def take(name: str) -> ResponseReturnValue:
    """Take one answer; 401 unless it is signed and fresh, 404 for a system that is not called."""
    system = next((one for one in auth.settings().senders.flags if one.name == name), None)
    if system is None:
        abort(404)
    body = request.get_data(cache=False)
    unproved = _unproved(system.answer_secrets, body)
    if unproved:
        # Nothing of what it says is repeated: anybody may have sent it.
        _log.warning("An answer about a flag was not taken: %s (%s)", unproved, system.name)
        return refusal(_UNPROVED, unproved)
    answer = _read(body)
    if isinstance(answer, str):
        _log.warning("An answer about a flag could not be read: %s (%s)", answer, system.name)
        return refusal(_BAD, answer)
    try:
        became = engine.flagging.take_flag_answer(auth.database(), system.name, answer)
    except engine.InvalidAnswers as invalid:
        said = " ".join(one.message for one in invalid.problems)
        _log.warning("An answer about a flag cannot be used (%s).", system.name)
        return refusal(422, said)
    except engine.EngineError as refused:
        _log.warning("An answer about a flag was ignored: %s (%s)", refused, system.name)
        code = 404 if isinstance(refused, engine.NotFound) else 409
        return refusal(code, str(refused))
    _log.info("An answer about a flag was taken: %s (%s)", became, system.name)
    return {"result": became}, _TAKEN


def _unproved(secrets: tuple[str, ...], body: bytes) -> str:
    """Say why an answer proves nothing; "" when one of the secrets signed it a moment ago."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if len(headers.get("webhook-id", "")) > _LONGEST_ID:
        return "Expected a shorter webhook-id."
    said = "Expected a signature (Standard Webhooks), but there is no secret to check it by."
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
        except WebhookVerificationError as wrong:
            said = f"Expected a valid and fresh signature (Standard Webhooks), but: {wrong}."
        except (ValueError, binascii.Error):
            # A header that is no list of signatures, or a body that is no text.
            said = "Expected a valid and fresh signature (Standard Webhooks), but it is none."
        else:
            return ""
    return said


def _read(body: bytes) -> engine.flagging.FlagAnswer | str:
    """Read what a signed call says; a sentence when it is no answer about a flag."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "Expected JSON, but it is not."
    if not isinstance(said, dict) or said.get("type") not in _TYPES:
        return f"Expected a type among {', '.join(_TYPES)}, but it is another."
    found = said.get("data")
    if not isinstance(found, dict):
        return "Expected an object in data, but it is not one."
    texts = {name: found.get(name) or "" for name in ("request_id", "by", "evidence_ref", "at")}
    if not all(isinstance(text, str) for text in texts.values()):
        return "Expected texts in request_id, by, at and evidence_ref, but one is not."
    try:
        at = _moment(texts.pop("at"))
    except ValueError:
        return "Expected a moment with its offset in at, such as 2026-03-30T10:00:00+01:00."
    return engine.flagging.FlagAnswer(
        key=request.headers["webhook-id"], is_done=_TYPES[said["type"]], at=at, **texts
    )


def _moment(text: str) -> dt.datetime | None:
    """Give a moment, None where nothing is said. Raises ValueError for one without an offset."""
    if not text:
        return None
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("without an offset")
    return found.astimezone(dt.UTC)
