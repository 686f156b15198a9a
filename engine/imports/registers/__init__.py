"""An old register from a file: taken in, columns named, checked, looked at, taken over (R-063)."""

from __future__ import annotations

from engine.imports.registers.asking import (
    begin,
    choose,
    discard,
    name_columns,
    resume,
    stop,
    take_in,
)
from engine.imports.registers.columns import COLUMNS, suggested
from engine.imports.registers.reading import imports, left_rows, one_import
from engine.imports.registers.working import KEPT_DAYS, work

__all__ = [
    "COLUMNS",
    "KEPT_DAYS",
    "begin",
    "choose",
    "discard",
    "imports",
    "left_rows",
    "name_columns",
    "one_import",
    "resume",
    "stop",
    "suggested",
    "take_in",
    "work",
]
