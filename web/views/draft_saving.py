"""What the editors send as somebody works: a file to be kept, or only to be checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

import engine
from web import auth, findings
from web.fetched import refusal
from web.findings import DRAWN

blueprint = Blueprint("draft_saving", __name__, url_prefix="/drafts/<int:draft_id>")

_OVERTAKEN = 409
_INVALID = 422
_NOT_TEXT = "Expected text, but it has characters that no file can hold. Nothing was saved."
_LOST = (
    "Nothing was saved yet, because the editor would lose something the file has. Say that it may "
    "go, or change the file as text."
)


@dataclass(frozen=True)
class Sent:
    """What a script sent about one file."""

    content: str
    #: The save it began from; -1 for none.
    version: int
    #: Somebody has read what would be lost and says that it may go.
    accept_losses: bool


@blueprint.post("/save/<path:path>")
def save(draft_id: int, path: str) -> ResponseReturnValue:
    """Keep one file; says who was quicker, what cannot be kept, or what would be lost."""
    _need_drafts()
    sent = _sent()
    content = _bytes(sent)
    if content is None:
        return refusal(_INVALID, _NOT_TEXT, findings=[])
    database, person = auth.database(), auth.person()
    stored = engine.draft_file(database, draft_id, path, person)
    try:
        engine.check_keepable(path, content)
        lost = [] if sent.accept_losses else _losses(stored, content, sent.version)
        if lost:
            return refusal(_INVALID, _LOST, losses=lost, findings=[])
        saved = engine.save_file(
            database, draft_id, path, content, version=sent.version, person=person
        )
    except engine.Overtaken as overtaken:
        return _overtaken(draft_id, path, overtaken)
    except engine.InvalidRelease as invalid:
        found = findings.as_json(draft_id, invalid.findings)
        return refusal(_INVALID, " ".join(one["message"] for one in found), findings=found)
    return jsonify(
        version=saved.version,
        saved_at=_written_out(saved.saved_at),
        saved_by=saved.saved_by,
        findings=findings.as_json(draft_id, saved.findings),
    )


@blueprint.post("/check/<path:path>")
def check(draft_id: int, path: str) -> ResponseReturnValue:
    """Check a draft with one file as it stands in the browser; nothing is kept."""
    _need_drafts()
    _need_drafts()
    sent = _sent()
    content = _bytes(sent)
    if content is None:
        return refusal(_INVALID, _NOT_TEXT, findings=[])
    database, person = auth.database(), auth.person()
    stored = engine.draft_file(database, draft_id, path, person)
    found = engine.check_draft(database, draft_id, person, {path: content})
    return jsonify(
        findings=findings.as_json(draft_id, found),
        losses=_losses(stored, content, stored.version),
    )


def _losses(stored: engine.DraftFile, content: bytes, version: int) -> list[dict[str, Any]]:
    """Say what a drawing program dropped; [] where somebody else saved since, who is told first."""
    if not stored.path.endswith(DRAWN) or version != stored.version:
        return []
    return [asdict(loss) for loss in engine.losses(stored.content, content)]


def _overtaken(draft_id: int, path: str, overtaken: engine.Overtaken) -> ResponseReturnValue:
    theirs = engine.draft_file(auth.database(), draft_id, path, auth.person())
    return refusal(
        _OVERTAKEN,
        str(overtaken),
        saved_by=overtaken.saved_by,
        saved_at=_written_out(overtaken.saved_at),
        version=overtaken.version,
        content=theirs.content.decode("utf-8", "replace"),
    )


def _written_out(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None


def _need_drafts() -> None:
    """Answer 404 to those drafts do not exist for, before anything they sent is looked at."""
    if not auth.may_open("drafts"):
        abort(404)


def _sent() -> Sent:
    """Read what a script sent; 400 when it is not what our scripts send."""
    try:
        sent: Any = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("content"), str):
        abort(400)
    version = sent.get("version", -1)
    return Sent(
        sent["content"],
        version if type(version) is int else -1,
        sent.get("accept_losses") is True,
    )


def _bytes(sent: Sent) -> bytes | None:
    """Give the content as bytes; None when half a character is in it."""
    try:
        return sent.content.encode()
    except UnicodeEncodeError:
        return None
