"""Confirmations that come back in a file: each row does one task, by the person who sent it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select

from engine import clock
from engine.casework import flag_removals, flag_requests
from engine.commands import complete, form_of_task
from engine.errors import EngineError, InvalidAnswers, Problem
from engine.flagging import comparing
from engine.flagging.permission import SETS, check_may
from engine.installation import read_surroundings
from engine.sheets import open_table
from engine.tables.database import Database
from engine.tables.flagging import FlagDifference, FlagRequest

#: Headings of the worklist that the answers stand under.
HEADINGS = ("Request", "Done on", "Reference")
MOST_ROWS = 2_000
_NOT_NEEDED = "not_needed"
_REPLACED = (
    "Expected a request that waits, but a later change replaced it. Download the list again: the "
    "newer request stands there."
)


@dataclass(frozen=True)
class Taken:
    """What became of a file of confirmations."""

    confirmed: int
    #: Rows that were left out because nothing was filled in.
    untouched: int
    #: Number of a row as a spreadsheet counts it, and what is wrong with it.
    wrong: tuple[tuple[int, str], ...]


def take_confirmations(db: Database, file: IO[bytes], *, by: str) -> Taken:
    """Confirm every row that is right; gives how many, and each other row with what is wrong.

    Each row is a task of its own, done as on its page: the same checks, its own transaction. Raises
    NotFound for those who set no flags, InvalidAnswers for a file that is no table or lacks a
    heading.
    """
    with db.reading() as session:
        check_may(session, by, read_surroundings(session), SETS)
    headings, rows = open_table(file, most_rows=MOST_ROWS, about="a flag")
    places = _places(headings)
    confirmed, untouched, wrong = 0, 0, []
    for number, cells in list(rows):
        request, done_on, reference = (
            cells[place].strip() if place < len(cells) else "" for place in places
        )
        if not done_on and not reference:
            untouched += 1
            continue
        said = _confirm(db, request, done_on, reference, by)
        if said:
            wrong.append((number, said))
        else:
            confirmed += 1
    return Taken(confirmed, untouched, tuple(wrong))


def _places(headings: Sequence[str]) -> list[int]:
    plain = [heading.strip().casefold() for heading in headings]
    missing = [name for name in HEADINGS if plain.count(name.casefold()) != 1]
    if missing:
        said = f"Expected the headings of the worklist once, but not so: {', '.join(missing)}."
        raise InvalidAnswers([Problem("file", f"{said} Download the list again and fill it in.")])
    return [plain.index(name.casefold()) for name in HEADINGS]


def _confirm(db: Database, reference: str, done_on: str, proof: str, by: str) -> str:
    """Confirm one request; gives what is wrong, "" when it is done."""
    with db.reading() as session:
        removal = flag_removals.removal_of(session, reference)
        request = session.scalars(
            select(FlagRequest).where(FlagRequest.reference == reference)
        ).one_or_none()
        item = flag_requests.task_of(session, request) if request else None
        item_id = item.id if item else None
    if request is not None and request.replaced_at is not None:
        return _REPLACED
    day = _day(done_on)
    if item_id is None and removal is None:
        return "Expected a request that waits, but there is none under this number."
    if day is None:
        return f"Expected a day such as 2026-03-30 under Done on, but it is “{done_on[:40]}”."
    try:
        if removal is not None:
            _removed(db, removal, dt.date.fromisoformat(day), proof, by)
        else:
            _completed(db, item_id or 0, day, proof, by)
    except InvalidAnswers as invalid:
        return " ".join(problem.message for problem in invalid.problems)
    except EngineError as refused:
        return str(refused) or "Expected a task of yours, but it is not for you to do."
    return ""


def _completed(db: Database, item_id: int, day: str, proof: str, by: str) -> None:
    offered = form_of_task(db, item_id, by=by).choices.get("flag_shows", [])
    shows = [choice.value for choice in offered if choice.value != _NOT_NEEDED]
    complete(db, item_id, {"shows": shows, "done_on": day, "reference": proof}, by=by)


def _removed(db: Database, row: FlagDifference, day: dt.date, proof: str, by: str) -> None:
    """Keep that a flag no run waits for is gone. Raises InvalidAnswers for a day it cannot be."""
    asked_at = row.asked_at or clock.now()
    if not asked_at.astimezone(clock.LONDON).date() <= day <= clock.today():
        said = "Expected a day from the one on which it was asked for until today under Done on."
        raise InvalidAnswers([Problem("file", said)])
    comparing.done(db, row.id, proof, by=by, via="worklist")


def _day(text: str) -> str | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return None
