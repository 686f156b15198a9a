"""Stories of the demonstration: scenario steps whose dates are counted from its last day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.calendar import Calendar
from engine.scenario import VERBS, PlainLoader, Step

#: Where the stories stand.
FOLDER = Path(__file__).parent / "stories"
_MORNING = "10:00"
_MOVED = re.compile(r"^day(?:([+-]\d+)(wd|m)?)?$")
_NOT_VERBS = ("on", "at")


@dataclass(frozen=True)
class Moment:
    """One step of one story, at its moment in London."""

    at: dt.datetime
    story: str
    step: Step


def read_stories(last_day: dt.date, calendar: Calendar, folder: Path = FOLDER) -> list[Moment]:
    """Give every step of every story in the order of time.

    A story is a YAML list of steps: ``on`` counts days back from the last day (and moves on to
    a working day), ``at`` is the time; ``day``, ``day+14``, ``day+5wd`` and ``day-6m`` stand for
    dates counted from the step's own day.
    """
    moments = [
        moment
        for path in sorted(folder.glob("*.yaml"))
        for moment in _story(path, last_day, calendar)
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _story(path: Path, last_day: dt.date, calendar: Calendar) -> Iterator[Moment]:
    steps = yaml.load(path.read_text(encoding="utf-8"), PlainLoader)
    at: dt.datetime | None = None
    for number, written in enumerate(steps, start=1):
        if "on" in written:
            day = _working_day(last_day + dt.timedelta(days=int(written["on"])), last_day, calendar)
            at = dt.datetime.combine(day, dt.time.fromisoformat(_MORNING))
        if at is None:
            raise ValueError(f"{path.name}: Expected the first step to say on which day it is.")
        if "at" in written:
            at = dt.datetime.combine(at.date(), dt.time.fromisoformat(str(written["at"])))
        else:
            at += dt.timedelta(minutes=1)
        verb = next(name for name in written if name not in _NOT_VERBS)
        if verb not in VERBS:
            raise ValueError(f"{path.name}: Expected a verb of the scenarios, not {verb}.")
        arguments = _dated(written[verb], at.date(), calendar)
        yield Moment(at, path.stem, Step(verb, arguments, number))


def _working_day(day: dt.date, last_day: dt.date, calendar: Calendar) -> dt.date:
    """Move on to a working day, but never beyond the last day."""
    moved = calendar.forward_to_working_day(day).on
    return moved if moved <= last_day else calendar.back_to_working_day(day).on


def _dated(value: Any, day: dt.date, calendar: Calendar) -> Any:
    if isinstance(value, dict):
        return {name: _dated(inner, day, calendar) for name, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, day, calendar) for inner in value]
    found = _MOVED.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    count, unit = int(found[1] or 0), found[2]
    if unit == "m":
        return calendar.months(day, count).on.isoformat()
    if unit == "wd" and count >= 0:
        return calendar.working_days(day, count).on.isoformat()
    if unit == "wd":
        return calendar.working_days_before(day, -count).on.isoformat()
    return (day + dt.timedelta(days=count)).isoformat()
