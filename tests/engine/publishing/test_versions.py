"""Published versions: what each was, what runs on it, and an older one brought back by two."""

from __future__ import annotations

import pytest

from engine import publishing
from engine.errors import NotAllowed, NotFound, Rejected
from engine.tables.database import Database
from tests.engine.publishing.conftest import (
    FILES,
    FORM,
    LETTER,
    OLIVE,
    OSCAR,
    OTTO,
    audited,
    edited,
)

ADDED = "bpmn/scenarios/added.yaml"


@pytest.fixture
def second(house: Database) -> Database:
    """Version 2 changed a form, took out a scenario and added another."""
    files = {**FILES, FORM: edited(FORM), ADDED: FILES["bpmn/scenarios/appeals.yaml"]}
    del files["bpmn/scenarios/endings.yaml"]
    publishing.publish(house, files, by="olive", note="Two")
    return house


def test_an_older_version_comes_back_as_a_draft_and_goes_the_same_way(second: Database) -> None:
    draft_id = publishing.start_draft(second, OLIVE, "As it was", restore=1)
    assert publishing.draft_files(second, draft_id, OLIVE) == FILES
    states = {row.path: row.state for row in publishing.draft(second, draft_id, OLIVE).files}
    assert (states[FORM], states[ADDED], states[LETTER]) == ("changed", "removed", "same")
    assert states["bpmn/scenarios/endings.yaml"] == "added"
    publishing.submit_draft(
        second, draft_id, "Version 2 asked too much", OLIVE, exemption="A small change."
    )
    with pytest.raises(NotAllowed):
        publishing.approve_draft(second, draft_id, OLIVE)
    assert publishing.approve_draft(second, draft_id, OSCAR) == 3
    assert publishing.version_files(second, 3, OTTO) == FILES
    assert publishing.version_files(second, 2, OTTO) != FILES
    assert audited(second)[1:] == [
        "draft_started olive",
        "draft_changed olive",
        "draft_restores olive",
        "draft_handed_in olive",
        "release_published oscar",
    ]


def test_there_must_be_such_a_version_and_it_must_not_be_in_force(second: Database) -> None:
    with pytest.raises(NotFound, match="a published version 7"):
        publishing.start_draft(second, OLIVE, "Seven", restore=7)
    with pytest.raises(Rejected, match="version 2 is in force already"):
        publishing.start_draft(second, OLIVE, "Two", restore=2)
    assert publishing.drafts(second, OLIVE) == ()


def test_the_files_of_a_version_that_is_none_are_not_found(sqlite_house: Database) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "No number")
    for number in (0, 2, draft_id, -1):
        with pytest.raises(NotFound):
            publishing.version_files(sqlite_house, number, OLIVE)
    assert publishing.release_files(sqlite_house, 2) == {}


def test_versions_are_listed_newest_first(second: Database) -> None:
    newest, oldest = publishing.published_versions(second, OSCAR)
    assert (newest.number, newest.note, newest.running) == (2, "Two", 0)
    assert (oldest.number, oldest.published_by) == (1, "the installation")
