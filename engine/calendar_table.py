"""The calendar as this installation keeps it: bank holidays and closures from their table."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from govuk_bank_holidays.bank_holidays import BankHolidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Calendar
from engine.tables.database import address_of
from engine.tables.people import Holiday
from engine.tables.process import Setting

#: Counts the changes of the table; whoever changes a holiday puts it up.
VERSION = "calendar_version"


def calendar_of(session: Session, version: str | None = None) -> Calendar:
    """Give the calendar; read anew only when its version changed.

    version: the setting ``calendar_version`` when the caller has read it already.
    """
    if version is None:
        version = session.scalar(select(Setting.value).where(Setting.name == VERSION)) or "0"
    engine_key = address_of(session)
    cached = _cache.get(engine_key)
    if cached is None or cached[0] != version:
        days = dict(session.execute(select(Holiday.on, Holiday.name)).all())
        cached = (version, Calendar(days))
        _cache[engine_key] = cached
    return cached[1]


def fill_calendar(session: Session) -> int:
    """Add the published bank holidays of England and Wales that are missing; returns how many.

    They come with the program, so no internet is needed; closures the landlord added stay.
    """
    known = set(session.scalars(select(Holiday.on)))
    missing = [(day, name) for day, name in published() if day not in known]
    session.add_all(Holiday(on=day, name=name) for day, name in missing)
    if missing:
        setting = session.get(Setting, VERSION) or Setting(name=VERSION, value="0")
        setting.value = str(int(setting.value) + 1)
        session.add(setting)
    return len(missing)


@lru_cache(maxsize=1)
def published() -> tuple[tuple[dt.date, str], ...]:
    """Give the published bank holidays of England and Wales, oldest first."""
    table = BankHolidays(use_cached_holidays=True)
    days = table.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return tuple(sorted((day["date"], day["title"]) for day in days))


_cache: dict[str, tuple[str, Calendar]] = {}
