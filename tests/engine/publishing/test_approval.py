"""Two people: whoever changed a draft or handed it in never publishes it, and it can go back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import publishing
from engine.errors import InvalidAnswers, InvalidRelease, NotAllowed, Overtaken, Rejected
from engine.publishing.hold import LONGEST_TEXT
from engine.releases import bundle, current_release_id
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.releases import PolicyValue, ReleaseFile
from tests.engine.publishing.conftest import (
    DIAGRAM,
    FILES,
    FORM,
    LETTER,
    NOW,
    OLIVE,
    OSCAR,
    OTTO,
    audited,
    edited,
    waiting,
)

NOTE = "Shorter words, asked for by the desk"


def test_a_second_person_publishes_and_the_version_holds_every_file(house: Database) -> None:
    draft_id = waiting(house)
    assert publishing.draft_brief(house, draft_id, OSCAR).may_approve
    assert publishing.approve_draft(house, draft_id, OSCAR) == 2
    assert publishing.release_files(house, 2) == {**FILES, FORM: edited(FORM)}
    assert publishing.release_files(house, 1) == FILES
    newest, first = publishing.published_versions(house, OTTO)
    assert (newest.number, newest.title, newest.note) == (2, "Words", NOTE)
    assert (newest.made_by, newest.published_by, newest.published_at) == ("Olive", "Oscar", NOW)
    assert (first.number, first.title, first.made_by) == (1, "", "")
    with house.reading() as session:
        assert current_release_id(session) == draft_id
        assert bundle(session, draft_id).forms["log_contact"].title == "Edited"
        figures = select(PolicyValue.id).where(PolicyValue.release_id == draft_id)
        assert session.scalars(figures).all()


def test_what_became_of_a_published_draft_can_still_be_read(house: Database) -> None:
    draft_id = waiting(house)
    publishing.approve_draft(house, draft_id, OSCAR)
    page = publishing.draft(house, draft_id, OLIVE)
    brief = page.brief
    assert (brief.state, brief.number, brief.changed, brief.note) == ("published", 2, 1, NOTE)
    assert (brief.editors, brief.submitted_by, brief.saved_by) == (("Olive",), "Olive", "Olive")
    assert not brief.is_behind
    assert [row.path for row in page.files if row.state == "changed"] == [FORM]
    assert publishing.draft_file(house, draft_id, FORM, OLIVE).base == FILES[FORM]
    assert publishing.draft_files(house, draft_id, OLIVE) == publishing.release_files(house, 2)


def test_a_version_can_be_without_a_file_and_with_a_new_one(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "In and out")
    out, new = "bpmn/scenarios/appeals.yaml", "bpmn/scenarios/appeals_anew.yaml"
    publishing.remove_file(house, draft_id, out, version=0, person=OLIVE)
    publishing.save_file(house, draft_id, new, FILES[out], version=0, person=OLIVE)
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    publishing.approve_draft(house, draft_id, OSCAR)
    expected = {path: content for path, content in FILES.items() if path != out}
    assert publishing.release_files(house, 2) == {**expected, new: FILES[out]}
    states = {row.path: row.state for row in publishing.draft(house, draft_id, OLIVE).files}
    assert (states[out], states[new]) == ("removed", "added")
    assert publishing.draft_brief(house, draft_id, OLIVE).changed == 2


def test_who_changed_or_handed_it_in_cannot_publish_it(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    publishing.submit_draft(house, draft_id, NOTE, OSCAR, exemption="A small change.")
    with pytest.raises(NotAllowed, match="you changed something in it"):
        publishing.approve_draft(house, draft_id, OLIVE)
    with pytest.raises(NotAllowed, match="you handed it in"):
        publishing.approve_draft(house, draft_id, OSCAR)
    assert not publishing.draft_brief(house, draft_id, OLIVE).may_approve
    assert not publishing.draft_brief(house, draft_id, OSCAR).may_approve
    assert publishing.approve_draft(house, draft_id, OTTO) == 2


@pytest.mark.parametrize("how", ["undo", "remove", "upload", "restore", "catch up"])
def test_every_way_of_changing_counts(house: Database, how: str) -> None:
    if how in ("restore", "catch up"):
        publishing.publish(house, {**FILES, LETTER: edited(LETTER)}, by="x", note="Two")
    draft_id = publishing.start_draft(house, OTTO, "Words", restore=1 if how == "restore" else None)
    publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    if how == "undo":
        publishing.undo_file(house, draft_id, FORM, version=1, person=OTTO)
    elif how == "remove":
        publishing.remove_file(house, draft_id, FORM, version=1, person=OTTO)
    elif how == "upload":
        publishing.take_files(house, draft_id, {LETTER: edited(LETTER)}, OTTO)
    elif how == "catch up":
        publishing.publish(house, {**FILES, DIAGRAM: FILES[DIAGRAM] + b"\n"}, by="x", note="3")
        publishing.bring_up_to_date(house, draft_id, OTTO)
    assert "Otto" in publishing.draft_brief(house, draft_id, OLIVE).editors


def test_nothing_in_a_draft_that_waits_can_be_changed(house: Database) -> None:
    draft_id = waiting(house)
    with pytest.raises(Rejected, match=r"Olive handed it in on Wed 1 Apr 2026, 10:00\. Take it"):
        publishing.save_file(house, draft_id, FORM, b"x", version=1, person=OLIVE)
    for change in (
        lambda: publishing.undo_file(house, draft_id, FORM, version=1, person=OLIVE),
        lambda: publishing.remove_file(house, draft_id, FORM, version=1, person=OLIVE),
        lambda: publishing.take_files(house, draft_id, {FORM: b"x"}, OLIVE),
        lambda: publishing.bring_up_to_date(house, draft_id, OLIVE),
        lambda: publishing.rename_draft(house, draft_id, "Other", OLIVE),
        lambda: publishing.discard_draft(house, draft_id, OLIVE),
        lambda: publishing.submit_draft(
            house, draft_id, "Again", OLIVE, exemption="A small change."
        ),
    ):
        with pytest.raises(Rejected, match="handed it in") as refused:
            change()
        assert not isinstance(refused.value, Overtaken)
    assert publishing.draft_files(house, draft_id, OLIVE) == {**FILES, FORM: edited(FORM)}


def test_it_is_taken_back_by_who_changed_it_and_by_nobody_else(house: Database) -> None:
    draft_id = waiting(house)
    with pytest.raises(NotAllowed, match="Send it back with a reason"):
        publishing.take_back(house, draft_id, OSCAR)
    publishing.take_back(house, draft_id, OLIVE)
    assert publishing.draft_brief(house, draft_id, OLIVE).state == "open"
    for too_late in (
        lambda: publishing.take_back(house, draft_id, OLIVE),
        lambda: publishing.approve_draft(house, draft_id, OSCAR),
        lambda: publishing.send_back(house, draft_id, "No", OSCAR),
    ):
        with pytest.raises(Rejected, match="this one is open"):
            too_late()
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    assert publishing.approve_draft(house, draft_id, OSCAR) == 2


def test_it_is_sent_back_with_a_reason_which_stands_until_it_is_handed_in_again(
    house: Database,
) -> None:
    draft_id = waiting(house)
    with pytest.raises(NotAllowed, match="you changed something"):
        publishing.send_back(house, draft_id, "Mine", OLIVE)
    publishing.send_back(house, draft_id, " Say which desk. ", OSCAR)
    brief = publishing.draft_brief(house, draft_id, OLIVE)
    assert (brief.state, brief.sent_back_reason, brief.sent_back_by, brief.sent_back_at) == (
        *("open", "Say which desk."),
        *("Oscar", NOW),
    )
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    assert publishing.draft_brief(house, draft_id, OLIVE).sent_back_reason == ""
    assert publishing.approve_draft(house, draft_id, OSCAR) == 2


@pytest.mark.parametrize("said", ["", " \n ", "x" * (LONGEST_TEXT + 1)])
def test_a_note_and_a_reason_are_needed(sqlite_house: Database, said: str) -> None:
    draft_id = waiting(sqlite_house)
    with pytest.raises(InvalidAnswers) as refused:
        publishing.send_back(sqlite_house, draft_id, said, OSCAR)
    assert refused.value.problems[0].question == "reason"
    publishing.take_back(sqlite_house, draft_id, OLIVE)
    with pytest.raises(InvalidAnswers) as refused:
        publishing.submit_draft(sqlite_house, draft_id, said, OLIVE, exemption="A small change.")
    assert refused.value.problems[0].question == "note"


def test_a_draft_with_errors_cannot_be_handed_in_and_one_with_warnings_can(
    sqlite_house: Database,
) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Broken")
    publishing.save_file(sqlite_house, draft_id, DIAGRAM, b"<x/>", version=0, person=OLIVE)
    publishing.save_file(sqlite_house, draft_id, FORM, b"form: [", version=0, person=OLIVE)
    with pytest.raises(InvalidRelease) as refused:
        publishing.submit_draft(sqlite_house, draft_id, NOTE, OLIVE, exemption="A small change.")
    assert {DIAGRAM, FORM} <= {finding.file for finding in refused.value.findings}
    foreign = FILES[DIAGRAM].replace(
        b"<bpmn:userTask ", b'<bpmn:userTask xmlns:o="urn:other" o:color="red" ', 1
    )
    publishing.save_file(sqlite_house, draft_id, DIAGRAM, foreign, version=1, person=OLIVE)
    publishing.undo_file(sqlite_house, draft_id, FORM, version=1, person=OLIVE)
    (warned,) = publishing.check_draft(sqlite_house, draft_id, OLIVE)
    assert (warned.severity, warned.rule) == ("warning", "foreign_extension")
    publishing.submit_draft(sqlite_house, draft_id, NOTE, OLIVE, exemption="A small change.")


def test_a_draft_that_changes_nothing_cannot_be_handed_in(sqlite_house: Database) -> None:
    draft_id = publishing.start_draft(sqlite_house, OLIVE, "Nothing")
    publishing.save_file(sqlite_house, draft_id, FORM, edited(FORM), version=0, person=OLIVE)
    publishing.undo_file(sqlite_house, draft_id, FORM, version=1, person=OLIVE)
    with pytest.raises(Rejected, match="it changes no file"):
        publishing.submit_draft(sqlite_house, draft_id, NOTE, OLIVE, exemption="A small change.")


def test_a_release_that_the_gate_refuses_by_now_is_not_published(house: Database) -> None:
    draft_id = waiting(house)
    with house.writing() as session:
        row = session.scalars(
            select(ReleaseFile).where(ReleaseFile.release_id == draft_id, ReleaseFile.path == FORM)
        ).one()
        row.content = b"form: [tampered"
    with pytest.raises(InvalidRelease):
        publishing.approve_draft(house, draft_id, OSCAR)
    assert publishing.draft_brief(house, draft_id, OSCAR).state == "waiting"
    assert [version.number for version in publishing.published_versions(house, OSCAR)] == [1]


def test_the_record_names_both_people_the_note_and_what_was_handed_in(house: Database) -> None:
    draft_id = waiting(house)
    publishing.take_back(house, draft_id, OLIVE)
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    publishing.send_back(house, draft_id, "Not yet", OSCAR)
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    publishing.approve_draft(house, draft_id, OSCAR)
    assert audited(house) == [
        "draft_started olive",
        "draft_changed olive",
        "draft_handed_in olive",
        "draft_taken_back olive",
        "draft_handed_in olive",
        "draft_sent_back oscar",
        "draft_handed_in olive",
        "release_published oscar",
    ]
    said: dict[str, Any] = {}
    with house.reading() as session:
        for action, new in session.execute(
            select(AuditEvent.action, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.object_id == draft_id)
        ):
            said[action] = new
    assert list(said["draft_handed_in"]["files"]) == [FORM]
    assert said["release_published"] == {
        "number": 2,
        "title": "Words",
        "note": NOTE,
        "handed_in_by": "olive",
        "changed_by": ["olive"],
        "exemption": "A small change.",
    }


def test_nobody_publishes_what_was_changed_since_they_looked_at_it(house: Database) -> None:
    draft_id = waiting(house)
    looked_at = publishing.draft_brief(house, draft_id, OSCAR).version
    publishing.take_back(house, draft_id, OLIVE)
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Other"), version=1, person=OLIVE)
    publishing.submit_draft(house, draft_id, NOTE, OLIVE, exemption="A small change.")
    with pytest.raises(Rejected, match="as you looked at it, but it was opened again since"):
        publishing.approve_draft(house, draft_id, OSCAR, looked_at=looked_at)
    assert len(publishing.published_versions(house, OSCAR)) == 1
    now = publishing.draft_brief(house, draft_id, OSCAR).version
    assert publishing.approve_draft(house, draft_id, OSCAR, looked_at=now) == 2
