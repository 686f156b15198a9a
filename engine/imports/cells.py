"""What the cells of one row say: each read as people and telephone systems write it, or refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.calendar import said
from engine.imports.layout import heading_of

#: What a cell may say -> what is kept.
CHANNELS: Mapping[str, str] = {
    **dict.fromkeys(
        ("telephone", "phone", "call", "tel", "voice", "landline", "mobile"), "telephone"
    ),
    **dict.fromkeys(("email", "e mail", "mail"), "email"),
    **dict.fromkeys(("letter", "post", "fax"), "letter"),
    **dict.fromkeys(("visit", "home visit", "in person"), "visit"),
    **dict.fromkeys(("office", "reception", "walk in", "at our offices"), "office"),
    **dict.fromkeys(
        ("online", "web", "webchat", "chat", "social media", "portal", "text", "sms"), "online"
    ),
}
DIRECTIONS: Mapping[str, str] = {
    **dict.fromkeys(("in", "inbound", "incoming", "received", "customer", "from customer"), "in"),
    **dict.fromkeys(("out", "outbound", "outgoing", "sent", "us", "from us", "we did"), "out"),
}
TRIAGES: Mapping[str, str] = {
    "": "nothing_new",
    **dict.fromkeys(("nothing new", "none", "no"), "nothing_new"),
    **dict.fromkeys(("new matter", "new"), "new_matter"),
    "emergency": "emergency",
    "safeguarding": "safeguarding",
    **dict.fromkeys(("appeal or complaint", "appeal", "complaint"), "appeal_or_complaint"),
    **dict.fromkeys(("legal", "legal letter", "subject access request", "sar"), "legal_or_data"),
}
LONGEST_NOTE = 2000
_FIRST_YEAR = 2000
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2}(?:[.,]\d+)?)?\s*([ap])?\.?m?\.?", re.ASCII | re.I
)
_SHOWN = 40
_NOON = 12


@dataclass
class Told:
    """What one row says, as far as it can be read."""

    answers: dict[str, Any] = field(default_factory=dict)
    #: Pairs of a heading and a sentence.
    problems: list[list[str]] = field(default_factory=list)

    def refuse(self, column: str, sentence: str) -> None:
        """Keep that a cell cannot be used, and what to do."""
        self.problems.append([heading_of(column), sentence])


def read_cells(cells: Mapping[str, str], now: dt.datetime) -> Told:
    """Read the cells of a row, except whose contact it is; every problem of it at once.

    now: in London; a contact lies before it.
    """
    told = Told()
    _day_and_time(told, cells, now)
    for column, known, example in (
        ("channel", CHANNELS, "telephone, e-mail, letter, visit, office or online"),
        ("direction", DIRECTIONS, "in or out"),
        (
            "triage",
            TRIAGES,
            "nothing new, new matter, emergency, safeguarding, or appeal or complaint",
        ),
    ):
        text = cells.get(column, "")
        found = known.get(_plain(text))
        if found is None:
            told.refuse(column, f"Expected {example}, but {_it_is(text)}.")
        else:
            told.answers[column] = found
    note = cells.get("note", "")
    if len(note) > LONGEST_NOTE:
        told.refuse(
            "note",
            f"Expected at most {LONGEST_NOTE:,} characters, but it has {len(note):,}. Shorten it.",
        )
    told.answers["note"] = note
    return told


def _day_and_time(told: Told, cells: Mapping[str, str], now: dt.datetime) -> None:
    today = now.date()
    text = cells.get("on", "")
    day_text, _, rest = text.replace("T", " ").partition(" ") if _has_time(text) else (text, "", "")
    on = _day(day_text)
    if on is None:
        told.refuse("on", f"Expected a day such as 2026-02-20 or 20/02/2026, but {_it_is(text)}.")
    elif on > today:
        told.refuse("on", f"Expected a day up to today, {said(today)}, but it is {said(on)}.")
    else:
        told.answers["on"] = on.isoformat()
    time_text = cells.get("at_time", "") or rest
    at_time = _time(time_text)
    if time_text and at_time is None:
        told.refuse("at_time", f"Expected a time such as 14:30, but {_it_is(time_text)}.")
    elif on == today and at_time and at_time > now.strftime("%H:%M"):
        told.refuse("at_time", f"Expected a time that has passed, but {at_time} is still to come.")
    told.answers["at_time"] = at_time


def _has_time(text: str) -> bool:
    return bool(re.search(r"\d[T ]+\d{1,2}[:.]\d{2}", text))


def _day(text: str) -> dt.date | None:
    iso, typed = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    parts = iso.groups() if iso else typed.groups()[::-1] if typed else None
    if parts is None:
        return None
    year, month, day = (int(part) for part in parts)
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if year >= _FIRST_YEAR else None


def _time(text: str) -> str | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        return dt.time(hour, minute).strftime("%H:%M")
    except ValueError:
        return None


def _plain(text: str) -> str:
    signs = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return " ".join(signs.split())


def _it_is(text: str) -> str:
    if not text:
        return "it is empty"
    return f"it is “{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
