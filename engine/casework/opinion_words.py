"""Words in a record that say what somebody thinks or has heard, not what happened (R-029)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.casework import word_lists
from engine.casework.context import Context
from engine.errors import Problem

#: What was said word for word is a fact, whatever the words: it stands in quotation marks, double
#: or single; a single one that a letter follows is an apostrophe.
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)\u2018[^\u2018]*?\u2019(?!\w)")
#: A list of the policy -> what its words sound like.
_LISTS = {
    "evidence.opinion_words": "an opinion",
    "evidence.hearsay_words": "hearsay",
}


def pointed_at(context: Context, text: str) -> dict[str, str]:
    """Give the words of a text that the policy's lists name -> what they sound like.

    In their order in the text, each as it stands there. Words in quotation marks are what
    somebody said. Nothing when the case's release has no such lists.
    """
    plain = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), text)
    found: dict[int, tuple[str, str]] = {}
    for name, sounds_like in _LISTS.items():
        for hit in word_lists.hits(word_lists.named(context, name), plain):
            found.setdefault(hit.start(), (hit.group(), sounds_like))
    return dict(words for _, words in sorted(found.items()))


def problems_with(context: Context, question: str, text: str, *, keeps: bool) -> Iterator[Problem]:
    """Point at words of a record that sound like an opinion or hearsay, unless they are meant."""
    found = pointed_at(context, text)
    if found and not keeps:
        said_so = ", ".join(f"“{words}” sounds like {what}" for words, what in found.items())
        yield Problem(
            question,
            f"Expected what was seen and heard, but {said_so}. Say what was done or said, put "
            "what somebody said in quotation marks, or tick below that the words are meant.",
        )
