"""How a preview says what a move changes, and what stands in its way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from engine.calendar import said
from engine.commands import ROLE_NAMES
from engine.queries import words
from engine.spiff import Element, WaitingTimer
from engine.spiff.moving import Blocked

#: How many steps one sentence names.
_NAMED = 6
_PARTS = {
    "form": "its form",
    "date": "its date",
    "holder": "who does it",
    "letter": "its letter",
    "rule": "its table",
    "operation": "what the system does",
    "message": "its message",
}
_FINISH = "Finish it first, then move the run"


def named(element: Element) -> str:
    """Give the name of a step."""
    return element.name or words.plain(element.id)


def hindered(blocked: Blocked, number: int) -> str:
    """Say why a run cannot be moved and what to do."""
    name, version = named(blocked.element), f"version {number}"
    sentences = {
        "gone": f"It is at “{name}”, and {version} has no such step. {_FINISH}, "
        "or say which step it is now.",
        "another_kind": f"It is at “{name}”, which is a step of another kind in {version}. "
        f"{_FINISH}, or say which step it is now.",
        "calls_another": f"“{name}” is under way, and {version} runs another process there. "
        f"{_FINISH}.",
        "waits_for_another": f"It waits at “{name}”, and {version} waits there for something "
        f"else. {_FINISH}.",
        "event_gone": f"What “{name}” began is still open, and nothing in {version} begins it. "
        f"{_FINISH}.",
        "starved": f"It would wait at “{name}” for ever: {version} waits there for a way that "
        "this run has passed already. Let it get past there first.",
    }
    return sentences[blocked.why]


def begins(wait: WaitingTimer, now: dt.datetime) -> str:
    """Say when something newly drawn happens."""
    name = named(wait.element)
    day = words.moment(wait.due_at)
    if wait.due_at <= now:
        return f"“{name}” happens at once: its date, {day}, has passed."
    return f"“{name}” is waited for from now on: {day}."


def date_stays(element: Element, due_on: dt.date | None) -> str:
    """Say that the date of an open task stays."""
    stays = f"the date it has, {said(due_on)}, stays" if due_on else "it stays without a date"
    return f"The rule for the date of “{named(element)}” is another one; {stays}."


def moment_stays(element: Element, due_at: dt.datetime) -> str:
    """Say that the moment of a timer stays."""
    day = words.moment(due_at)
    return f"The rule for “{named(element)}” is another one; the date it has, {day}, stays."


def held_otherwise(element: Element, was: str | None, now: str | None) -> str:
    """Say who an open task is for from now on."""
    return (
        f"“{named(element)}” is for {_role(now)}, no longer for {_role(was)}. "
        "Whoever has it keeps it only if they hold that role."
    )


def form_differs(element: Element, lost: Sequence[str]) -> str:
    """Say that the form of an open task is another one, and what of its draft no longer fits."""
    says = f"The form of “{named(element)}” is another one; what was typed is kept"
    if lost:
        asked = words.joined(f"“{label}”" for label in lost)
        return f"{says}, but nobody asks any more for {asked}."
    return f"{says}."


def figure(name: str, old: str, new: str, unit: str) -> str:
    """Say that a figure of the policy is another one."""
    unit = f" {unit}" if unit and unit != "list" else ""
    was, now = old or "nothing", new or "nothing"
    return f"{words.plain(name.replace('.', ' '))}: {now}{unit} from now on, it was {was}."


def several(elements: Sequence[Element]) -> str:
    """Name some steps, each once."""
    return _some([f"“{name}”" for name in dict.fromkeys(map(named, elements))])


def changed(found: Sequence[tuple[Element, tuple[str, ...]]]) -> str:
    """Name some steps with what is changed in them."""
    return _some(
        [f"“{named(element)}” ({words.joined(map(_PARTS.__getitem__, parts))})"
         for element, parts in found]
    )  # fmt: skip


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    if more <= 0:
        return words.joined(names)
    return f"{', '.join(names[:_NAMED])} and {more} more"


def _role(held_by: str | None) -> str:
    name = held_by or ""
    return ROLE_NAMES.get(name, f"whoever is “{words.plain(name.split('.')[-1])}” of the case")
