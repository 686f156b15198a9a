"""The registry of everything that edited files may name, and the doors people come in by."""

from __future__ import annotations

from engine.operations.asked import CHECKS, CHOICES, RECORDERS
from engine.operations.doors import ACTIONS, DOORS, MAY_RETRY, Door
from engine.operations.drawn import FACTS, HOLDERS, OPERATIONS
from engine.operations.language import FUNCTIONS, Function, functions_of
from engine.operations.registry import Registry

#: What stands behind each name; the gate refuses a file that names anything else.
REGISTRY = Registry(
    operations=OPERATIONS,
    facts=FACTS,
    holders=HOLDERS,
    checks=CHECKS,
    recorders=RECORDERS,
    choices=CHOICES,
)

__all__ = [
    "ACTIONS",
    "DOORS",
    "FUNCTIONS",
    "MAY_RETRY",
    "REGISTRY",
    "Door",
    "Function",
    "Registry",
    "functions_of",
]
