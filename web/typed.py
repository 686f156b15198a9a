"""What a person had typed when something went wrong, so that they can copy it and lose nothing."""

from __future__ import annotations

import re

from flask import request
from werkzeug.exceptions import HTTPException

from web import words

#: What a form sends besides answers.
_NOT_TYPED = frozenset(
    {"csrf_token", "action", "next", "person", "version", "looked_at", "password"}
)
#: Of the name of a field; no form of ours has a longer one.
_LONGEST_NAME = 100
_PART_OF_A_DATE = re.compile("-(day|month|year)$")


def typed_again() -> list[tuple[str, str]]:
    """Give the fields of the failed request as (name in words, value); [] when there are none."""
    if request.method != "POST":
        return []
    try:
        sent = request.form
    except HTTPException:
        # Too large or not readable: there is nothing to give back.
        return []
    typed: dict[str, list[str]] = {}
    for name, value in sent.items(multi=True):
        if name not in _NOT_TYPED and value.strip():
            typed.setdefault(_in_words(name), []).append(value)
    return [(name, " ".join(values)) for name, values in typed.items()]


def _in_words(name: str) -> str:
    """Say the name of a field: the boxes of a date are one, rows count from 1."""
    parts = _PART_OF_A_DATE.sub("", name[:_LONGEST_NAME]).split(".")
    said = [str(int(part) + 1) if part.isdecimal() else words.plain(part) for part in parts]
    return " ".join(said)
