"""Whatever is killed at whatever moment: each step happens once, and what was answered is there.

At full size (``make prove``) processes are killed two hundred times on either database, under load
and with two thousand runs. ``CHAOS_SEED`` chooses another order of deaths.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.tables.database import Database
from tests.long.chaos import house as houses
from tests.long.chaos.answers import JOBS
from tests.long.chaos.ground import Size, build
from tests.long.chaos.house import House, Process
from tests.long.chaos.ledger import Ledger
from tests.long.chaos.load import Crowd
from tests.long.chaos.oracle import Before, Verdict
from tests.long.chaos.outside_world import World, world
from tests.long.chaos.storm import Hands, rage, settle

SEED = int(os.environ.get("CHAOS_SEED", "20261126"))
#: Runs and kills at full size, and in the sample.
LARGE, SMALL = Size(vigils=800, arrangements=300), Size(vigils=40, arrangements=4)
KILLS, SAMPLE_OF_KILLS = 200, 5
#: So many completions more show that work goes on after the last of them.
AFTERWARDS = 10
#: What each of the people at work fills in, over and over.
PEOPLE = ("chaos_note", "chaos_note", *(form for form in JOBS if form != "chaos_note"))


def _one_process(url: str, folder: Path, sends: Mapping[str, str]) -> list[Process]:
    return [houses.web("serve", houses.environment(url, folder, **sends), folder)]


def _four_processes(url: str, folder: Path, sends: Mapping[str, str]) -> list[Process]:
    settings = houses.environment(url, folder, SPOC_WORKERS="apart", **sends)
    pages = [houses.web(f"web_{number}", settings, folder) for number in (1, 2)]
    return [*pages, *(houses.worker(f"work_{number}", settings, folder) for number in (1, 2))]


@dataclass
class Landlord:
    """A database with runs that wait, the processes of its kind, and what lies outside."""

    db: Database
    house: House
    world: World


@pytest.fixture(params=["sqlite", "postgres"])
def landlord(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Landlord]:
    """Nothing is started yet."""
    furnish = {"sqlite": _one_process, "postgres": _four_processes}[request.param]
    db: Database = request.getfixturevalue(f"{request.param}_database")
    build(db, LARGE if request.config.getoption("--full") else SMALL)
    url = db.url.render_as_string(hide_password=False)
    with world() as found:
        house = House(furnish(url, tmp_path, found.settings()), Ledger())
        yield Landlord(db, house, found)
        house.kill_all()


def test_nothing_is_lost_or_doubled_however_often_processes_are_killed(
    landlord: Landlord, full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    db, house, found = landlord.db, landlord.house, landlord.world
    ledger, before, begun = house.ledger, Before.of(db), time.monotonic()
    kind = "sqlite" if db.is_sqlite else "postgres"
    replay = f"CHAOS_SEED={SEED} pytest tests/long/test_chaos.py -k {kind}{' --full' * full}"
    house.start()
    crowd = Crowd(db, house.ports, ledger, PEOPLE, SEED)
    crowd.start()
    hands = Hands(db, ledger)
    # The first day of every vigil comes, with its e-mail.
    hands.move(dt.timedelta(days=1))
    rage(house, hands, found, KILLS if full else SAMPLE_OF_KILLS, random.Random(SEED))
    crowd.works_on(AFTERWARDS, house.keep_going)
    crowd.stop()
    settle(house, db, hands, sends=True)
    house.stop()
    verdict = Verdict(db, before, ledger)
    findings = [*verdict.findings(), *found.judge(db, ledger)]
    with capsys.disabled():
        print(f"\n{replay}\n{_told(landlord, before, verdict)}; {time.monotonic() - begun:.0f} s")
    assert findings == [], replay
    assert verdict.timers_fired > 0
    assert ledger.count()["taken"] > 0
    assert found.taken


def _told(landlord: Landlord, before: Before, verdict: Verdict) -> str:
    """Say in figures what happened."""
    ledger, world = landlord.house.ledger, landlord.world
    answers, starts = ledger.count(), sum(one.starts for one in landlord.house.processes)
    mails, mails_again = world.count("email", landlord.db)
    events, events_again = world.count("webhook", landlord.db)
    return (
        f"{len(before.instances)} runs at first; {len(ledger.kills)} kills, {starts} starts; "
        f"completions {answers['taken']} acknowledged, {answers['refused']} refused, "
        f"{answers['unknown']} without an answer; {verdict.timers_fired} timers fired, "
        f"{len(ledger.moves)} moves of the clock; {mails} e-mails, {mails_again} of them once more "
        f"under the same Message-ID; {events} events, {events_again} once more under the same id"
    )
