"""The layout of a file of contacts: which heading is which column, how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from engine.errors import InvalidAnswers, Problem
from engine.sheets import open_table

#: The rows of one file at most.
MOST_ROWS = 250_000
#: Column -> the headings it goes by, without capitals and signs.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "on": ("date", "day", "contact date", "date of contact", "call date", "contacted on"),
    "at_time": ("time", "contact time", "time of contact", "call time", "start time"),
    "channel": ("channel", "how", "contact channel", "type", "contact type", "method"),
    "direction": ("direction", "who got in touch", "in or out", "inbound or outbound"),
    "tenancy_reference": (
        *("tenancy reference", "tenancy ref", "tenancy", "tenancy number", "reference"),
        *("tenancy no",),
    ),
    "name": ("name", "customer", "customer name", "tenant", "tenant name"),
    "case_reference": ("case", "case reference", "case ref"),
    "note": ("note", "notes", "about", "subject", "summary", "what it was about"),
    "triage": ("triage", "what it called for"),
    "source_id": (
        "id",
        "contact id",
        "call id",
        "record id",
        "contact reference",
        "call reference",
    ),
}
#: What every file has to say.
NEEDED = ("on", "channel", "direction")
_NAMES: Mapping[str, str] = {
    "on": "date",
    "at_time": "time",
    "tenancy_reference": "tenancy reference",
    "case_reference": "case reference",
    "source_id": "contact id",
}


def heading_of(column: str) -> str:
    """Give the usual heading of a column."""
    return _NAMES.get(column, column)


@dataclass(frozen=True)
class Layout:
    """Where each column stands in the rows of one file."""

    headings: tuple[str, ...]
    #: Column -> its place in a row.
    places: Mapping[str, int]

    @property
    def unused(self) -> tuple[str, ...]:
        """Name the headings that nothing is read from."""
        used = set(self.places.values())
        return tuple(name for place, name in enumerate(self.headings) if place not in used and name)

    def cells_of(self, row: Sequence[str]) -> dict[str, str]:
        """Give what a row says by column; a column that is empty or not there is ""."""
        return {
            column: row[place].strip() if place < len(row) else ""
            for column, place in self.places.items()
        }


def layout_of(headings: Sequence[str]) -> Layout:
    """Find the columns of a file by its headings.

    Raises InvalidAnswers when one that is needed is missing or stands there twice.
    """
    known = {said: column for column, names in HEADINGS.items() for said in names}
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = known.get(_plain(heading))
        if column is not None and column in places:
            raise _refused(
                f"Expected one column with the {heading_of(column)}, but there are two: "
                f"“{headings[places[column]]}” and “{heading}”. Remove or rename one of them."
            )
        if column is not None:
            places[column] = place
    missing = [heading_of(column) for column in NEEDED if column not in places]
    if not {"tenancy_reference", "case_reference"} & set(places):
        missing.append("tenancy reference")
    if missing:
        there = ", ".join(f"“{name}”" for name in headings[:12] if name) or "nothing"
        raise _refused(
            f"Expected headings in the first row, among them {', '.join(missing)}, but the first "
            f"row says {there}. Add what is missing, or save the sheet again with its headings."
        )
    return Layout(tuple(headings), places)


@dataclass(frozen=True)
class Sheet:
    """A file that is being read: its layout, then its rows one by one."""

    layout: Layout
    #: The number of a row as a spreadsheet counts it, and its cells; empty rows are left out.
    rows: Iterator[tuple[int, list[str]]]


def open_sheet(file: IO[bytes]) -> Sheet:
    """Read the headings of a file; its rows follow as they are asked for, so memory stays small.

    UTF-8, or what a Windows spreadsheet saves; separated by comma, semicolon, tab or bar.
    Raises InvalidAnswers for a file that is no table, also later while its rows are read.
    """
    headings, rows = open_table(file, most_rows=MOST_ROWS, about="a contact")
    return Sheet(layout_of(headings), rows)


def _plain(heading: str) -> str:
    signs = "".join(sign if sign.isalnum() else " " for sign in heading.casefold())
    return " ".join(signs.split())


def _refused(sentence: str) -> InvalidAnswers:
    return InvalidAnswers([Problem("file", sentence)])
