"""Lists as files for a spreadsheet: text that no program takes for a formula, a row at a time."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from flask import Response

#: What a spreadsheet takes for the beginning of a formula, or skips before one; the last four are
#: the same signs in the width of Chinese ones, which some read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Tells a spreadsheet that the text is UTF-8.
_MARK = "\ufeff"

Cell = str | int | dt.date | None


def as_csv(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Give a download of these rows; dates are ISO, ``None`` is an empty cell.

    The rows are written as they are asked for, so a long list is never held as one text.
    """
    sent = Response(csv_lines(headings, rows), mimetype="text/csv")
    sent.headers.set("Content-Disposition", "attachment", filename=name)
    return sent


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Give the lines of such a file one by one."""
    yield _MARK + _line(headings)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[Cell]) -> str:
    written = StringIO()
    csv.writer(written).writerow([_written(cell) for cell in cells])
    return written.getvalue()


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    # An apostrophe makes a spreadsheet show what follows as it is.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
