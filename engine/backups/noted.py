"""That a backup was made stands in the log: it holds everything about everybody."""

from __future__ import annotations

from engine.backups.archive import Manifest
from engine.casework.audit import BACKUP_MADE, Chain, Entry
from engine.commands.tries import keeps_trying
from engine.installation import read_surroundings
from engine.tables.database import Database


@keeps_trying
def note_made(db: Database, made: Manifest, *, by: str) -> None:
    """Keep who made a backup, of how many rows; the checklist says when the last one was made."""
    with db.writing() as session:
        new = {"rows": made.rows, "cases": made.rows_of("case_file")}
        Chain.of_administration(session).add(
            Entry(BACKUP_MADE, "installation", actor=by, new=new),
            at=read_surroundings(session).now,
        )
