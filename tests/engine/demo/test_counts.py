"""Ten dates of the demonstration: what diagrams count is what lists hold and engines say."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from engine import clock, commands, queries
from engine.casework import letter_pdf
from engine.operations.failing import fail_next, forget_planned
from engine.publishing import publish
from engine.queries import PlaceCount, ProcessRuns, RunningFilter
from engine.releases import bundle, read_folder
from engine.tables.database import Database
from tests.engine.demo.conftest import NOW, ROOT, Loaded
from tests.engine.whereabouts import told_by_engine, told_by_rows

#: Days after the demonstration was loaded on which everything is counted.
DAYS = (0, 1, 3, 7, 14, 28, 56, 112, 224, 365)
_HOLDS_OTHERS = {"Process of its own", "Phase"}
_NONE = PlaceCount("", "", "", 0, 0, 0)


@pytest.fixture(scope="module")
def moving(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A copy of the landlord with a second version, on which cases begin."""
    file = tmp_path_factory.mktemp("moving") / "spoc.sqlite"
    with (
        contextlib.closing(sqlite3.connect(str(loaded.db.url.database))) as source,
        contextlib.closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
    db = Database(f"sqlite:///{file}")
    clock.hold(NOW)
    publish(db, read_folder(ROOT), by="olive", note="The same again")
    yield db
    forget_planned()
    clock.hold(None)
    db.close()


def test_the_counts_on_the_diagrams_are_the_lists_behind_them_on_ten_dates(
    moving: Database,
) -> None:
    seen = {"late": 0, "stuck": 0, "on version 2": 0}
    with letter_pdf.made_when_asked():
        for days in DAYS:
            commands.pass_time(moving, clock.at_local(NOW + dt.timedelta(days=days)), clock.hold)
            if days in (1, 28):
                commands.start(moving, "spoc_case", by="amina")
            if days == 7:
                fail_next("notices.tell", 2, "The other system did not answer.")
            assert told_by_rows(moving) == told_by_engine(moving), days
            pages = list(_pages(moving))
            _check_whole(moving, pages)
            for page in pages:
                _check(moving, page, everywhere=days in (DAYS[0], DAYS[-1]))
            seen["late"] += sum(page.late for page in pages)
            seen["stuck"] += sum(page.stuck for page in pages)
            seen["on version 2"] += sum(p.total for p in pages if p.release_number == 2)
    assert all(seen.values()), seen


def _pages(db: Database) -> Iterator[ProcessRuns]:
    """Give each diagram of each version."""
    dorothy = queries.person(db, "dorothy")
    with db.reading() as session:
        process_ids = bundle(session, 1).definitions.process_ids
    for number in (1, 2):
        for process_id in process_ids:
            yield queries.process_runs(db, process_id, dorothy, number)


def _total(db: Database, **wanted: Any) -> int:
    dorothy = queries.person(db, "dorothy")
    return queries.running(db, dorothy, RunningFilter(**wanted), size=1).total


def _check_whole(db: Database, pages: list[ProcessRuns]) -> None:
    """Each place is counted once where it stands, and the list of everything has all of them."""
    leaves = [place for page in pages for place in page.places if place.kind not in _HOLDS_OTHERS]
    assert sum(place.running for place in leaves) == _total(db) > 50
    assert sum(place.late for place in leaves) == _total(db, due="late")
    assert sum(place.stuck for place in leaves) == _total(db, due="stuck")
    by_process = queries.runs_by_process(db, queries.person(db, "olive"))
    for process_id in {page.process_id for page in pages}:
        runs, late = by_process.get(process_id, (0, 0))
        of_it = [page for page in pages if page.process_id == process_id]
        assert runs == sum(page.runs for page in of_it) == sum(n for _, n in of_it[0].versions)
        assert (
            late == sum(page.late for page in of_it) == _total(db, process=process_id, due="late")
        )


def _check(db: Database, page: ProcessRuns, *, everywhere: bool) -> None:
    """Each element's counts are the lengths of its lists; with `everywhere` the zeros too."""
    with db.reading() as session:
        elements = bundle(session, page.release_id).definitions.diagram(page.process_id).elements
    places = {place.element_id: place for place in page.places}
    outermost = [places.get(e.id, _NONE) for e in elements.values() if e.parent is None]
    assert page.total == sum(place.running for place in outermost)
    assert page.late == sum(place.late for place in outermost)
    assert page.stuck == sum(place.stuck for place in outermost)
    here = {"process": page.process_id, "release": page.release_number}
    assert page.total == _total(db, **here)
    for element_id in elements if everywhere else places:
        place, at = places.get(element_id, _NONE), {**here, "element": element_id}
        assert place.running == _total(db, **at), element_id
        if element_id in places:
            assert place.late == _total(db, **at, due="late"), element_id
            assert place.stuck == _total(db, **at, due="stuck"), element_id
