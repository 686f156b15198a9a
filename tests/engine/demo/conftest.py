"""The demonstration loaded once, and one with nothing on file on which a scenario is played."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.calendar_table import fill_calendar
from engine.commands import choose_parameter_set
from engine.demo.landlord import LOADED
from engine.releases import forget, install, read_folder
from engine.scenario import Scenario, add_people
from engine.scenario.script import Script, read_scripts
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import Setting
from tests.once import DEMO, DEMO_LOADED_AT, TOLD, demonstration

ROOT = Path(__file__).parents[3]
NOW = DEMO_LOADED_AT


class Loaded(NamedTuple):
    """The landlord, and what was told while it was made."""

    db: Database
    cases: int
    told: list[tuple[int, int, str]]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The landlord as it stands on ``NOW``; a test that moves anything takes a copy."""
    made, file = demonstration(tmp_path_factory), tmp_path_factory.mktemp("demo") / DEMO
    shutil.copyfile(made / DEMO, file)
    told = [(done, of, what) for done, of, what in json.loads((made / TOLD).read_text())]
    db = Database(f"sqlite:///{file}")
    with db.reading() as session:
        cases = session.scalar(select(func.count(CaseFile.id))) or 0
    yield Loaded(db, cases, told)
    db.close()


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
