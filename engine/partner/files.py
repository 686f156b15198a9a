"""Files of the partner: small CSV files, read strictly, each row by its headings."""

from __future__ import annotations

import io

from engine import sheets
from engine.errors import InvalidAnswers, Problem

#: Rows of one file at most, and characters of it; a partner sends what is new since the last.
MOST_ROWS, LONGEST = 500, 400_000


def rows_of(text: str) -> list[dict[str, str]]:
    """Give at least one row by heading; InvalidAnswers with what is wrong with the file."""
    if len(text) > LONGEST:
        raise _wrong(f"Expected at most {LONGEST} characters, but it has more. Split the file.")
    try:
        rows = sheets.rows_of(io.StringIO(text.removeprefix("\ufeff")))
        lines = [row for _, row in rows if sheets.says_something(row)]
    except sheets.Unreadable as error:
        raise _wrong(f"Expected a CSV file, but it cannot be read: {error}.") from error
    if len(lines) <= 1:
        raise _wrong("Expected a line of headings and at least one row, but there is none.")
    if len(lines) - 1 > MOST_ROWS:
        raise _wrong(f"Expected at most {MOST_ROWS} rows, but there are {len(lines) - 1}.")
    headings = [name.strip() for name in lines[0]]
    twice = sorted({name for name in headings if headings.count(name) > 1})
    if twice:
        raise _wrong(f"Expected each heading once, but {', '.join(twice)} comes again.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(headings):
            raise _wrong(
                f"Expected {len(headings)} cells in row {number}, but there are {len(line)}."
            )
    return [
        {name: cell.strip() for name, cell in zip(headings, line, strict=True)}
        for line in lines[1:]
    ]


def _wrong(text: str) -> InvalidAnswers:
    return InvalidAnswers([Problem("file", text)])
