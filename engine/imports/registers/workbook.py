"""Workbooks of a spreadsheet (.xlsx) read as plain cells; nothing runs, sizes are bounded."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from lxml import etree

from engine.imports.registers.grids import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_ROWS,
    Sheet,
    checked_row,
    refused,
)

#: What a workbook may hold once unpacked, in bytes, and in how many parts.
_MOST_BYTES = 60 * 1024 * 1024
_MOST_PARTS = 1_000
_MOST_SHEETS = 50
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Formats of numbers that every workbook has and that are dates.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_IS_ENCRYPTED = 0x1
_SAVE = "Open it in the spreadsheet, and save it as an Excel workbook (.xlsx) or as CSV."
_FIRST_1900, _FIRST_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_LAST_SERIAL = 2_958_465


@dataclass
class _Book:
    """What is known of a workbook while its sheets are read."""

    archive: zipfile.ZipFile
    strings: list[str] = field(default_factory=list)
    #: Number of a style -> whether it shows a date.
    is_date: list[bool] = field(default_factory=list)
    first: dt.datetime = _FIRST_1900


def read_workbook(file: IO[bytes]) -> list[Sheet]:
    """Give the sheets of a workbook as its cells show last; formulas are not worked out.

    Raises InvalidAnswers for one that is broken, locked, too large or no workbook at all.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_size(archive)
            return _sheets(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as broken:
        raise refused(f"Expected a workbook, but this file is broken. {_SAVE}") from broken
    except (etree.XMLSyntaxError, KeyError, ValueError, OSError, RuntimeError) as broken:
        raise refused(f"Expected a workbook, but a part of it cannot be read. {_SAVE}") from broken


def _check_size(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & _IS_ENCRYPTED for part in parts):
        raise refused(
            "Expected a workbook that opens without a password, but this one is locked. Remove the "
            "password and send it again."
        )
    size = sum(part.file_size for part in parts)
    if size > _MOST_BYTES or len(parts) > _MOST_PARTS:
        raise refused(
            f"Expected a workbook of at most {_MOST_BYTES // 2**20} MB once unpacked, but this one "
            f"unpacks to {size // 2**20:,} MB in {len(parts):,} parts. Copy the register alone "
            "into a new workbook, and send that."
        )
    if "xl/workbook.xml" not in archive.namelist():
        raise refused(f"Expected an Excel workbook (.xlsx), but this is another file. {_SAVE}")


def _sheets(archive: zipfile.ZipFile) -> list[Sheet]:
    book = _Book(archive)
    tree = _tree(archive, "xl/workbook.xml")
    if tree.find(f"{_MAIN}workbookPr[@date1904='1']") is not None:
        book.first = _FIRST_1904
    book.strings, book.is_date = _strings(archive), _date_styles(archive)
    targets = _targets(archive)
    found: list[Sheet] = []
    count = 0
    for one in tree.iter(f"{_MAIN}sheet"):
        path = targets.get(one.get(_RELATION, ""), "")
        if path not in archive.namelist() or "/worksheets/" not in path:
            continue
        rows = list(_rows(book, path))
        count += len(rows)
        if count > MOST_ROWS or len(found) >= _MOST_SHEETS:
            raise refused(
                f"Expected at most {MOST_ROWS:,} rows in {_MOST_SHEETS} sheets, but there are "
                "more. Send the register in parts."
            )
        name, state = one.get("name", ""), one.get("state", "visible")
        found.append(Sheet(name, state != "visible", tuple(rows)))
    return found


def _tree(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with archive.open(name) as part:
        return etree.parse(part, parser).getroot()


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    tree = _tree(archive, "xl/_rels/workbook.xml.rels")
    found = {}
    for one in tree:
        target = one.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[one.get("Id", "")] = path
    return found


def _strings(archive: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    return [_text(one) for one in _tree(archive, name).iter(f"{_MAIN}si")]


def _text(element: Any) -> str:
    """Join the text of a cell; how a word is pronounced is left out."""
    parts = element.iter(f"{_MAIN}t")
    return "".join(one.text or "" for one in parts if one.getparent().tag != f"{_MAIN}rPh")


def _date_styles(archive: zipfile.ZipFile) -> list[bool]:
    name = "xl/styles.xml"
    if name not in archive.namelist():
        return []
    tree = _tree(archive, name)
    own = {
        int(one.get("numFmtId")): _shows_date(one.get("formatCode", ""))
        for one in tree.iter(f"{_MAIN}numFmt")
    }
    formats = tree.find(f"{_MAIN}cellXfs")
    ids = [int(one.get("numFmtId", "0")) for one in formats] if formats is not None else []
    return [own.get(one, one in _DATE_FORMATS) for one in ids]


def _shows_date(code: str) -> bool:
    return bool(set(_LITERAL.sub("", code.lower())) & set("ydm"))


def _rows(book: _Book, path: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row that says something, by its number in the spreadsheet."""
    found: list[tuple[int, list[str]]] = []
    with book.archive.open(path) as part:
        merged: list[str] = []
        number = 0
        read = etree.iterparse(
            part,
            events=("end",),
            tag=(f"{_MAIN}row", f"{_MAIN}mergeCell"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        for _, element in read:
            if element.tag == f"{_MAIN}mergeCell":
                merged.append(element.get("ref", ""))
                continue
            number = int(element.get("r") or number + 1)
            cells = _cells(book, element)
            element.clear(keep_tail=False)
            if cells:
                found.append((number, checked_row(number, cells)))
            if len(found) > MOST_ROWS:
                break
    return iter(_with_merged(found, merged))


def _cells(book: _Book, row: Any) -> list[str]:
    cells: dict[int, str] = {}
    place = -1
    for cell in row.iter(f"{_MAIN}c"):
        at = _PLACE.fullmatch(cell.get("r") or "")
        place = _column(at[1]) if at else place + 1
        said = _value(book, cell)
        if said:
            cells[place] = said
    last = max(cells, default=-1)
    return [cells.get(one, "") for one in range(min(last, MOST_CELLS) + 1)]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(book: _Book, cell: Any) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v") or ""
    if kind == "inlineStr":
        return _text(cell)[: LONGEST_CELL + 1]
    if kind == "s":
        place = int(value or -1)
        return book.strings[place][: LONGEST_CELL + 1] if 0 <= place < len(book.strings) else ""
    if kind == "b":
        return "Yes" if value == "1" else "No"
    if kind != "n" or not value:
        return value[: LONGEST_CELL + 1]
    style = int(cell.get("s") or 0)
    is_date = style < len(book.is_date) and book.is_date[style]
    return _number(value, book.first if is_date else None)


def _number(text: str, first: dt.datetime | None) -> str:
    """Write a number as people do: a date where it is shown as one, no point that says nothing."""
    number = float(text)
    if first is not None and 1 <= number <= _LAST_SERIAL:
        return (first + dt.timedelta(days=number)).date().isoformat()
    return str(int(number)) if number.is_integer() else text


def _with_merged(
    rows: Sequence[tuple[int, list[str]]], merged: Sequence[str]
) -> list[tuple[int, list[str]]]:
    """Repeat what cells say that are merged over several rows: each of the rows means it."""
    by_number: Mapping[int, list[str]] = dict(rows)
    for ref in merged:
        begins, _, ends = ref.partition(":")
        first, last = _PLACE.fullmatch(begins), _PLACE.fullmatch(ends)
        if first is None or last is None or first[2] == last[2]:
            continue
        place, top = _column(first[1]), by_number.get(int(first[2]), [])
        said = top[place] if place < len(top) else ""
        for number in range(int(first[2]) + 1, min(int(last[2]), int(first[2]) + MOST_ROWS) + 1):
            row = by_number.get(number)
            if row is not None and said:
                row.extend([""] * (place + 1 - len(row)))
                row[place] = row[place] or said
    return list(rows)
