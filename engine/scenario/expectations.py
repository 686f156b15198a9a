"""What a scenario may expect, read from the same rows that people's pages read."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework.absence_report import figures_of
from engine.casework.standing_in import away_on
from engine.clock import LONDON
from engine.errors import InvalidAnswers
from engine.installation import read_surroundings
from engine.queries.cards import flag_state
from engine.tables.absences import Absence
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Flag, Letter
from engine.tables.process import ElementHistory, ProcessInstance, WorkItem

_SHOWN = 40


class Unexpected(Exception):
    """Something is not as the scenario expects it."""


def open_tasks(db: Database, case_id: int | None, tasks: Sequence[str], *, wanted: bool) -> None:
    """Raise Unexpected unless each task is open (or, with ``wanted=False``, is not)."""
    now_open = {item.element_id for item in _open_items(db, case_id)}
    wrong = [task for task in tasks if (task in now_open) != wanted]
    if wrong:
        state = "open" if wanted else "not open"
        raise Unexpected(
            f"Expected {', '.join(wrong)} to be {state}, but open are: "
            f"{', '.join(sorted(now_open)) or 'none'}."
        )


def due(db: Database, case_id: int | None, tasks: Mapping[str, Any]) -> None:
    """Raise Unexpected unless each open task is due on its date."""
    dates: dict[str, set[str]] = {}
    for item in _open_items(db, case_id):
        dates.setdefault(item.element_id, set()).add(str(item.due_on))
    for task, wanted in tasks.items():
        if str(wanted) not in dates.get(task, set()):
            found = ", ".join(sorted(dates.get(task, set()))) or "not open"
            raise Unexpected(f"Expected {task} to be due on {wanted}, but it is {found}.")


def history(db: Database, case_id: int | None, elements: Sequence[Any]) -> None:
    """Raise Unexpected unless each element was passed as often, or on the date, as said."""
    with db.reading() as session:
        rows = session.execute(
            select(ElementHistory.element_id, ElementHistory.at).where(
                ElementHistory.case_id == case_id, ElementHistory.what == "left"
            )
        ).all()
    happened: dict[str, list[dt.date]] = {}
    for element_id, at in rows:
        happened.setdefault(element_id, []).append(at.astimezone(LONDON).date())
    for element in elements:
        wanted = element if isinstance(element, Mapping) else {element: None}
        for element_id, more in wanted.items():
            _check_happened(str(element_id), happened.get(str(element_id), []), more)


def _check_happened(element_id: str, dates: Sequence[dt.date], more: Any) -> None:
    if more == 0 and not dates:
        return
    if not dates:
        raise Unexpected(f"Expected {element_id} to have happened, but it has not.")
    if isinstance(more, int) and len(dates) != more:
        raise Unexpected(f"Expected {element_id} {more} times, but it happened {len(dates)} times.")
    if more is not None and not isinstance(more, int) and str(more) not in map(str, dates):
        raise Unexpected(
            f"Expected {element_id} on {more}, but it was on {', '.join(map(str, dates))}."
        )


def letter(db: Database, case_id: int | None, wanted: Mapping[str, Any]) -> None:
    """Raise Unexpected unless a letter of that template was issued as said."""
    with db.reading() as session:
        issued = session.execute(
            select(Letter, Decision)
            .outerjoin(Decision, Decision.letter_id == Letter.id)
            .where(Letter.case_id == case_id, Letter.template == wanted["template"])
            .order_by(Letter.id)
        ).all()
        if "count" in wanted and len(issued) != wanted["count"]:
            raise Unexpected(f"Expected {wanted['count']} letters, but there are {len(issued)}.")
        if wanted.get("count") == 0:
            return
        if not issued:
            raise Unexpected(f"Expected a letter {wanted['template']}, but none was issued.")
        last, decided = issued[-1]
        found = {"on": last.issued_on, "appeal_until": decided and decided.appeal_until}
        for name in wanted.keys() & found.keys():
            _equal(name, wanted[name], found[name])
        words = _words(last.html)
        for text in _texts(wanted.get("contains")):
            if text not in words:
                raise Unexpected(f"Expected the letter to say {text!r}, but it does not.")


def register(db: Database, case_id: int | None, wanted: Mapping[str, Any]) -> None:
    """Raise Unexpected unless the newest entry of the case in the register says this."""
    with db.reading() as session:
        newest = session.scalar(
            select(Arrangement)
            .where(Arrangement.case_id == case_id)
            .order_by(Arrangement.id.desc())
            .limit(1)
        )
        if newest is None:
            raise Unexpected("Expected an entry in the register, but there is none.")
        derived = {"status": _status(newest), "contact_today": _contact_today(session, newest)}
        for name, value in wanted.items():
            _equal(name, value, derived[name] if name in derived else _field(newest, name))


def absence(db: Database, wanted: Mapping[str, Any]) -> None:
    """Raise Unexpected unless the newest absence of a person came to these figures."""
    person = str(wanted["person"])
    with db.reading() as session:
        newest = session.scalar(
            select(Absence).where(Absence.user_name == person).order_by(Absence.id.desc()).limit(1)
        )
        if newest is None:
            raise Unexpected(f"Expected an absence of {person}, but there is none.")
        around = read_surroundings(session)
        found = figures_of(session, around.calendar, [newest], around.today)[newest.id]
    for name, value in wanted.items():
        if name != "person":
            _equal(name, value, getattr(found, name))


def flag(db: Database, case_id: int | None, wanted: Mapping[str, str]) -> None:
    """Raise Unexpected unless each system's newest flag stands as said."""
    with db.reading() as session:
        flags = session.scalars(
            select(Flag)
            .join(Arrangement, Arrangement.id == Flag.arrangement_id)
            .where(Arrangement.case_id == case_id)
            .order_by(Flag.id)
        ).all()
        states = {one.system: flag_state(one, is_over=False).state for one in flags}
    for system, state in wanted.items():
        _equal(f"flag in {system}", state, states.get(system))


def decision(db: Database, case_id: int | None, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise Unexpected unless the newest decision of each kind has these fields."""
    with db.reading() as session:
        for kind, fields in wanted.items():
            newest = session.scalar(
                select(Decision)
                .where(Decision.case_id == case_id, Decision.kind == kind)
                .order_by(Decision.id.desc())
                .limit(1)
            )
            if newest is None:
                raise Unexpected(f"Expected a decision {kind}, but there is none.")
            for name, value in fields.items():
                _equal(f"{kind} {name}", value, _field(newest, name))


def ended(db: Database, case_id: int | None, ends: Sequence[str]) -> None:
    """Raise Unexpected unless instances of the case ended with each of these end events."""
    with db.reading() as session:
        found = {
            name
            for text in session.scalars(
                select(ProcessInstance.ended_with).where(
                    ProcessInstance.case_id == case_id, ProcessInstance.ended_at.is_not(None)
                )
            )
            for name in (text or "").split()
        }
    for end in ends:
        if end not in found:
            raise Unexpected(
                f"Expected to end with {end}, but ended are: {', '.join(sorted(found)) or 'none'}."
            )


def says(refusal: Exception, arguments: Mapping[str, Any]) -> None:
    """Raise Unexpected unless a refusal names the question and says the words it should."""
    about = arguments.get("about")
    if about and isinstance(refusal, InvalidAnswers):
        questions = [problem.question for problem in refusal.problems]
        if about not in questions:
            raise Unexpected(f"Expected it to be about {about}, but it is about {questions}.")
    text = arguments.get("says")
    if text and str(text).lower() not in str(refusal).lower():
        raise Unexpected(f"Expected it to say {text!r}, but it says: {refusal}")


def _open_items(db: Database, case_id: int | None) -> list[WorkItem]:
    with db.reading() as session:
        return _open(session, case_id)


def _open(session: Session, case_id: int | None) -> list[WorkItem]:
    return list(
        session.scalars(
            select(WorkItem)
            .where(
                WorkItem.case_id == case_id,
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
            .order_by(WorkItem.id)
        )
    )


def _equal(what: str, wanted: Any, found: Any) -> None:
    """Raise Unexpected unless both read the same; nothing is wanted where a value is left empty."""
    if (wanted is None) != (found is None) or str(wanted) != str(found):
        said = ["empty" if value is None else value for value in (wanted, found)]
        raise Unexpected(f"Expected {what} to be {said[0]}, but it is {said[1]}.")


def _contact_today(session: Session, arrangement: Arrangement) -> str | None:
    """Give who deals with the customer today, by user name."""
    away = away_on(session, arrangement, read_surroundings(session).today)
    return away.stand_in if away else arrangement.spoc


def _field(row: Row, name: str) -> Any:
    """Give a column of a row by its name."""
    known = row.__table__.columns.keys()
    if name not in known:
        raise Unexpected(f"Expected one of {', '.join(known)}, but got {name}.")
    return getattr(row, name)


def _words(page: str) -> str:
    """Give what a reader reads of some HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def _texts(given: Any) -> list[str]:
    if given is None:
        return []
    return [str(text) for text in given] if isinstance(given, list) else [str(given)]


def _status(arrangement: Arrangement) -> str:
    """Derive how an arrangement stands from its dates, as the register does (R-061)."""
    if arrangement.ended_on is not None:
        return "ended"
    if arrangement.in_force_on is not None:
        return "in_force"
    return "letter_issued" if arrangement.letter_issued_on is not None else "letter_awaited"
