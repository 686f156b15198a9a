"""A landlord of a demonstration on which one scenario is played, on a database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from engine.calendar_table import fill_calendar
from engine.commands import choose_parameter_set
from engine.demo.landlord import LOADED
from engine.releases import forget, install, read_folder
from engine.scenario import Scenario, add_people
from engine.scenario.script import Script, read_scripts
from engine.tables.database import Database
from engine.tables.process import Setting

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def script() -> Script:
    """The happy path, from the first concern to the deletion."""
    [script] = read_scripts(ROOT / "bpmn" / "scenarios" / "s0_happy_path.yaml")
    return script


@pytest.fixture
def story(database: Database, script: Script) -> Iterator[Scenario]:
    """A demonstration with nothing on file yet, its clock held where the happy path begins."""
    clock.hold(script.at)
    forget()
    with database.writing() as session:
        fill_calendar(session)
        install(session, read_folder(ROOT), at=clock.now(), by="test", note="The working tree")
        session.add(Setting(name=LOADED, value="2026-01-12"))
    choose_parameter_set(database, script.parameter_set)
    add_people(database, script.people)
    yield Scenario(database)
    clock.hold(None)
    forget()
