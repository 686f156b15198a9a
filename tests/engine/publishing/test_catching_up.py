"""A draft begun before somebody else published: refused, brought up to date, nothing lost."""

from __future__ import annotations

import pytest

from engine import publishing
from engine.errors import NotFound, Overtaken, Rejected
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
    waiting,
)

OTHER = "forms/definitions/add_evidence.yaml"
ADDED = "bpmn/scenarios/added.yaml"
STORY = FILES["bpmn/scenarios/appeals.yaml"]


def _published(db: Database, changes: dict[str, bytes], without: str = "") -> None:
    newest = publishing.published_versions(db, OLIVE)[0].number
    files = publishing.release_files(db, newest) | changes
    files.pop(without, None)
    publishing.publish(db, files, by="somebody", note="Meanwhile")


def _state(db: Database, draft_id: int, path: str) -> tuple[str, int | None]:
    row = next(one for one in publishing.draft(db, draft_id, OLIVE).files if one.path == path)
    return row.state, row.clashes_with


def test_a_draft_behind_the_newest_version_is_neither_handed_in_nor_published(
    house: Database,
) -> None:
    late = publishing.start_draft(house, OTTO, "Late")
    publishing.save_file(house, late, LETTER, edited(LETTER), version=0, person=OTTO)
    handed_in = waiting(house)
    _published(house, {OTHER: edited(OTHER)})
    with pytest.raises(Rejected, match=r"version 2 was published on Wed 1 Apr 2026.*up to date"):
        publishing.submit_draft(house, late, "Note", OTTO, exemption="A small change.")
    with pytest.raises(Rejected, match=r"version 2 was published on Wed 1 Apr 2026.*Send it back"):
        publishing.approve_draft(house, handed_in, OSCAR)
    assert {brief.is_behind for brief in publishing.drafts(house, OLIVE)} == {True}
    publishing.send_back(house, handed_in, "Behind", OSCAR)
    assert publishing.bring_up_to_date(house, handed_in, OLIVE) == ()
    publishing.submit_draft(house, handed_in, "Note", OLIVE, exemption="A small change.")
    assert publishing.approve_draft(house, handed_in, OSCAR) == 3
    files = publishing.release_files(house, 3)
    assert files == {**FILES, OTHER: edited(OTHER), FORM: edited(FORM)}


def test_untouched_files_follow_also_new_ones_and_those_that_went(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    gone = "bpmn/scenarios/endings.yaml"
    _published(house, {OTHER: edited(OTHER), ADDED: STORY}, without=gone)
    assert publishing.bring_up_to_date(house, draft_id, OSCAR) == ()
    assert publishing.bring_up_to_date(house, draft_id, OSCAR) == ()
    files = publishing.draft_files(house, draft_id, OLIVE)
    assert files == {**publishing.release_files(house, 2), FORM: edited(FORM)}
    brief = publishing.draft_brief(house, draft_id, OLIVE)
    assert (brief.based_on, brief.is_behind, brief.changed) == (2, False, 1)
    with pytest.raises(NotFound):
        publishing.draft_file(house, draft_id, gone, OLIVE)
    assert audited(house)[-1] == "draft_brought_up_to_date oscar"


def test_a_file_changed_on_both_sides_stays_is_named_and_must_be_looked_at(
    house: Database,
) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Mine"), version=0, person=OLIVE)
    publishing.save_file(house, draft_id, LETTER, edited(LETTER, "Alike"), version=0, person=OLIVE)
    _published(house, {FORM: edited(FORM, "Theirs"), LETTER: edited(LETTER, "Alike")})
    assert publishing.bring_up_to_date(house, draft_id, OLIVE) == (FORM,)
    assert _state(house, draft_id, FORM) == ("changed", 2)
    assert _state(house, draft_id, LETTER) == ("same", None)
    one = publishing.draft_file(house, draft_id, FORM, OLIVE)
    assert (one.content, one.base, one.clashes_with) == (
        *(edited(FORM, "Mine"), edited(FORM, "Theirs")),
        2,
    )
    with pytest.raises(Rejected, match=f"looked at {FORM}, which a newer version changed too"):
        publishing.submit_draft(house, draft_id, "Note", OLIVE, exemption="A small change.")
    saved = publishing.save_file(
        house, draft_id, FORM, one.content, version=one.version, person=OLIVE
    )
    assert saved.version == one.version + 1
    assert _state(house, draft_id, FORM) == ("changed", None)
    publishing.submit_draft(house, draft_id, "Note", OLIVE, exemption="A small change.")


def test_taking_theirs_settles_a_clash_too(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Mine"), version=0, person=OLIVE)
    _published(house, {FORM: edited(FORM, "Theirs")})
    publishing.bring_up_to_date(house, draft_id, OLIVE)
    publishing.undo_file(house, draft_id, FORM, version=2, person=OLIVE)
    assert _state(house, draft_id, FORM) == ("same", None)


@pytest.mark.parametrize("mine_goes", [True, False])
def test_a_file_one_side_took_out_and_the_other_changed_is_named(
    house: Database, mine_goes: bool
) -> None:
    path = "bpmn/scenarios/endings.yaml"
    draft_id = publishing.start_draft(house, OLIVE, "In or out")
    if mine_goes:
        publishing.remove_file(house, draft_id, path, version=0, person=OLIVE)
        _published(house, {path: STORY})
    else:
        publishing.save_file(house, draft_id, path, STORY, version=0, person=OLIVE)
        _published(house, {}, without=path)
    assert publishing.bring_up_to_date(house, draft_id, OLIVE) == (path,)
    assert _state(house, draft_id, path) == ("removed" if mine_goes else "added", 2)
    assert (path in publishing.draft_files(house, draft_id, OLIVE)) is not mine_goes


def test_whoever_had_a_file_open_while_it_followed_saves_too_late(house: Database) -> None:
    """Their words are those of the older version, whose successor they have never seen."""
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Mine"), version=0, person=OLIVE)
    _published(house, {OTHER: edited(OTHER), FORM: edited(FORM, "Theirs")})
    publishing.bring_up_to_date(house, draft_id, OSCAR)
    with pytest.raises(Overtaken, match="Oscar saved it"):
        publishing.save_file(house, draft_id, OTHER, edited(OTHER, "Old"), version=0, person=OLIVE)
    with pytest.raises(Overtaken):
        publishing.save_file(house, draft_id, FORM, edited(FORM, "More"), version=1, person=OLIVE)
    assert publishing.draft_file(house, draft_id, OTHER, OLIVE).content == edited(OTHER)


def test_a_file_changed_back_follows_like_an_untouched_one(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Mine"), version=0, person=OLIVE)
    publishing.undo_file(house, draft_id, FORM, version=1, person=OLIVE)
    _published(house, {FORM: edited(FORM, "Theirs")})
    assert publishing.bring_up_to_date(house, draft_id, OLIVE) == ()
    assert publishing.draft_file(house, draft_id, FORM, OLIVE).content == edited(FORM, "Theirs")
    assert _state(house, draft_id, FORM) == ("same", None)


def test_words_stay_whose_they_were_when_somebody_else_brings_the_draft_up_to_date(
    house: Database,
) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Hers"), version=0, person=OLIVE)
    _published(house, {FORM: edited(FORM, "Newer")})
    assert publishing.bring_up_to_date(house, draft_id, OSCAR) == (FORM,)
    assert publishing.draft_file(house, draft_id, FORM, OSCAR).saved_by == "Olive"
    taken = publishing.take_files(house, draft_id, {FORM: edited(FORM, "His")}, OSCAR)
    assert [(one.path, one.saved_by) for one in taken.others] == [(FORM, "Olive")]
    assert publishing.draft_files(house, draft_id, OLIVE)[FORM] == edited(FORM, "Hers")
