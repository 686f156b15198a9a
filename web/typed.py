"""What a person had typed when something went wrong, so that they can copy it and lose nothing."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import HTTPException

from web import words

#: What a form sends besides answers.
_NOT_TYPED = frozenset({"csrf_token", "action", "next", "person"})


def typed_again() -> list[tuple[str, str]]:
    """Give the fields of the failed request as (name in words, value); [] when there are none."""
    if request.method != "POST":
        return []
    try:
        sent = request.form
    except HTTPException:
        # Too large or not readable: there is nothing to give back.
        return []
    return [
        (words.plain(name), value)
        for name, value in sent.items(multi=True)
        if name not in _NOT_TYPED and value.strip()
    ]
