"""Files are kept whole and sealed, seen by few, given only unchanged, and gone with their case."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from engine import backups, files
from engine.casework import file_contents
from engine.casework.audit import Chain
from engine.casework.deletion import delete_case
from engine.commands.contexts import context_of_case
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Rejected
from engine.installation import read_surroundings
from engine.queries import case
from engine.releases import bundle
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.files import EvidenceFile, EvidenceFilePart
from tests.engine.files.samples import PDF, eml, jpeg, png
from tests.engine.queries.landlord import PEOPLE, person

SEEN_BY = {"amina", "mark", "dorothy", "ann", "colin", "lee", "pat"}
LIMITS = files.Limits()


def add(house: Database, *given: tuple[str, bytes], by: str = "amina", **more: bool) -> int:
    return files.add(house, 1, given, person(by), limits=LIMITS, **more)


def rows(house: Database, table: Any) -> list[Any]:
    with house.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def test_a_file_comes_back_as_it_was_added(house: Database) -> None:
    content = jpeg(more=bytes(range(256)) * 1024)
    assert add(house, ("stairs.jpeg", content), ("tap.png", png())) == 2
    sent = files.open_file(house, 1, 1, person("dorothy"))
    assert (sent.name, sent.media_type) == ("stairs.jpg", "image/jpeg")
    assert sent.content == content
    with house.reading() as session:
        assert session.scalar(select(func.count(EvidenceFilePart.id))) == 6
        assert file_contents.changed(session) == []


def test_nothing_of_a_file_can_be_read_in_the_database(house: Database) -> None:
    add(house, ("mail.eml", eml()))
    with house.reading() as session:
        kept = session.execute(text("SELECT content FROM evidence_file_part")).scalars().all()
    assert kept
    assert all(b"drips" not in bytes(part) for part in kept)


def test_a_page_shows_the_files_of_a_record(house: Database) -> None:
    add(house, ("mail.eml", eml()))
    [record] = case(house, 1, person("dorothy"), ["evidence"]).evidence
    [file] = record.files
    assert (file.name, file.kind, file.size, file.added_by) == (
        "mail.eml",
        "E-mail",
        "1 kB",
        "Amina Diallo",
    )
    assert file.is_removable
    assert file.sha256 == hashlib.sha256(eml()).hexdigest()


def test_a_file_exists_for_those_who_see_the_evidence(house: Database) -> None:
    add(house, ("a.pdf", PDF))
    for name in SEEN_BY:
        assert files.open_file(house, 1, 1, person(name)).content == PDF
    for name in set(PEOPLE) - SEEN_BY:
        with pytest.raises(NotFound):
            files.open_file(house, 1, 1, person(name))
        with pytest.raises(NotFound):
            files.record(house, 1, 1, person(name))
        with pytest.raises(NotFound):
            add(house, ("b.png", png()), by=name)


def test_a_restricted_file_is_for_its_author_and_those_who_see_what_is_restricted(
    house: Database,
) -> None:
    add(house, ("gp letter.pdf", PDF), is_restricted=True)
    for name in SEEN_BY:
        [record] = case(house, 1, person(name), ["evidence"]).evidence
        if name in {"amina", "dorothy"}:
            assert [file.name for file in record.files] == ["gp letter.pdf"]
            assert files.open_file(house, 1, 1, person(name)).content == PDF
        else:
            assert record.files == ()
            with pytest.raises(NotFound):
                files.open_file(house, 1, 1, person(name))


def test_adding_reading_and_removing_are_in_the_log_of_the_case(house: Database) -> None:
    add(house, ("gp letter.pdf", PDF), is_restricted=True)
    files.open_file(house, 1, 1, person("amina"))
    files.open_file(house, 1, 1, person("dorothy"))
    files.remove(house, 1, "It is of another customer.", person("amina"))
    with house.reading() as session:
        found = session.execute(
            select(AuditEvent.action, AuditDetail.actor, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.object_kind == "evidence_file")
            .order_by(AuditEvent.id)
        ).all()
        assert Chain.of_case(session, session.get_one(CaseFile, 1)).broken_at() is None
    assert [(action, actor) for action, actor, _ in found] == [
        ("evidence_file_added", "amina"),
        ("evidence_file_read", "amina"),
        ("restricted_file_read", "dorothy"),
        ("evidence_file_removed", "amina"),
    ]
    assert found[0].new["sha256"] == hashlib.sha256(PDF).hexdigest()
    told = case(house, 1, person("dorothy"), ["timeline"]).timeline
    assert "Opened a restricted file of evidence" in [entry.text for entry in told]


def test_all_files_are_added_or_none_and_each_fault_is_said(house: Database) -> None:
    with pytest.raises(InvalidAnswers) as said:
        add(house, ("a.pdf", PDF), ("b.png", png()[:-1]), ("c.docx", b"PK\3\4" + bytes(30)))
    assert [problem.question for problem in said.value.problems] == ["files", "files"]
    assert "“b.png”" in said.value.problems[0].message
    assert "“c.docx”" in said.value.problems[1].message
    assert rows(house, EvidenceFile) == []
    with pytest.raises(InvalidAnswers, match="Choose a file first"):
        add(house)


def test_a_file_sent_twice_is_kept_once(house: Database) -> None:
    assert add(house, ("a.pdf", PDF), ("copy of a.pdf", PDF)) == 1
    assert add(house, ("a.pdf", PDF), ("b.png", png())) == 1
    assert len(rows(house, EvidenceFile)) == 2


def test_size_and_number_have_their_limits(house: Database) -> None:
    small = files.Limits(largest_mb=1, most=2)
    large = jpeg(more=bytes(1024 * 1024))
    with pytest.raises(InvalidAnswers, match=r"at most 1 MB, but “a.jpg” has 1\.0 MB"):
        files.add(house, 1, [("a.jpg", large)], person("amina"), limits=small)
    files.add(house, 1, [("a.pdf", PDF)], person("amina"), limits=small)
    more = [("b.png", png()), ("c.png", png(2, 2))]
    with pytest.raises(InvalidAnswers, match="at most 2 files for one record"):
        files.add(house, 1, more, person("amina"), limits=small)


def test_a_changed_file_is_found_and_not_given_out(house: Database) -> None:
    add(house, ("a.pdf", PDF), ("b.png", png()))
    with house.writing() as session:
        part = session.scalars(select(EvidenceFilePart).where(EvidenceFilePart.file_id == 1)).one()
        part.content = PDF.replace(b"Catalog", b"catalog")
    with house.reading() as session:
        assert [file.id for file in file_contents.changed(session)] == [1]
    with pytest.raises(Rejected, match="does not match its fingerprint"):
        files.open_file(house, 1, 1, person("dorothy"))
    with house.writing() as session:
        session.execute(text("DELETE FROM evidence_file_part"))
    with house.reading() as session:
        assert [file.id for file in file_contents.changed(session)] == [1, 2]


def test_a_removed_file_leaves_its_trace_and_no_content(house: Database) -> None:
    add(house, ("a.pdf", PDF))
    with pytest.raises(NotAllowed):
        files.remove(house, 1, "Not mine.", person("mark"))
    with pytest.raises(InvalidAnswers):
        files.remove(house, 1, "  ", person("dorothy"))
    files.remove(house, 1, "It is of another customer.", person("dorothy"))
    assert rows(house, EvidenceFilePart) == []
    [record] = case(house, 1, person("mark"), ["evidence"]).evidence
    assert record.files[0].removed_reason == "It is of another customer."
    assert record.files[0].removed_by == "Dorothy Marsh"
    with pytest.raises(NotFound):
        files.open_file(house, 1, 1, person("dorothy"))
    assert add(house, ("a.pdf", PDF)) == 1


def test_nothing_is_added_to_a_closed_case(house: Database) -> None:
    with house.writing() as session:
        session.get_one(CaseFile, 1).closed_on = dt.date(2026, 4, 1)
    with pytest.raises(Rejected, match="this one is closed"):
        add(house, ("a.pdf", PDF))


def test_files_go_with_their_case(house: Database) -> None:
    add(house, ("a.pdf", PDF))
    with house.writing() as session:
        around = read_surroundings(session)
        row = session.get_one(CaseFile, 1)
        context = context_of_case(
            session,
            around,
            bundle(session, 1),
            "dorothy",
            case_id=1,
            parameter_set=row.parameter_set,
        )
        delete_case(context)
    assert rows(house, EvidenceFile) == []
    assert rows(house, EvidenceFilePart) == []
    with pytest.raises(NotFound):
        files.open_file(house, 1, 1, person("dorothy"))


def test_a_backup_holds_the_files(house: Database, tmp_path: Path) -> None:
    add(house, ("a.jpg", jpeg(more=bytes(200_000))))
    to = tmp_path / "backup.zip"
    made = backups.backup(house, to, product="test", tell=lambda *_: None)
    assert made.rows_of("evidence_file_part") == 4
    assert "" not in made.keys
    back = Database(f"sqlite:///{tmp_path / 'back.sqlite'}")
    wish = backups.Wish(product="test", by="ops")
    backups.restore(back, to, wish, tell=lambda *_: None)
    with back.reading() as session:
        assert file_contents.changed(session) == []
        assert session.scalar(select(func.count(EvidenceFile.id))) == 1
    back.close()
