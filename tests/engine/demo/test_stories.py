"""Stories: what is counted in them becomes dates that hold on whatever day the first start is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from engine.calendar import Calendar
from engine.calendar_table import published
from engine.demo.stories import FOLDER, Moment, read_stories
from engine.demo.wording import Wording

CALENDAR = Calendar(dict(published()))
#: Tuesday 7 April 2026: the day before is Easter Monday.
TUESDAY = dt.date(2026, 4, 7)
WORDING = Wording(
    CALENDAR,
    known={"base": dt.date(2025, 8, 31), "today": TUESDAY},
    at=dt.datetime(2026, 3, 31, 9, 5),
    turn=4,
    number=7,
)


def _told(tmp_path: Path, text: str, now: dt.datetime) -> list[Moment]:
    (tmp_path / "story.yaml").write_text(text)
    return read_stories(now, CALENDAR, tmp_path)


@pytest.mark.parametrize(
    ("counted", "meant"),
    [
        ("day", "2026-03-31"),
        ("day+14", "2026-04-14"),
        ("day+3wd", "2026-04-07"),
        ("today-1wd", "2026-04-02"),
        ("base+6m", "2026-02-28"),
        ("today-6m-3wd", "2025-10-02"),
        ("time", "09:05"),
        ("Note <number>", "Note 2407"),
        ("You rang on <day-1wd> and <base>.", "You rang on Monday 30 March 2026 and "),
        ("Every day we met", "Every day we met"),
    ],
)
def test_what_is_counted_becomes_what_it_is(counted: str, meant: str) -> None:
    assert str(WORDING.said(counted)).startswith(meant)


def test_dates_are_found_however_deep_they_stand_and_turns_are_taken() -> None:
    answers: dict[str, Any] = {
        "rows": [{"on": "day", "count": 3}],
        "what": {"turns": ["A", "B", "C"]},
    }
    said = WORDING.said(answers)
    assert said == {"rows": [{"on": "2026-03-31", "count": 3}], "what": "B"}


def test_a_date_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"day\+14 or today-2wd, but got 'yesterday'"):
        WORDING.date("yesterday")


def test_steps_follow_each_other_and_move_to_working_days(tmp_path: Path) -> None:
    story = """
- {on: -2wd, at: "09:30", start: {as: amina}}
- {complete: {task: a}}
- {on: -1, complete: {task: b}}
- {base: today-1m, on: 0, complete: {task: c}}
- {base: today, on: 0, at: "16:00", complete: {task: d}}
"""
    told = _told(tmp_path, story, dt.datetime(2026, 4, 7, 18))
    assert [moment.at for moment in told] == [
        dt.datetime(2026, 4, 1, 9, 30),
        dt.datetime(2026, 4, 1, 9, 31),
        dt.datetime(2026, 4, 7, 10),
        dt.datetime(2026, 4, 7, 10, 1),
        dt.datetime(2026, 4, 7, 16),
    ]


def test_nothing_is_played_later_than_now(tmp_path: Path) -> None:
    story = """
- {on: -1wd, at: ["09:00", "15:00"], repeat: {times: 9, every: [0, 1]}, act: {action: a}}
- {on: 0, at: "16:00", complete: {task: b, on: day}}
"""
    seven = dt.datetime(2026, 4, 7, 7)
    told = _told(tmp_path, story, seven)
    assert [(moment.at, moment.step.verb) for moment in told] == [
        (dt.datetime(2026, 4, 2, 9), "act"),
        (dt.datetime(2026, 4, 2, 15), "act"),
        (seven, "complete"),
    ]


def test_a_step_that_many_stories_have_in_common_becomes_its_steps(tmp_path: Path) -> None:
    told = _told(tmp_path, "- {on: 0, usual: flags_confirmed}", dt.datetime(2026, 4, 7, 18))
    assert [moment.step.arguments["about"] for moment in told] == ["JADU", "Open Housing"]
    assert told[0].at < told[1].at


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{complete: {task: a}}", "step 1: Expected the first step to say on which day"),
        ("{on: 0, dance: {}}", "step 1: Expected one verb of"),
        ("{on: 0, base: yesterday, start: {}}", "step 1: Expected a date counted from"),
        ("{on: 0, usual: nothing_of_the_kind}", "step 1: 'nothing_of_the_kind'"),
    ],
)
def test_a_story_that_cannot_be_told_names_its_step(tmp_path: Path, step: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"story\.yaml, {said}"):
        _told(tmp_path, f"- {step}", dt.datetime(2026, 4, 7, 18))


def test_on_whatever_day_each_story_is_told_in_the_order_of_its_steps() -> None:
    first = dt.datetime(2026, 11, 20, 8, 15)
    for days in range(0, 730, 23):
        now = first + dt.timedelta(days=days)
        moments = read_stories(now, CALENDAR)
        assert moments[-1].at <= now
        for path in FOLDER.glob("*.yaml"):
            lines = [moment.step.line for moment in moments if moment.story == path.stem]
            once = [line for line in lines if lines.count(line) == 1]
            assert once == sorted(once), path.stem
