"""A moment as people in London live it: its date and its time of day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


def date_of(at: dt.datetime) -> dt.date:
    """Give the date of a moment in London."""
    return at.astimezone(_LONDON).date()


def time_of_day(at: dt.datetime) -> str:
    """Write the time of a moment in London: ``14:02``."""
    return f"{at.astimezone(_LONDON):%H:%M}"
