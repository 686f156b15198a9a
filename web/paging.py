"""Pages of long lists: which one is asked for, its part of the list, the links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

import engine
from web import words

#: Entries of a timeline, contacts and records of evidence on one page.
SIZE = 50
#: A page number longer than this is no page of ours.
_DIGITS = 6
_AROUND = 2

#: What says in an address where a page of an endless list begins or ends.
PLACES = ("after", "before")

T = TypeVar("T")


def page_asked() -> int:
    """Give the number of the page in the address, 1 when there is none that could be one."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < _DIGITS else 1


def slice_of(items: Sequence[T], page: int, size: int = SIZE) -> engine.Page[T]:
    """Give one page of a list that is there as a whole; past its end the last page."""
    pages = max(1, -(-len(items) // size))
    here = min(page, pages)
    part = tuple(items[(here - 1) * size : here * size])
    return engine.Page(part, len(items), here, pages)


def pagination(found: engine.Page[Any]) -> dict[str, Any]:
    """Give what the links below a list show: the first, the last and those around this page."""

    near = range(found.page - _AROUND, found.page + _AROUND + 1)
    items: list[dict[str, Any]] = []
    for page in range(1, found.pages + 1):
        if page in (1, found.pages) or page in near:
            current = page == found.page
            items.append({"number": page, "href": _address(page=page), "current": current})
        elif not items[-1].get("ellipsis"):
            items.append({"ellipsis": True})
    shown: dict[str, Any] = {"items": items}
    if found.page > 1:
        shown["previous"] = {"href": _address(page=found.page - 1)}
    if found.page < found.pages:
        shown["next"] = {"href": _address(page=found.page + 1)}
    return shown


def place_asked() -> dict[str, str]:
    """Give where a page of an endless list begins or ends, as the address says it."""
    return {name: request.args.get(name, "") for name in PLACES}


def steps(found: engine.TaskList) -> dict[str, Any]:
    """Give what the links below an endless list show: first, previous, next and last."""
    items: list[dict[str, Any]] = []
    shown: dict[str, Any] = {"items": items}
    if found.back:
        items.append(_named("First", _address()))
        shown["previous"] = {"href": _address(before=found.back)}
    if found.on:
        items.append(_named("Last", _address(before=engine.END)))
        shown["next"] = {"href": _address(after=found.on)}
    return shown


def counted_far(number: int, unit: str = "") -> str:
    """Write a count that goes no further than ``engine.COUNTED_TO``: ``more than 1,000 tasks``."""
    if number > engine.COUNTED_TO:
        return f"more than {engine.COUNTED_TO:,} {unit}s" if unit else f"{engine.COUNTED_TO:,}+"
    return words.counted(number, unit) if unit else str(number)


def _named(name: str, href: str) -> dict[str, str]:
    return {"number": name, "visuallyHiddenText": f"{name} page", "href": href}


def _address(**place: str | int) -> str:
    """Give the address of this list, narrowed as it is, at another place."""
    asked = {name: value for name, value in request.args.items() if name not in (*PLACES, "page")}
    return f"{request.path}?{urlencode({**asked, **place})}"
