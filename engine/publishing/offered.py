"""What the editors of a draft offer: names to choose from, dates to look at, tables to read."""

from __future__ import annotations

from engine import spiff
from engine.editing.due import DuePreview, Moment, due_preview_of
from engine.editing.vocabulary import Vocabulary, vocabulary_of
from engine.errors import Finding
from engine.publishing.drafts import base_files, draft_files
from engine.queries import Person
from engine.queries.reading import reading
from engine.tables.database import Database


def vocabulary(db: Database, draft_id: int, person: Person) -> Vocabulary:
    """Give every name the files of a draft may use, for lists to choose from.

    Raises NotFound for everybody but a process owner.
    """
    files, published = draft_files(db, draft_id, person), base_files(db, draft_id, person)
    return vocabulary_of(files, published)


def due_preview(db: Database, draft_id: int, expression: str, person: Person) -> DuePreview:
    """Give what a due date or a timer would come to today, in each set of the draft's figures.

    Raises NotFound for everybody but a process owner.
    """
    files = draft_files(db, draft_id, person)
    with reading(db, person) as look:
        return due_preview_of(files, expression, Moment(look.today, look.calendar))


def decision_tables(content: bytes) -> tuple[spiff.DecisionTable, ...]:
    """Give the decision tables of a file as they can be read; () when it cannot be."""
    found = spiff.read_tables("table.dmn", content)
    return () if isinstance(found, Finding) else found
