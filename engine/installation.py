"""What an installation says of itself: its clock, its calendar and its settings, read together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import VERSION, calendar_of
from engine.tables.process import Setting

#: Seconds the demo clock is ahead of real time.
CLOCK_OFFSET = "clock_offset_seconds"
#: Put together once: each unit of work asks for them.
_SETTINGS = select(Setting.name, Setting.value)


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

    def anew(self) -> Surroundings:
        """Give the same at the present moment: after the wait for a lock it is later."""
        return replace(self, now=clock.now())


def read_surroundings(session: Session) -> Surroundings:
    """Read the settings (one statement), set the clock by them and give what they say."""
    settings = dict(session.execute(_SETTINGS).all())
    clock.use_offset(dt.timedelta(seconds=float(settings.get(CLOCK_OFFSET, "0"))))
    calendar = calendar_of(session, settings.get(VERSION, "0"))
    return Surroundings(clock.now(), calendar, settings)
