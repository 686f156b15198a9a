"""Fields of what the partner sends: those we ask for and no others, each a text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from engine.errors import InvalidAnswers, Problem

_LONGEST_VALUE = 1000
#: No text: a database keeps no null character, and half of a pair cannot be written down.
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


def check_fields(raw: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise InvalidAnswers with each field that we do not ask for or that is no text."""
    problems = [
        Problem(name[:60], f"Expected only {', '.join(sorted(known))}, but this is none of them.")
        for name in raw
        if name not in known
    ]
    problems += [
        Problem(name, "Expected a text of at most 1000 characters, but it is something else.")
        for name, value in raw.items()
        if name in known and not _is_text(value)
    ]
    if problems:
        raise InvalidAnswers(problems)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_VALUE and not _NO_TEXT.search(value)
