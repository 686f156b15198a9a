"""What can be asked of imports of registers: the list, one with its rows, what is left to mend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.casework import people
from engine.errors import NotFound
from engine.imports.permission import may_stop
from engine.imports.registers.asking import REVIEW
from engine.imports.registers.columns import suggested
from engine.imports.registers.states import MAY_IMPORT, State, counts_of, state_of
from engine.queries import Page, Person
from engine.queries.reading import PAGE_SIZE, Reading, page_number, page_of, reading
from engine.tables.casefile import CaseFile
from engine.tables.columns import table_of
from engine.tables.database import Database
from engine.tables.register_imports import RegisterImport, RegisterImportRow

#: Why a row was left that nothing is wrong with.
NOT_TAKEN = "Not taken: the import was stopped before this row."
_ROWS = table_of(RegisterImportRow)
#: What can be shown of an import -> which rows; a name with ``with`` has exceptions.
SHOWN = ("waiting", "refused", "duplicate", "ready_with", "ready", "taken_with", "taken", "blank")


@dataclass(frozen=True)
class RegisterBrief:
    """One import: the file, where it is on its way, how many rows of it became what."""

    id: int
    file_name: str
    state: State
    made_by: str
    made_at: dt.datetime
    ended_at: dt.datetime | None
    #: What became of the rows -> how many; each row below the headings is in one of them.
    counts: Mapping[str, int]
    #: Who stopped it; "" for nobody, and once it was begun again.
    stopped_by: str = ""
    stopped_at: dt.datetime | None = None
    #: Whether whoever looks may stop it now.
    may_stop: bool = False

    @property
    def total(self) -> int:
        """Count every row below the headings."""
        return sum(self.counts.values())

    @property
    def works(self) -> bool:
        """Tell whether a worker goes on with it, so that the page is different soon."""
        return self.state in {"checking", "running"}

    @property
    def ready(self) -> int:
        """Count the rows that will be taken over."""
        return self.counts.get("ready", 0) + self.counts.get("ready_with", 0)

    @property
    def taken(self) -> int:
        """Count the rows that were taken over."""
        return self.counts.get("taken", 0) + self.counts.get("taken_with", 0)

    @property
    def left(self) -> int:
        """Count the rows to be mended, waiting, refused or there already, and those not taken."""
        mend = sum(self.counts.get(name, 0) for name in ("waiting", "refused", "duplicate"))
        return mend + self.not_taken

    @property
    def not_taken(self) -> int:
        """Count the rows that nothing was done with, since it was stopped before them."""
        return self.ready if self.stopped_at else 0

    @property
    def finished(self) -> int:
        """Count the rows that the present step is over for."""
        begun = self.state in {"running", "stopped"}
        return self.total - (self.ready if begun else self.counts.get("new", 0))


@dataclass(frozen=True)
class SheetShown:
    """One sheet of the file, with the column suggested or chosen for each of its headings."""

    number: int
    name: str
    is_hidden: bool
    rows: int
    #: The row of the headings, and how many rows above it are not read.
    header: int
    above: int
    headings: tuple[str, ...]
    columns: tuple[str, ...]
    #: For each heading what stands below it first.
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Something rows wait for: who a name is, or when a review is."""

    key: str
    column: str
    #: What stands in the file; "" where it is empty.
    said: str
    rows: int


@dataclass(frozen=True)
class RowShown:
    """One row as the check or the import left it."""

    number: int
    status: str
    customer: str
    case_id: int | None
    case_reference: str
    spoc: str
    from_on: dt.date | None
    next_review_on: dt.date | None
    exceptions: tuple[tuple[str, str], ...]
    #: Why it is not taken over, or what it waits for.
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RegisterPage:
    """One import as its page shows it."""

    brief: RegisterBrief
    sheets: tuple[SheetShown, ...]
    sheet: int
    questions: tuple[Question, ...]
    #: Who may be chosen: user name and full name.
    people: tuple[tuple[str, str], ...]
    same_file_on: dt.datetime | None
    rows: Page[RowShown]


def imports(database: Database, person: Person) -> list[RegisterBrief]:
    """Give every import, the newest first; NotFound for those none exists for."""
    _check(person)
    with reading(database, person) as look:
        rows = look.session.scalars(select(RegisterImport).order_by(RegisterImport.id.desc()))
        return [_brief(look, row) for row in rows]


def one_import(
    database: Database, import_id: int, person: Person, *, show: str = "", page: int = 1
) -> RegisterPage:
    """Give one import with a page of its rows of one kind (``SHOWN``); NotFound.

    show: "" for the first kind of which there are rows.
    """
    _check(person)
    if show and show not in SHOWN:
        raise NotFound
    with reading(database, person) as look:
        row = _found(look.session, import_id)
        brief = _brief(look, row)
        shown = show or next((one for one in SHOWN if brief.counts.get(one)), "ready")
        rows = _rows(look, row, shown)
        first = (page_number(page) - 1) * PAGE_SIZE
        here = page_of(rows[first : first + PAGE_SIZE], len(rows), page_number(page))
        staff = people.staff_here(look.session, look.today)
        return RegisterPage(
            brief=brief,
            sheets=tuple(_sheet(look.session, row, place) for place in range(len(row.sheets))),
            sheet=row.sheet,
            questions=_questions(look.session, row),
            people=tuple((one.name, one.full_name) for one in staff),
            same_file_on=_same_file(look.session, row),
            rows=here,
        )


def left_rows(
    database: Database, import_id: int, person: Person
) -> tuple[list[str], Iterator[list[str]]]:
    """Give the headings of the file and each row that was not taken over, with the reason."""
    _check(person)
    with reading(database, person) as look:
        row = _found(look.session, import_id)
        headings = list(row.sheets[row.sheet]["headings"]) if row.sheets else []
        found = look.session.scalars(
            select(RegisterImportRow)
            .where(
                RegisterImportRow.import_id == import_id,
                RegisterImportRow.status.in_(_left(row)),
            )
            .order_by(RegisterImportRow.number)
        ).all()
        rows = [_to_mend(one, len(headings)) for one in found]
    return headings, iter(rows)


def _left(row: RegisterImport) -> tuple[str, ...]:
    return ("waiting", "refused", "duplicate", *(("ready",) if row.stopped_at else ()))


def _check(person: Person) -> None:
    if not MAY_IMPORT.intersection(person.roles):
        raise NotFound


def _found(session: Session, import_id: int) -> RegisterImport:
    row = session.get(RegisterImport, import_id)
    if row is None:
        raise NotFound
    return row


def _brief(look: Reading, row: RegisterImport) -> RegisterBrief:
    state = state_of(row)
    return RegisterBrief(
        id=row.id,
        file_name=row.file_name,
        state=state,
        made_by=look.full_name(row.made_by),
        made_at=row.made_at,
        ended_at=row.ended_at,
        counts=row.counts if state == "ended" else counts_of(look.session, row.id),
        stopped_by=look.full_name(row.stopped_by),
        stopped_at=row.stopped_at,
        may_stop=state == "running"
        and may_stop(look.viewer.name, look.viewer.roles, row.started_by),
    )


def _sheet(session: Session, row: RegisterImport, place: int) -> SheetShown:
    found: dict[str, Any] = row.sheets[place]
    numbers, header = found["numbers"], found["header"]
    headings = tuple(found["headings"])
    chosen = row.mapping if place == row.sheet else suggested(headings)
    first = session.scalars(
        select(RegisterImportRow.cells)
        .where(
            RegisterImportRow.import_id == row.id,
            RegisterImportRow.sheet == place,
            RegisterImportRow.number > header,
        )
        .order_by(RegisterImportRow.number)
        .limit(5)
    ).all()
    return SheetShown(
        number=place,
        name=found["name"],
        is_hidden=found["hidden"],
        rows=sum(number > header for number in numbers),
        header=header,
        above=sum(number < header for number in numbers),
        headings=headings,
        columns=tuple(chosen),
        examples=tuple(_example(first, column) for column in range(len(headings))),
    )


def _example(rows: Any, place: int) -> str:
    return next((row[place].strip() for row in rows if place < len(row) and row[place].strip()), "")


def _questions(session: Session, row: RegisterImport) -> tuple[Question, ...]:
    counted: dict[str, list[Any]] = {}
    for waits in session.scalars(
        select(_ROWS.c.waits).where(_ROWS.c.import_id == row.id, _ROWS.c.status == "waiting")
    ):
        for key, column, said in {one[0]: one for one in waits}.values():
            counted.setdefault(key, [column, said, 0])[2] += 1
    found = [Question(key, *rest) for key, rest in counted.items()]
    return tuple(sorted(found, key=lambda one: (one.key == REVIEW, one.said == "", -one.rows)))


def _same_file(session: Session, row: RegisterImport) -> dt.datetime | None:
    return session.scalar(
        select(func.max(RegisterImport.ended_at)).where(
            RegisterImport.sha256 == row.sha256, RegisterImport.id != row.id
        )
    )


def _rows(look: Reading, row: RegisterImport, show: str) -> list[RowShown]:
    status, _, has_exceptions = show.partition("_")
    condition: list[ColumnElement[bool]] = [
        RegisterImportRow.import_id == row.id,
        RegisterImportRow.status == status,
    ]
    found = look.session.execute(
        select(RegisterImportRow, CaseFile.reference)
        .outerjoin(CaseFile, CaseFile.id == RegisterImportRow.case_id)
        .where(*condition)
        .order_by(RegisterImportRow.number)
    ).all()
    splits = status in ("ready", "taken")
    return [
        _row(look, row, one, reference or "")
        for one, reference in found
        if not splits or bool(one.exceptions) == bool(has_exceptions)
    ]


def _row(look: Reading, row: RegisterImport, one: RegisterImportRow, reference: str) -> RowShown:
    answers = one.answers or {}
    waits = [[column, _waits_for(key, said)] for key, column, said in one.waits]
    return RowShown(
        number=one.number,
        status=one.status,
        customer=answers.get("customer_name") or _cell(row, one, "customer_name"),
        case_id=one.case_id if reference else None,
        case_reference=reference,
        spoc=look.full_name(answers.get("spoc")),
        from_on=_day(answers.get("from_on")),
        next_review_on=_day(answers.get("next_review_on")),
        exceptions=_pairs(one.exceptions),
        problems=_pairs([*one.problems, *waits]),
    )


def _waits_for(key: str, said: str) -> str:
    if key == REVIEW:
        return "Waits for a day that you choose."
    return f"Nobody here is known as “{said[:60]}”." if said else "Nobody is named."


def _pairs(said: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one[0], one[1]) for one in said)


def _cell(row: RegisterImport, one: RegisterImportRow, column: str) -> str:
    place = row.mapping.index(column) if column in row.mapping else len(one.cells)
    return one.cells[place].strip() if place < len(one.cells) else ""


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _to_mend(one: RegisterImportRow, width: int) -> list[str]:
    cells = [*one.cells, *[""] * (width - len(one.cells))][:width]
    said = [f"{column}: {text}" if column else text for column, text in one.problems]
    if one.status == "ready":
        said = [NOT_TAKEN]
    said += [f"{column}: {_waits_for(key, text)}" for key, column, text in one.waits]
    return [*cells, f"Row {one.number}. {' '.join(said)}"]
