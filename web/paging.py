"""Pages of long lists: which one is asked for, its part of the list, the links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

import engine

#: Entries of a timeline, contacts and records of evidence on one page.
SIZE = 50
#: A page number longer than this is no page of ours.
_DIGITS = 6
_AROUND = 2

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

    def address(page: int) -> str:
        return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"

    near = range(found.page - _AROUND, found.page + _AROUND + 1)
    items: list[dict[str, Any]] = []
    for page in range(1, found.pages + 1):
        if page in (1, found.pages) or page in near:
            current = page == found.page
            items.append({"number": page, "href": address(page), "current": current})
        elif not items[-1].get("ellipsis"):
            items.append({"ellipsis": True})
    shown: dict[str, Any] = {"items": items}
    if found.page > 1:
        shown["previous"] = {"href": address(found.page - 1)}
    if found.page < found.pages:
        shown["next"] = {"href": address(found.page + 1)}
    return shown
