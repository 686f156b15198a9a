"""Uploaded files: all or none, each in its place, and nothing of anybody else's unseen."""

from __future__ import annotations

import pytest

from engine import publishing
from engine.errors import InvalidRelease, Overtaken
from engine.publishing.keeping import why_not_kept
from engine.publishing.places import is_place, place_of
from engine.spiff import LARGEST_FILE
from engine.tables.database import Database
from tests.engine.publishing.conftest import (
    DIAGRAM,
    FILES,
    FORM,
    LETTER,
    OLIVE,
    OSCAR,
    edited,
)


@pytest.fixture
def draft_id(house: Database) -> int:
    return publishing.start_draft(house, OLIVE, "Uploads")


def test_a_whole_release_changes_only_what_differs(house: Database, draft_id: int) -> None:
    given = publishing.open_archive(publishing.release_archive({**FILES, FORM: edited(FORM)}))
    taken = publishing.take_files(house, draft_id, given, OSCAR)
    assert (taken.refused, taken.changed, taken.others) == ((), (FORM,), ())
    brief = publishing.draft_brief(house, draft_id, OLIVE)
    assert (brief.changed, brief.editors) == (1, ("Oscar",))


def test_files_that_are_not_given_stay(house: Database, draft_id: int) -> None:
    publishing.take_files(house, draft_id, {FORM: edited(FORM)}, OLIVE)
    assert publishing.draft_files(house, draft_id, OLIVE) == {**FILES, FORM: edited(FORM)}


def test_a_name_alone_finds_its_place(house: Database, draft_id: int) -> None:
    given = {
        "log_contact.yaml": edited(FORM),
        "brand_new.bpmn": b"<x/>",
        "C:\\Users\\olive\\introduction.md": edited(LETTER),
    }
    taken = publishing.take_files(house, draft_id, given, OLIVE)
    assert set(taken.changed) == {FORM, LETTER, "bpmn/brand_new.bpmn"}


def test_one_that_cannot_be_kept_keeps_the_others_out(house: Database, draft_id: int) -> None:
    given = {
        FORM: edited(FORM),
        "README.md": b"# Read me",
        "nobody_knows.yaml": b"x",
        "bpmn/bad.bpmn": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        LETTER: b"\xff\xfe",
    }
    taken = publishing.take_files(house, draft_id, given, OLIVE)
    assert taken.changed == ()
    assert {(finding.file, finding.rule) for finding in taken.refused} == {
        ("README.md", "file_of_a_release"),
        ("nobody_knows.yaml", "file_of_a_release"),
        ("bpmn/bad.bpmn", "doctype"),
        (LETTER, "not_utf8"),
    }
    assert publishing.draft_files(house, draft_id, OLIVE) == FILES


def test_two_names_for_one_place_are_refused(house: Database, draft_id: int) -> None:
    given = {FORM: edited(FORM), "log_contact.yaml": b"other"}
    taken = publishing.take_files(house, draft_id, given, OLIVE)
    assert "there are two" in taken.refused[0].message


def test_what_somebody_else_saved_is_replaced_only_when_it_is_said(
    house: Database, draft_id: int
) -> None:
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Hers"), version=0, person=OLIVE)
    given = {FORM: edited(FORM, "His"), LETTER: edited(LETTER)}
    taken = publishing.take_files(house, draft_id, given, OSCAR)
    assert (taken.changed, [(one.path, one.saved_by) for one in taken.others]) == (
        (),
        [(FORM, "Olive")],
    )
    assert publishing.draft_file(house, draft_id, LETTER, OLIVE).state == "same"
    told = {one.path: one.version for one in taken.others}
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Later"), version=1, person=OLIVE)
    taken = publishing.take_files(house, draft_id, given, OSCAR, replacing=told)
    assert (taken.changed, [one.version for one in taken.others]) == ((), [2])
    told = {one.path: one.version for one in taken.others}
    taken = publishing.take_files(house, draft_id, given, OSCAR, replacing=told)
    assert set(taken.changed) == {FORM, LETTER}
    with pytest.raises(Overtaken):
        publishing.save_file(house, draft_id, FORM, b"x", version=2, person=OLIVE)


@pytest.mark.parametrize(
    "path",
    [
        "bpmn/../secret.bpmn",
        "../bpmn/a.bpmn",
        "/bpmn/a.bpmn",
        "bpmn//a.bpmn",
        "bpmn/./a.bpmn",
        "bpmn/a.bpmn/",
        "bpmn/a.BPMN",
        "bpmn/A.bpmn",
        "bpmn/a b.bpmn",
        "bpmn/a\n.bpmn",
        "bpmn/1a.bpmn",
        "bpmn/ä.bpmn",
        "bpmn/deep/a.bpmn",
        "bpmn/decisions/a.bpmn",
        "bpmn/.bpmn",
        "bpmn/" + "a" * 81 + ".bpmn",
        "forms/letters/README.md",
        "forms/definitions/a.yml",
        "web/app.py",
        "",
        ".",
    ],
)
def test_only_these_paths_are_of_a_release(path: str) -> None:
    assert not is_place(path)
    refused = why_not_kept(path, b"x")
    assert refused is not None
    assert refused.rule == "file_of_a_release"


def test_every_file_of_ours_has_its_place() -> None:
    assert all(is_place(path) for path in FILES)
    assert all(place_of(path.rpartition("/")[2], b"", FILES) for path in FILES)


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype", 0),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "doctype", 0),
        (b"<a>" * 101 + b"</a>" * 101, "depth", 0),
        (b" " * (LARGEST_FILE + 1), "file_size", 0),
        ("<a>\n\u00e4</a>".encode("latin-1"), "not_utf8", 2),
        ("<a/>".encode("utf-16"), "not_utf8", 1),
        (b"<a/>\n\n\0", "not_text", 3),
    ],
)
def test_a_hostile_diagram_is_not_kept_at_all(
    sqlite_house: Database, content: bytes, rule: str, line: int
) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Hostile")
    with pytest.raises(InvalidRelease) as refused:
        publishing.save_file(sqlite_house, draft_id, DIAGRAM, content, version=0, person=OLIVE)
    (finding,) = refused.value.findings
    assert (finding.file, finding.rule, finding.line) == (DIAGRAM, rule, line)
    assert publishing.draft_brief(sqlite_house, draft_id, OLIVE).changed == 0


@pytest.mark.parametrize(
    "content",
    [
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nform: *c\n",
        b"[" * 20_000,
        b"{a: " * 20_000,
        b"? " * 20_000,
        b"a: !!python/object/apply:os.system [ls]\n",
        b"x" * 600_000,
    ],
    ids=["aliases", "lists", "maps", "keys", "tags", "long"],
)
@pytest.mark.parametrize("path", [FORM, LETTER, "bpmn/scenarios/appeals.yaml"])
def test_hostile_yaml_is_a_finding_and_nothing_worse(
    sqlite_house: Database, path: str, content: bytes
) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Hostile")
    if path == LETTER:
        content = b"---\n" + content + b"\n---\n"
    saved = publishing.save_file(sqlite_house, draft_id, path, content, version=0, person=OLIVE)
    assert {finding.file for finding in saved.findings} >= {path}
