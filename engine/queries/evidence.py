"""The evidence of a case with its files: what a decision may rest on, what was corrected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework import file_rights
from engine.casework.evidence_records import ADMISSIBLE
from engine.casework.visibility import Part
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import Evidence
from engine.tables.files import EvidenceFile

_KILOBYTE = 1024
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class FileRow:
    """One file of a record of evidence."""

    id: int
    name: str
    #: What it is, in words, and how large.
    kind: str
    size: str
    sha256: str
    is_restricted: bool
    added_by: str
    added_at: dt.datetime
    #: The one who looks may remove it.
    is_removable: bool
    #: Its content was removed then; None while it is there.
    removed_at: dt.datetime | None
    removed_by: str
    removed_reason: str


@dataclass(frozen=True)
class EvidenceRow:
    """One record of evidence and whether a decision may rest on it."""

    id: int
    on: dt.date
    at_time: str
    witness: str
    channel: str
    duration_minutes: int | None
    text: str
    behaviour: str
    evidence_class: str
    #: Whether it can be used in a decision, and why not.
    is_usable: bool
    usable_words: str
    #: What its author confirmed about it, in words.
    attested: str
    author: str
    recorded_at: dt.datetime
    corrected_at: dt.datetime | None
    #: Who corrected it and why; "" for a record nobody corrected.
    corrected_by: str
    correction_reason: str
    #: The record it takes the place of, and the one that took its place; None for none.
    corrects_id: int | None
    corrected_id: int | None
    #: What the customer says of it, who asked for a correction and did not get it (R-105).
    own_view: str
    files: tuple[FileRow, ...]


def evidence_of(look: Reading, case_id: int, parts: Collection[Part]) -> tuple[EvidenceRow, ...]:
    """Give the evidence of a case, newest first, with the files this person sees; two statements.

    parts: what the one who looks sees of the case.
    """
    rows = look.session.scalars(
        select(Evidence)
        .where(Evidence.case_id == case_id)
        .order_by(Evidence.on.desc(), Evidence.at_time.desc(), Evidence.id.desc())
    ).all()
    files = files_of(look, case_id, parts)
    followers = {row.corrects_id: row.id for row in rows if row.corrects_id is not None}
    return tuple(_row(look, row, followers.get(row.id), files) for row in rows)


def files_of(
    look: Reading, case_id: int, parts: Collection[Part]
) -> dict[int, tuple[FileRow, ...]]:
    """Give the files that exist for this person by the id of their record; one statement."""
    found: dict[int, tuple[FileRow, ...]] = {}
    query = select(EvidenceFile).where(EvidenceFile.case_id == case_id).order_by(EvidenceFile.id)
    for file in look.session.scalars(query):
        if file_rights.may_open(file, look.viewer, parts):
            known = found.get(file.evidence_id, ())
            found[file.evidence_id] = (*known, _file(look, file))
    return found


def size_words(size_bytes: int) -> str:
    """Write a size as ``1.4 MB`` or ``12 kB``."""
    if size_bytes >= _MEGABYTE:
        return f"{size_bytes / _MEGABYTE:.1f} MB"
    return f"{max(1, round(size_bytes / _KILOBYTE))} kB"


def _row(
    look: Reading,
    row: Evidence,
    follower: int | None,
    files: Mapping[int, tuple[FileRow, ...]],
) -> EvidenceRow:
    is_usable = row.corrected_at is None and row.evidence_class in ADMISSIBLE
    named = words.name_of("evidence_class", row.evidence_class)
    cannot = f"No: {named.lower()} cannot be used in a decision"
    if row.corrected_at is not None:
        cannot = "No: it was corrected"
    return EvidenceRow(
        id=row.id,
        on=row.on,
        at_time=row.at_time or "",
        witness=row.witness,
        channel=words.name_of("channel", row.channel),
        duration_minutes=row.duration_minutes,
        text=row.text,
        behaviour=words.name_of("behaviour", row.behaviour_kind),
        evidence_class=named,
        is_usable=is_usable,
        usable_words="Yes" if is_usable else cannot,
        attested=words.joined(words.name_of("attestation", name) for name in row.attested),
        author=look.full_name(row.author),
        recorded_at=row.recorded_at,
        corrected_at=row.corrected_at,
        corrected_by=look.full_name(row.corrected_by),
        correction_reason=row.correction_reason or "",
        corrects_id=row.corrects_id,
        corrected_id=follower,
        own_view=row.own_view or "",
        files=files.get(row.id, ()),
    )


def _file(look: Reading, file: EvidenceFile) -> FileRow:
    return FileRow(
        id=file.id,
        name=file.name,
        kind=words.name_of("file", file.kind),
        size=size_words(file.size_bytes),
        sha256=file.sha256,
        is_restricted=file.is_restricted,
        added_by=look.full_name(file.added_by),
        added_at=file.added_at,
        is_removable=file_rights.may_remove(file, look.viewer),
        removed_at=file.removed_at,
        removed_by=look.full_name(file.removed_by),
        removed_reason=file.removed_reason or "",
    )
