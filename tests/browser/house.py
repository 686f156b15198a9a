"""The whole application, served from a database of its own, on a day of the test's choosing."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

import engine
from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import calendar_of
from web import create_app
from web.settings import Settings

#: Name of the database in the folder of a house.
FILE = "spoc.sqlite"
_MORNING = dt.time(9, 0)
_SEPTEMBER = 9
#: Seconds between two looks at whether the server is to stop.
_LOOK = 0.05


class House:
    """A landlord at its pages: where they are served, what day it is there, its calendar."""

    def __init__(self, database: engine.Database, url: str) -> None:
        self.database = database
        self.url = url

    @property
    def today(self) -> dt.date:
        return engine.today(self.database)

    @property
    def calendar(self) -> Calendar:
        with self.database.reading() as session:
            return calendar_of(session)

    def working_day(self, count: int, start: dt.date | None = None) -> dt.date:
        """Give the date that many working days after a day, today unless given; the day is 0."""
        return self.calendar.working_days(start or self.today, count).on

    def begin_in_autumn(self) -> None:
        """Put the clock on the next second Monday of September: months without a bank holiday.

        The clock of a demonstration only goes forwards, so no test can have a day that is over;
        weekdays and holidays are the same in every year's autumn.
        """
        year = self.today.year
        day = _second_monday(year)
        if day <= self.today:
            day = _second_monday(year + 1)
        self.move_clock(day)

    def move_clock(self, day: dt.date) -> None:
        """Put the clock on the morning of a day; what falls due on the way happens."""
        engine.move_clock(self.database, dt.datetime.combine(day, _MORNING))


def a_year_ago() -> dt.date:
    """Give the day since which the people of the demonstration work here."""
    return clock.now().date() - dt.timedelta(days=365)


@contextlib.contextmanager
def served(prepared: Path, folder: Path) -> Iterator[House]:
    """Serve the application from a copy of a prepared database until the block ends."""
    file = folder / FILE
    shutil.copyfile(prepared, file)
    url = f"sqlite:///{file}"
    app = create_app(Settings(database_url=url, secret_key="only for tests", demo=True))
    database = engine.Database(url)
    try:
        with listening(app) as address:
            yield House(database, address)
    finally:
        database.close()
        app.extensions["database"].close()


@contextlib.contextmanager
def listening(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve any application, at a port of its own unless one is named; gives its address."""
    sockets: dict[int, Any] = {}
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    server = create_server(app, map=sockets, sockets=[bound], threads=4, ident="")
    stopped = threading.Event()

    def loop() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=_LOOK, map=sockets, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


def _second_monday(year: int) -> dt.date:
    first = dt.date(year, _SEPTEMBER, 1)
    return first + dt.timedelta(days=-first.weekday() % 7 + 7)
