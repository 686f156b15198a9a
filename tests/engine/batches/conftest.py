"""An installation with a manager, a team leader and kinds of batches that only count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.batches import KINDS
from engine.calendar_table import fill_calendar
from engine.queries import Person
from engine.scenario import add_people
from engine.tables.database import Database
from tests.engine.batches import tallying

MO = Person("mo", "Mo", "", ("manager",))
MIA = Person("mia", "Mia", "", ("manager",))
TESS = Person("tess", "Tess", "", ("team_leader",))


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    """Two managers and a team leader; what a test registers goes again."""
    tallying.register()
    with database.writing() as session:
        fill_calendar(session)
    add_people(database, {one.name: list(one.roles) for one in (MO, MIA, TESS)})
    yield database
    for name in ("tally", "promptly"):
        del KINDS[name]
