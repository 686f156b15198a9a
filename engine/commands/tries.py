"""A unit of work that lost a race is done again, a few times, before a person hears of it."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from engine.tables.database import Collision

#: How often a unit of work is begun, and the seconds after which it is not begun again: a browser
#: waits no longer.
MOST_TRIES = 6
LONGEST = 20.0
#: Seconds of the first pause at most; each next one may be twice as long, up to the last.
_PAUSE, _LONGEST_PAUSE = 0.01, 0.2

Given = ParamSpec("Given")
Result = TypeVar("Result")


def keeps_trying(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a unit of work begin anew when another one was quicker: two people may both win.

    For functions that open their own ``writing()``, so that each try reads everything again and
    judges by what the winner left. Raises Collision when it loses every time.
    """

    @functools.wraps(work)
    def tried(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        stop_at = time.monotonic() + LONGEST
        for number in range(1, MOST_TRIES + 1):
            try:
                return work(*args, **kwargs)
            except Collision:
                if number == MOST_TRIES or time.monotonic() > stop_at:
                    raise
                time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _PAUSE * 2**number)))
        raise AssertionError("a try either gives or raises")

    return tried
