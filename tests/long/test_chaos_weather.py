"""A database that crashes, a disk without room, a clock put back, a worker that is held up.

Each time people go on completing tasks and timers fall due; afterwards the judge of
``test_chaos.py`` finds nothing lost, doubled or half done.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.schedule import LEASE
from engine.tables.database import Database
from tests.long.chaos import house as houses
from tests.long.chaos.drawing import LAP_HOURS
from tests.long.chaos.ground import Size, build
from tests.long.chaos.house import House, Process
from tests.long.chaos.ledger import Ledger
from tests.long.chaos.load import Browser, Crowd
from tests.long.chaos.oracle import Before, Verdict
from tests.long.chaos.outside_world import World, world
from tests.long.chaos.storm import Hands, due_now, settle
from tests.long.chaos.weather import WallClock, disk, server_of_its_own

SEED = 7
LARGE, SMALL = Size(vigils=300, arrangements=40), Size(vigils=30, arrangements=2)
PEOPLE = ("chaos_note", "chaos_note", "confirm_flag")
#: Megabytes: the database at full size, its journal, and little more.
DISK = 120
#: The server frees the rows of a worker that says nothing for so long; thirty seconds by default.
_IDLE = "-c idle_in_transaction_session_timeout=4s"
_WITHIN = 60
#: Seconds after which a run that a worker claimed may be another's; so often it is held up longer.
_RUN_LEASE, _LONG_PAUSES = LEASE.total_seconds() + 2, 3


@dataclass
class Scene:
    """People at work in one installation, and how it was before."""

    db: Database
    house: House
    crowd: Crowd
    hands: Hands
    before: Before

    def until(self, what: Callable[[], bool], because: str) -> None:
        """Let it go on until something is so; what ended by itself is started again."""
        end = time.monotonic() + _WITHIN
        while not what():
            assert time.monotonic() < end, because
            self.house.keep_going()
            time.sleep(0.05)

    def works_on(self, completions: int = 5) -> None:
        """Wait until so many more completions are acknowledged."""
        self.crowd.works_on(completions, self.house.keep_going)

    def end(self, *, forwards: bool = True, outside: World | None = None) -> None:
        """Let everything settle, then find nothing wrong, inside or outside."""
        self.crowd.stop()
        settle(self.house, self.db, self.hands, sends=outside is not None)
        self.house.stop()
        verdict = Verdict(self.db, self.before, self.house.ledger, forwards=forwards)
        assert verdict.findings() == []
        assert verdict.timers_fired > 0
        if outside is not None:
            assert [*outside.judge(self.db, self.house.ledger)] == []
            assert outside.taken


@pytest.fixture
def scene(full: bool, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Open the scene: a database filled, its processes started, people signed in."""
    opened: list[Scene] = []

    def open_(db: Database, processes: list[Process], people: Sequence[str] = PEOPLE) -> Scene:
        build(db, LARGE if full else SMALL)
        house = House(processes, Ledger())
        before = Before.of(db)
        crowd = Crowd(db, house.ports, house.ledger, people, SEED)
        opened.append(Scene(db, house, crowd, Hands(db, house.ledger), before))
        house.start()
        crowd.start()
        opened[-1].hands.go_on()
        return opened[-1]

    yield open_
    for one in opened:
        one.house.kill_all()
        one.crowd.stop()
        one.db.close()


def _with_workers(url: str, folder: Path, **more: str) -> list[Process]:
    settings = houses.environment(url, folder, SPOC_WORKERS="apart", **more)
    workers = [houses.worker(f"work_{number}", settings, folder) for number in (1, 2)]
    return [houses.web("web", settings, folder), *workers]


# What SQLAlchemy lets go of when its server is gone, psycopg would have liked to be closed.
@pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")
def test_a_database_that_crashes_loses_nothing_and_everybody_comes_back(
    scene: Callable[..., Scene], full: bool, tmp_path: Path
) -> None:
    with server_of_its_own() as server:
        db = Database(server.url)
        at_work = scene(db, _with_workers(server.url, tmp_path))
        for _ in range(20 if full else 1):
            at_work.works_on()
            at_work.hands.go_on()
            server.crash()
            at_work.db.close()
        at_work.works_on()
        at_work.end()
        db.close()
        gc.collect()


def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(
    scene: Callable[..., Scene], full: bool, tmp_path: Path
) -> None:
    with disk(tmp_path, DISK if full else DISK // 4) as place:
        url = f"sqlite:///{place.folder / 'spoc.sqlite'}"
        at_work = scene(
            Database(url), [houses.web("serve", houses.environment(url, tmp_path), tmp_path)]
        )
        ledger = at_work.house.ledger
        for _ in range(10 if full else 1):
            at_work.works_on()
            ledger.away = 0
            place.fill(at_work.house)
            at_work.until(lambda: ledger.away >= 3, "nobody says that it is full")
            reader = Browser(at_work.house.ports, "dorothy", random.Random(SEED), ledger)
            assert reader.sees("/sign-in") == 200
            place.empty(at_work.house)
            at_work.hands.go_on()
        at_work.works_on()
        at_work.end()
        at_work.db.close()
        with sqlite3.connect(place.folder / "spoc.sqlite") as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        file.close()


def test_a_clock_put_back_an_hour_stops_no_worker_and_fires_nothing_twice(
    scene: Callable[..., Scene], database: Database, tmp_path: Path
) -> None:
    wall = WallClock(tmp_path)
    url = database.url.render_as_string(hide_password=False)
    if database.is_sqlite:
        processes = [houses.web("serve", houses.environment(url, tmp_path), tmp_path)]
    else:
        processes = _with_workers(url, tmp_path)[:2]
    for process in processes:
        wall.read_by(process)
    # Nobody touches the vigils, which would settle what is due: that is left to the worker.
    at_work = scene(database, processes, ["confirm_flag"])
    at_work.until(lambda: not due_now(database), "the first lap is not run")
    wall.jump(-60 * 60)
    for _ in range(2):
        # An hour more than a lap: by the clock that was put back it has passed too.
        at_work.hands.move(dt.timedelta(hours=LAP_HOURS + 1))
        at_work.until(lambda: not due_now(database, late=dt.timedelta(hours=1)), "no tick comes")
    wall.jump(0)
    at_work.end(forwards=False)


def test_a_worker_held_up_in_the_middle_doubles_nothing_when_it_goes_on(
    scene: Callable[..., Scene], postgres_database: Database, full: bool, tmp_path: Path
) -> None:
    url = postgres_database.url.update_query_dict({"options": _IDLE})
    dice = random.Random(SEED)
    with world() as outside:
        settings = outside.settings()
        processes = _with_workers(url.render_as_string(hide_password=False), tmp_path, **settings)
        at_work = scene(postgres_database, processes)
        # The first day of every vigil comes, with its e-mail.
        at_work.hands.move(dt.timedelta(days=1))
        for number in range(20 if full else 2):
            time.sleep(dice.uniform(0.05, 1))
            held_up = dice.choice(processes[1:])
            held_up.send(signal.SIGSTOP)
            # Past the lease of what it was sending, and at full size of what it was running too.
            time.sleep(_RUN_LEASE if full and number < _LONG_PAUSES else 5)
            at_work.hands.move(dt.timedelta(minutes=2))
            at_work.works_on()
            held_up.send(signal.SIGCONT)
            at_work.house.ledger.moved()
            at_work.hands.go_on()
        at_work.end(outside=outside)
