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
_PAST_DUE = "past_due"
#: What can be past due, by its number in the report: one of it, and more (Q15).
_WAITING = (
    ("C-09", "promise", "promises"),
    ("R-015", "thing we owe", "things we owe"),
    ("R-007", "answer that was passed on", "answers that were passed on"),
    ("R-010", "answer of a contact", "answers of a contact"),
    ("R-031", "letter", "letters"),
    ("R-062", "review", "reviews"),
    ("R-076", "answer to an appeal", "answers to appeals"),
    ("R-081", "complaint", "complaints"),
    ("R-085", "request to look again", "requests to look again"),
    ("R-125", "order of the Ombudsman", "orders of the Ombudsman"),
)
#: Comparisons whose differences wait for somebody (Q14).
_COMPARED = (
    (
        "R-068",
        "comparison of flags has differences to deal with",
        "comparisons of flags have differences to deal with",
    ),
    (
        "R-098",
        "comparison with the list of the partner differs",
        "comparisons with the list of the partner differ",
    ),
)


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
        figures=list(_figures(found.needs)),
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
    names = ("number", "owner", *_DAYS, _PAST_DUE)
    typed = {name: request.args.get(name, "").strip()[:60] for name in names}
    days = {name: _day(typed[name]) for name in _DAYS}
    wanted = engine.exceptions.ExceptionFilter(
        typed["number"].upper(), typed["owner"], **days, past_due=typed[_PAST_DUE] == "yes"
    )
    return typed, wanted


def _figures(needs: engine.exceptions.NeedsSomebody) -> Iterator[tuple[str, str, bool]]:
    """Say what wants a manager now, each with the list behind it (Q5, Q6, Q14, Q15).

    Last, whether it is red: something of it is past due.
    """
    here = "exceptions.listed"
    for number, one, more in _WAITING:
        late = needs.past_due.get(number, 0)
        yield (
            f"{late} {one if late == 1 else more} past due",
            url_for(here, number=number, past_due="yes"),
            late > 0,
        )
    for number, one, more in _COMPARED:
        left = needs.past_due.get(number, 0)
        yield (
            f"{left} {one if left == 1 else more}",
            url_for(here, number=number, past_due="yes"),
            left > 0,
        )
    month = url_for(here, from_on=needs.month_from.isoformat())
    this_month = words.counted(needs.this_month, "exception")
    yield f"{this_month} this month, overrides among them", month, False
    yield from _elsewhere()


def _elsewhere() -> Iterator[tuple[str, str, bool]]:
    """Say the same of what has a page of its own: absences and the partner (Q5, Q6, Q14).

    Only for those who see them.
    """
    db, person = auth.database(), auth.person()
    away = engine.absences.absence_page(db, person)
    if away.sees_others:
        absences, ahead = url_for("absences.listed"), engine.absences.AHEAD
        gaps = words.counted(len(away.uncovered), "customer")
        sentence = f"{gaps} with nobody standing in, today or in {ahead} days"
        yield sentence, f"{absences}#nobody", bool(away.uncovered)
        late = sum(row.is_late for row in away.untold)
        untold = words.counted(len(away.untold), "customer")
        yield (
            f"{untold} not told of an absence, {late} of them late",
            f"{absences}#not-told",
            late > 0,
        )
    if auth.may_open("partner"):
        waiting = engine.partner.partner_page(db, person).not_confirmed
        late = sum(row.is_late for row in waiting)
        told = words.counted(len(waiting), "notice")
        sentence = f"{told} the partner has not confirmed, {late} of them late"
        yield sentence, f"{url_for('partner.overview')}#not-confirmed", late > 0


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
