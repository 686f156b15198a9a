"""What each transaction reads first: the clock, the calendar, the person and their roles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import VERSION, calendar_of
from engine.casework.context import Context
from engine.commands.host import make_context
from engine.releases import Bundle
from engine.tables.process import ProcessInstance, Setting

#: Seconds the demo clock is ahead of real time.
CLOCK_OFFSET = "clock_offset_seconds"


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


def read_surroundings(session: Session) -> Surroundings:
    """Read the settings (one statement), set the clock by them and give what they say."""
    settings = dict(session.execute(select(Setting.name, Setting.value)).all())
    clock.use_offset(dt.timedelta(seconds=float(settings.get(CLOCK_OFFSET, "0"))))
    calendar = calendar_of(session, settings.get(VERSION, "0"))
    return Surroundings(clock.now(), calendar, settings)


def context_of_instance(
    session: Session, around: Surroundings, instance: ProcessInstance, bundle: Bundle, actor: str
) -> Context:
    """Make the context of one instance's unit of work."""
    return make_context(
        session,
        actor=actor,
        now=around.now,
        calendar_=around.calendar,
        bundle=bundle,
        parameter_set=instance.parameter_set,
        case_id=instance.case_id,
        instance_id=instance.id,
        arrangement_id=instance.arrangement_id,
        appeal_id=instance.appeal_id,
        third_party_id=instance.third_party_id,
    )


def context_of_case(
    session: Session, around: Surroundings, bundle: Bundle, actor: str, **ids: Any
) -> Context:
    """Make the context of a change that belongs to a case and to no instance."""
    return make_context(
        session, actor=actor, now=around.now, calendar_=around.calendar, bundle=bundle, **ids
    )
