"""Which of what runs a page is asked for: read from its address, written into others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

import engine
from web import words

#: When something is due -> what the list of choices says.
DUE: Mapping[str, str] = {
    "late": "Late",
    "today": "Today",
    "week": "In the next seven days",
    "later": "Later",
    "none": "No date",
    "stuck": "Stuck",
}
#: Headings of the list in their order, with the name each is sorted by; "" for not at all.
COLUMNS = (
    ("customer", "Customer"),
    ("process", "Process"),
    ("", "Stage"),
    ("place", "Where it is now"),
    ("held_by", "Held by"),
    ("since", "Since"),
    ("due", "Due"),
    ("late", "Late by"),
)
_SORTED_BY = frozenset(name for name, _ in COLUMNS if name)
#: Field of the filter -> its name in an address.
_NAMES = {
    "search": "search",
    "process": "process",
    "element": "step",
    "release": "version",
    "held_by": "held_by",
    "stage": "stage",
    "due": "due",
    "sort": "sort",
}
_BY_DUE_DATE = "due"
#: Sorted by this, the most comes first.
_LONGEST_FIRST = "late"
#: A version with more digits than this is none of ours.
_DIGITS = 9


def asked() -> engine.RunningFilter:
    """Read the filter from the address; what it does not understand is left out."""
    given = {field: request.args.get(name, "").strip() for field, name in _NAMES.items()}
    process = given["process"]
    return engine.RunningFilter(
        search=given["search"],
        process=process,
        element=given["element"] if process else "",
        release=version_asked(),
        held_by=given["held_by"],
        stage=given["stage"] if given["stage"] in words.STAGES else "",
        due=given["due"] if given["due"] in DUE else "",
        sort=given["sort"] if given["sort"].removeprefix("-") in _SORTED_BY else _BY_DUE_DATE,
    )


def version_asked(name: str = "version") -> int | None:
    """Give the number of the version in the address; None when there is none that could be one."""
    return number_of(request.args.get(name, ""))


def is_narrowed(wanted: engine.RunningFilter) -> bool:
    """Tell whether anything is left out of the list."""
    return bool(_narrowing(wanted))


def address(wanted: engine.RunningFilter, endpoint: str = "running.listed", **more: Any) -> str:
    """Give the address of a list or file with this filter; `more`: other fields, by their names
    in an address."""
    values: dict[str, Any] = _narrowing(wanted)
    if wanted.sort != _BY_DUE_DATE:
        values["sort"] = wanted.sort
    values.update(more)
    return url_for(endpoint, **{name: value for name, value in values.items() if value})


def headings(wanted: engine.RunningFilter) -> list[dict[str, str]]:
    """Give each column: its name, where a press on it leads, how the list is sorted by it now."""
    return [_heading(wanted, name, text) for name, text in COLUMNS]


def _heading(wanted: engine.RunningFilter, name: str, text: str) -> dict[str, str]:
    if not name:
        return {"text": text, "href": "", "sorted": ""}
    now = {name: "ascending", f"-{name}": "descending"}.get(wanted.sort, "")
    first, second = (f"-{name}", name) if name == _LONGEST_FIRST else (name, f"-{name}")
    turned = second if wanted.sort == first else first
    href = address(wanted, sort="" if turned == _BY_DUE_DATE else turned)
    return {"text": text, "href": href, "sorted": now}


def _narrowing(wanted: engine.RunningFilter) -> dict[str, Any]:
    values = {name: getattr(wanted, field) for field, name in _NAMES.items() if field != "sort"}
    return {name: value for name, value in values.items() if value}


def number_of(text: str) -> int | None:
    """Give the number of a version that a text says; None when it could be none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
