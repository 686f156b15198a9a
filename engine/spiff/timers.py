"""Timers by our clock: worked out once when reached, kept as an absolute moment, London time.

The library asks the computer's clock, reads only quoted text, and counts a month from 31 January
as 3 March.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.clock import LONDON, at_local
from engine.spiff.diagram import Element
from engine.spiff.evaluator import Evaluator, drawn

_DURATION = re.compile(
    r"^P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$", re.IGNORECASE)
#: Where a waiting timer keeps its moment, and the moment it was reached.
DUE, SINCE = "due", "since"


class NoMoment(ValueError):
    """A timer does not say when; the message tells what it gave."""


class ClockTimer(TimerEventDefinition):
    """A timer that fires when the unit of work says its moment has come, never by itself."""

    def record(self, task: Any, element: Element | None) -> dict[str, str]:
        """Work out when it fires; moments as ISO text in UTC. Raises ElementFailed.

        element: the event itself, which may stand behind the gateway that waits.
        """
        evaluator: Evaluator = task.workflow.script_engine
        return {
            DUE: self.due(task, evaluator.now).isoformat(),
            SINCE: evaluator.now.isoformat(),
        }

    def due(self, task: Any, since: dt.datetime) -> dt.datetime:
        """Give the moment it fires when it was reached at ``since``. Raises ElementFailed."""
        evaluator: Evaluator = task.workflow.script_engine
        literal = literal_timer(self.expression)
        value = literal if literal is not None else evaluator.evaluate(task, self.expression)
        try:
            return moment_of(value, since)
        except (NoMoment, ValueError, OverflowError) as error:
            evaluator.fail(task, f"{self.expression}: {error}")

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether it was fired; the first time it is asked, the moment is fixed."""
        if DUE not in my_task.internal_data:
            my_task.internal_data.update(self.record(my_task, drawn(my_task)))
        return bool(my_task.internal_data.get("event_fired", False))

    def catches(self, my_task: Any, event: Any) -> bool:
        """Never: a timer is fired by the clock alone."""
        return False

    def reset(self, my_task: Any) -> None:
        """Forget the moment."""
        for name in (DUE, SINCE, "event_fired"):
            my_task.internal_data.pop(name, None)


def literal_timer(text: str | None) -> str | None:
    """Give a timer that is written without quotes, such as P28D or 2026-03-02; else None."""
    written = (text or "").strip()
    return written if _DURATION.match(written) or _MOMENT.match(written) else None


def moment_of(value: Any, since: dt.datetime) -> dt.datetime:
    """Give the UTC moment a timer's value means; a date begins at 00:00 in London.

    since: where a duration begins. Raises NoMoment or ValueError.
    """
    if isinstance(value, str):
        return _from_text(value.strip(), since)
    if isinstance(value, dt.timedelta):
        return since + value
    if isinstance(value, dt.datetime):
        return at_local(value)
    day = value if isinstance(value, dt.date) else getattr(value, "on", None)
    if isinstance(day, dt.date):
        return at_local(dt.datetime.combine(day, dt.time()))
    said = "nothing" if value is None else repr(value)
    raise NoMoment(f"Expected a date, but it gives {said}. Check what it reads.")


def _from_text(text: str, since: dt.datetime) -> dt.datetime:
    parts = _DURATION.match(text)
    if parts:
        return _later(since, {name: int(number or 0) for name, number in parts.groupdict().items()})
    if not _MOMENT.match(text):
        raise NoMoment(f"Expected a date such as 2026-03-02 or P28D, but it gives {text!r}.")
    return at_local(dt.datetime.fromisoformat(text))


def _later(since: dt.datetime, parts: dict[str, int]) -> dt.datetime:
    """Add whole calendar months, then days at the same London time, then hours."""
    local = since.astimezone(LONDON).replace(tzinfo=None)
    months = local.month - 1 + parts["months"] + 12 * parts["years"]
    year, month = local.year + months // 12, months % 12 + 1
    if year > dt.MAXYEAR:
        raise NoMoment("Expected a date this calendar has, but it lies too far ahead.")
    day = min(local.day, calendar.monthrange(year, month)[1])
    local = local.replace(year=year, month=month, day=day)
    local += dt.timedelta(days=parts["days"] + 7 * parts["weeks"])
    clock = {name: parts[name] for name in ("hours", "minutes", "seconds")}
    return at_local(local) + dt.timedelta(**clock)
