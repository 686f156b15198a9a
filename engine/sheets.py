"""Files of rows as spreadsheets save them: the one reader of CSV, row by row, or what is wrong."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO

from engine.errors import InvalidAnswers, Problem

#: The cells and characters of one row at most.
_MOST_CELLS, _LONGEST_CELL = 60, 20_000
_SEPARATORS = (",", ";", "\t", "|")
_BYTES_AT_ONCE = 1 << 16


class Unreadable(ValueError):
    """A line of a file that is no row of cells; what to do is the reader's to say."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        #: Counts the lines of the file from 1.
        self.line = line


def rows_of(text: Iterable[str], separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Give each row by its number as a spreadsheet counts it, also where nothing stands in it.

    text: lines with their ends, such as a file opened with ``newline=""``. Raises Unreadable at
    the line that is no row of cells.
    """
    table = csv.reader(text, delimiter=separator, strict=True)
    count = 0
    while True:
        try:
            row = next(table, None)
        except csv.Error as wrong:
            raise Unreadable(table.line_num, str(wrong)) from wrong
        if row is None:
            return
        count += 1
        yield count, row


def says_something(row: Iterable[str]) -> bool:
    """Tell whether anything stands in a row."""
    return any(cell.strip() for cell in row)


def separator_of(text: str) -> str:
    """Give what most likely stands between the cells: comma, semicolon, tab or bar."""
    return max(_SEPARATORS, key=text.count)


def decoded(content: bytes) -> str:
    """Give the text of a whole file: UTF-8, UTF-16 with or without its mark, or of Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if content[1:2] == b"\0" and content[3:4] == b"\0":
        return content.decode("utf-16-le", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def open_table(
    file: IO[bytes], *, most_rows: int, about: str
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Read the headings of a file; its rows follow as they are asked for, so memory stays small.

    UTF-8, or what a Windows spreadsheet saves; separated by comma, semicolon, tab or bar.
    about: what a row is about, for sentences. Gives the headings, and for each row its number as a
    spreadsheet counts it with its cells; empty rows are left out. Raises InvalidAnswers for a file
    that is no table, also later while its rows are read.
    """
    encoding = _encoding_of(file)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    first = text.readline(_LONGEST_CELL)
    if not first.strip():
        raise _refused("Expected a file with headings in its first row, but it is empty.")
    text.seek(0)
    table = _rows(text, separator_of(first), most_rows, about)
    _, headings = next(table, (0, []))
    return [heading.strip() for heading in headings], table


def _rows(
    text: Iterable[str], separator: str, most_rows: int, about: str
) -> Iterator[tuple[int, list[str]]]:
    try:
        for count, row in rows_of(text, separator):
            if len(row) > _MOST_CELLS:
                raise _refused(
                    f"Expected at most {_MOST_CELLS} columns, but row {count} has {len(row)}. "
                    f"Keep the columns that say something about {about}."
                )
            if count > most_rows + 1:
                raise _refused(
                    f"Expected at most {most_rows:,} rows, but there are more. Send the file in "
                    "parts."
                )
            if says_something(row):
                yield count, [cell.replace("\0", " ")[:_LONGEST_CELL] for cell in row]
    except Unreadable as wrong:
        raise _refused(
            f"Expected rows of cells, but line {wrong.line} cannot be read: {wrong}. Save the "
            "sheet as CSV again."
        ) from wrong


def _encoding_of(file: IO[bytes]) -> str:
    """Tell how the file is written, by reading it once."""
    begin = file.read(4)
    file.seek(0)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refused(
            "Expected a CSV file, but this is a workbook. In the spreadsheet, choose Save as and "
            "then CSV."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while some := file.read(_BYTES_AT_ONCE):
            decoder.decode(some)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _refused(sentence: str) -> InvalidAnswers:
    return InvalidAnswers([Problem("file", sentence)])
