"""Emergency access: one case, one person, until the end of the day, seen by its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import clock, files
from engine.casework.audit import Chain
from engine.casework.visibility import Part, parts_seen
from engine.commands import act
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.oversight import ask, emergencies, end, mark_seen, my_emergencies
from engine.queries import case
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Evidence
from engine.tables.database import Database
from engine.tables.process import Outbox
from tests.engine.files.samples import png
from tests.engine.queries.landlord import NOW, Pen, full_case, person, settle

WHY = "A neighbour rang: smoke, and nobody opens the door."


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    """A landlord with one case that is not Carl Boyd's."""
    with clock.frozen(NOW):
        settle(database)
        with database.writing() as session:
            full_case(Pen(session))
        yield database


def _parts(house: Database, name: str) -> frozenset[Part]:
    with house.reading() as session:
        return parts_seen(session, 1, name, person(name).roles)


def test_a_case_is_opened_until_the_end_of_the_day_and_closes_by_itself(house: Database) -> None:
    assert _parts(house, "carl") == frozenset()
    assert ask(house, person("carl"), " sp-2026-001 ", WHY) == 1
    assert Part.EVIDENCE in _parts(house, "carl")
    assert not _parts(house, "carl") & {Part.RESTRICTED, Part.RELIED_ON, Part.READS}
    assert _parts(house, "cora") == frozenset()
    with clock.frozen(NOW.replace(hour=22, minute=59, second=59)):
        assert Part.EVIDENCE in _parts(house, "carl")
    with clock.frozen(NOW.replace(hour=23, minute=0)):  # midnight in London, in April
        assert _parts(house, "carl") == frozenset()
        assert my_emergencies(house, person("carl")) == ()


def test_what_is_known_in_an_emergency_is_not_added_to(house: Database) -> None:
    """R-102: what decisions rest on is recorded by those who work on the case."""
    ask(house, person("carl"), "SP-2026-001", WHY)
    with house.reading() as session:
        [record_id] = session.scalars(select(Evidence.id).limit(1))
    assert not case(house, 1, person("carl")).takes_evidence
    assert case(house, 1, person("amina")).takes_evidence
    scan = [("scan.png", png())]
    for action in ("add_evidence", "correct_evidence", "class_evidence"):
        with pytest.raises(NotFound):
            act(house, action, 1, {}, by="carl")
    with pytest.raises(NotFound):
        files.record(house, 1, record_id, person("carl"))
    with pytest.raises(NotFound):
        files.add(house, record_id, scan, person("carl"), limits=files.Limits())
    assert files.add(house, record_id, scan, person("amina"), limits=files.Limits()) == 1


def test_everybody_it_concerns_sees_who_why_and_until_when(house: Database) -> None:
    ask(house, person("carl"), "SP-2026-001", WHY)
    told = [entry for entry in case(house, 1, person("amina")).timeline if WHY in entry.text]
    assert [entry.who for entry in told] == ["Carl Boyd"]
    watchers = {one.full_name: one.why for one in case(house, 1, person("amina")).audience}
    assert watchers["Carl Boyd"] == "Has emergency access now"
    [listed] = emergencies(house, person("colin"))
    assert (listed.who, listed.reason, listed.is_open) == ("Carl Boyd", WHY, True)
    with house.reading() as session:
        mails = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        assert {mail.content["to"].partition("@")[0] for mail in mails} == {
            *("amina", "dorothy", "colin")
        }
        assert not any(WHY in str(mail.content) or "Carter" in str(mail.content) for mail in mails)
        [detail] = session.scalars(
            select(AuditDetail)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "emergency_access_began")
        )
        assert (detail.actor, detail.new["reason"]) == ("carl", WHY)
        assert Chain.of_case(session, session.get_one(CaseFile, 1)).broken_at() is None


def test_it_is_given_back_by_its_holder_or_taken_by_who_watches(house: Database) -> None:
    for by in ("carl", "dorothy"):
        ask(house, person("carl"), "2045/9", WHY)  # the reference of the tenancy
        [mine] = my_emergencies(house, person("carl"))
        with pytest.raises(NotFound):
            end(house, person("amina"), mine.id)
        end(house, person(by), mine.id)
        assert _parts(house, "carl") == frozenset()
        with pytest.raises(Rejected, match="it is over already"):
            end(house, person(by), mine.id)
    mark_seen(house, person("colin"), 1)
    assert [one.seen_by for one in emergencies(house, person("dorothy"))] == ["", "Colin Frost"]
    with pytest.raises(Rejected, match="somebody has"):
        mark_seen(house, person("dorothy"), 1)


@pytest.mark.parametrize(
    ("reference", "reason", "question", "said"),
    [
        ("SP-2026-999", WHY, "reference", "there is none. Check how it is written."),
        ("", WHY, "reference", "there is none. Check how it is written."),
        ("SP-2026-001", " ", "reason", "but there is no reason. Write it."),
        ("SP-2026-001", "x" * 501, "reason", "in at most 500 characters, but it has 501."),
    ],
)
def test_without_a_reference_somebody_has_or_a_reason_nothing_opens(
    house: Database, reference: str, reason: str, question: str, said: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        ask(house, person("carl"), reference, reason)
    [problem] = refused.value.problems
    assert (problem.question, said in problem.message) == (question, True)
    assert _parts(house, "carl") == frozenset()


def test_it_is_asked_once_and_exists_for_few(house: Database) -> None:
    ask(house, person("carl"), "SP-2026-001", WHY)
    with pytest.raises(Rejected, match="this one is open to you"):
        ask(house, person("carl"), "SP-2026-001", WHY)
    for name in ("olga", "sia"):
        with pytest.raises(NotFound):
            ask(house, person(name), "SP-2026-001", WHY)
        with pytest.raises(NotFound):
            my_emergencies(house, person(name))
    for name in ("carl", "mark", "cora"):
        with pytest.raises(NotFound):
            emergencies(house, person(name))
        with pytest.raises(NotFound):
            mark_seen(house, person(name), 1)
    assert dt.date(2026, 4, 13) == NOW.date()
