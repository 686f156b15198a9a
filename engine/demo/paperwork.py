"""What a demonstration has on paper: files that ship with it, e-mails and lists of contacts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from engine import imports
from engine.clock import LONDON
from engine.tables.database import Database

_FOLDER = Path(__file__).parent / "files"


def shipped(name: str) -> tuple[str, bytes]:
    """Give a file that ships with the demonstration: its name and its content."""
    return name, (_FOLDER / name).read_bytes()


def email(written: Mapping[str, str], at: dt.datetime) -> tuple[str, bytes]:
    """Give an e-mail as a mailbox saves it: its name and its content.

    written: ``name``, ``from``, ``to``, ``subject`` and ``text``; at: when it came in.
    """
    message = EmailMessage()
    message["From"], message["To"] = written["from"], written["to"]
    message["Date"] = format_datetime(at.astimezone(LONDON))
    message["Subject"] = written["subject"]
    message.set_content(written["text"])
    return written["name"], bytes(message)


def take_in(
    db: Database, name: str, rows: Sequence[Sequence[str]], *, by: str, begin: bool
) -> None:
    """Import a file of contacts through its door: checked row by row, logged if it is begun.

    rows: the headings, then the cells of each row.
    """
    taken = imports.take_in(db, _sheet(rows), name, by=by)
    _work(db)
    if begin:
        imports.begin(db, taken, by=by)
        _work(db)


def take_in_register(db: Database, name: str, rows: Sequence[Sequence[str]], *, by: str) -> None:
    """Send in a file of an old register, with its columns as they are suggested, and check it."""
    taken = imports.registers.take_in(db, _sheet(rows), name, by=by)
    columns = imports.registers.suggested(rows[0])
    imports.registers.name_columns(db, taken, sheet=0, mapping=columns, by=by)
    while imports.registers.work(db):
        pass


def _sheet(rows: Sequence[Sequence[str]]) -> io.BytesIO:
    sheet = io.StringIO(newline="")
    csv.writer(sheet).writerows(rows)
    return io.BytesIO(sheet.getvalue().encode())


def _work(db: Database) -> None:
    while imports.work(db):
        pass
