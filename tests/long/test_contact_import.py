"""A file of 100,000 contacts: exact errors, nothing twice, progress shown, workers killed (R-030).

At full size (``make prove``) the figures are printed: seconds and memory of each step.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.casework.audit import Chain
from engine.imports.checking import SLICE
from engine.tables.casefile import CaseFile, Contact
from engine.tables.database import Database
from engine.tables.imports import ContactImportRow
from tests.engine.queries import landlord
from tests.engine.queries.landlord import Pen
from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

ROWS, SAMPLE = 100_000, 2_000
CASES = 120
HEADINGS = ["Call id", "Date", "Time", "Channel", "Direction", "Tenancy reference", "Name", "Note"]
#: Every so many rows one is wrong, in turn in each of these ways.
WRONG_EVERY = 97
#: Every so many rows one says what the row before it says: another call of the same minute.
TWIN_EVERY = 101
FIRST = dt.date(2026, 1, 5)
#: The most memory a step may take beyond an idle process, in megabytes.
MOST_MEMORY = 150
#: What a step waits for at most, in seconds.
PATIENCE = 1500
CHECKS, LOGS = "UPDATE contact_import_row", "INSERT INTO contact "
_PROGRESS = re.compile(r"([\d,]+) of ([\d,]+) rows (checked|logged)")


@dataclass
class Planted:
    """A file, and what is known to be in it."""

    path: Path
    total: int = 0
    #: Number of the row -> heading and words that must be said of it.
    wrong: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: What must be logged, and how often: tenancy, day, time, channel, note.
    right: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)


def write(path: Path, total: int) -> Planted:
    """Write a file of so many rows, some of them wrong."""
    planted = Planted(path, total)
    before: list[str] = []
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        lines = csv.writer(file)
        lines.writerow(HEADINGS)
        for count in range(total):
            row = _row(count)
            if count % TWIN_EVERY == TWIN_EVERY - 1 and not before[0]:
                row = before
            if count % WRONG_EVERY == WRONG_EVERY - 1:
                row, said = _spoilt(row, count)
                planted.wrong[count + 2] = said
            else:
                planted.right[row[5], row[1], row[2], row[3], row[7].strip()] += 1
                before = row
            lines.writerow(row)
    return planted


def _row(count: int) -> list[str]:
    case = count * 7 % CASES
    on = FIRST + dt.timedelta(days=count % 300)
    minute = count // 300 % 480 + 480
    call_id = f"C-{count}" if count % 2 else ""
    at_time = f"{minute // 60:02d}:{minute % 60:02d}"
    note = f"Call {count % 5000} about the “boiler”, =again; {'x' * (count % 40)}"
    channel = ("telephone", "email")[count % 2]
    return [call_id, on.isoformat(), at_time, channel, "in", _tenancy(case), f"Tenant {case}", note]


def _spoilt(row: list[str], count: int) -> tuple[list[str], tuple[str, str]]:
    places: dict[int, tuple[int, str, str, str]] = {
        0: (1, "31/02/2026", "date", "“31/02/2026”"),
        1: (2, "25:61", "time", "“25:61”"),
        2: (3, "pigeon", "channel", "“pigeon”"),
        3: (4, "", "direction", "it is empty"),
        4: (5, "999999/99", "tenancy reference", "“999999/99”"),
        5: (6, "Nobody Here", "name", "“Nobody Here”"),
        6: (7, "y" * 2001, "note", "it has 2,001"),
        7: (5, "300100/01", "tenancy reference", "is closed"),
    }
    kind = count // WRONG_EVERY % (len(places) + 1)
    if kind == len(places):
        return [*row, "a cell too many"], ("row", "“a cell too many”")
    place, text, heading, words = places[kind]
    spoilt = [*row[:place], text, *row[place + 1 :]]
    if text == "300100/01":
        spoilt[6] = "Lee Marsh"
    return spoilt, (heading, words)


def _tenancy(case: int) -> str:
    return f"{200000 + case}/02"


@pytest.fixture
def house(database: Database) -> Database:
    """A landlord with some hundred tenants, and one whose case is closed."""
    landlord.settle(database)
    with database.writing() as session:
        pen = Pen(session)
        for number in range(CASES):
            case = pen.case(name=f"Tenant {number}")
            pen.customer_of(case).tenancy_reference = _tenancy(number)
        closed = pen.case(name="Lee Marsh", closed_on=landlord.TODAY, stage="closed")
        pen.customer_of(closed).tenancy_reference = "300100/01"
    return database


@pytest.fixture
def visitor(house: Database) -> Iterator[Visitor]:
    """Somebody who sends files in, at a browser."""
    url = house.url.render_as_string(hide_password=False)
    app = create_app(Settings(url, "only for tests", demo=True))
    yield Visitor(app.test_client()).sign_in("dorothy")
    app.extensions["database"].close()


def run(db: Database, *what: str) -> subprocess.Popen[str]:
    url = db.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.long.importing", url, *what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], code: int = 0) -> dict[str, Any]:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, errors
    found: dict[str, Any] = json.loads(output) if code == 0 else {}
    return found


def watched(
    process: subprocess.Popen[str], visitor: Visitor, path: str, pause: float
) -> list[tuple[str, int]]:
    """Look at the page while a worker works; gives what it said, each once."""
    said: list[tuple[str, int]] = []
    until = time.monotonic() + PATIENCE
    while process.poll() is None:
        assert time.monotonic() < until, "the worker did not come to its end"
        found = _PROGRESS.search(visitor.get(path).text)
        if found:
            entry = (found[3], int(found[1].replace(",", "")))
            said += [] if said and said[-1] == entry else [entry]
        time.sleep(pause)
    return said


def test_a_large_file_is_logged_once_and_exactly_whoever_dies(
    house: Database, visitor: Visitor, tmp_path: Path, full: bool
) -> None:
    total = ROWS if full else SAMPLE
    planted = write(tmp_path / "calls.csv", total)
    size = planted.path.stat().st_size / 2**20
    figures = [f"{'SQLite' if house.is_sqlite else 'PostgreSQL'}: {total:,} rows, {size:.1f} MB"]
    taken = ended(run(house, "take", str(planted.path)))
    path = f"/contacts/imports/{taken['done']}"
    pause = 0.5 if full else 0.05
    checking, said = killed_once(house, visitor, path, (CHECKS, total), pause)
    page = visitor.get(path)
    assert "Nothing is logged yet" in page.text
    hold_wrong(visitor, path, planted)
    page.press("Log ")
    logging, more = killed_once(house, visitor, path, (LOGS, total), pause)
    said += more
    hold_progress(said, total)
    hold_contacts(house, planted)

    again = ended(run(house, "take", str(planted.path)))
    second = f"/contacts/imports/{again['done']}"
    checked = ended(run(house, "work"))
    page = visitor.get(second)
    right = planted.right.total()
    assert "Nothing of this file can be logged: it is known already." in page.text
    assert f"{right:,} known already" in page.text
    hold_contacts(house, planted)
    for name, one in (
        ("taken in", taken),
        ("checked, from the half at which a worker died", checking),
        ("logged, from the half at which a worker died", logging),
        ("checked whole, all known", checked),
    ):
        figures.append(f"  {name}: {one['seconds']} s, {one['peak']} MB (idle {one['empty']} MB)")
        assert one["peak"] - one["empty"] < MOST_MEMORY, one
    figures.append(f"  the page said {len(set(said))} different counts on the way")
    print("\n".join(figures))


def killed_once(
    db: Database, visitor: Visitor, path: str, kill: tuple[str, int], pause: float
) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """Let a worker die in the middle of the half way, and another one go on; gives what it did.

    kill: how the statement begins at which it dies, and of how many rows it is a slice's.
    """
    words, total = kill
    dying = run(db, "work", words, str(total // SLICE // 2))
    said = watched(dying, visitor, path, pause)
    ended(dying, -signal.SIGKILL)
    going_on = run(db, "work")
    said += watched(going_on, visitor, path, pause)
    return ended(going_on), said


def hold_wrong(visitor: Visitor, path: str, planted: Planted) -> None:
    """Hold the file of wrong rows against what was planted: all, for their reasons."""
    answer = visitor.client.get(f"{path}/wrong.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    said = {int(row[-1].split(".")[0].removeprefix("Row ")): row[-1] for row in rows[1:]}
    assert said.keys() == planted.wrong.keys()
    for number, (heading, words) in planted.wrong.items():
        assert f". {heading}: " in said[number], (number, said[number])
        assert words in said[number], (number, said[number])
        assert said[number].count("Expected") == 1, said[number]


def hold_progress(said: list[tuple[str, int]], total: int) -> None:
    """Hold that the page said how far it was, on the way, never back, also after a death."""
    for what in ("checked", "logged"):
        counts = [count for kind, count in said if kind == what]
        assert counts == sorted(counts), what
        assert any(0 < count < total for count in counts), (what, counts)


def hold_contacts(db: Database, planted: Planted) -> None:
    """Hold that each right row is one contact, and nothing else is; and that every chain holds."""
    logged: Counter[tuple[str, str, str, str, str]] = Counter()
    with db.reading() as session:
        tenancies = {
            case.id: _tenancy(count)
            for count, case in enumerate(session.scalars(select(CaseFile).order_by(CaseFile.id)))
        }
        columns = (Contact.case_id, Contact.on, Contact.at_time, Contact.channel, Contact.note)
        for case_id, on, at_time, channel, note in session.execute(select(*columns)):
            logged[tenancies[case_id], on.isoformat(), at_time or "", channel, note] += 1
        assert logged == planted.right
        marks = select(func.count(), func.count(Contact.source_mark.distinct()))
        every, different = session.execute(marks.select_from(Contact)).one()
        assert every == different
        ready = select(func.count()).where(ContactImportRow.status == "ready")
        assert session.scalar(ready) == 0
        for case in session.scalars(select(CaseFile).limit(20)):
            assert Chain.of_case(session, case).broken_at() is None
