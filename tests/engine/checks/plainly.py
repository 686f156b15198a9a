"""What every message of a check must be: a sentence for people, with names in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import Finding

_QUOTED = re.compile(r"“([^“”]*)”")
#: ``case.owed_action_due``, ``letters.issue``, ``review_on``, ``forms/letters/review.md``.
_BARE = re.compile(r"\w+[._/]\w[\w./]*|[{}\[\]=]")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def said_plainly(found: Iterable[Finding]) -> list[Finding]:
    """Give the findings back; fails with the first whose message is not for people."""
    kept = list(found)
    for one in kept:
        assert not odd_in(one.message), (odd_in(one.message), one.message)
    return kept


def odd_in(message: str) -> list[str]:
    """Say what is wrong with a message: brackets, quotation marks, bare names, the full stop."""
    outside = _QUOTED.sub("“”", message)
    odd = _BARE.findall(outside)
    odd += [f"open: {part}" for part in (outside, *_QUOTED.findall(message)) if not balanced(part)]
    if outside.count("“") != outside.count("”") or outside.replace("“”", "") != re.sub(
        r"[“”]", "", outside
    ):
        odd.append("a quotation mark that is not closed")
    if not message.endswith("."):
        odd.append("no full stop")
    return odd


def balanced(text: str) -> bool:
    """Tell whether every bracket is closed by its like."""
    waiting: list[str] = []
    for sign in text:
        if sign in _PAIRS.values():
            waiting.append(sign)
        elif sign in _PAIRS and (not waiting or waiting.pop() != _PAIRS[sign]):
            return False
    return not waiting
