"""The engine profile: what is refused at the gate, because the engine would run it otherwise than
the standard says, or not at all. Every rule was measured on SpiffWorkflow 3.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.spiff.profile import elements, events, flows, identity, links, loops, tables, texts
from engine.spiff.profile.drawn import Drawn

__all__ = ["Drawn", "findings"]

_RULES = (
    *identity.RULES,
    *elements.RULES,
    *events.RULES,
    *flows.RULES,
    *loops.RULES,
    *links.RULES,
    *tables.RULES,
    *texts.RULES,
)


def findings(drawn: Drawn) -> Iterator[Finding]:
    """Give every finding of every rule."""
    for rule in _RULES:
        yield from rule(drawn)
