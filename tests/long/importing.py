"""A process that works on imports alone, and may be killed in the middle of a slice.

``python -m tests.long.importing URL take FILE`` takes a file in; ``... URL work`` works until
nothing is left to do; ``... URL work WORDS N`` dies, as by kill -9, at the Nth statement that
begins with these words. What it did and the most memory it held are its output, as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from engine import imports
from engine.tables.database import Database

_IDLE = 2


def main() -> None:
    """Do what the command line says."""
    url, what, *more = sys.argv[1:]
    database = Database(url)
    empty = _peak()
    begun = time.perf_counter()
    if what == "take":
        with Path(more[0]).open("rb") as file:
            done = imports.take_in(database, file, Path(more[0]).name, by="dorothy")
    else:
        if more:
            _die_at(more[0], int(more[1]))
        done = _work(database)
    seconds = round(time.perf_counter() - begun, 2)
    print(json.dumps({"done": done, "seconds": seconds, "peak": _peak(), "empty": empty}))
    database.close()


def _work(database: Database) -> int:
    """Call the worker's own function as it does, until two calls in a row find nothing."""
    done, idle = 0, 0
    while idle < _IDLE:
        some = imports.work(database) + imports.registers.work(database)
        done, idle = done + some, 0 if some else idle + 1
    return done


def _die_at(words: str, number: int) -> None:
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal count
        count += statement.startswith(words)
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)


def _peak() -> int:
    """Give the most memory this process held, in megabytes; not what its parent did before it."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024)


if __name__ == "__main__":
    main()
