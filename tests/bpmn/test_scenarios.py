"""What must happen happens: every scenario file, and the right ones fail when a figure changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.releases import POLICY_FILE, read_folder
from engine.scenario import Script, Stages, read_scripts, run_script, run_scenarios, stages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "bpmn" / "scenarios"
SCRIPTS = read_scripts(FOLDER)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Stages]:
    with stages(read_folder(ROOT)) as ready:
        yield ready


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: Path(script.file).stem)
def test_it_happens(script: Script, prepared: Stages) -> None:
    result = run_script(script, prepared)
    assert result.passed, result.message


def test_six_days_to_answer_an_appeal_fail_just_the_scenarios_of_that_rule() -> None:
    files = read_folder(ROOT)
    files[POLICY_FILE] = _with_another_value(files[POLICY_FILE], "appeal.sla", "5", "6")
    results = run_scenarios([FOLDER], files)
    failed = {Path(result.file).stem for result in results if not result.passed}
    assert failed == {"s1_appeal_upheld_on_day_four", "s2_appeal_answered_late"}


def test_the_scripts_of_the_requirements_are_there() -> None:
    assert {Path(script.file).stem[:2] for script in SCRIPTS} >= {"s0", "s1", "s2", "s3"}


def _with_another_value(table: bytes, name: str, old: str, new: str) -> bytes:
    text = table.decode()
    start = text.index(f'"{name}"')
    place = text.index(f'<text>"{old}"</text>', start)
    return (text[:place] + text[place:].replace(f'"{old}"', f'"{new}"', 1)).encode()
