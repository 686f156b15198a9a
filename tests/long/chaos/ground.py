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
from engine.installation import read_surroundings
from engine.publishing import publish
from engine.releases import bundle, current_release_id, read_folder
from engine.tables.database import Database
from engine.tables.process import ProcessInstance, Setting
from tests.engine.commands.conftest import TAKEN_OVER
from tests.long.chaos.drawing import FILES
from web.settings import ROOT

#: So many runs are begun in one transaction.
_AT_ONCE = 50
#: Days from now on which the arrangements have to be reviewed; the review opens before that.
_REVIEW_IN = 30


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
        _take_over(db, number, today)


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
        parameter_set=commands.instances.DEFAULT_SET,
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


def _take_over(db: Database, number: int, today: dt.date) -> None:
    answers = {
        **TAKEN_OVER,
        "customer_name": f"Jordan Carter {number}",
        "tenancy_reference": f"NF-{300_000 + number}",
        "decided_on": _before(today, 160),
        "letter_on": _before(today, 158),
        "from_on": _before(today, 150),
        "next_review_on": _before(today, -_REVIEW_IN),
    }
    commands.receive(db, "arrangement_taken_over", answers, by="dorothy")


def _before(today: dt.date, days: int) -> str:
    return (today - dt.timedelta(days=days)).isoformat()


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
