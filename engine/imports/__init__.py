"""Files of contacts, and old registers: checked row by row, looked at, then taken over (R-030)."""

from __future__ import annotations

from engine.imports import registers
from engine.imports.asking import begin, discard, resume, stop
from engine.imports.layout import MOST_ROWS
from engine.imports.reading import (
    ImportBrief,
    ImportPage,
    ImportRow,
    imports,
    one_import,
    wrong_rows,
)
from engine.imports.taking_in import take_in
from engine.imports.working import KEPT_DAYS, work

__all__ = [
    "KEPT_DAYS",
    "MOST_ROWS",
    "ImportBrief",
    "ImportPage",
    "ImportRow",
    "begin",
    "discard",
    "imports",
    "one_import",
    "registers",
    "resume",
    "stop",
    "take_in",
    "work",
    "wrong_rows",
]
