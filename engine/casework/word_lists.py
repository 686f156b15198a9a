"""Lists of words in the policy, and where a text uses one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.casework.context import Context

#: The same words are typed with a hyphen or without, and with any apostrophe.
_BETWEEN = r"[\s\-\u2010\u2011]+"
_APOSTROPHE = r"['\u2018\u2019\u02bc]"


def named(context: Context, name: str) -> list[str]:
    """Give a list of the policy; a release from before there was one has no words in it."""
    try:
        listed = context.policy(name)
    except (KeyError, ValueError):
        return []
    return listed if isinstance(listed, list) else []


def hits(listed: Iterable[str], text: str) -> Iterator[re.Match[str]]:
    """Give each place of a text that uses one of the words, whole, in any case and number."""
    for words in listed:
        spaced = _BETWEEN.join(_typed(word) for word in re.split(_BETWEEN, words.strip()))
        if spaced:
            yield from re.finditer(rf"\b{spaced}(?:s|es)?\b", text, re.IGNORECASE)


def _typed(word: str) -> str:
    return _APOSTROPHE.join(re.escape(part) for part in re.split(_APOSTROPHE, word))
