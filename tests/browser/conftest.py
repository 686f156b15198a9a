"""What browser tests may ask for: a house that is served, and desks of the people in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser

import engine
from tests.browser import house as houses
from tests.browser.desk import Desk, Seat
from tests.browser.furniture import furnish
from tests.browser.house import House
from tests.browser.screen import WIDE, Looker, Screen
from tests.once import with_people

#: Longer than any page takes on a busy machine, in milliseconds.
_PATIENCE = 20_000


class Seats(Protocol):
    """Gives people their desks: each has a browser of their own, and is signed in once."""

    def __call__(
        self, *, scripts: bool = True, audit: Looker | None = None, empties: bool = False
    ) -> Seat:
        """Say whether scripts run, who looks at each page, and whether forms are sent empty."""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with release 1 and the people of the demonstration."""
    return with_people(tmp_path_factory, "house", houses.a_year_ago())


@pytest.fixture(scope="session")
def with_furniture(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with an arrangement in force, an appeal, late work and done work."""
    folder = tmp_path_factory.mktemp("furnished")
    with houses.served(prepared, folder) as house:
        furnish(house)
    return folder / houses.FILE


@pytest.fixture
def house(prepared: Path, tmp_path: Path) -> Iterator[House]:
    """The application, served from a database of its own in which nothing has happened."""
    with houses.served(prepared, tmp_path) as house:
        yield house


@pytest.fixture
def furnished(with_furniture: Path, tmp_path: Path) -> Iterator[House]:
    """The application, served from a database of its own in which something has."""
    with houses.served(with_furniture, tmp_path) as house:
        yield house


@pytest.fixture
def seats(browser: Browser, house: House) -> Iterator[Seats]:
    """Desks in the house in which nothing has happened."""
    with _seats(browser, house) as given:
        yield given


@pytest.fixture
def furnished_seats(browser: Browser, furnished: House) -> Iterator[Seats]:
    """Desks in the house in which something has."""
    with _seats(browser, furnished) as given:
        yield given


@contextlib.contextmanager
def _seats(browser: Browser, house: House) -> Iterator[Seats]:
    with contextlib.ExitStack() as opened:

        def seats(
            *, scripts: bool = True, audit: Looker | None = None, empties: bool = False
        ) -> Seat:
            taken: dict[str, Desk] = {}
            emptied: set[str] | None = set() if empties else None

            def seat(name: str) -> Desk:
                if name not in taken:
                    context = browser.new_context(
                        base_url=house.url, viewport=WIDE, java_script_enabled=scripts
                    )
                    opened.enter_context(context)
                    context.set_default_timeout(_PATIENCE)
                    screen = Screen(context, audit, scripts=scripts)
                    screen.sign_in(engine.person(house.database, name).full_name)
                    taken[name] = Desk(screen, emptied)
                return taken[name]

            return seat

        yield seats
