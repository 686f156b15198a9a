"""Stories of the demonstration: steps of scenarios whose dates are counted from its last day.

A story is a YAML list of steps. Each has one verb of the scenarios, or one more of the player, and

``on``      the day, counted from ``base``: ``-12wd`` working days, ``-30`` days, ``-6m`` months;
            moved on to a working day. Without it: a minute after the step before.
``base``    from here on the days are counted from this one: ``today-6m+20``. At first it is
            ``today``, the last day on which anybody works.
``at``      the time of that day.
``repeat``  ``{times: 20, every: [1, 0, 2]}``: the step again and again, with so many working days
            in between, in turn; what would lie in the future is left out.
``usual``   instead of a verb: the steps of that name in ``usual.yaml``, one a minute.

In answers ``day+14``, ``base-6m``, ``today-2wd`` are dates and ``time`` is the time of the step; in
texts ``<day-2wd>`` is a date as letters write it and ``<number>`` a number of its own; where a step
is repeated, ``{turns: [a, b]}`` gives the first, then the second, then the first again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.calendar import Calendar
from engine.demo.player import VERBS
from engine.demo.wording import Wording, in_turn
from engine.scenario import PlainLoader, Step

#: Where the stories stand, and the steps that many of them have in common.
FOLDER = Path(__file__).parent / "stories"
_USUAL = Path(__file__).parent / "usual.yaml"
_MORNING = dt.time(10)
_MINUTE = dt.timedelta(minutes=1)
_NOT_VERBS = {"on", "base", "at", "repeat", "usual"}


@dataclass(frozen=True)
class Moment:
    """One step of one story, at its moment in London."""

    at: dt.datetime
    story: str
    step: Step


@dataclass
class _Teller:
    """Reads one story from its first step to its last."""

    story: str
    calendar: Calendar
    #: London; nothing is played later than this.
    now: dt.datetime
    numbers: Iterator[int]
    usual: dict[str, list[dict[str, Any]]]
    at: dt.datetime | None = None
    known: dict[str, dt.date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        today = self.calendar.back_to_working_day(self.now.date()).on
        self.known = {"today": today, "base": today}

    def tell(self, written: dict[str, Any], line: int) -> Iterator[Moment]:
        """Give the moments of one step: one, or several when it is repeated or a usual one."""
        self._move(written)
        if self.at is None:
            raise ValueError("Expected the first step to say on which day it is.")
        if "usual" in written:
            for step in self.usual[written["usual"]]:
                yield self._moment(self.at, step, line)
                self.at += _MINUTE
            return
        yield from (
            self._repeated(written, line)
            if "repeat" in written
            else [self._moment(self.at, written, line)]
        )

    def _move(self, written: dict[str, Any]) -> None:
        """Put the clock of the story to where a step says it is; never back."""
        if "base" in written:
            self.known["base"] = self._wording(self.now).date(written["base"])
        before = self.at
        if "on" in written:
            day = self._day(str(written["on"]))
            self.at = dt.datetime.combine(day, _MORNING)
        elif before is not None:
            self.at = before + _MINUTE
        if "at" in written and self.at is not None and "repeat" not in written:
            self.at = dt.datetime.combine(self.at.date(), dt.time.fromisoformat(written["at"]))
        if before is not None and self.at is not None:
            self.at = max(self.at, before + _MINUTE)

    def _day(self, counted: str) -> dt.date:
        sign = "" if counted[0] in "+-" else "+"
        wanted = self._wording(self.now).date(f"base{sign}{counted}")
        day = self.calendar.forward_to_working_day(wanted).on
        return min(day, self.known["today"])

    def _repeated(self, written: dict[str, Any], line: int) -> Iterator[Moment]:
        """Repeat a step over days; the story itself goes on from where the repetition began."""
        if self.at is None:
            return
        day = self.at.date()
        for turn in range(int(written["repeat"]["times"])):
            time = dt.time.fromisoformat(in_turn(written["at"], turn))
            at = dt.datetime.combine(day, time)
            if at > self.now:
                return
            yield self._moment(at, written, line, turn)
            gap = int(in_turn(written["repeat"]["every"], turn))
            day = self.calendar.working_days(day, gap).on

    def _moment(self, at: dt.datetime, written: dict[str, Any], line: int, turn: int = 0) -> Moment:
        at = min(at, self.now)
        verbs = [name for name in written if name not in _NOT_VERBS]
        if len(verbs) != 1 or verbs[0] not in VERBS:
            raise ValueError(f"Expected one verb of {', '.join(VERBS)} in a step, not {verbs}.")
        wording = replace(self._wording(at), turn=turn, number=next(self.numbers))
        return Moment(at, self.story, Step(verbs[0], wording.said(written[verbs[0]]), line))

    def _wording(self, at: dt.datetime) -> Wording:
        return Wording(self.calendar, self.known, at)


def read_stories(now: dt.datetime, calendar: Calendar, folder: Path = FOLDER) -> list[Moment]:
    """Give every step of every story in the order of time.

    now: London wall time; steps of the last day that would come later happen now.
    Raises ValueError with the file and the step when a story cannot be read.
    """
    usual = _load(_USUAL)
    numbers = iter(range(1_000_000))
    moments: list[Moment] = []
    for path in sorted(folder.glob("*.yaml")):
        teller = _Teller(path.stem, calendar, now, numbers, usual)
        for line, written in enumerate(_load(path), start=1):
            try:
                moments.extend(teller.tell(written, line))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}, step {line}: {error}") from error
    return sorted(moments, key=lambda moment: moment.at)


@cache
def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), PlainLoader)
