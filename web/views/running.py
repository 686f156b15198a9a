"""Everything that runs, for managers: as a list, as a file, and counted on each diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

import engine
from web import auth, frame, running_filter, words
from web.dates import date_of
from web.paging import page_asked, pagination
from web.spreadsheet import Cell, as_csv

blueprint = Blueprint("running", __name__)

#: The most rows of one file; its last line says so when there are more.
MOST_ROWS = 10_000
_HEADINGS = (
    *("Customer", "Case", "Process", "Version", "Stage", "Where it is now", "What it waits for"),
    *("Held by", "Since", "Due", "Late by (working days)"),
)


@blueprint.get("/running")
def listed() -> ResponseReturnValue:
    """Show where everything that runs is now; the address is the filter."""
    wanted = running_filter.asked()
    found = engine.running(auth.database(), auth.person(), wanted, page_asked())
    return render_template(
        "running/list.html",
        found=found,
        filter=wanted,
        is_narrowed=running_filter.is_narrowed(wanted),
        columns=running_filter.headings(wanted),
        choices=_choices(wanted, found.items),
        address=running_filter.address,
        most_rows=MOST_ROWS,
        pagination=pagination(found),
    )


@blueprint.get("/running.csv")
def as_file() -> Response:
    """Give every place the filter finds, up to a bound, as a file for a spreadsheet."""
    wanted = running_filter.asked()
    found = engine.running(auth.database(), auth.person(), wanted, size=MOST_ROWS)
    engine.oversight.note_export(auth.database(), auth.person(), "running", rows=len(found.items))
    name = f"running-{frame.today().isoformat()}.csv"
    return as_csv(name, _HEADINGS, _rows(found))


@blueprint.get("/running/<process_id>")
def drawn(process_id: str) -> ResponseReturnValue:
    """Show one process as a diagram with how much runs and is late at each step, and a table."""
    number = running_filter.version_asked()
    page = engine.process_runs(auth.database(), process_id, auth.person(), number)
    return render_template("running/diagram.html", process=page, marks=_marks(page))


def _rows(found: engine.RunningPage) -> Iterator[Sequence[Cell]]:
    for row in found:
        yield _row(row)
    if found.total > len(found):
        yield (f"These are the first {len(found)} of {found.total} places. Narrow the list.",)


def _row(row: engine.RunningRow) -> tuple[Cell, ...]:
    return (
        row.customer,
        row.case_reference,
        row.process,
        row.release_number,
        words.stage(row.stage) if row.stage else "",
        row.place,
        f"Stuck: {row.waits_for}" if row.state == "stuck" else row.waits_for,
        row.held_by,
        date_of(row.since),
        row.due_on,
        row.late_by if row.is_late else None,
    )


def _choices(
    wanted: engine.RunningFilter, rows: Sequence[engine.RunningRow]
) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Give the lists one can narrow by: name in the address, label, what is chosen, choices."""
    there = engine.running_choices(auth.database(), auth.person(), wanted.process, wanted.release)
    steps = _with_chosen(there.steps, wanted.element)
    versions = [(str(number), f"Version {number}") for number in there.versions]
    version = str(wanted.release or "")
    return [
        ("due", "Due", wanted.due, list(running_filter.DUE.items())),
        ("process", "Process", wanted.process, _with_chosen(there.processes, wanted.process)),
        *([("step", "Step", wanted.element, steps)] if wanted.process else []),
        ("version", "Version", version, _with_chosen(versions, version)),
        ("held_by", "Held by", wanted.held_by, _holders(rows, wanted.held_by)),
        ("stage", "Stage", wanted.stage, list(words.STAGES.items())),
    ]


def _holders(rows: Sequence[engine.RunningRow], chosen: str) -> list[tuple[str, str]]:
    """Give the roles, then whoever holds something on this page."""
    roles = {role: words.role(role) for role in engine.ROLE_NAMES}
    people = {row.holder: row.held_by for row in rows if row.holder and row.holder not in roles}
    everybody = sorted(people.items(), key=lambda one: one[1])
    return _with_chosen([*roles.items(), *everybody], chosen)


def _with_chosen(options: Sequence[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """Give the choices, with what is chosen among them even when it is not there any more."""
    known = {value for value, _ in options}
    return [*options, *([(chosen, words.plain(chosen))] if chosen and chosen not in known else [])]


def _marks(process: engine.ProcessRuns) -> Mapping[str, Mapping[str, str]]:
    """Give the marks of the diagram as the viewer script reads them."""
    return {
        place.element_id: {"state": _state(place), "text": counts(place)}
        for place in process.places
    }


def _state(place: engine.PlaceCount) -> str:
    return "stuck" if place.stuck else "late" if place.late else "now"


@blueprint.app_template_filter()
def counts(place: Any) -> str:
    """Write what runs at one place: ``5 running, 3 late, 1 stuck``."""
    parts = [f"{place.running} running"]
    parts += [f"{place.late} late"] if place.late else []
    parts += [f"{place.stuck} stuck"] if place.stuck else []
    return ", ".join(parts)
