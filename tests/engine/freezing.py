"""Freezes a database of the present revision for years to come; takes a frozen one up again.

Run it once, on the last commit before a migration that changes tables or states:

    .venv/bin/python -m tests.engine.freezing

It plays stories of the demonstration and writes ``tests/engine/frozen/REVISION.sql.xz``, which is
committed and never made anew: what matters is that an older version of the product wrote it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import lzma
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine import clock, commands
from engine.calendar_table import calendar_of
from engine.casework import letter_pdf
from engine.demo.landlord import LOADED
from engine.demo.people import add_people
from engine.demo.player import Player
from engine.demo.stories import FOLDER as STORIES
from engine.demo.stories import read_stories
from engine.operations import failing
from engine.publishing import prepare, save_file, start_draft
from engine.queries import person
from engine.releases import read_folder
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from engine.tables.process import Setting
from engine.worker import anchor

ROOT = Path(__file__).parents[2]
FROZEN = Path(__file__).parent / "frozen"
#: Seals the restricted answers of every frozen database: published, so of no use to anybody.
KEY = "c3BvYyBmcm96ZW4gZml4dHVyZSB0ZXN0IGtleSAwMDE="
#: A Thursday in the middle of the morning: the last moment of every frozen database.
NOW = dt.datetime(2026, 11, 26, 10, 30)
#: Together they hold a run of each process at most of the waits that are drawn.
TOLD = (
    *("appeal_late", "appeal_on_day_two", "comparison_due", "concern_raised", "flags_amber"),
    *("letter_due", "mediation", "meeting_to_arrange", "not_agreed", "referral_draft"),
    *("request_to_decide", "review_late", "review_report", "soon_deleted", "spoc_asked"),
    *("talk_due", "time_to_change", "watching"),
)

HOLD = {"hold_kind": "claim", "hold_reason": "A letter before action, reference 26/114."}


@contextlib.contextmanager
def key_of_the_frozen() -> Iterator[None]:
    """Seal and open with the published key while the block runs."""
    before = os.environ.get(KEY_VARIABLE)
    os.environ[KEY_VARIABLE] = KEY
    try:
        yield
    finally:
        os.environ.pop(KEY_VARIABLE)
        if before is not None:
            os.environ[KEY_VARIABLE] = before


def play(db: Database) -> None:
    """Fill an empty database with running cases, a draft of a release and a stuck step."""
    prepare(db, ROOT)
    with db.reading() as session:
        calendar = calendar_of(session)
    with tempfile.TemporaryDirectory() as folder:
        for name in TOLD:
            shutil.copy(STORIES / f"{name}.yaml", folder)
        moments = read_stories(NOW, calendar, Path(folder))
    clock.hold(moments[0].at - dt.timedelta(days=1))
    try:
        with db.hurrying(), letter_pdf.made_when_asked():
            add_people(db, moments[0].at.date() - dt.timedelta(days=30))
            players: dict[str, Player] = {}
            for moment in moments:
                commands.pass_time(db, max(clock.at_local(moment.at), clock.now()), clock.hold)
                players.setdefault(moment.story, Player(db)).do(moment.step)
            failing.fail_next("notices.tell", 1, "The disk was full.")
            commands.pass_time(db, NOW + dt.timedelta(days=1), clock.hold)
            players["watching"].act("place_hold", by="dorothy", answers=HOLD)
            _begin_a_draft(db)
        anchor(db)
        with db.writing() as session:
            session.merge(Setting(name=LOADED, value=NOW.date().isoformat()))
    finally:
        failing.forget_planned()
        clock.hold(None)


def _begin_a_draft(db: Database) -> None:
    """Leave a draft of a release in which somebody has changed a letter."""
    olive = person(db, "olive")
    path = "forms/letters/review.md"
    changed = read_folder(ROOT)[path] + b"\n"
    save_file(db, start_draft(db, olive, "Clearer words"), path, changed, version=0, person=olive)


def freeze(to: Path = FROZEN) -> Path:
    """Play, and give the file that holds the database as compressed SQL."""
    with tempfile.TemporaryDirectory() as folder, key_of_the_frozen():
        file = Path(folder) / "spoc.sqlite"
        db = Database(f"sqlite:///{file}")
        play(db)
        db.close()
        with contextlib.closing(sqlite3.connect(file)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            said = "\n".join(connection.iterdump())
    frozen = to / f"{revision}.sql.xz"
    frozen.write_bytes(lzma.compress(said.encode(), preset=9 | lzma.PRESET_EXTREME))
    return frozen


def take_up(frozen: Path, file: Path) -> None:
    """Write a frozen database into a new SQLite file, at the revision it was frozen at."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript(lzma.decompress(frozen.read_bytes()).decode())


if __name__ == "__main__":
    print(freeze())
