"""What must happen happens: every scenario file, and the right ones fail when a figure changes."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.casework import letter_pdf
from engine.releases import POLICY_FILE, read_folder
from engine.scenario import Script, Stages, read_scripts, run_scenarios, run_script, stages
from engine.tables.database import Database
from engine.tables.process import WorkItem

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "bpmn" / "scenarios"
SCRIPTS = read_scripts(FOLDER)
#: What a process owner can read in one go.
LONGEST_FILE = 350

#: Figure of NPH_2022, its value, another one -> the scenarios whose promise that other one breaks.
PROMISED = {
    ("appeal.sla", "5", "6"): {
        "A customer can take an appeal back and appeal again while there is time",
        "A refusal that is appealed stays in force until the appeal lifts it at once",
        "A warning that is overturned after the referral takes the whole case back with it",
        "A warning that is overturned in its stage is withdrawn, and the case closes",
        "An appeal against a decision not to act can only bring it back to the table",
        "An appeal answered on day six is late, and no clock decides it",
        "An appeal counts from the day anybody here had it, and only a director refuses a late one",
        "An appeal handed over at the door is upheld on day four and ends the arrangement",
        "An appeal upheld in part changes the terms in the register, in the flags and for the "
        "partner",
        "When every director had a part in it, another senior officer decides and wants it looked "
        "at again",
        "Words handed to the contact at the door become an appeal and a complaint, each on its own "
        "clock",
        # Of LIVEWEST_2020, which says nothing about it and takes this one.
        "A letter of Wednesday 16 September 2020 can be appealed against until Thursday 1 October",
        "An appeal is never late while no letter has told the customer how to appeal",
        "Fifteen days to appeal follow a decision that went through all the steps",
        "What was done in 2020 and 2021 puts nothing in force, and the report names what was not "
        "kept",
    },
    ("appeal.window", "28", "21"): {
        "A contact who leaves is replaced by a decision with its own letter, flags and appeal",
        "A customer can take an appeal back and appeal again while there is time",
        "A matter is closed without action only when it has been looked at twice",
        "A matter that is put right early is settled without waiting for the time to change",
        "A message put right before anybody read it is read once, and one taken out by nobody",
        "A refusal in force ends with its arrangement, and no letter is left to write",
        "A refusal that is appealed stays in force until the appeal lifts it at once",
        "A request that is turned down can be appealed, and that can end the arrangement",
        "A review can end a refusal before its last day, and the customer is told",
        "A review that misses its date prolongs nothing and ends nothing, and the customer is told",
        "A review that was asked for changes the terms, and a second request waits for its turn",
        "A warning is watched for longer only with a new letter that names the new date",
        "A warning that is overturned after the referral takes the whole case back with it",
        "A warning that is overturned in its stage is withdrawn, and the case closes",
        "An appeal counts from the day anybody here had it, and only a director refuses a late one",
        "An appeal handed over at the door is upheld on day four and ends the arrangement",
        "Another limit is put in force without a single point of contact",
        "Contact is refused after legal advice, with two letters, and an emergency is never held "
        "back",
        "Contact that has become acceptable ends the case, and the customer hears what was counted",
        "From first concern to deletion, the happy path",
        "Nobody becomes the single point of contact who has not said yes",
        "Not agreed, looked at again on its date, then agreed",
        "Who was never told how to appeal gets a letter, and the time to appeal begins with it",
    },
}


class Watched(Stages):
    """Stages that are looked at once a story is told: which due dates nobody can explain."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        self.unexplained: set[str] = set()

    @contextlib.contextmanager
    def one(
        self, people: Mapping[str, list[str]], parameter_set: str, at: dt.datetime
    ) -> Iterator[Database]:
        with self._stages.one(people, parameter_set, at) as db:
            yield db
            with db.reading() as session:
                no_reason = func.coalesce(WorkItem.due_reason, "") == ""
                dated = select(WorkItem.name).where(WorkItem.due_on.is_not(None), no_reason)
                self.unexplained = set(session.scalars(dated))


@pytest.fixture(scope="module")
def prepared() -> Iterator[Watched]:
    with stages(read_folder(ROOT)) as ready:
        yield Watched(ready)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_it_happens(script: Script, prepared: Watched) -> None:
    """And each task with a date says why that date (K-1 to K-8)."""
    result = run_script(script, prepared)
    assert result.passed, result.message
    assert prepared.unexplained == set()


@pytest.mark.parametrize("figure", PROMISED, ids=lambda figure: figure[0])
def test_another_figure_fails_just_the_scenarios_of_its_rule(
    figure: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Printing takes a quarter of the time and changes nothing a scenario expects
    monkeypatch.setattr(letter_pdf, "as_pdf", lambda _article, _title: None)
    files = read_folder(ROOT)
    files[POLICY_FILE] = _with_another_value(files[POLICY_FILE], *figure)
    results = run_scenarios([FOLDER], files)
    assert {result.scenario for result in results if not result.passed} == PROMISED[figure]


def test_the_scripts_of_the_requirements_are_there() -> None:
    assert {Path(script.file).stem[:2] for script in SCRIPTS} >= {"s0", "s1", "s2", "s3", "s6"}


def test_each_scenario_has_a_name_of_its_own_and_says_where_its_rule_stands() -> None:
    assert [name for name, count in Counter(s.name for s in SCRIPTS).items() if count > 1] == []
    assert [s.name for s in SCRIPTS if not s.source.startswith("R-") or s.name.endswith(".")] == []


def test_no_scenario_file_is_too_long_to_read() -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in FOLDER.glob("*.yaml")}
    assert {name for name, lines in lengths.items() if lines > LONGEST_FILE} == set()


def test_the_page_about_scenarios_names_each_file() -> None:
    said = (FOLDER / "README.md").read_text()
    names = {file.name for file in FOLDER.glob("*.yaml")}
    assert {name for name in names if f"| `{name}` |" not in said} == set()


def _with_another_value(table: bytes, name: str, old: str, new: str) -> bytes:
    text = table.decode()
    start = text.index(f'"{name}"')
    place = text.index(f'<text>"{old}"</text>', start)
    return (text[:place] + text[place:].replace(f'"{old}"', f'"{new}"', 1)).encode()
