"""The audit chains: they verify, they show tampering, they outlive the deletion of details."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.casework.audit import ADMINISTRATION, Chain, Entry, chains
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database

NOW = dt.datetime(2026, 3, 27, 9, 0, tzinfo=dt.UTC)


def _case(session: Session) -> CaseFile:
    case = CaseFile(
        reference="SP-2026-001",
        parameter_set="NPH_2022",
        opened_on=NOW.date(),
        opened_by="amina",
        owner="amina",
    )
    session.add(case)
    session.flush()
    return case


@pytest.fixture
def chain_name(database: Database) -> str:
    with database.writing() as session:
        chain = Chain.of_case(session, _case(session))
        for number in range(3):
            entry = Entry("evidence_added", "evidence", number, actor="amina", new={"n": number})
            chain.add(entry, at=NOW + dt.timedelta(minutes=number))
        return chain.name


def _broken_at(database: Database) -> int | None:
    with database.reading() as session:
        return Chain.of_case(session, session.scalars(select(CaseFile)).one()).broken_at()


def test_an_untouched_chain_verifies(database: Database, chain_name: str) -> None:
    assert _broken_at(database) is None
    with database.reading() as session:
        assert chains(session) == [chain_name]


def test_a_changed_detail_is_found(database: Database, chain_name: str) -> None:
    with database.writing() as session:
        session.execute(update(AuditDetail).where(AuditDetail.event_id == 2).values(actor="ben"))
    assert _broken_at(database) == 2


def test_a_changed_event_is_found(database: Database, chain_name: str) -> None:
    with database.writing() as session:
        session.execute(update(AuditEvent).where(AuditEvent.number == 3).values(action="nothing"))
    assert _broken_at(database) == 3


def test_a_missing_last_link_is_found(database: Database, chain_name: str) -> None:
    with database.writing() as session:
        session.execute(delete(AuditDetail).where(AuditDetail.event_id == 3))
        session.execute(delete(AuditEvent).where(AuditEvent.number == 3))
    assert _broken_at(database) == 3


def test_the_chain_still_verifies_when_its_details_are_gone(
    database: Database, chain_name: str
) -> None:
    with database.writing() as session:
        chain = Chain.of_case(session, session.scalars(select(CaseFile)).one())
        assert chain.forget_details() == 3
    assert _broken_at(database) is None
    with database.reading() as session:
        assert session.scalars(select(AuditDetail)).all() == []


def test_a_rewritten_chain_does_not_fit_its_anchor(database: Database, chain_name: str) -> None:
    with database.writing() as session:
        case = session.scalars(select(CaseFile)).one()
        Chain.of_case(session, case).anchor(NOW.date())
        session.execute(delete(AuditDetail))
        session.execute(delete(AuditEvent))
        case.audit_number, case.audit_head = 0, ""
        chain = Chain.of_case(session, case)
        for number in range(3):
            chain.add(Entry("evidence_added", "evidence", number, actor="ben"), at=NOW)
    assert _broken_at(database) == 3


def test_an_anchor_is_kept_once_a_day_for_chains_that_grew(
    database: Database, chain_name: str
) -> None:
    with database.writing() as session:
        Chain.of_administration(session).add(Entry("release_published", "release", 1), at=NOW)
        for _ in range(2):
            for chain in Chain.grown_since_anchor(session, NOW.date()):
                chain.anchor(NOW.date())
        tomorrow = NOW.date() + dt.timedelta(days=1)
        assert Chain.grown_since_anchor(session, tomorrow) == []
        assert chains(session) == [chain_name, ADMINISTRATION]
