"""Which signs say something, and which only stand for what should be there."""

from __future__ import annotations

import re
import unicodedata

#: Letters by their class that nobody sees: the fillers of the Korean script.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
#: Where a template of whatever kind wants a value: ``((spoc_name))``, ``{{name}}``.
_MERGE_FIELD = re.compile(r"\(\([^()]{0,80}\)\)|\{\{[^{}]{0,80}\}\}")


def says_something(text: str) -> bool:
    """Tell whether a text holds a letter or a digit that can be seen (R-046)."""
    return any(unicodedata.category(sign)[0] in "LN" and sign not in _UNSEEN for sign in text)


def merge_field_in(text: str) -> str:
    """Give the first place in a text that waits for a value, "" when there is none (R-046)."""
    found = _MERGE_FIELD.search(text)
    return found[0] if found else ""
