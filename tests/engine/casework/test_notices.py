"""Notices: to the right people, once for each date, with no personal data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import notices
from engine.tables.audit import AuditEvent
from engine.tables.casefile import Stage
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Decision
from engine.tables.people import User
from engine.tables.process import Outbox
from tests.engine.casework.new_case import Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def told(landlord: Landlord) -> list[str]:
    landlord.session.flush()
    return sorted(row.content["to"].split("@")[0] for row in landlord.rows(Outbox))


def test_every_holder_of_each_role_is_told(landlord: Landlord) -> None:
    sent = notices.tell(landlord.context("2026-01-20"), "dmo", "meeting_late", also="manager")
    assert (sent, told(landlord)) == (3, ["dorothy", "mark", "maya"])


def test_a_notice_has_the_reference_and_the_way_and_nothing_else(landlord: Landlord) -> None:
    context = landlord.context("2026-01-20")
    notices.tell(context, "dmo", "informal_contact_late")
    row = landlord.rows(Outbox)[0]
    assert row.content["subject"] == "SP-2026-001: The first talk with the customer is late."
    assert row.content["path"] == f"/cases/{context.case_id}"
    assert row.next_try_at == context.now
    assert not any(word in str(row.content) for word in ("Carter", "Elm", "boiler"))


def test_a_timer_that_fires_anew_tells_nobody_twice(landlord: Landlord) -> None:
    landlord.refer()
    mails = len(landlord.rows(Outbox))
    for on in ("2026-04-01", "2026-04-02"):
        notices.tell(landlord.context(on), "dmo", "meeting_late")
        landlord.session.flush()
    assert len(landlord.rows(Outbox)) == mails + 1
    landlord.rows(Stage)[2].referred_on = dt.date(2026, 11, 9)
    notices.tell(landlord.context("2026-11-24"), "dmo", "meeting_late")
    assert len(landlord.rows(Outbox)) == mails + 2


def test_another_instance_tells_for_itself(landlord: Landlord) -> None:
    for instance in (1, 2):
        notices.tell(landlord.context("2026-01-20", instance_id=instance), "dmo", "letter_late")
        landlord.session.flush()
    assert told(landlord) == ["dorothy", "dorothy"]


def test_a_person_of_the_case_is_told_by_name(landlord: Landlord) -> None:
    notices.tell(landlord.context("2026-01-20"), "case.owner", "letter_late", and_also="dmo")
    assert told(landlord) == ["amina", "dorothy"]


def test_a_director_is_told_once_allocated_and_all_of_them_before(landlord: Landlord) -> None:
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    landlord.session.add(User(name="ben", full_name="Ben Brook", email="ben@homes.example"))
    appeal = Appeal(
        case_id=landlord.ids["case_id"],
        decision_id=landlord.rows(Decision)[0].id,
        received_on=dt.date(2026, 4, 1),
        received_by="priya",
        grounds="Not me.",
        logged_by="dorothy",
        answer_due_on=dt.date(2026, 4, 10),
    )
    landlord.session.add(appeal)
    landlord.session.flush()
    before = set(told(landlord))
    notices.tell(
        landlord.context("2026-04-08", appeal_id=appeal.id), "case.director", "appeal_day_three"
    )
    assert set(told(landlord)) - before == {"ann"}
    appeal.director = "ben"
    notices.tell(
        landlord.context("2026-04-09", appeal_id=appeal.id), "case.director", "appeal_day_four"
    )
    assert "ben" in told(landlord)


def test_a_role_nobody_holds_tells_nobody_and_leaves_no_trace(landlord: Landlord) -> None:
    kept = len(landlord.rows(AuditEvent))
    assert notices.tell(landlord.context("2026-01-20"), "legal", "something_new") == 0
    assert len(landlord.rows(AuditEvent)) == kept


def test_an_unknown_subject_still_reads_like_a_sentence(landlord: Landlord) -> None:
    notices.tell(landlord.context("2026-01-20"), "dmo", "something_new")
    landlord.session.flush()
    assert landlord.rows(Outbox)[0].content["subject"].endswith("Something on this case needs you.")
