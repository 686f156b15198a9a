"""Years of one arrangement: review after review costs the same, and nothing piles up."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.calendar import Calendar
from engine.casework import letter_pdf
from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.process import ElementHistory, Incident, ProcessInstance, WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, sqlite_landlord

__all__ = ["sqlite_landlord"]

#: Reviews at full size, one a quarter for a hundred years and more, and in the sample.
MANY, FEW = 500, 4
#: Pairs of measurements; the first and the last review take turns.
PAIRS = {True: 60, False: 5}
#: How much dearer the last review may be, in work of the processor: what others do adds to that
#: too, so that the cheapest of many is compared. The sample is of few, and shows that it can be.
MOST_GROWTH = {True: 1.5, False: 3.0}


@pytest.fixture
def years(sqlite_landlord: Scenario, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """An arrangement in force, on a machine without PDFs, which would take most of the time."""
    monkeypatch.setattr(letter_pdf, "as_pdf", lambda *_: None)
    sqlite_landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    return sqlite_landlord


def test_the_last_review_of_many_years_is_as_small_and_as_quick_as_the_first(
    years: Scenario, full: bool, tmp_path: Path, statements: list[str]
) -> None:
    sizes, told = [], []
    first, last = tmp_path / "first.sqlite", tmp_path / "last.sqlite"
    many = MANY if full else FEW
    for number in range(1, many + 1):
        day = _until_review(years)
        if number in (2, many):
            _keep_copy(years.db, first if number == 2 else last)
        statements.clear()
        years.complete("report_on_arrangement", by="priya", answers=REPORT)
        told.append(len(statements))
        _decide(years, day)
        sizes.append(_size(years))
    print(f"state: {sizes[0]} bytes after 1 review, {sizes[1]} after 2, {sizes[-1]} after {many}")
    assert sizes[-1] <= sizes[1] * 1.1
    assert max(sizes) <= 4000
    assert told[-1] == told[1], "a later review asks the database more"
    with years.db.reading() as session:
        assert session.scalars(select(Incident)).all() == []
        reviews = select(func.count()).where(
            ElementHistory.element_id == "decide_review", ElementHistory.what == "left"
        )
        assert session.scalar(reviews) == many
    assert _growth(first, last, PAIRS[full]) <= MOST_GROWTH[full]


def _growth(first: Path, last: Path, pairs: int) -> float:
    """Complete the same task after few and after many reviews in turns; the cheapest of each."""
    seconds: dict[Path, list[float]] = {first: [], last: []}
    for turn in range(pairs):
        for file in (first, last) if turn % 2 else (last, first):
            seconds[file].append(_seconds_to_complete(file, turn))
    one, other = (min(seconds[file]) for file in (first, last))
    print(f"complete: {one * 1000:.1f} ms, after many reviews {other * 1000:.1f} ms")
    return other / one


def _seconds_to_complete(file: Path, turn: int) -> float:
    copied = file.with_name(f"{file.stem}_{turn}.sqlite")
    shutil.copyfile(file, copied)
    database = Database(f"sqlite:///{copied}")
    item, moment = _open_report(database)
    clock.hold(moment)
    commands.save_draft(database, item, REPORT, by="priya")
    began = time.thread_time()
    commands.complete(database, item, REPORT, by="priya")
    took = time.thread_time() - began
    database.close()
    copied.unlink()
    return took


def _open_report(database: Database) -> tuple[int, dt.datetime]:
    with database.reading() as session:
        item = session.scalars(
            select(WorkItem).where(
                WorkItem.element_id == "report_on_arrangement", WorkItem.completed_at.is_(None)
            )
        ).one()
        return item.id, item.opened_at


def _keep_copy(database: Database, file: Path) -> None:
    with contextlib.closing(sqlite3.connect(str(database.url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))


def _until_review(landlord: Scenario) -> dt.date:
    """Let the next review open, on the day after its date."""
    with landlord.db.reading() as session:
        due = session.scalars(
            select(ProcessInstance.next_due_at).where(ProcessInstance.process_id == "arrangement")
        ).one()
    assert due is not None
    day = (due + dt.timedelta(days=1)).astimezone(clock.LONDON).date()
    landlord.at(dt.datetime.combine(day, dt.time(10)))
    return day


def _decide(landlord: Scenario, day: dt.date) -> None:
    """Pack, decide to go on for three months, write, confirm the flags."""
    landlord.complete(
        "complete_review_pack", by="dorothy", answers={**PACK, "asked_on": day.isoformat()}
    )
    following = Calendar({}).months(day, 3).on + dt.timedelta(days=7)
    landlord.act("add_evidence", by="dorothy", answers={**RECORD, "happened_on": day.isoformat()})
    landlord.complete(
        "decide_review",
        by="mo",
        answers={**DECISION, "next_review_on": following.isoformat()},
    )
    landlord.complete("issue_letter", by="dorothy", answers={**SENT, "sent_on": day.isoformat()})
    for about in ("JADU", "Open Housing"):
        landlord.complete(
            "confirm_flag",
            by="sam",
            about=about,
            answers={"shows": "all", "done_on": day.isoformat(), "reference": "Note"},
        )


def _size(landlord: Scenario) -> int:
    with landlord.db.reading() as session:
        state = session.scalars(
            select(ProcessInstance.state).where(ProcessInstance.process_id == "arrangement")
        ).one()
    assert state is not None
    return len(state)


REPORT = {
    "went": "The customer writes once a week and politely.",
    "kept_to_it": "mostly",
    "answered_on_time": "always",
    "cover_given": "always",
    "open_issues": "Nothing is open.",
    "support_offered": "yes",
    "support_agreed": "no",
    "suggestion": "continue",
    "suggestion_why": "It works as it is.",
}
PACK = {
    "figures_seen": "all",
    "gaps": "Calls to mobile telephones are not counted.",
    "asked_customer": "no_answer",
    "own_part": "Every message was answered within five working days.",
}
#: What going on rests on: something since the last look.
RECORD = {
    "channel": "telephone",
    "what_happened": "Rang four officers on one day about a repair that was booked.",
    "behaviour_kind": "excessive_demands",
    "witness": "Priya",
    "evidence_class": "first_hand",
    "service_withdrawn": "no",
    "attested": ["relevant", "factual", "substantiated", "no_personal_comment"],
}
DECISION = {
    "findings": "Contact is calm; nothing was missed on our side.",
    "new_evidence": "yes",
    "cites": "all",
    "review_outcome": "continue",
    "reasons": "The arrangement keeps contact calm.",
    "proportionality": "Only the way in is limited.",
    "adjustments": "E-mail stays open to the customer.",
    "equality_link": "Looked at for disability and age; no link was found.",
    "support_offered": "yes",
}
SENT = {"channel": "letter", "proof": "Certificate of posting 1"}
