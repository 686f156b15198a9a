"""A draft: begun, read by process owners alone, whatever state its files are in, and limited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import publishing
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.publishing.beginning import MOST_OPEN
from engine.publishing.hold import LONGEST_TITLE
from engine.queries import Person
from engine.releases import bundle
from engine.tables.database import Database
from tests.engine.publishing.conftest import (
    DIAGRAM,
    FILES,
    FORM,
    LETTER,
    MO,
    NOW,
    OLIVE,
    OSCAR,
    audited,
    edited,
)

NOBODY = 999


def test_a_draft_begins_as_the_version_in_force_and_changes_nothing(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "  Shorter forms ")
    page = publishing.draft(house, draft_id, OLIVE)
    brief = page.brief
    assert (brief.title, brief.based_on, brief.state, brief.changed) == (
        *("Shorter forms", 1),
        *("open", 0),
    )
    assert (brief.made_by, brief.made_at, brief.editors) == ("Olive", NOW, ())
    assert {row.path for row in page.files} == set(FILES)
    assert {row.state for row in page.files} == {"same"}
    assert page.findings == ()
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES
    assert publishing.base_files(house, draft_id, OLIVE) == FILES
    assert audited(house) == ["draft_started olive"]


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


def test_each_kind_of_file_has_the_name_it_bears_inside(sqlite_house: Database) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Look")
    titles = {row.path: row.title for row in publishing.draft(sqlite_house, draft_id, OLIVE).files}
    assert titles[DIAGRAM] == "Appeal"
    assert titles["bpmn/decisions/policy.dmn"]
    assert titles[LETTER] != "Introduction"
    assert all(titles.values())
    kinds = {row.kind for row in publishing.draft(sqlite_house, draft_id, OLIVE).files}
    assert kinds == {"diagram", "decision", "form", "letter", "scenario"}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (DIAGRAM, b""),
        (DIAGRAM, FILES[DIAGRAM][:9000]),
        (DIAGRAM, b"<html/>"),
        (DIAGRAM, b"<a xmlns='x'>&b;</a>"),
        ("bpmn/decisions/policy.dmn", b"no xml"),
        ("bpmn/decisions/review_letter.dmn", b"<definitions/>"),
        (FORM, b""),
        (FORM, b"title: [1"),
        (LETTER, b"---\ntitle: x"),
        ("bpmn/scenarios/appeals.yaml", b"- {scenario: 1, steps: 2}"),
    ],
)
def test_a_broken_file_is_kept_and_every_reader_survives_it(
    sqlite_house: Database, path: str, content: bytes
) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Broken")
    saved = publishing.save_file(sqlite_house, draft_id, path, content, version=0, person=OLIVE)
    assert any(finding.file == path for finding in saved.findings)
    page = publishing.draft(sqlite_house, draft_id, OLIVE)
    row = next(row for row in page.files if row.path == path)
    assert (row.state, row.title != "", row.findings > 0) == ("changed", True, True)
    assert publishing.draft_file(sqlite_house, draft_id, path, OLIVE).content == content
    assert publishing.drafts(sqlite_house, OLIVE)[0].changed == 1


def test_an_unsaved_file_is_checked_in_its_place_and_not_kept(sqlite_house: Database) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Try")
    unsaved = {DIAGRAM: FILES[DIAGRAM].replace(b'value="decide_appeal"', b'value="none_such"')}
    findings = publishing.check_draft(sqlite_house, draft_id, OLIVE, unsaved)
    assert {finding.rule for finding in findings} == {"form_exists"}
    assert publishing.check_draft(sqlite_house, draft_id, OLIVE) == ()


def test_a_draft_is_never_taken_for_a_version(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Not yet")
    publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    with house.reading() as session, pytest.raises(NotFound):
        bundle(session, draft_id)
    assert [version.number for version in publishing.published_versions(house, OLIVE)] == [1]


def _everything() -> dict[str, Callable[[Database, int, Person], object]]:
    return {
        "drafts": lambda db, _, who: publishing.drafts(db, who),
        "start": lambda db, _, who: publishing.start_draft(db, who, "Mine"),
        "draft": publishing.draft,
        "brief": publishing.draft_brief,
        "file": lambda db, one, who: publishing.draft_file(db, one, FORM, who),
        "files": publishing.draft_files,
        "base": publishing.base_files,
        "check": publishing.check_draft,
        "save": lambda db, one, who: publishing.save_file(
            db, one, "no/place", b"", version=0, person=who
        ),
        "undo": lambda db, one, who: publishing.undo_file(db, one, FORM, version=0, person=who),
        "remove": lambda db, one, who: publishing.remove_file(db, one, FORM, version=0, person=who),
        "upload": lambda db, one, who: publishing.take_files(db, one, {FORM: b"x"}, who),
        "rename": lambda db, one, who: publishing.rename_draft(db, one, "Other", who),
        "discard": publishing.discard_draft,
        "submit": lambda db, one, who: publishing.submit_draft(db, one, "", who),
        "take back": publishing.take_back,
        "send back": lambda db, one, who: publishing.send_back(db, one, "No", who),
        "approve": publishing.approve_draft,
        "catch up": publishing.bring_up_to_date,
        "versions": lambda db, _, who: publishing.published_versions(db, who),
        "version": lambda db, _, who: publishing.version_files(db, 1, who),
    }


@pytest.mark.parametrize("what", _everything())
def test_drafts_do_not_exist_for_anybody_else(sqlite_house: Database, what: str) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Ours")
    with pytest.raises(NotFound):
        _everything()[what](sqlite_house, draft_id, MO)
    assert audited(sqlite_house) == ["draft_started olive"]


@pytest.mark.parametrize(
    "what", sorted(set(_everything()) - {"drafts", "start", "versions", "version", "save"})
)
@pytest.mark.parametrize("draft_id", [1, NOBODY], ids=["installed", "missing"])
def test_what_is_no_draft_is_not_found(sqlite_house: Database, what: str, draft_id: int) -> None:
    with pytest.raises((NotFound, InvalidAnswers)):
        _everything()[what](sqlite_house, draft_id, OLIVE)
    assert audited(sqlite_house) == []


@pytest.mark.parametrize("title", ["", "  \n", "\0", "x" * (LONGEST_TITLE + 1)])
def test_a_draft_needs_a_title_that_can_be_read(sqlite_house: Database, title: str) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Good")
    for wrong in (
        lambda: publishing.start_draft(sqlite_house, OLIVE, title),
        lambda: publishing.rename_draft(sqlite_house, draft_id, title, OLIVE),
    ):
        with pytest.raises(InvalidAnswers) as refused:
            wrong()
        assert [problem.question for problem in refused.value.problems] == ["title"]
    publishing.rename_draft(sqlite_house, draft_id, "x" * LONGEST_TITLE, OSCAR)
    assert publishing.draft_brief(sqlite_house, draft_id, OLIVE).title == "x" * LONGEST_TITLE


def test_there_are_only_so_many_drafts_at_once_and_one_given_up_makes_room(
    sqlite_house: Database,
) -> None:
    made = [publishing.start_draft(sqlite_house, OLIVE, f"Draft {n}") for n in range(MOST_OPEN)]
    with pytest.raises(Rejected, match=f"at most {MOST_OPEN} drafts"):
        publishing.start_draft(sqlite_house, OSCAR, "One more")
    publishing.discard_draft(sqlite_house, made[0], OSCAR)
    newest = publishing.start_draft(sqlite_house, OSCAR, "One more")
    found = publishing.drafts(sqlite_house, OSCAR)
    assert (found[0].id, found[-1].id, found[-1].state) == (newest, made[0], "discarded")


def test_a_discarded_draft_can_be_read_and_never_changed(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Given up")
    publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    publishing.discard_draft(house, draft_id, OLIVE)
    with pytest.raises(Rejected, match="it was discarded on Wed 1 Apr 2026"):
        publishing.save_file(house, draft_id, FORM, b"x", version=1, person=OLIVE)
    with pytest.raises(Rejected, match="discarded"):
        publishing.submit_draft(house, draft_id, "Note", OLIVE, exemption="A small change.")
    assert publishing.draft_file(house, draft_id, FORM, OLIVE).content == edited(FORM)
    assert audited(house)[1:] == ["draft_changed olive", "draft_discarded olive"]
