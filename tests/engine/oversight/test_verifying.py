"""Tampering is found and named: a link of the log, a letter, a record of evidence, a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import files
from engine.casework.issued_letters import fingerprint
from engine.oversight import verify
from engine.queries import person
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Evidence
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.files import EvidenceFile, EvidenceFilePart
from engine.tables.leaving import Sending
from tests.engine.files.samples import PDF, png
from tests.once import DEMO, demonstration

Change = Callable[[Session], Any]


@pytest.fixture
def landlord(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Database]:
    """The demonstration as it was loaded, to be tampered with."""
    shutil.copyfile(demonstration(tmp_path_factory) / DEMO, tmp_path / DEMO)
    database = Database(f"sqlite:///{tmp_path / DEMO}")
    yield database
    database.close()


def _tamper(landlord: Database, change: Change) -> tuple[str, ...]:
    """Change something past all code of ours; gives what the check says of it."""
    before = verify(landlord)
    assert before.touched == ()
    assert min(before.chains, before.links, before.letters, before.evidence) > 10
    with landlord.writing() as session:
        change(session)
    return tuple(one.sentence for one in verify(landlord).touched)


def _link_of(session: Session, action: str) -> AuditEvent:
    found = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return session.scalars(found.limit(1)).one()


def test_a_changed_name_in_the_log_is_found_and_named(landlord: Database) -> None:
    def change(session: Session) -> None:
        link = _link_of(session, "letter_issued")
        of_it = update(AuditDetail).where(AuditDetail.event_id == link.id)
        session.execute(of_it.values(actor="somebody"))

    [said] = _tamper(landlord, change)
    assert "(letter issued, Letter" in said or "(letter issued, letter" in said
    assert said.endswith("who did it, or what it says, was changed.")


def test_a_link_taken_out_is_missed_where_it_stood(landlord: Database) -> None:
    def change(session: Session) -> None:
        link = _link_of(session, "evidence_added")
        session.execute(delete(AuditDetail).where(AuditDetail.event_id == link.id))
        session.execute(delete(AuditEvent).where(AuditEvent.id == link.id))

    said = _tamper(landlord, change)
    assert said[0].endswith(": it is missing.")
    assert any("no link of the chain says that it was added" in one for one in said)


def test_a_detail_taken_out_of_a_living_case_is_missed(landlord: Database) -> None:
    def change(session: Session) -> None:
        link = _link_of(session, "decided")
        session.execute(delete(AuditDetail).where(AuditDetail.event_id == link.id))

    [said] = _tamper(landlord, change)
    assert said.endswith("who did it, and what it says, was taken out.")


@pytest.mark.parametrize("with_fingerprint", [False, True])
def test_a_letter_written_anew_is_named_even_with_its_fingerprint(
    landlord: Database, *, with_fingerprint: bool
) -> None:
    def change(session: Session) -> None:
        letter = session.scalars(select(Letter).order_by(Letter.id).limit(1)).one()
        values = {"html": "<p>Something else</p>"}
        if with_fingerprint:
            values["sha256"] = fingerprint(values["html"])
        session.execute(update(Letter).where(Letter.id == letter.id).values(values))

    [said] = _tamper(landlord, change)
    assert ", Letter " in said
    assert said.endswith("its text is not the one that was issued.")


def test_a_letter_taken_out_is_missed(landlord: Database) -> None:
    def change(session: Session) -> None:
        last = session.scalars(select(Letter.id).order_by(Letter.id.desc()).limit(1)).one()
        session.execute(delete(Sending).where(Sending.letter_id == last))
        session.execute(delete(Letter).where(Letter.id == last))

    said = _tamper(landlord, change)
    assert said[0].endswith("it was issued and is not there any more.")
    assert said[1:]
    assert all(one.endswith("it was kept and is not there any more.") for one in said[1:])


@pytest.mark.parametrize(
    "values",
    [
        {"pdf": b"%PDF-1.7 another"},
        {"sent_to": "1 Another Street"},
        {"proof": "Recorded delivery AB123"},
        {"title": "Thank you"},
        {"issued_by": "somebody"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_is_kept_of_a_letter_beside_its_text_is_named_when_it_is_changed(
    landlord: Database, values: dict[str, Any]
) -> None:
    """R-057: the PDF, the address and the proof are as much the record as the words."""

    def change(session: Session) -> None:
        first = session.scalars(select(Letter.id).order_by(Letter.id).limit(1)).one()
        session.execute(update(Letter).where(Letter.id == first).values(values))

    [said] = _tamper(landlord, change)
    assert ", Letter " in said
    assert said.endswith("is not what was kept when it was issued.")


@pytest.mark.parametrize(
    "values", [{"sent_to": "elsewhere"}, {"proof": "x"}, {"to_name": "Nobody"}]
)
def test_how_a_letter_left_is_named_when_it_is_changed(
    landlord: Database, values: dict[str, str]
) -> None:
    def change(session: Session) -> None:
        first = session.scalars(select(Sending.id).order_by(Sending.id).limit(1)).one()
        session.execute(update(Sending).where(Sending.id == first).values(values))

    [said] = _tamper(landlord, change)
    assert ", sending " in said
    assert said.endswith("to whom, where or how it left is not what was kept.")


@pytest.mark.parametrize(
    "values", [{"text": "He shouted."}, {"evidence_class": "first_hand"}, {"witness": "Nobody"}]
)
def test_a_record_of_evidence_written_anew_is_named(
    landlord: Database, values: dict[str, str]
) -> None:
    def change(session: Session) -> None:
        hearsay = select(Evidence.id).where(Evidence.evidence_class == "hearsay")
        one = session.scalars(hearsay.order_by(Evidence.id).limit(1)).one()
        session.execute(update(Evidence).where(Evidence.id == one).values(values))

    [said] = _tamper(landlord, change)
    assert ", evidence " in said
    assert said.endswith("is not what was recorded.")


def test_a_file_of_evidence_written_anew_or_taken_out_is_named(landlord: Database) -> None:
    with landlord.writing() as session:
        record = session.scalars(select(Evidence.id).order_by(Evidence.id).limit(1)).one()
    given = [("stairs.png", png()), ("plan.pdf", PDF)]
    look = person(landlord, "dorothy")
    assert files.add(landlord, record, given, look, limits=files.Limits()) == 2

    def change(session: Session) -> None:
        of_record = select(EvidenceFile.id).where(EvidenceFile.evidence_id == record)
        first, second = session.scalars(of_record.order_by(EvidenceFile.id))
        part = session.scalars(
            select(EvidenceFilePart).where(EvidenceFilePart.file_id == first)
        ).one()
        part.content = part.content[:-1] + b"?"
        session.execute(delete(EvidenceFilePart).where(EvidenceFilePart.file_id == second))
        session.execute(delete(EvidenceFile).where(EvidenceFile.id == second))

    anew, gone = _tamper(landlord, change)
    assert anew.endswith("“stairs.png” is not the file that was added.")
    assert gone.endswith("it was added and is not there any more.")


def test_one_case_is_verified_alone(landlord: Database) -> None:
    with landlord.reading() as session:
        case_id = session.scalars(select(CaseFile.id).order_by(CaseFile.id).limit(1)).one()
    found = verify(landlord, case_id=case_id)
    assert (found.chains, found.touched) == (1, ())
    assert found.links > 0
