"""What a script of ours asked for: told apart from a page that somebody opens, answered as JSON."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

#: Status -> what is said where the engine said nothing itself.
_SENTENCES = {
    400: "The page has been open too long to be sure that this came from you. Nothing was saved. "
    "Open the page again in another tab, sign in there, and save here once more.",
    401: "You are not signed in any more. Nothing was saved, and what you see here is still "
    "there. Sign in in another tab, then save again.",
    403: "You may not do this.",
    404: "There is no such page any more, or it is not for you to see. Nothing was saved.",
    405: "This address does not take what was sent to it.",
    409: "Somebody or something was quicker. Nothing was saved.",
    422: "This could not be kept as it is.",
    429: "That was too much in a short time. Nothing was saved. Wait a minute, then try again.",
    503: "The database does not answer just now. Nothing was half done. Try again in a minute.",
}
_WENT_WRONG = "Something went wrong on our side. Nothing was half done. Try again in a minute."


def is_fetch() -> bool:
    """Tell whether a script of a page asks, which wants JSON, and not somebody who opens a page."""
    return (
        request.is_json
        or "X-CSRFToken" in request.headers
        or request.headers.get("Sec-Fetch-Dest") == "empty"
    )


def refusal(code: int, said: str = "", **more: Any) -> ResponseReturnValue:
    """Answer a script with a status and ``message``, a sentence to show, and what else it needs."""
    return jsonify(message=said or _SENTENCES.get(code, _WENT_WRONG), **more), code
