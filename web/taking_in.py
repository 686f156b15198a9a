"""A file somebody sends in: handed on, or said what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from flask import request

import engine

#: Takes a file in under its name; gives the number under which it is kept.
Take = Callable[[IO[bytes], str], int]


def take_in(take: Take, missing: str) -> tuple[int | None, list[dict[str, str]]]:
    """Hand the file that was sent on; gives its number, or what is wrong for the summary.

    missing: what to do when no file came.
    """
    found = request.files.get("file")
    try:
        if found is None or not found.filename:
            raise engine.InvalidAnswers([engine.Problem("file", missing)])
        return take(found.stream, found.filename), []
    except engine.InvalidAnswers as invalid:
        return None, [{"text": one.message, "href": "#file"} for one in invalid.problems]
