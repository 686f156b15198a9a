"""Steps of a draft's diagram changed one by one, without drawing."""

from __future__ import annotations

from collections.abc import Mapping

from engine.editing.step_changes import change_step, need_step
from engine.editing.step_choices import problems_of
from engine.editing.step_inserts import insert_after
from engine.editing.step_removals import remove_step
from engine.errors import InvalidAnswers
from engine.publishing.drafts import draft_file
from engine.publishing.offered import vocabulary
from engine.publishing.saving import SavedFile, save_file
from engine.queries import Person
from engine.tables.database import Database


def change_draft_step(
    db: Database,
    draft_id: int,
    place: tuple[str, str],
    changes: Mapping[str, str],
    *,
    version: int,
    person: Person,
) -> SavedFile:
    """Change one step of a diagram and keep the file; every other byte of it stays.

    place: path of the file and id of the element. changes: as ``steps_of`` names the fields, ""
    to take something away; what is as it was changes nothing. version: of the file as it was
    opened.
    Raises InvalidAnswers with a sentence for each field that cannot be what was asked, and what
    ``save_file`` raises.
    """
    path, element_id = place
    content = draft_file(db, draft_id, path, person).content
    step = need_step(content, element_id)
    problems = problems_of(step, changes, vocabulary(db, draft_id, person))
    if problems:
        raise InvalidAnswers(problems)
    changed = change_step(content, element_id, changes)
    return save_file(db, draft_id, path, changed, version=version, person=person)


def add_draft_step(
    db: Database,
    draft_id: int,
    place: tuple[str, str],
    new: tuple[str, str],
    *,
    version: int,
    person: Person,
) -> tuple[SavedFile, str]:
    """Add a step behind one that leads on one way; gives the file as saved and the new id.

    place: path of the file and id of the step before. new: kind (user_task or service_task) and
    name. Raises InvalidAnswers about ``kind``, ``name`` or the step (""), and what ``save_file``
    raises.
    """
    path, element_id = place
    content = draft_file(db, draft_id, path, person).content
    kind, name = new
    changed, new_id = insert_after(content, element_id, kind, name)
    return save_file(db, draft_id, path, changed, version=version, person=person), new_id


def remove_draft_step(
    db: Database, draft_id: int, place: tuple[str, str], *, version: int, person: Person
) -> SavedFile:
    """Take a step out of a line; what led to it leads on.

    place: path of the file and id of the step. Raises InvalidAnswers when it does not stand in a
    line, and what ``save_file`` raises.
    """
    path, element_id = place
    changed = remove_step(draft_file(db, draft_id, path, person).content, element_id)
    return save_file(db, draft_id, path, changed, version=version, person=person)
