"""The demonstration landlord: its cases are played through the real processes, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import delete, select

from engine import clock
from engine.calendar import said
from engine.calendar_table import calendar_of
from engine.casework import letter_pdf
from engine.commands import pass_time
from engine.demo.people import add_people
from engine.demo.player import Player
from engine.demo.stories import Moment, read_stories
from engine.errors import Rejected
from engine.publishing import prepare
from engine.releases import forget
from engine.tables.casefile import CaseFile
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import Setting

#: ``loading`` while the stories are being played, then the day they were.
LOADED = "demo_landlord"
_LOADING = "loading"
_DAY = dt.timedelta(days=1)

Tell = Callable[[int, int, str], None]


def demo_is_loaded(db: Database) -> bool:
    """Tell whether the demonstration landlord is there, whole."""
    with db.reading() as session:
        marked = session.get(Setting, LOADED)
        return marked is not None and marked.value != _LOADING


def load_demo(db: Database, source: Path, tell: Tell, *, now: dt.datetime | None = None) -> int:
    """Play every story up to this moment; returns how many cases there are then.

    source: the folder with ``bpmn/`` and ``forms/``; tell: called with how many steps are
    done, how many there are and what is being done; now: another moment than the present one
    (London time when naive). A load that was broken off is begun anew.
    """
    until = clock.at_local(now) if now else dt.datetime.now(dt.UTC)
    _begin(db, source)
    with db.reading() as session:
        calendar = calendar_of(session)
    moments = read_stories(until.astimezone(clock.LONDON).replace(tzinfo=None), calendar)
    clock.hold(moments[0].at - _DAY)
    try:
        with db.hurrying(), letter_pdf.made_when_asked():
            add_people(db, moments[0].at.date() - 30 * _DAY)
            cases = _play(db, moments, tell)
            pass_time(db, until, clock.hold)
        with db.writing() as session:
            session.merge(Setting(name=LOADED, value=clock.today().isoformat()))
    finally:
        clock.hold(None)
    return cases


def _begin(db: Database, source: Path) -> None:
    """Start from nothing: what an earlier load left half done is taken away, nothing else is."""
    with db.reading() as session:
        broken_off = session.get(Setting, LOADED) is not None
        people = select(User.name).limit(1)
        strangers = people.where(User.is_demo.is_(False)) if broken_off else people
        cases = None if broken_off else session.scalar(select(CaseFile.id).limit(1))
        if session.scalar(strangers) is not None or cases is not None:
            raise Rejected(
                "Expected an empty database for the demonstration, but this one is in use. "
                "Start without SPOC_DEMO=1, or name another database in DATABASE_URL."
            )
    if broken_off:
        with db.writing() as session:
            for table in reversed(Row.metadata.sorted_tables):
                session.execute(delete(table))
        forget()
        prepare(db, source)
    with db.writing() as session:
        session.merge(Setting(name=LOADED, value=_LOADING))


def _play(db: Database, moments: Sequence[Moment], tell: Tell) -> int:
    played: dict[str, Player] = {}
    for number, moment in enumerate(moments):
        tell(number, len(moments), said(moment.at.date()))
        player = played.setdefault(moment.story, Player(db))
        pass_time(db, max(clock.at_local(moment.at), clock.now()), clock.hold)
        try:
            player.do(moment.step)
        except Exception as error:
            error.add_note(f"in the story {moment.story}, step {moment.step.line}")
            raise
    tell(len(moments), len(moments), said(moments[-1].at.date()))
    return len({one.case_id for one in played.values() if one.case_id})
