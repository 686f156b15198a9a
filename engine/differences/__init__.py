"""What differs between two versions: diagrams by element, tables by cell, texts by line."""

from __future__ import annotations

from engine.differences.changes import (
    CellChange,
    DiffLine,
    ElementChange,
    FileDifference,
)
from engine.differences.compare import differences
from engine.differences.facts import attributes_of, entry_key, texts_of

__all__ = [
    "CellChange",
    "DiffLine",
    "ElementChange",
    "FileDifference",
    "attributes_of",
    "differences",
    "entry_key",
    "texts_of",
]
