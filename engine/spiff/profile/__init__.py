"""The engine profile: what is refused at the gate.

The engine would run it otherwise than the standard says, or not at all; every rule was measured on
SpiffWorkflow 3.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.spiff.profile.drawn import Drawn
from engine.spiff.profile.elements import RULES as ELEMENTS
from engine.spiff.profile.events import RULES as EVENTS
from engine.spiff.profile.flows import RULES as FLOWS
from engine.spiff.profile.foreign import RULES as FOREIGN
from engine.spiff.profile.identity import RULES as IDENTITY
from engine.spiff.profile.identity import size
from engine.spiff.profile.links import RULES as LINKS
from engine.spiff.profile.loops import RULES as LOOPS
from engine.spiff.profile.tables import RULES as TABLES
from engine.spiff.profile.texts import RULES as TEXTS

__all__ = ["Drawn", "findings"]

_RULES = (*IDENTITY, *ELEMENTS, *EVENTS, *FLOWS, *LOOPS, *LINKS, *TABLES, *TEXTS, *FOREIGN)


def findings(drawn: Drawn) -> Iterator[Finding]:
    """Give every finding of every rule; what is too large is looked at no further."""
    too_large = list(size(drawn))
    if too_large:
        yield from too_large
        return
    for rule in _RULES:
        yield from rule(drawn)
