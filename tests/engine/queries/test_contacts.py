"""Contacts counted with their window and gaps, and evidence with what it is good for."""

from __future__ import annotations

import datetime as dt

from engine.queries import ContactCounts, case
from engine.tables.database import Database
from engine.tables.imports import ContactImport
from tests.engine.queries.landlord import NOW, Pen, person


def counts(house: Database) -> ContactCounts:
    found = case(house, 1, person("dorothy"), ["contacts"]).counts
    assert found is not None
    return found


def test_contacts_are_counted_by_week_and_channel_from_the_first_to_today(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        for day in ("2026-03-23", "2026-03-29", "2026-03-29", "2026-04-08"):
            pen.contact(row, day)
        pen.contact(row, "2026-03-24", "email", direction="out")
    found = counts(house)
    assert [(week.begins_on.isoformat(), week.by_channel) for week in found.weeks] == [
        ("2026-03-23", {"Telephone": 3, "E-mail": 1}),
        ("2026-03-30", {}),
        ("2026-04-06", {"Telephone": 1}),
        ("2026-04-13", {}),
    ]
    assert found.channels == ("Telephone", "E-mail")
    assert (found.busiest, found.from_customer, found.from_us) == (4, 4, 1)
    assert found.window == "5 contacts from Mon 23 Mar 2026 to Mon 13 Apr 2026, 4 weeks."


def test_what_the_figures_leave_out_is_said(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.contact(row, "2026-03-23", at_time="09:30")
        pen.contact(row, "2026-04-08")
        pen.stage(row, "warning", evidence_from=dt.date(2026, 4, 1), warned_on=dt.date(2026, 4, 1))
    found = counts(house)
    assert found.gaps == (
        "Nothing is logged in 2 weeks: there was no contact, or nobody wrote it down.",
        "The time of day is missing for 1 contact.",
        "Contacts are collected since Wed 1 Apr 2026; 1 from before may not be all.",
        "Calls to private or unlogged telephones are not counted.",
    )
    assert found.weeks[1].event == "warning letter on Wed 1 Apr 2026"


def test_a_long_window_is_charted_in_part_and_counted_whole(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.contact(row, "2025-04-14")
        pen.contact(row, "2026-04-13")
    found = counts(house)
    assert len(found.weeks) == 26
    assert found.window == (
        "2 contacts from Mon 14 Apr 2025 to Mon 13 Apr 2026, 53 weeks; the chart shows the last 26."
    )


def test_no_contact_is_no_chart(house: Database) -> None:
    with house.writing() as session:
        Pen(session).case()
    found = counts(house)
    assert (found.weeks, found.gaps, found.busiest) == ((), (), 0)
    assert found.window == "No contact is logged yet."


def test_evidence_says_whether_a_decision_may_rest_on_it(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        for number, kind in enumerate(("first_hand", "trusted_third_party", "hearsay", "opinion")):
            pen.evidence(row, f"2026-03-{number + 1:02d}", kind)
    records = case(house, 1, person("dorothy"), ["evidence"]).evidence
    assert [(record.evidence_class, record.usable_words) for record in records] == [
        ("Opinion", "No: opinion cannot be used in a decision"),
        ("Hearsay", "No: hearsay cannot be used in a decision"),
        ("Trusted third party", "Yes"),
        ("First-hand", "Yes"),
    ]
    assert records[0].attested == "relevant and factual"
    assert records[0].behaviour == "Demands that go too far"


def test_chosen_days_say_what_they_leave_out(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        for day in ("2026-03-23", "2026-03-29", "2026-04-08"):
            pen.contact(row, day, at_time="09:30")
    days = (dt.date(2026, 3, 2), dt.date(2026, 3, 31))
    page = case(house, 1, person("dorothy"), ["contacts"], days)
    assert page.counts is not None
    assert page.counts.window == "2 contacts from Mon 2 Mar 2026 to Tue 31 Mar 2026, 5 weeks."
    assert page.counts.gaps[:2] == (
        "1 contact lies outside these days.",
        "Nothing was logged before Mon 23 Mar 2026: the log of this case begins there.",
    )
    assert [one.on.day for one in page.contacts] == [29, 23]


def test_what_came_in_files_is_said_with_its_days(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.contact(row, "2026-03-23", at_time="09:30")
        said = {"file_name": "x", "sha256": "x", "headings": [], "made_by": "mark", "made_at": NOW}
        session.add(ContactImport(id=1, **said))
        session.flush()
        pen.contact(row, "2026-03-24", at_time="09:30", import_id=1)
    assert (
        "1 contact came in files, from Tue 24 Mar 2026 to Tue 24 Mar 2026; on other days only "
        "what people logged is known." in counts(house).gaps
    )
