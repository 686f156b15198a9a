"""A draft: begun, changed file by file, changed back, and read by nobody else than its owners."""

from __future__ import annotations

from engine import publishing
from engine.tables.database import Database
from tests.engine.publishing.conftest import (
    FILES,
    FORM,
    NOW,
    OLIVE,
    OSCAR,
    edited,
)


def test_a_draft_begins_as_the_version_in_force_and_changes_nothing(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "  Shorter forms ")
    page = publishing.draft(house, draft_id, OLIVE)
    brief = page.brief
    assert (brief.title, brief.based_on, brief.state, brief.changed) == (
        "Shorter forms",
        1,
        "open",
        0,
    )
    assert (brief.made_by, brief.made_at, brief.editors) == ("Olive", NOW, ())
    assert {row.path for row in page.files} == set(FILES)
    assert {row.state for row in page.files} == {"same"}
    assert page.findings == ()
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES


def test_a_saved_file_is_kept_with_who_and_when_and_nothing_else_is_different(
    house: Database,
) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    saved = publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    assert (saved.version, saved.saved_by, saved.saved_at) == (1, "Olive", NOW)
    assert publishing.draft_files(house, draft_id, OSCAR) == {**FILES, FORM: edited(FORM)}
    (row,) = (row for row in publishing.draft(house, draft_id, OSCAR).files if row.state != "same")
    assert (row.path, row.kind, row.title, row.state) == (FORM, "form", "Edited", "changed")
    one = publishing.draft_file(house, draft_id, FORM, OSCAR)
    assert (one.content, one.base, one.version) == (edited(FORM), FILES[FORM], 1)
    (brief,) = publishing.drafts(house, OSCAR)
    assert (brief.changed, brief.saved_by, brief.editors) == (1, "Olive", ("Olive",))
