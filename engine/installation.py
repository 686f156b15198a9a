"""What an installation says of itself: its clock, its calendar and its settings, read together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import VERSION, calendar_of
from engine.tables.process import Setting

#: Seconds the demo clock is ahead of real time.
CLOCK_OFFSET = "clock_offset_seconds"
#: The parameter set that new cases, and runs about no case, begin with.
PARAMETER_SET = "parameter_set"
DEFAULT_SET = "NPH_2022"


class _ObjectOf(FunctionElement[Any]):
    """Rows of two columns as one JSON object, on each database under its own name."""

    name = "object_of"
    type = JSON()
    inherit_cache = True


@compiles(_ObjectOf)
def _in_postgres(element: _ObjectOf, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_object_agg({compiler.process(element.clauses, **how)})"


@compiles(_ObjectOf, "sqlite")
def _in_sqlite(element: _ObjectOf, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **how)})"


#: Put together once: each unit of work asks for them.
_SETTINGS = select(Setting.name, Setting.value)
#: The settings as one value, for statements that ask for something else with them.
SETTINGS = select(_ObjectOf(Setting.name, Setting.value)).scalar_subquery()


@dataclass(frozen=True)
class Surroundings:
    """The moment, the calendar and the settings as one transaction sees them."""

    now: dt.datetime
    calendar: Calendar
    settings: dict[str, str]

    @property
    def today(self) -> dt.date:
        """Give the date in London."""
        return self.now.astimezone(clock.LONDON).date()

    @property
    def parameter_set(self) -> str:
        """Give the name of the set of figures that what begins now works by."""
        return self.settings.get(PARAMETER_SET, DEFAULT_SET)


def read_surroundings(session: Session) -> Surroundings:
    """Read the settings (one statement), set the clock by them and give what they say."""
    return surroundings_of(session, dict(session.execute(_SETTINGS).all()))


def surroundings_of(session: Session, settings: dict[str, str] | None) -> Surroundings:
    """Set the clock by settings read as ``SETTINGS`` and give what they say, at this moment."""
    settings = settings or {}
    clock.use_offset(dt.timedelta(seconds=float(settings.get(CLOCK_OFFSET, "0"))))
    calendar = calendar_of(session, settings.get(VERSION, "0"))
    return Surroundings(clock.now(), calendar, settings)
