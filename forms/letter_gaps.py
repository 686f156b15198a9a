"""What keeps a letter from leaving: parts left open, and words that only hold a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forms.signs import merge_field_in

#: What people leave in a text for later (R-046): crosses, dots and lines to write on, counting
#: numbers, and the usual abbreviations.
_DUMMIES = re.compile(
    r"""
    (?<!\w)(?:
        [xX]{2,}(?!\w)
      | (?:on|at|by|from|until|to|for|of|is)[ ]*(?:\.{3,}|_{2,}|…)
      | \.{5,} | _{3,} | \?{2,}
      | \+?0*(?:12345\d*|(\d)\1{5,})(?!\w)
      | (?:TBC|TBA|TBD|N/A)(?!\w)
      | to[ ]be[ ](?:confirmed|decided|advised)
      | lorem[ ]ipsum
      | \[(?:insert|name|date|address|number|details)[^\]]*\]
    )
    """,
    re.X | re.I,
)

#: What the case file keeps and people never say, where a line begins with it or is nothing else:
#: ``Named_staff: ...``, ``look_again``.
_CODE = re.compile(r"^\s*[A-Z]?[a-z]+(?:_[a-z]+)+(?=\s*:|[ .]*$)", re.M)


@dataclass(frozen=True)
class Gap:
    """Something a letter still lacks."""

    #: Id of the block.
    block: str
    #: The requirement that asks for it.
    source: str
    #: The placeholder that is empty; "" when the whole block is.
    placeholder: str
    sentence: str


def dummy_in(value: str | Sequence[str]) -> str:
    """Give the first words that only stand for the real ones, "" when there are none."""
    text = value if isinstance(value, str) else "\n".join(value)
    found = _DUMMIES.search(text) or _CODE.search(text)
    return found[0].strip() if found else merge_field_in(text)
