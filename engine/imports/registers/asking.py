"""What a person does with a register's file: sends it, names its columns, chooses, begins it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import IO, Any

from sqlalchemy import delete, insert, select, update

from engine.calendar import said
from engine.errors import InvalidAnswers, Problem, Rejected
from engine.imports.holding import held
from engine.imports.permission import check_may_stop
from engine.imports.registers.columns import BY_ID, NEEDED, heading_of, heading_row, suggested
from engine.imports.registers.dates import read_date
from engine.imports.registers.grids import Sheet, is_workbook, read_csv, refused
from engine.imports.registers.states import KIND, State, check_may_import, counts_of, note
from engine.imports.registers.workbook import read_workbook
from engine.installation import read_surroundings
from engine.tables.columns import table_of
from engine.tables.database import Database
from engine.tables.register_imports import RegisterImport, RegisterImportRow

_LONGEST_NAME = 120
_ROWS = table_of(RegisterImportRow)
_EMPTY: Mapping[str, list[list[str]]] = {"exceptions": [], "problems": [], "waits": []}
#: The question that rows without a usable review date ask.
REVIEW = "review:"


def take_in(db: Database, file: IO[bytes], file_name: str, *, by: str) -> int:
    """Keep every sheet of a workbook or CSV file as it stands; gives the number of the import.

    The columns are suggested, and nothing is checked before a person has named them. Raises
    NotFound for those no import exists for, InvalidAnswers for a file that is no table, is
    locked or too large, or has no rows.
    """
    with db.reading() as session:
        check_may_import(session, by, read_surroundings(session).today)
    content = file.read()
    file.seek(0)
    if not content.strip():
        raise refused("Expected a workbook or a CSV file, but it is empty.")
    sheets = read_workbook(file) if is_workbook(content[:16]) else read_csv(file)
    found = [_described(sheet) for sheet in sheets]
    best = max(range(len(found)), key=lambda one: _rank(found[one]), default=0)
    if not found or not any(len(sheet.rows) > 1 for sheet in sheets):
        raise refused("Expected rows below the headings, but there are none.")
    with db.writing() as session:
        now = read_surroundings(session).now
        row = RegisterImport(
            file_name=file_name.replace("\0", "")[-_LONGEST_NAME:] or "register",
            sha256=hashlib.sha256(content).hexdigest(),
            sheets=found,
            sheet=best,
            mapping=suggested(found[best]["headings"]),
            choices={},
            counts={},
            made_by=by,
            made_at=now,
        )
        session.add(row)
        session.flush()
        rows = [
            {"import_id": row.id, "sheet": place, "number": number, "cells": cells, **_EMPTY}
            for place, sheet in enumerate(sheets)
            for number, cells in sheet.rows
        ]
        session.execute(insert(_ROWS), [{**one, "status": "raw"} for one in rows])
        note(session, row, "register_taken_in", by, now, rows=len(rows))
        return row.id


def name_columns(
    db: Database, import_id: int, *, sheet: int, mapping: Sequence[str], by: str
) -> None:
    """Say which sheet is the register and what each of its columns is; its rows are checked then.

    mapping: for each heading in its order a column, "" for one that is not used. Raises NotFound,
    Rejected, InvalidAnswers when one that is needed is missing or stands there twice.
    """
    states: tuple[State, ...] = ("mapping", "ready")
    with held(db, KIND, import_id, by, "name its columns", *states) as (session, row, around):
        headings = row.sheets[sheet]["headings"] if 0 <= sheet < len(row.sheets) else []
        _check_mapping(mapping, headings)
        row.sheet, row.mapping = sheet, list(mapping)
        mine = _ROWS.c.import_id == import_id
        session.execute(delete(_ROWS).where(mine, _ROWS.c.status == "blank"))
        session.execute(update(_ROWS).where(mine).values(status="raw", **_EMPTY))
        below = (_ROWS.c.sheet == sheet, _ROWS.c.number > row.sheets[sheet]["header"])
        session.execute(update(_ROWS).where(mine, *below).values(status="new"))
        if blank := _blank(row, sheet):
            session.execute(insert(_ROWS), blank)
        row.mapped_at, row.checked_at = around.now, None
        note(
            session, row, "register_columns_named", by, around.now, columns=sum(map(bool, mapping))
        )


def choose(db: Database, import_id: int, answers: Mapping[str, str], *, by: str) -> None:
    """Answer what rows wait for: who a name is, or when a review is; those rows are checked anew.

    answers: question -> user name or a day; "" leaves it open. Raises NotFound, Rejected,
    InvalidAnswers for a day that no review may be on.
    """
    with held(db, KIND, import_id, by, "choose", "ready", "ended") as (session, row, around):
        given = {question: text for question, text in answers.items() if text}
        if REVIEW in given:
            given[REVIEW] = _review_on(given[REVIEW], around.today)
        row.choices = {**row.choices, **given}
        session.execute(
            update(_ROWS)
            .where(_ROWS.c.import_id == import_id, _ROWS.c.status == "waiting")
            .values(status="new", **_EMPTY)
        )
        row.checked_at = row.started_at = row.started_by = row.ended_at = None
        row.stopped_at = row.stopped_by = None
        note(session, row, "register_choices_made", by, around.now, choices=len(given))


def begin(db: Database, import_id: int, *, by: str) -> None:
    """Let the rows that are ready be taken over. Raises NotFound, Rejected."""
    with held(db, KIND, import_id, by, "begin it", "ready") as (session, row, around):
        row.started_at, row.started_by = around.now, by
        note(session, row, "register_import_begun", by, around.now)


def stop(db: Database, import_id: int, *, by: str) -> None:
    """Let an import stand still: what is taken over stays, no further row is (R-063).

    A row whose commit is under way is finished first. Raises NotFound, NotAllowed for somebody
    who neither began it nor is an officer, Rejected unless it is at work.
    """
    with held(db, KIND, import_id, by, "stop it", "running") as (session, row, around):
        check_may_stop(session, by, row.started_by, around.today)
        row.stopped_at, row.stopped_by = around.now, by
        note(session, row, "register_import_stopped", by, around.now, **counts_of(session, row.id))


def resume(db: Database, import_id: int, *, by: str) -> None:
    """Let the rows that a stopped import left be taken over. Raises NotFound, Rejected."""
    with held(db, KIND, import_id, by, "begin it again", "stopped") as (session, row, around):
        row.stopped_at, row.stopped_by, row.started_by = None, None, by
        note(session, row, "register_import_resumed", by, around.now)


def discard(db: Database, import_id: int, *, by: str) -> None:
    """Put an import aside that took nothing over yet; its rows go. Raises NotFound, Rejected."""
    states: tuple[State, ...] = ("mapping", "checking", "ready")
    with held(db, KIND, import_id, by, "put it aside", *states) as (session, row, around):
        if session.scalar(
            select(_ROWS.c.id).where(_ROWS.c.import_id == import_id, _ROWS.c.status == "taken")
        ):
            raise Rejected(
                "Expected an import that has taken nothing over, but rows of this one are in the "
                "register. Leave the others: they are not taken over unless you say so."
            )
        session.execute(delete(_ROWS).where(_ROWS.c.import_id == import_id))
        row.discarded_at = around.now
        note(session, row, "register_import_discarded", by, around.now)


def _described(sheet: Sheet) -> dict[str, Any]:
    number, headings = heading_row(sheet.rows)
    last = sheet.rows[-1][0] if sheet.rows else 0
    return {
        "name": sheet.name,
        "hidden": sheet.is_hidden,
        "header": number,
        "headings": [heading.strip() for heading in headings],
        "first": sheet.rows[0][0] if sheet.rows else 0,
        "last": last,
        "numbers": [one for one, _ in sheet.rows],
    }


def _rank(sheet: Mapping[str, Any]) -> tuple[int, bool, int]:
    named = sum(map(bool, suggested(sheet["headings"])))
    return named, not sheet["hidden"], len(sheet["numbers"])


def _blank(row: RegisterImport, sheet: int) -> list[dict[str, object]]:
    """Give a row for each empty line between the headings and the last line: all are counted."""
    found = row.sheets[sheet]
    there = set(found["numbers"])
    return [
        {
            **{"import_id": row.id, "sheet": sheet, "number": number, "cells": []},
            **_EMPTY,
            "status": "blank",
        }
        for number in range(found["header"] + 1, min(found["last"], found["header"] + 20_000) + 1)
        if number not in there
    ]


def _check_mapping(mapping: Sequence[str], headings: Sequence[str]) -> None:
    if len(mapping) != len(headings) or any(one and one not in BY_ID for one in mapping):
        raise refused("Expected a choice for each heading of the sheet. Open the page again.")
    problems = [
        Problem(f"column-{place}", f"Expected “{heading_of(one)}” once, but another has it too.")
        for place, one in enumerate(mapping)
        if one and one in mapping[:place]
    ]
    missing = [heading_of(one) for one in NEEDED if one not in mapping]
    if missing:
        problems.append(
            Problem("column-0", f"Expected a column for {', '.join(missing)}, but none is chosen.")
        )
    if problems:
        raise InvalidAnswers(problems)


def _review_on(text: str, today: dt.date) -> str:
    """Give the day chosen for reviews; whether the policy lets it be is said with each row."""
    on = read_date(text)
    if on is None or on < today:
        it_is = said(on) if on else f"“{text[:40]}”"
        raise InvalidAnswers(
            [Problem(REVIEW, f"Expected a day from today, {said(today)}, but it is {it_is}.")]
        )
    return on.isoformat()
