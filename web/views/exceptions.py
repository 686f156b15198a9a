"""The exceptions report: each rule that was overridden or broken, on a page and as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, frame, words
from web.paging import page_asked, pagination
from web.spreadsheet import Cell, as_csv

blueprint = Blueprint("exceptions", __name__)

#: The most exceptions in one file.
MOST_ROWS = 20_000
_HEADINGS = (
    *("Number", "What was not kept", "Where it is written", "Requirements", "Case", "Customer"),
    *("Who carries the case", "Day", "Who", "Why"),
)
_DAYS = ("from_on", "until_on", "as_of")


@blueprint.get("/exceptions")
def listed() -> ResponseReturnValue:
    """Show the exceptions of the cases whose decisions this person sees."""
    typed, wanted = _asked()
    found = engine.exceptions.report(auth.database(), auth.person(), wanted, page_asked())
    kept = {name: value for name, value in typed.items() if value}
    return render_template(
        "exceptions/list.html",
        report=found,
        typed=typed,
        wrong=[name for name in _DAYS if typed[name] and getattr(wanted, name) is None],
        as_file=f"{url_for('exceptions.as_file')}?{urlencode(kept)}",
        pagination=pagination(found.found),
    )


@blueprint.get("/exceptions.csv")
def as_file() -> Response:
    """Give them all, up to a bound, as a file for a spreadsheet."""
    _, wanted = _asked()
    db, person = auth.database(), auth.person()
    found = engine.exceptions.report(db, person, wanted, size=MOST_ROWS).found
    engine.oversight.note_export(db, person, "exceptions", rows=len(found))
    return as_csv(f"exceptions-{frame.today().isoformat()}.csv", _HEADINGS, _rows(found))


def _asked() -> tuple[dict[str, str], engine.exceptions.ExceptionFilter]:
    """Give what the address says, and what of it is a filter; a day nobody can read is none."""
    typed = {name: request.args.get(name, "").strip()[:60] for name in ("number", "owner", *_DAYS)}
    days = {name: _day(typed[name]) for name in _DAYS}
    wanted = engine.exceptions.ExceptionFilter(typed["number"].upper(), typed["owner"], **days)
    return typed, wanted


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _rows(
    found: engine.Page[engine.exceptions.ExceptionRow],
) -> Iterator[Sequence[Cell]]:
    for row in found:
        yield (
            *(row.number, row.what, row.paragraph, row.rows, row.case_reference, row.customer),
            *(row.owner, row.on, row.who, words.one_line(row.why)),
        )
    if found.total > len(found):
        yield (f"These are the first {len(found)} of {found.total}. Narrow the list.",)
