"""What a process owner sees while writing: a form or a letter as it would be, due dates, lists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

import engine
from web import auth
from web.preview import form_preview, letter_preview

blueprint = Blueprint("draft_preview", __name__, url_prefix="/drafts/<int:draft_id>")


@blueprint.post("/preview/<path:path>")
def preview(draft_id: int, path: str) -> ResponseReturnValue:
    """Give a form or a letter as it would look, for a script to put into its page."""
    engine.draft_file(auth.database(), draft_id, path, auth.person())
    content = _sent().get("content")
    if not isinstance(content, str):
        abort(400)
    return preview_of(path, content.encode("utf-8", "replace")) or Markup("")


@blueprint.get("/vocabulary.json")
def vocabulary(draft_id: int) -> ResponseReturnValue:
    """Give the names an editor offers, in lists."""
    lists = asdict(engine.vocabulary(auth.database(), draft_id, auth.person()))
    del lists["labels"]  # what the pages say for a name, which no editor offers
    return jsonify(lists)


@blueprint.post("/due")
def due(draft_id: int) -> ResponseReturnValue:
    """Say what a due date or a timer would come to today; nothing is kept."""
    if not auth.may_open("drafts"):
        abort(404)
    expression = _sent().get("expression")
    if not isinstance(expression, str):
        abort(400)
    found = engine.due_preview(auth.database(), draft_id, expression, auth.person())
    examples = [{"set": one.set, "date": one.text, "reason": one.reason} for one in found.examples]
    return jsonify(text=found.text, examples=examples, problem=found.problem)


def preview_of(path: str, content: bytes) -> Markup | None:
    """Give the preview of a form or a letter as part of a page; None for other files."""
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if path.startswith("forms/definitions/"):
        return form_preview(name, content)
    if path.startswith("forms/letters/"):
        return letter_preview(name, content)
    return None


def _sent() -> dict[str, Any]:
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    return sent if isinstance(sent, dict) else abort(400)
