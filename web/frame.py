"""What stands around every page: asked of the engine once a request, however often it is drawn.

The page template of GOV.UK Frontend draws head and foot twice, to see whether they are empty.
"""

from __future__ import annotations

import datetime as dt

from flask import g

import engine
from web import auth


def looked_after() -> engine.LookedAfter:
    """Count what is stuck and what could not be delivered; nothing for others than its menders."""
    if "looked_after" not in g:
        g.looked_after = engine.looked_after(auth.database(), auth.person())
    found: engine.LookedAfter = g.looked_after
    return found


def today() -> dt.date:
    """Give the day it is here, on the clock that a demonstration puts forward."""
    if "today" not in g:
        g.today = engine.today(auth.database())
    found: dt.date = g.today
    return found


def ask_nothing() -> None:
    """Draw the page without the engine, which cannot be asked: nobody is known, time is real."""
    g.person, g.stuck_steps, g.today = None, 0, dt.date.today()
