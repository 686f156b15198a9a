"""The gate: what is published, what is refused with its place, and the first release."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.errors import InvalidRelease
from engine.publishing import check_files, findings_of, prepare, publish, release_files
from engine.publishing.titles import title_of
from engine.releases import POLICY_FILE, bundle, current_release_id, read_folder
from engine.tables.database import Database
from engine.tables.releases import PolicyValue, Release

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
#: What may follow where a file was cut off.
REST = [b"", b"<", b"&x;", b": [", b"*a", b"\xff", b"((", b'"']


def _with(path: str, old: str, new: str) -> dict[str, bytes]:
    text = FILES[path].decode()
    assert old in text
    return {**FILES, path: text.replace(old, new, 1).encode()}


def test_the_working_tree_is_release_one_and_is_installed_once(database: Database) -> None:
    assert prepare(database, ROOT) == 1
    assert prepare(database, ROOT) is None
    assert release_files(database, 1) == FILES
    assert release_files(database, 2) == {}


def test_a_new_release_has_the_next_number_and_its_own_figures(database: Database) -> None:
    prepare(database, ROOT)
    files = {
        **FILES,
        POLICY_FILE: FILES[POLICY_FILE].replace(b'<text>"28"</text>', b'<text>"27"</text>'),
    }
    assert publish(database, files, by="olive", note="A day less") == 2
    with database.reading() as session:
        newest = bundle(session, current_release_id(session))
        assert newest.figures["NPH_2022"]["appeal.window"].value == 27
        assert session.scalar(select(func.count()).select_from(PolicyValue)) == 2 * sum(
            len(figures) for figures in newest.figures.values()
        )


@pytest.mark.parametrize(
    ("files", "rule", "says"),
    [
        (_with("bpmn/appeal.bpmn", 'value="decide_appeal"', 'value="no_form"'), "form_exists", ""),
        (_with("bpmn/appeal.bpmn", "case.appeal_due", "case.appeal_duo"), "fact_exists", ""),
        (
            _with("bpmn/appeal.bpmn", "appeal.remind_first", "appeal.remind_forst"),
            "figure_exists",
            "",
        ),
        (
            _with("bpmn/flags.bpmn", 'id="flags.request"', 'id="flags.ask"'),
            "operation_exists",
            "flags.ask",
        ),
        (_with("bpmn/flags.bpmn", 'value="systems_team"', 'value="nobody"'), "role_exists", ""),
        (
            _with("bpmn/arrangement.bpmn", 'value="introduction"', 'value="hello"'),
            "letter_exists",
            "hello",
        ),
        (_with("forms/definitions/log_appeal.yaml", "records: log_appeal", "records: log"), "", ""),
        (_with(POLICY_FILE, '<text>"5"</text>', '<text>""</text>'), "policy_row", "value"),
        (_with(POLICY_FILE, '<text>"5"</text>', '<text>"50"</text>'), "policy_range", "between"),
        (_with(POLICY_FILE, '<text>"5"</text>', '<text>"many"</text>'), "policy_number", "whole"),
        (_with(POLICY_FILE, '<text>"5"</text>', "<text>5 +</text>"), "policy_row", "quotation"),
    ],
)
def test_a_name_nothing_stands_behind_is_refused_with_its_file(
    files: dict[str, bytes], rule: str, says: str, sqlite_database: Database
) -> None:
    sqlite_database.migrate()
    with pytest.raises(InvalidRelease) as refused:
        publish(sqlite_database, files, by="olive", note="A slip")
    found = refused.value.findings
    assert any(rule in finding.rule and says in finding.message for finding in found)
    assert all(finding.file for finding in found)
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Release)) == 0


def test_a_single_file_is_checked_in_the_place_of_the_one_it_replaces(tmp_path: Path) -> None:
    edited = tmp_path / "flags.bpmn"
    edited.write_bytes(FILES["bpmn/flags.bpmn"].replace(b'"confirm_flag"', b'"confirm_flog"'))
    findings = check_files(FILES, [edited])
    assert findings
    assert {finding.file for finding in findings} == {str(edited)}
    assert check_files(FILES) == []


def test_what_a_file_breaks_elsewhere_is_told_too(tmp_path: Path) -> None:
    edited = tmp_path / "issue_letter.bpmn"
    content = FILES["bpmn/issue_letter.bpmn"].replace(b"issue_a_letter", b"issue_letters")
    edited.write_bytes(content)
    files = {finding.file for finding in check_files(FILES, [edited])}
    assert "bpmn/appeal.bpmn" in files


def test_a_file_of_no_release_says_so_and_a_folder_takes_only_what_is_one(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Read me")
    (tmp_path / "broken.bpmn").write_text("<a><b></a>")
    findings = check_files(FILES, [tmp_path, tmp_path / "README.md", tmp_path / "missing.bpmn"])
    told = {(Path(finding.file).name, finding.rule) for finding in findings}
    assert ("README.md", "file_of_a_release") in told
    assert ("missing.bpmn", "file_of_a_release") in told
    assert any(name == "broken.bpmn" and line for name, line in told)


def test_a_file_that_cannot_be_read_hides_nothing_about_the_others() -> None:
    files = {
        **_with("bpmn/appeal.bpmn", 'value="decide_appeal"', 'value="no_form"'),
        "bpmn/flags.bpmn": FILES["bpmn/flags.bpmn"][:5000],
        "bpmn/decisions/review_letter.dmn": b"<a/>",
        POLICY_FILE: FILES[POLICY_FILE][:9000],
        "forms/definitions/log_contact.yaml": b"title: [x\n",
        "forms/letters/review.md": b"Dear customer",
        "bpmn/scenarios/appeals.yaml": b"- a: 1\n  a: 2\n",
    }
    told = {(finding.file, finding.rule, finding.line > 0) for finding in findings_of(files)}
    assert told == {
        ("bpmn/appeal.bpmn", "form_exists", True),
        ("bpmn/flags.bpmn", "not_xml", True),
        ("bpmn/decisions/review_letter.dmn", "wrong_kind", True),
        (POLICY_FILE, "not_xml", True),
        ("forms/definitions/log_contact.yaml", "form_file", True),
        ("forms/letters/review.md", "form_file", True),
        ("bpmn/scenarios/appeals.yaml", "scenario_file", True),
    }


@pytest.mark.parametrize(
    ("without", "rule"),
    [
        ("bpmn/appeal.bpmn", "door_leads_somewhere"),
        ("forms/definitions/log_appeal.yaml", "form_of_a_page"),
        ("forms/definitions/place_hold.yaml", "form_of_a_page"),
    ],
)
def test_what_pages_offer_cannot_be_taken_out(without: str, rule: str) -> None:
    files = {path: content for path, content in FILES.items() if path != without}
    assert rule in {finding.rule for finding in findings_of(files) if finding.severity == "error"}


def test_what_another_tool_left_is_named_once_an_element_and_published(
    sqlite_database: Database,
) -> None:
    prepare(sqlite_database, ROOT)
    files = _with(
        "bpmn/appeal.bpmn",
        '<bpmn:userTask id="allocate_director"',
        '<bpmn:userTask xmlns:o="urn:other" o:colour="red" o:size="2" id="allocate_director"',
    )
    (finding,) = findings_of(files)
    assert (finding.severity, finding.element_id) == ("warning", "allocate_director")
    assert finding.line
    assert "there is colour, size. It is kept and does nothing here" in finding.message
    assert publish(sqlite_database, files, by="olive", note="Red") == 2


def test_a_scenario_that_repeats_itself_without_end_is_refused_in_good_time() -> None:
    bomb = "scenario: B\nsource: a test\nset: NPH_2022\nat: 2026-01-01\npeople: {a: b}\nsteps:\n"
    bomb += "  - &s0 [{wait: 1}]\n"
    bomb += "".join(f"  - &s{n} [*s{n - 1}, *s{n - 1}, *s{n - 1}]\n" for n in range(1, 40))
    files = {**FILES, "bpmn/scenarios/appeals.yaml": bomb.encode()}
    (finding,) = findings_of(files)
    assert "at most 1000 steps" in finding.message


@settings(max_examples=12)
@given(path=st.sampled_from(sorted(FILES)), part=st.floats(0, 1), rest=st.sampled_from(REST))
def test_half_a_file_is_never_worse_than_a_finding(path: str, part: float, rest: bytes) -> None:
    content = FILES[path][: int(len(FILES[path]) * part)] + rest
    for finding in findings_of({**FILES, path: content}):
        assert finding.message.startswith("Expected") or ": Expected" in finding.message
    assert title_of(path, content)
