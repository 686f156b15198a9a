"""Many people with a task each, all in one run: a diagram, the people, and everybody at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine import clock, commands
from engine.publishing import publish
from engine.scenario import Scenario, add_people
from engine.tables.database import Database
from tests.engine.commands.conftest import FILES, ROOT
from tests.engine.commands.drawn import NOTE
from tests.engine.spiff.drawing import both, draw, end, start, user, xor

_HELD = {"form": "note", "held_by": "dmo"}
DONE = {"note": "Done."}
PATIENCE = 120


def opened(landlord: Scenario, many: int, *, first_ends_all: bool = False) -> list[tuple[int, str]]:
    """Publish and start a run with so many tasks side by side; gives each task with a person.

    first_ends_all: who is first cancels what the others have.
    """
    tasks = [f"task_{number}" for number in range(many)]
    behind = (
        (xor("join"), end(terminate=""))
        if first_ends_all
        else (both("join"), user("after", **_HELD), end())
    )
    way_on = "join->e" if first_ends_all else "join->after->e"
    drawn = draw(
        "crowd",
        start(),
        both("fork"),
        *(user(task, **_HELD) for task in tasks),
        *behind,
        flows=f"s->fork; {way_on}; " + "; ".join(f"fork->{one}->join" for one in tasks),
    )
    files = {**FILES, "bpmn/crowd.bpmn": drawn, "forms/definitions/note.yaml": NOTE}
    publish(landlord.db, files, by="test", note="A crowd")
    people = [f"person{number}" for number in range(many)]
    add_people(landlord.db, {name: ["dmo"] for name in people})
    items = commands.start(landlord.db, "crowd", by="dorothy").opened
    return list(zip(items, people, strict=True))


def at_once(works: Sequence[Callable[[], object]]) -> list[Exception | None]:
    """Do everything at the same time, each on a thread of its own; gives what each one raised."""
    raised: list[Exception | None] = [None] * len(works)
    ready = threading.Barrier(len(works))
    now = clock.now()

    def run(number: int) -> None:
        clock.hold(now)
        ready.wait(PATIENCE)
        try:
            works[number]()
        except Exception as error:
            raised[number] = error

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "somebody still waits"
    return raised


#: Completes its share of the tasks at a moment, each on a thread of its own.
_PROCESS = """
    import datetime as dt, sys, time
    from engine import clock
    from engine.tables.database import Database
    from tests.engine.commands.crowd import DONE, at_once
    from engine import commands
    url, now, begin, *pairs = sys.argv[1:]
    clock.hold(dt.datetime.fromisoformat(now))
    database = Database(url)
    works = [
        lambda item=int(item), by=by: commands.complete(database, item, DONE, by=by)
        for item, by in (pair.split("=") for pair in pairs)
    ]
    time.sleep(max(0.0, float(begin) - time.time()))
    failed = [repr(error) for error in at_once(works) if error]
    sys.exit("; ".join(failed))
"""


def in_processes(
    db: Database, shares: Sequence[Sequence[tuple[int, str]]], folder: Path, env: dict[str, str]
) -> list[str]:
    """Let each process complete its tasks at the same moment; gives what each one complains of."""
    script = folder / "share.py"
    script.write_text(textwrap.dedent(_PROCESS))
    url = db.url.render_as_string(hide_password=False)
    begin = str(time.time() + 6)
    running = [
        subprocess.Popen(
            [
                *(sys.executable, str(script), url, clock.now().isoformat(), begin),
                *(f"{item}={by}" for item, by in share),
            ],
            env={**env, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for share in shares
    ]
    try:
        return [one.communicate(timeout=PATIENCE)[1].strip() for one in running]
    finally:
        for one in running:
            one.kill()
