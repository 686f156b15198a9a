"""What stands around every page: asked of the engine once a request, however often it is drawn.

The page template of GOV.UK Frontend draws head and foot twice, to see whether they are empty.
"""

from __future__ import annotations

import datetime as dt

from flask import g

import engine
from web import auth


def stuck_steps() -> int:
    """Count the stuck steps this person looks after; 0 when it is not theirs to mend them."""
    if "stuck_steps" not in g:
        g.stuck_steps = engine.count_of_stuck(auth.database(), auth.person())
    return int(g.stuck_steps)


def today() -> dt.date:
    """Give the day it is here, on the clock that a demonstration puts forward."""
    if "today" not in g:
        g.today = engine.today(auth.database())
    found: dt.date = g.today
    return found


def ask_nothing() -> None:
    """Draw the page without the engine, which cannot be asked: nobody is known, time is real."""
    g.person, g.stuck_steps, g.today = None, 0, dt.date.today()
