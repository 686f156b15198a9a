"""Whatever is killed at whatever moment: each step happens once, and what was answered is there.

At full size (``make prove``) processes are killed two hundred times on either database, under load
and with two thousand runs. ``CHAOS_SEED`` chooses another order of deaths.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.tables.database import Database
from tests.long.chaos import house as houses
from tests.long.chaos.ground import Size, build
from tests.long.chaos.house import House, Process
from tests.long.chaos.ledger import Ledger
from tests.long.chaos.load import Crowd
from tests.long.chaos.oracle import Before, Verdict
from tests.long.chaos.storm import Hands, rage, settle

SEED = int(os.environ.get("CHAOS_SEED", "20261126"))
#: Runs and kills at full size, and in the sample.
LARGE, SMALL = Size(vigils=800, arrangements=300), Size(vigils=40, arrangements=4)
KILLS, SAMPLE_OF_KILLS = 200, 5
PEOPLE = ("chaos_note", "chaos_note", "chaos_note", "confirm_flag", "spoc_report")

Furnish = Callable[[str, Path], list[Process]]


def _one_process(url: str, folder: Path) -> list[Process]:
    return [houses.web("serve", houses.environment(url, folder), folder)]


def _four_processes(url: str, folder: Path) -> list[Process]:
    settings = houses.environment(url, folder)
    pages = [houses.web(f"web_{number}", settings, folder) for number in (1, 2)]
    return [*pages, *(houses.worker(f"work_{number}", settings, folder) for number in (1, 2))]


@pytest.fixture(params=["sqlite", "postgres"])
def landlord(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, House]]:
    """A database with runs that wait, and the processes of its kind of installation, not begun."""
    furnish = {"sqlite": _one_process, "postgres": _four_processes}[request.param]
    db: Database = request.getfixturevalue(f"{request.param}_database")
    build(db, LARGE if request.config.getoption("--full") else SMALL)
    house = House(furnish(db.url.render_as_string(hide_password=False), tmp_path), Ledger())
    yield db, house
    house.kill_all()


def test_nothing_is_lost_or_doubled_however_often_processes_are_killed(
    landlord: tuple[Database, House], full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    db, house = landlord
    ledger, before, begun = house.ledger, Before.of(db), time.monotonic()
    kind = "sqlite" if db.is_sqlite else "postgres"
    replay = f"CHAOS_SEED={SEED} pytest tests/long/test_chaos.py -k {kind}{' --full' * full}"
    house.start()
    crowd = Crowd(db, house.ports, ledger, PEOPLE, SEED)
    crowd.start()
    hands = Hands(db)
    hands.go_on()
    rage(house, hands, KILLS if full else SAMPLE_OF_KILLS, random.Random(SEED))
    crowd.stop()
    settle(house, db)
    house.stop()
    verdict = Verdict(db, before, ledger)
    findings = verdict.findings()
    assert findings == [], replay
    answers = ledger.count()
    with capsys.disabled():
        print(
            f"\n{replay}\n{len(before.instances)} runs on {kind}; {len(ledger.kills)} kills, "
            f"{sum(process.starts for process in house.processes)} starts; completions "
            f"{answers['taken']} acknowledged, {answers['refused']} refused, "
            f"{answers['unknown']} without an answer; {verdict.timers_fired} timers fired in "
            f"{hands.moves} moves of the clock; {time.monotonic() - begun:.0f} s"
        )
    assert verdict.timers_fired > 0
    assert answers["taken"] > 0
