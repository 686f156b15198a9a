"""How pages say things: dates and lateness with the weekday, roles, stages, owners' Markdown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

import engine
from web.dates import date_of, time_of_day

#: Markdown of process owners: no HTML of theirs gets through.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})

#: Code name -> what people say; words of the policy's people, not of the code.
STAGES = {
    "informal": "Informal stage",
    "warning": "Warning stage",
    "formal": "Formal stage",
    "in_force": "In force",
    "ended": "Ended",
    "closed": "Closed",
}


class _Dated(Protocol):
    @property
    def due_on(self) -> dt.date | None: ...

    @property
    def due_words(self) -> str: ...

    @property
    def is_late(self) -> bool: ...


class _Drawn(Protocol):
    @property
    def elements(self) -> Mapping[str, tuple[str, str]]: ...


def day(date: dt.date | None) -> str:
    """Write a date with its weekday: ``Fri 10 Apr 2026``; nothing for no date."""
    return "" if date is None else f"{date:%a} {date.day} {date:%b %Y}"


def moment(at: dt.datetime | None) -> str:
    """Write a moment in London: ``Tue 14 Apr 2026, 14:02``."""
    if at is None:
        return ""
    return f"{day(date_of(at))}, {time_of_day(at)}"


def counted(number: int, unit: str) -> str:
    """Write a number with its unit: ``1 working day``, ``3 working days``."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def due(row: _Dated) -> str:
    """Say when a task is due: how late it is first, otherwise the date and how long there is."""
    if row.due_on is None:
        return "No date"
    if row.is_late:
        return f"{row.due_words.capitalize()} ({day(row.due_on)})"
    return f"{day(row.due_on)}, {row.due_words}" if row.due_words else day(row.due_on)


def role(name: str) -> str:
    """Say a role as people do."""
    return engine.setting_up.TITLES.get(name, plain(name))


def stage(name: str) -> str:
    """Say a stage of a case as people do."""
    return STAGES.get(name, plain(name))


def plain(name: str) -> str:
    """Turn a code name into words: ``open_the_case`` becomes ``Open the case``."""
    return name.replace("_", " ").strip().capitalize()


def one_line(text: str | None) -> str:
    """Write an address of several lines in one: ``12 Lime Walk, Northfield``."""
    lines = [line.strip(" ,") for line in (text or "").splitlines()]
    return ", ".join(line for line in lines if line)


def prose(text: str | None, classes: str = "govuk-body") -> Markup:
    """Turn Markdown of a form or a diagram into the paragraphs and lists of a page."""
    if not text:
        return Markup("")
    html = _MARKDOWN.render(text)
    for tag, its_classes in (
        ("p", classes),
        ("ul", "govuk-list govuk-list--bullet"),
        ("ol", "govuk-list govuk-list--number"),
        ("a", "govuk-link"),
    ):
        html = html.replace(f"<{tag}>", f'<{tag} class="{its_classes}">')
        html = html.replace(f"<{tag} href", f'<{tag} class="{its_classes}" href')
    # Our own renderer made this, with the HTML of the source switched off.
    return Markup(html)


def states(diagram: _Drawn, here: str = "") -> dict[str, dict[str, str]]:
    """Give the marks of a diagram as the viewer script reads them, `here` first: it looks there."""
    return {
        name: {"state": state, "text": text}
        for name, (state, text) in sorted(
            diagram.elements.items(), key=lambda mark: mark[0] != here
        )
    }


def register(app: Flask) -> None:
    """Offer these words to the templates as filters."""
    for offered in (
        day,
        moment,
        date_of,
        time_of_day,
        counted,
        due,
        role,
        stage,
        plain,
        one_line,
        prose,
        states,
    ):
        app.jinja_env.filters[offered.__name__] = offered
