"""The file of another system's flags: whose, and what it shows; refused whole with every error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from engine.errors import InvalidAnswers, Problem
from engine.sheets import open_table

MOST_ROWS = 20_000
#: Column -> the headings it goes by.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "key": ("tenancy reference", "tenancy", "tenancy ref", "person key", "reference"),
    "text": ("text", "flag", "flag text", "alert", "note", "shown"),
}
_LONGEST_KEY, _LONGEST_TEXT = 60, 2_000
#: So many errors are named; more would not be read.
_MOST_NAMED = 20
#: What an apostrophe in front of keeps a spreadsheet from reading as a formula.
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class ShownFlag:
    """One flag that another system shows."""

    number: int
    key: str
    text: str


def plain_key(text: str) -> str:
    """Give a tenancy reference as it is compared: capitals, without blanks."""
    return "".join(text.split()).upper()


def plain_text(text: str) -> str:
    """Give a text as it is compared: one blank between words."""
    return " ".join(text.split())


def read_flags(file: IO[bytes]) -> list[ShownFlag]:
    """Read every flag of a file.

    Raises InvalidAnswers for a file that is no table, lacks a heading, has no rows, or has rows
    that are wrong: each is named with its number, and nothing of the file is used.
    """
    headings, rows = open_table(file, most_rows=MOST_ROWS, about="a flag")
    key, text = _places(headings)
    found: list[ShownFlag] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, cells in rows:
        shown = ShownFlag(number, _cell(cells, key), _cell(cells, text))
        said = _wrong(shown, cells, len(headings), seen)
        if said:
            problems.append(f"Row {number}: {said}")
        seen.setdefault(plain_key(shown.key), number)
        found.append(shown)
    if not found:
        problems = ["Expected rows below the headings, but there are none."]
    if problems:
        more = len(problems) - _MOST_NAMED
        named = [*problems[:_MOST_NAMED], *([f"And {more} more rows."] if more > 0 else [])]
        raise InvalidAnswers([Problem("file", said) for said in named])
    return found


def _places(headings: Sequence[str]) -> tuple[int, int]:
    places: dict[str, list[int]] = {column: [] for column in _HEADINGS}
    for place, heading in enumerate(headings):
        plain = " ".join(heading.casefold().replace("_", " ").split())
        for column, names in _HEADINGS.items():
            if plain in names:
                places[column].append(place)
    for column, names in _HEADINGS.items():
        if len(places[column]) != 1:
            said = "none" if not places[column] else "more than one"
            there = f"Expected one column headed “{names[0]}”, but there is {said}."
            raise InvalidAnswers([Problem("file", f"{there} Mend the headings, then try again.")])
    return places["key"][0], places["text"][0]


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place].strip() if place < len(cells) else ""
    # As our own lists write it, so that no program takes it for a formula.
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _wrong(shown: ShownFlag, cells: Sequence[str], width: int, seen: Mapping[str, int]) -> str:
    """Say what is wrong with one row; "" when nothing is."""
    if any(cell.strip() for cell in cells[width:]):
        return "it has more cells than there are headings. Put quotation marks around the text."
    before = seen.get(plain_key(shown.key)) if shown.key else None
    if before:
        return f"the same tenancy stands in row {before}."
    return _wrong_key(shown.key) or _wrong_text(shown.text)


def _wrong_key(key: str) -> str:
    if not key:
        return "it has no tenancy reference."
    if len(key) > _LONGEST_KEY or not key.isprintable():
        return f"its tenancy reference is no line of at most {_LONGEST_KEY} characters."
    return ""


def _wrong_text(text: str) -> str:
    if not text:
        return "it shows no text. Leave out who has no flag."
    if len(text) > _LONGEST_TEXT:
        return f"its text is longer than {_LONGEST_TEXT} characters."
    return "" if " ".join(text.split()).isprintable() else "its text has signs that do not print."
