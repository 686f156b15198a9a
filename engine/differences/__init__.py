"""What differs between two versions: diagrams by element, tables by cell, texts by line."""

from __future__ import annotations

from engine.differences.changes import (
    CellChange,
    DiffLine,
    ElementChange,
    FileDifference,
)
from engine.differences.compare import differences

__all__ = ["CellChange", "DiffLine", "ElementChange", "FileDifference", "differences"]
