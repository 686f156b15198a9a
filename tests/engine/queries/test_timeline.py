"""The timeline: newest first, people, clock and system told apart, everything said in words."""

from __future__ import annotations

import datetime as dt

from engine.queries import TimelineEntry, case
from engine.tables.database import Database
from engine.tables.process import Incident, Message
from tests.engine.queries.landlord import NOW, Pen, morning, person


def entries(house: Database) -> list[TimelineEntry]:
    return list(case(house, 1, person("dorothy"), ["timeline"]).timeline)


def said(house: Database) -> list[tuple[str, str, str]]:
    return [(entry.kind, entry.who, entry.text) for entry in entries(house)]


def test_a_task_says_who_did_it_and_leads_to_what_was_answered(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        item = pen.item(pen.instance(row), name="Decide: the appeal")
        given = pen.submission(row, work_item_id=item.id).id
    (entry,) = entries(house)
    assert (entry.kind, entry.who, entry.text) == ("person", "Amina Diallo", "Decide: the appeal")
    assert (entry.process, entry.submission_id) == ("Hearing", given)
    assert (entry.day, entry.time) == ("Mon 13 Apr 2026", "10:00")


def test_a_form_without_a_task_goes_by_its_title_and_what_the_system_kept_is_its_own(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.submission(row)
        pen.submission(row, form="review_pack_figures", by="the system")
    assert sorted(said(house)) == [
        ("person", "Amina Diallo", "Decide"),
        ("system", "", "Review pack figures"),
    ]


def test_the_clock_and_the_system_are_told_apart_from_people(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.happened(
            instance,
            *("came_in entered", "came_in left", "work_out entered", "work_out left"),
            *("hear entered", "decide entered", "too_late entered", "too_late left"),
            *("explain entered", "explain left amina", "explained left", "decide cancelled"),
            *("heard left", "hear left", "upheld left", "refuse left"),
        )
    assert said(house) == [
        ("system", "", "Ended: it is refused"),
        ("system", "", "Task no longer needed: Decide"),
        ("clock", "", "Time has passed"),
        ("system", "", "Work out the dates"),
    ]


def test_what_somebody_did_stands_below_what_followed_from_it(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.submission(row)
        pen.happened(pen.instance(row), "work_out entered", "work_out left")
    assert [entry.kind for entry in entries(house)] == ["system", "person"]


def test_a_letter_leads_to_itself_and_to_what_was_filled_in(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        letter = pen.letter(row).id
        given = pen.submission(row, form="issue_letter", by="dorothy").id
    (entry,) = entries(house)
    assert entry.text == "Letter sent: Your single point of contact (letter)"
    assert (entry.letter_id, entry.submission_id, entry.who) == (letter, given, "Dorothy Marsh")


def test_contacts_and_evidence_are_counted_by_day(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        for channel in ("telephone", "telephone", "email"):
            pen.contact(row, "2026-03-03", channel)
        pen.contact(row, "2026-03-04")
        for evidence_class in ("first_hand", "hearsay"):
            pen.evidence(row, "2026-03-05", evidence_class)
        pen.evidence(row, "2026-03-06", "opinion")
    assert [(entry.day, entry.text) for entry in entries(house)] == [
        ("Fri 6 Mar 2026", "1 record of evidence that cannot be used in a decision"),
        (
            "Thu 5 Mar 2026",
            "2 records of evidence, 1 of them cannot be used in a decision",
        ),
        ("Wed 4 Mar 2026", "1 contact: telephone"),
        ("Tue 3 Mar 2026", "3 contacts: telephone 2, e-mail 1"),
    ]
    assert {entry.time for entry in entries(house)} == {""}


def test_a_decision_a_stuck_step_and_a_message_nobody_took_are_told(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.decision(row, kind="review", outcome="continue")
        instance = pen.instance(row)
        pen.add(
            Incident(
                instance_id=instance.id,
                case_id=row.id,
                process_id="hearing",
                element_id="work_out",
                reason="No figure.",
                opened_at=NOW,
                resolved_at=NOW + dt.timedelta(hours=1),
            )
        )
        pen.add(Message(name="something_was_settled", case_id=row.id, sent_at=NOW))
        for more in ({}, {"dropped_at": NOW}, {"sender_instance_id": instance.id}):
            pen.add(
                Message(name="look_asked", case_id=row.id, sent_at=morning("2026-04-09"), **more)
            )
    assert [entry.text for entry in entries(house)] == [
        "The stuck step went on",
        "A step got stuck: No figure.",
        "Waits to be heard: look asked",
        "Decided: periodic review: the arrangement goes on",
    ]
    assert not any(entry.is_routine for entry in entries(house))


def test_only_what_followed_by_itself_is_routine(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.submission(row)
        pen.happened(pen.instance(row), "work_out left", "too_late left")
    assert {entry.text: entry.is_routine for entry in entries(house)} == {
        "Decide": False,
        "Work out the dates": True,
        "Time has passed": False,
    }
