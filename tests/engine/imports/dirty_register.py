"""A register of 300 rows as people keep them, with forty kinds of dirt by their names (R-063)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

HEADINGS = (
    *("Tenant Name", "Tenancy Ref", "Property address", "Email", "Mobile", "SPOC name"),
    *("Deputy SPOC / cover", "SPOC email address", "Method", "Start Date", "Decision date"),
    *("Approved by", "Team leader", "Date letter sent", "Appeal rights?", "Review date"),
    *("End date", "Status", "Reason for SPOC", "One Stop Shop", "Response time", "Old system id"),
)
NAME, TENANCY, ADDRESS, EMAIL, MOBILE, SPOC, COVER, OURS, METHOD, START, DECIDED = range(11)
APPROVED, LEADER, LETTER, APPEAL, REVIEW, END, STATUS, REASON, VISITS, ANSWER, OLD = range(11, 22)
#: What becomes of a row.
TAKEN, WITH, WAITING, REFUSED, TWICE = "taken", "taken_with", "waiting", "refused", "duplicate"
ROWS, HEADER = 300, 4

Change = Callable[[list[str], int], None]


def _put(place: int, text: str) -> Change:
    def change(row: list[str], _number: int) -> None:
        row[place] = text

    return change


def _several(**said: str) -> Change:
    def change(row: list[str], _number: int) -> None:
        for name, text in said.items():
            row[globals()[name]] = text

    return change


#: Kind of dirt -> how it is made, and what becomes of the row. Today is 4 March 2026.
DIRT: Mapping[str, tuple[Change, str]] = {
    "the day is written with dots": (_put(START, "01.02.2026"), TAKEN),
    "the month is a word": (_put(START, "1 Feb 2026"), TAKEN),
    "the day is an ordinal with its weekday": (_put(START, "Sunday 1st February 2026"), TAKEN),
    "the day is a serial number as text": (_put(START, "46054"), TAKEN),
    "the day has a time behind it": (_put(START, "01/02/2026 00:00:00"), TAKEN),
    "blanks follow the day": (_put(START, "  01/02/2026   "), TAKEN),
    "the year has two digits": (_put(START, "1/2/26"), TAKEN),
    "the month comes first and is a word": (_put(START, "Feb 1, 2026"), TAKEN),
    "31 February": (_put(START, "31/02/2026"), REFUSED),
    "the month comes first": (_put(START, "02/28/2026"), REFUSED),
    "no start": (_put(START, ""), REFUSED),
    "review TBC": (_put(REVIEW, "TBC"), WAITING),
    "no review date": (_put(REVIEW, ""), WAITING),
    "review later than twelve months": (_put(REVIEW, "01/02/2028"), WAITING),
    "review in the past": (_put(REVIEW, "02/03/2026"), WITH),
    "review before the start": (_put(REVIEW, "01/01/2026"), REFUSED),
    "end is ongoing": (_put(END, "ongoing"), TAKEN),
    "end before the start": (_put(END, "01/01/2026"), REFUSED),
    "ended already": (_put(END, "01/03/2026"), REFUSED),
    "an end that is to come": (_put(END, "01/12/2026"), WITH),
    "status says closed": (_put(STATUS, "Closed"), REFUSED),
    "not decided yet": (_put(STATUS, "Pending"), REFUSED),
    "contact unknown here": (_put(SPOC, "J. Nobody"), WAITING),
    "contact written surname first": (_put(SPOC, "NAIR, Priya"), TAKEN),
    "contact by initial": (_put(SPOC, "P Nair"), TAKEN),
    "nobody is cover": (_put(COVER, ""), WAITING),
    "contact covers for themselves": (_put(COVER, "Priya Nair"), REFUSED),
    "no letter": (_put(LETTER, ""), WITH),
    "letter without the appeal": (_put(APPEAL, "no"), WITH),
    "appeal column is empty": (_put(APPEAL, ""), WITH),
    "letter before the decision": (_put(LETTER, "01/12/2025"), REFUSED),
    "decision date missing": (_put(DECIDED, ""), WITH),
    "no reasons": (_put(REASON, ""), WITH),
    "telephone number as a number with a point": (_put(MOBILE, "7700900123.0"), TAKEN),
    "telephone number in powers of ten": (_put(MOBILE, "7.700900123E9"), TAKEN),
    "reason is a formula": (_put(REASON, "=cmd|' /C calc'!A0"), TAKEN),
    "name is a formula": (_put(NAME, "=HYPERLINK(A1)"), REFUSED),
    "an error of the spreadsheet": (_put(TENANCY, "#N/A"), REFUSED),
    "no tenancy reference": (_put(TENANCY, ""), REFUSED),
    "a personal mailbox": (_put(OURS, "priya@mail.example"), REFUSED),
    "no address of ours": (_put(OURS, ""), WITH),
    "a cell that is too long": (_put(VISITS, "x" * 1200), REFUSED),
    "a null byte within a name": (_put(LEADER, "Amina\0Diallo"), TAKEN),
    "visits not recorded": (_put(VISITS, ""), WITH),
    "answer time in no number": (_put(ANSWER, "when we can"), WITH),
    "no address of the customer": (_put(ADDRESS, ""), REFUSED),
}
TWINS, BLANKS, IN_REGISTER = "the row above again", "blank rows between", "in the register already"


@dataclass
class Dirty:
    """The rows as they stand in the sheet, and what must become of each."""

    #: Number of the row -> cells.
    rows: dict[int, list[str]] = field(default_factory=dict)
    #: Number of the row -> kind of dirt ("" for none) and what becomes of it.
    expected: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows become what."""
        found: dict[str, int] = {}
        for _, outcome in self.expected.values():
            found[outcome] = found.get(outcome, 0) + 1
        return found


def clean(number: int) -> list[str]:
    """Give one row with nothing wrong; every number is another customer."""
    return [
        f"Customer {_letters(number)}",
        *(f"3{number:05d}/01", f"{number} Elm Court, Northfield", f"c{number}@mail.example"),
        *("07700 900123", "Priya Nair", "Tom Rasmussen", "priya@northfield-homes.example", "Email"),
        *("01/02/2026", "20/01/2026", "Mo Hassan", "Amina Diallo", "22/01/2026", "Yes"),
        *("01/08/2026", "", "Live", "Forty calls a day.", "By appointment", "5 working days"),
        f"OLD-{number}",
    ]


def dirty(total: int = ROWS) -> Dirty:
    """Give a register of so many rows: each kind of dirt in turn, clean ones in between."""
    made = Dirty()
    kinds = [*DIRT, TWINS, BLANKS]
    at, last_clean = HEADER, 0
    for count in range(total):
        at += 1
        kind = kinds[count // 2 % len(kinds)] if count % 2 else ""
        if kind == BLANKS:
            made.expected[at] = (kind, "blank")
            continue
        row = clean(count)
        outcome = TAKEN
        if kind == TWINS:
            row, outcome = list(made.rows[last_clean]), TWICE
        elif kind:
            change, outcome = DIRT[kind]
            change(row, count)
        else:
            last_clean = at
        made.rows[at], made.expected[at] = row, (kind, outcome)
    while made.expected[at][1] == "blank":
        del made.expected[at]
        at -= 1
    return made


def workbook(rows: Mapping[int, Sequence[str]], merge: str = "") -> bytes:
    """Write a workbook: a title above the headings, the register, and a hidden sheet."""
    above = {1: ["SPOC REGISTER"], 2: ["Keep up to date!"]}
    sheet = _sheet({**above, HEADER: list(HEADINGS), **rows}, merge)
    hidden = _sheet({1: ["Name", "Ref"], 2: ["Somebody Else", "1"]})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", hidden)
        archive.writestr("xl/worksheets/sheet2.xml", sheet)
        archive.writestr("xl/styles.xml", _STYLES)
    return file.getvalue()


def _letters(number: int) -> str:
    return "".join(chr(65 + int(digit)) for digit in f"{number:03d}")


def _sheet(rows: Mapping[int, Sequence[str]], merge: str = "") -> str:
    said = "".join(
        f'<row r="{number}">{"".join(_cell(number, *one) for one in enumerate(row))}</row>'
        for number, row in sorted(rows.items())
    )
    merged = f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>' if merge else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{said}</sheetData>{merged}</worksheet>'


def _cell(row: int, place: int, text: str) -> str:
    ref = f"{chr(65 + place)}{row}"
    if text == "46054":
        return f'<c r="{ref}" s="1"><v>46054</v></c>'
    plain = escape(text.replace("\0", " "))
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Lists" sheetId="1" state="hidden" r:id="rId1"/>'
    '<sheet name="Register" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)
