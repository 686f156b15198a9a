"""A file of a register as sheets of plain text: CSV or workbook, whatever its encoding (R-063)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from engine import sheets
from engine.errors import InvalidAnswers, Problem

#: The most rows of one file, cells of one row, and characters of one cell.
MOST_ROWS, MOST_CELLS, LONGEST_CELL = 5_000, 80, 20_000
_LOOKED_AT = 4000
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"<!DO", "a web page"),
    (b"<htm", "a web page"),
)
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_ZIPPED = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """One sheet as it stands in the file."""

    name: str
    is_hidden: bool
    #: The number of a row as a spreadsheet counts it, and its cells; empty rows are left out.
    rows: tuple[tuple[int, list[str]], ...]


def refused(sentence: str) -> InvalidAnswers:
    """Give the refusal of a whole file."""
    return InvalidAnswers([Problem("file", sentence)])


def checked_row(number: int, cells: list[str]) -> list[str]:
    """Give a row without signs that no text has; raises InvalidAnswers when it is too large."""
    if len(cells) > MOST_CELLS and any(cell.strip() for cell in cells[MOST_CELLS:]):
        raise refused(
            f"Expected at most {MOST_CELLS} columns, but row {number:,} has more. Keep the columns "
            "of the register."
        )
    longest = max((len(cell) for cell in cells), default=0)
    if longest > LONGEST_CELL:
        raise refused(
            f"Expected at most {LONGEST_CELL:,} characters in a cell, but one of row {number:,} "
            "has more. Shorten it: what was written belongs into the case."
        )
    return [_plain(cell) for cell in cells[:MOST_CELLS]]


def read_csv(file: IO[bytes]) -> list[Sheet]:
    """Give a CSV file as one sheet: UTF-8, UTF-16 or what Windows saves, with any separator.

    Raises InvalidAnswers for a file that is no table.
    """
    text = sheets.decoded(file.read())
    separator = sheets.separator_of(text[:_LOOKED_AT])
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in sheets.rows_of(io.StringIO(text, newline=""), separator):
            if len(rows) > MOST_ROWS:
                raise refused(
                    f"Expected at most {MOST_ROWS:,} rows, but there are more. Send the register "
                    "in parts."
                )
            if sheets.says_something(row):
                rows.append((number, checked_row(number, row)))
    except sheets.Unreadable as wrong:
        raise refused(
            f"Expected rows of cells, but line {wrong.line} cannot be read: {wrong}. Save the "
            "sheet again."
        ) from wrong
    return [Sheet("", False, tuple(rows))]


def is_workbook(begin: bytes) -> bool:
    """Tell a workbook by how its file begins; raises InvalidAnswers for what is no table at all."""
    if begin.startswith(_OLD_OR_LOCKED):
        raise refused(
            "Expected an Excel workbook (.xlsx) that opens without a password, but this one is "
            "locked or of an old kind (.xls). Remove the password, and save it as .xlsx or CSV."
        )
    for sign, words in _OTHER_KINDS:
        if begin.lower().startswith(sign.lower()):
            raise refused(
                f"Expected an Excel workbook (.xlsx) or a CSV file, but this is {words}. Send the "
                "register as your spreadsheet saves it."
            )
    return begin.startswith(_ZIPPED)


def _plain(cell: str) -> str:
    """Take out what only machines see; a line break within a cell stays."""
    kept = (sign if sign.isprintable() or sign in "\n\t" else " " for sign in cell)
    return "".join(kept).replace("\u200b", "").replace("\u00a0", " ")
