"""What a process owner can write wrong in a scenario file is said with its line, before it runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from engine.scenario import Script, ScriptError, read_scripts

HEAD = """\
scenario: A case begins
source: R-013
set: NPH_2022
at: 2026-01-12 09:00
people: {amina: team_leader}
"""
BEGIN = "start: {process: spoc_case, as: amina}"


def read(folder: Path, *steps: str, head: str = HEAD) -> Script:
    file = folder / "one.yaml"
    file.write_text("\n".join([head.rstrip(), "steps:", *(f"  - {step}" for step in steps)]) + "\n")
    [script] = read_scripts(file)
    return script


def test_a_script_is_read_with_the_lines_of_its_steps(tmp_path: Path) -> None:
    script = read(tmp_path, BEGIN, "expect_open: [open_the_case]")
    assert [(step.verb, step.line) for step in script.steps] == [("start", 7), ("expect_open", 8)]
    assert script.people == {"amina": ["team_leader"]}
    assert script.at == dt.datetime(2026, 1, 12, 9)


def test_a_list_among_the_steps_is_played_in_its_place(tmp_path: Path) -> None:
    script = read(tmp_path, f"&before [{{{BEGIN}}}, {{wait: 1}}]", "*before", "wait: 2")
    verbs = [step.verb for step in script.steps]
    assert verbs == ["start", "wait", "start", "wait", "wait"]


def test_yes_and_no_are_words_and_a_date_that_does_not_exist_stays_text(tmp_path: Path) -> None:
    answers = "{a: yes, b: no, c: true, d: 2026-02-28, e: 2026-02-31}"
    script = read(tmp_path, f"complete: {{task: t, as: amina, answers: {answers}}}")
    assert script.steps[0].arguments["answers"] == {
        "a": "yes",
        "b": "no",
        "c": True,
        "d": dt.date(2026, 2, 28),
        "e": "2026-02-31",
    }


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("begin: {process: spoc_case}", "Expected one of start, "),
        ("start: {process: spoc_case}", "Expected start to say as."),
        ("start: {process: a, as: amina, answers: {}}", "Expected start not to say answers."),
        ("complete: {task: a, as: amina, answer: {}}", "Expected complete not to say answer."),
        ("complete: {task: a, as: anima}", "Expected one of the people of this scenario"),
        ("wait: {hours: 3}", "Expected wait not to say hours."),
        ("expect_open: {open_the_case: 1}", "Expected expect_open to hold an id"),
        ("expect_not_open: []", "Expected expect_not_open to hold an id"),
        ("expect_history: [1]", "Expected expect_history to hold an id"),
        ("expect_due: [open_the_case]", "Expected expect_due to name what it expects"),
        ("expect_due:", "Expected expect_due to name what it expects"),
        ("expect_letter: {template: cease, until: 2026-01-01}", "not to say until"),
        ("expect_open: [a]\n    expect_open: [b]", "Expected expect_open once"),
        ("expect_register: {spoc: a, spoc: b}", "Expected spoc once"),
        ("complete: {task: a, as: amina, answers: {<<: 3}}", "Expected plain YAML"),
        ("complete: !!python/object:os.system {}", "Expected plain YAML"),
        ("start", "Expected one verb with its arguments"),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused_at_its_line(
    tmp_path: Path, step: str, said: str
) -> None:
    with pytest.raises(ScriptError, match=r"one\.yaml:\d+: ") as refusal:
        read(tmp_path, step)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (f"{BEGIN[:-1]}}}, because: Rejectde", "Expected because to be one of NotFound"),
        (f"{BEGIN}, because: NotAllowed, about: owner", "Expected about only with InvalidAnswers"),
        (f"{BEGIN}, because: NotAllowed, syas: no", "not to say syas"),
        (f"{BEGIN}, act: {{action: a, as: amina}}, because: NotFound", "to hold one of"),
        ("start: {process: a, as: anima}, because: NotFound", "Expected one of the people"),
        (f"{BEGIN}", "Expected expect_rejected to say because"),
    ],
)
def test_a_refusal_that_nothing_could_show_is_refused(tmp_path: Path, rest: str, said: str) -> None:
    with pytest.raises(ScriptError) as refusal:
        read(tmp_path, f"expect_rejected: {{{rest}}}")
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: R-013\n", "", "Expected the fields source"),
        ("source: R-013\n", "source: R-013\nowner: amina\n", "Expected no field named owner"),
        ("2026-01-12 09:00", "2026-02-31", "Expected a time like"),
        ("2026-01-12 09:00", "soon", "Expected a time like"),
        ("{amina: team_leader}", "[amina]", "Expected people to be names"),
    ],
)
def test_a_head_that_lacks_something_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ScriptError) as refusal:
        read(tmp_path, BEGIN, head=HEAD.replace(old, new))
    assert said in str(refusal.value)


@pytest.mark.parametrize("content", ["", "scenario: [", "just words", "- just words", "\xff"])
def test_a_file_that_holds_no_scenario_is_refused(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "one.yaml"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(ScriptError, match=r"one\.yaml"):
        read_scripts(file)
