"""A file taken in: its rows are written down as they stand, a thousand at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import IO

from sqlalchemy import delete, insert

from engine.casework.audit import Chain, Entry
from engine.errors import InvalidAnswers, Problem
from engine.imports.layout import Sheet, open_sheet
from engine.imports.permission import check_may_import
from engine.installation import read_surroundings
from engine.tables.columns import table_of
from engine.tables.database import Database
from engine.tables.imports import ContactImport, ContactImportRow

#: How many rows one transaction writes; others write in between.
_AT_ONCE = 1000
_BYTES_AT_ONCE = 1 << 16
_LONGEST_NAME = 120
_ADD_ROWS = insert(table_of(ContactImportRow))


def take_in(db: Database, file: IO[bytes], file_name: str, *, by: str) -> int:
    """Keep the rows of a CSV file, to be checked by the worker; gives the number of the import.

    A thousand rows are in memory at a time. What was taken in of a file that cannot be read to
    its end goes again. Raises NotFound for those no import exists for, InvalidAnswers for a file
    that is no table, names no column we need or has no rows.
    """
    with db.reading() as session:
        check_may_import(session, by, read_surroundings(session).today)
    sha256 = _fingerprint(file)
    sheet = open_sheet(file)
    import_id = _begin(db, sheet, file_name, sha256, by)
    try:
        total = _write(db, import_id, sheet.rows)
        if not total:
            raise InvalidAnswers(
                [Problem("file", "Expected rows below the headings, but there are none.")]
            )
    except BaseException:
        _forget(db, import_id)
        raise
    _end(db, import_id, total, by)
    return import_id


def _begin(db: Database, sheet: Sheet, file_name: str, sha256: str, by: str) -> int:
    with db.writing() as session:
        row = ContactImport(
            file_name=file_name.replace("\0", "")[-_LONGEST_NAME:] or "contacts.csv",
            sha256=sha256,
            headings=list(sheet.layout.headings),
            made_by=by,
            made_at=read_surroundings(session).now,
        )
        session.add(row)
        session.flush()
        return row.id


def _write(db: Database, import_id: int, rows: Iterator[tuple[int, list[str]]]) -> int:
    total = 0
    while some := list(islice(rows, _AT_ONCE)):
        with db.writing() as session:
            session.execute(
                _ADD_ROWS,
                [
                    {"import_id": import_id, "number": number, "cells": cells, "status": "new"}
                    for number, cells in some
                ],
            )
        total += len(some)
    return total


def _end(db: Database, import_id: int, total: int, by: str) -> None:
    with db.writing() as session:
        now = read_surroundings(session).now
        row = session.get_one(ContactImport, import_id)
        row.total, row.read_at = total, now
        said = {"rows": total, "sha256": row.sha256}
        entry = Entry("contacts_taken_in", "contact_import", import_id, actor=by, new=said)
        Chain.of_administration(session).add(entry, at=now)


def _forget(db: Database, import_id: int) -> None:
    with db.writing() as session:
        session.execute(delete(ContactImportRow).where(ContactImportRow.import_id == import_id))
        session.execute(delete(ContactImport).where(ContactImport.id == import_id))


def _fingerprint(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while some := file.read(_BYTES_AT_ONCE):
        digest.update(some)
    file.seek(0)
    return digest.hexdigest()
