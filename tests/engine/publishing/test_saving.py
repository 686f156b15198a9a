"""Two people with one file: whoever saves second is told who was first, and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import publishing
from engine.errors import InvalidRelease, NotFound, Overtaken, Rejected
from engine.publishing import saving
from engine.queries import Person
from engine.tables.database import Database
from engine.tables.releases import ReleaseFile
from tests.engine.publishing.conftest import (
    DIAGRAM,
    FILES,
    FORM,
    LETTER,
    NOW,
    OLIVE,
    OSCAR,
    audited,
    edited,
)

NEW = "forms/definitions/brand_new.yaml"


@pytest.fixture
def draft_id(house: Database) -> int:
    return publishing.start_draft(house, OLIVE, "Words")


def _save(db: Database, draft_id: int, words: str, version: int, person: Person = OLIVE) -> int:
    content = edited(FORM, words)
    return publishing.save_file(db, draft_id, FORM, content, version=version, person=person).version


def _title(db: Database, draft_id: int) -> str:
    return publishing.draft_file(db, draft_id, FORM, OLIVE).title


def test_each_save_counts_and_the_next_one_names_it(house: Database, draft_id: int) -> None:
    assert _save(house, draft_id, "One", 0) == 1
    assert _save(house, draft_id, "Two", 1, OSCAR) == 2
    assert _save(house, draft_id, "Three", 2) == 3
    assert _title(house, draft_id) == "Three"
    assert publishing.draft_brief(house, draft_id, OLIVE).editors == ("Olive", "Oscar")


def test_who_saves_second_learns_who_was_first_and_overwrites_nothing(
    house: Database, draft_id: int
) -> None:
    _save(house, draft_id, "Hers", 0)
    with pytest.raises(Overtaken) as overtaken:
        _save(house, draft_id, "His", 0, OSCAR)
    told = overtaken.value
    assert (told.saved_by, told.saved_at, told.version) == ("Olive", NOW, 1)
    assert "Olive saved it on Wed 1 Apr 2026, 10:00" in str(told)
    assert isinstance(told, Rejected)
    assert _title(house, draft_id) == "Hers"
    assert publishing.draft_brief(house, draft_id, OLIVE).editors == ("Olive",)
    assert _save(house, draft_id, "His", told.version, OSCAR) == 2


def test_somebody_with_two_windows_is_told_that_it_was_they(house: Database, draft_id: int) -> None:
    _save(house, draft_id, "First window", 0)
    with pytest.raises(Overtaken, match="you saved it in another window"):
        _save(house, draft_id, "Second window", 0)


def test_a_save_whose_answer_was_lost_may_be_repeated(house: Database, draft_id: int) -> None:
    _save(house, draft_id, "Kept", 0)
    assert _save(house, draft_id, "Kept", 0) == 1
    assert audited(house)[1:] == ["draft_changed olive"]


def test_saving_what_is_published_already_makes_nobody_an_editor(
    house: Database, draft_id: int
) -> None:
    saved = publishing.save_file(house, draft_id, FORM, FILES[FORM], version=0, person=OSCAR)
    assert (saved.version, saved.saved_at) == (0, None)
    assert publishing.draft_brief(house, draft_id, OLIVE).editors == ()


def test_a_file_changed_back_is_the_same_again_and_its_versions_go_on_counting(
    house: Database, draft_id: int
) -> None:
    _save(house, draft_id, "One", 0)
    saved = publishing.undo_file(house, draft_id, FORM, version=1, person=OSCAR)
    assert saved.version == 2
    assert publishing.draft_brief(house, draft_id, OLIVE).changed == 0
    assert publishing.draft_file(house, draft_id, FORM, OLIVE).state == "same"
    assert _save(house, draft_id, "Two", 2) == 3
    with pytest.raises(Overtaken):  # opened as “One”, which was version 1
        _save(house, draft_id, "Three", 1, OSCAR)
    assert _title(house, draft_id) == "Two"


def test_saving_the_published_words_by_hand_changes_back_too(
    house: Database, draft_id: int
) -> None:
    _save(house, draft_id, "One", 0)
    publishing.save_file(house, draft_id, FORM, FILES[FORM], version=1, person=OLIVE)
    assert publishing.draft(house, draft_id, OLIVE).brief.changed == 0


def test_a_file_is_taken_out_and_whoever_had_it_open_is_told(
    house: Database, draft_id: int
) -> None:
    publishing.remove_file(house, draft_id, LETTER, version=0, person=OLIVE)
    assert LETTER not in publishing.draft_files(house, draft_id, OLIVE)
    one = publishing.draft_file(house, draft_id, LETTER, OLIVE)
    assert (one.state, one.content, one.base, one.version) == ("removed", b"", FILES[LETTER], 1)
    rules = {(f.file, f.rule) for f in publishing.check_draft(house, draft_id, OLIVE)}
    assert ("bpmn/arrangement.bpmn", "letter_exists") in rules
    with pytest.raises(Overtaken, match="Olive took it out on Wed 1 Apr 2026"):
        publishing.save_file(house, draft_id, LETTER, edited(LETTER), version=0, person=OSCAR)
    back = publishing.undo_file(house, draft_id, LETTER, version=1, person=OSCAR)
    assert back.findings == ()
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES


def test_a_file_is_added_taken_out_and_added_again(house: Database, draft_id: int) -> None:
    content = edited(FORM).replace(b"form: log_contact", b"form: brand_new")
    publishing.save_file(house, draft_id, NEW, content, version=0, person=OLIVE)
    assert publishing.draft_file(house, draft_id, NEW, OLIVE).state == "added"
    publishing.remove_file(house, draft_id, NEW, version=1, person=OLIVE)
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES
    with pytest.raises(NotFound):
        publishing.draft_file(house, draft_id, NEW, OLIVE)
    with pytest.raises(NotFound):
        publishing.undo_file(house, draft_id, NEW, version=2, person=OLIVE)
    with pytest.raises(Overtaken):  # had it open before it was taken out
        publishing.save_file(house, draft_id, NEW, content + b"\n", version=1, person=OSCAR)
    assert publishing.save_file(house, draft_id, NEW, content, version=0, person=OSCAR).version == 3


def test_undoing_an_added_file_takes_it_out(house: Database, draft_id: int) -> None:
    publishing.save_file(house, draft_id, NEW, b"form: brand_new", version=0, person=OLIVE)
    publishing.undo_file(house, draft_id, NEW, version=1, person=OLIVE)
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES


def test_only_what_was_changed_is_stored(house: Database, draft_id: int) -> None:
    _save(house, draft_id, "One", 0)
    publishing.remove_file(house, draft_id, LETTER, version=0, person=OLIVE)
    with house.reading() as session:
        stored = session.scalars(
            select(ReleaseFile.path).where(ReleaseFile.release_id == draft_id)
        ).all()
    assert sorted(stored) == sorted([FORM, LETTER])


def test_there_are_only_so_many_files(
    sqlite_house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publishing.start_draft(sqlite_house, OLIVE, "Many")
    monkeypatch.setattr(saving, "MOST_FILES", len(FILES))
    with pytest.raises(InvalidRelease, match=f"at most {len(FILES)} files"):
        publishing.save_file(sqlite_house, one, NEW, b"x", version=0, person=OLIVE)
    publishing.save_file(sqlite_house, one, FORM, edited(FORM), version=0, person=OLIVE)


def test_the_first_change_of_each_person_is_in_the_record(house: Database, draft_id: int) -> None:
    _save(house, draft_id, "One", 0)
    _save(house, draft_id, "Two", 1)
    _save(house, draft_id, "Three", 2, OSCAR)
    publishing.save_file(house, draft_id, DIAGRAM, b"<x/>", version=0, person=OSCAR)
    assert audited(house)[1:] == ["draft_changed olive", "draft_changed oscar"]
