"""The one clock: real time, plus an offset in demo mode, or a time set by a scenario or a test."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from zoneinfo import ZoneInfo

#: Where the landlord is: every date of the policy is a date there (K-4).
LONDON = ZoneInfo("Europe/London")

_offset: ContextVar[dt.timedelta] = ContextVar("clock_offset", default=dt.timedelta())
_frozen: ContextVar[dt.datetime | None] = ContextVar("clock_frozen", default=None)


def now() -> dt.datetime:
    """Give the present moment as an aware UTC datetime."""
    frozen = _frozen.get()
    return frozen if frozen is not None else dt.datetime.now(dt.UTC) + _offset.get()


def real() -> dt.datetime:
    """Give the moment as this machine has it: for leases and heartbeats, never for a policy."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Give the present date in London."""
    return now().astimezone(LONDON).date()


def at_local(moment: dt.datetime) -> dt.datetime:
    """Give the UTC moment of a London wall-clock time; aware datetimes are only converted."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LONDON)
    return moment.astimezone(dt.UTC)


def use_offset(offset: dt.timedelta) -> None:
    """Run this context that far ahead of real time (the setting of the demo clock)."""
    _offset.set(offset)


@contextlib.contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Hold the clock at a moment (London time when naive) while the block runs."""
    token = _frozen.set(at_local(at))
    try:
        yield
    finally:
        _frozen.reset(token)


def hold(at: dt.datetime | None) -> None:
    """Stop the clock at a moment for the rest of this context; None lets it run again."""
    _frozen.set(at_local(at) if at is not None else None)
