"""For how long a worker holds a row of the outbox: by the clock of the machines, not a landlord's.

The clock of a demonstration jumps, and no worker is slower for it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, or_

from engine import clock
from engine.outbox.parcels import Sender
from engine.tables.process import Outbox

#: A lease is twice as long as the slowest send, and this.
_MARGIN = dt.timedelta(seconds=10)
#: No setting lets a send take longer.
_SLOWEST = dt.timedelta(minutes=5)
_LONGEST = 2 * _SLOWEST + _MARGIN


def lease_of(sender: Sender) -> dt.timedelta:
    """Give for how long a worker may hold a row."""
    return dt.timedelta(seconds=2 * sender.seconds) + _MARGIN


def is_free() -> ColumnElement[bool]:
    """Tell of rows whether nobody holds them.

    A lease longer than any is of a clock that was put back: whoever has it would send it by then.
    """
    now, held_until = clock.real(), Outbox.claimed_until
    return or_(held_until.is_(None), held_until <= now, held_until > now + _LONGEST)


def is_held(row: Outbox) -> bool:
    """Tell of one row that is here whether a worker holds it."""
    now = clock.real()
    return row.claimed_until is not None and now < row.claimed_until <= now + _LONGEST
