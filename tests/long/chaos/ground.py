"""The landlord that is going to be killed: people, a release, and runs that wait for clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

import engine
from engine import clock, commands
from engine.casework import cases
from engine.commands.contexts import context_of_case
from engine.commands.unit import Unit
from engine.demo.landlord import LOADED
from engine.demo.people import add_people
from engine.installation import DEFAULT_SET, read_surroundings
from engine.publishing import publish
from engine.releases import bundle, current_release_id, read_folder
from engine.tables.database import Database
from engine.tables.process import ProcessInstance, Setting
from tests.long.chaos.answers import DOOR, taken_over
from tests.long.chaos.drawing import FILES
from web.settings import ROOT

#: So many runs are begun in one transaction.
_AT_ONCE = 50


@dataclass(frozen=True)
class Size:
    """How many runs there are to lose."""

    vigils: int
    #: Real arrangements taken over from an old register; each is three runs and two tasks.
    arrangements: int


def build(db: Database, size: Size) -> None:
    """Fill an empty database: nothing in it has fallen due yet."""
    engine.prepare(db, ROOT)
    today = engine.today(db)
    add_people(db, today - dt.timedelta(days=365))
    with db.writing() as session:
        session.add(Setting(name=LOADED, value=today.isoformat()))
    publish(db, {**read_folder(ROOT), **FILES}, by="a test", note="With a vigil")
    for begun in range(0, size.vigils, _AT_ONCE):
        with db.writing() as session:
            for _ in range(min(_AT_ONCE, size.vigils - begun)):
                _begin_vigil(session)
    for number in range(size.arrangements):
        commands.receive(db, DOOR, taken_over(number, today), by="dorothy")


def _begin_vigil(session: Session) -> None:
    """Begin one run of its own case, as a person who raises a concern does."""
    around = read_surroundings(session)
    release_id = current_release_id(session)
    parsed = bundle(session, release_id)
    context = context_of_case(
        session,
        around,
        parsed,
        "dorothy",
        case_id=None,
        parameter_set=DEFAULT_SET,
    )
    case = cases.open_case(context)
    instance = ProcessInstance(
        process_id="vigil",
        release_id=release_id,
        parameter_set=case.parameter_set,
        case_id=case.id,
        started_at=around.now,
        started_by="dorothy",
    )
    Unit.start(session, around, instance, actor="dorothy").finish()


def set_ahead(db: Database, ahead: dt.timedelta) -> None:
    """Put the clock of the installation so far ahead of the computer's."""
    with db.writing() as session:
        name = engine.installation.CLOCK_OFFSET
        session.merge(Setting(name=name, value=str(ahead.total_seconds())))


def now_of(db: Database) -> dt.datetime:
    """Give the moment it is in the installation."""
    with db.reading() as session:
        read_surroundings(session)
    return clock.now()
