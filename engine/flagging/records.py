"""Comparisons as pages show them: what was found, what was asked, by whom and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.visibility import Part, cases_seen, sees_every_case
from engine.errors import NotFound
from engine.flagging.permission import check_roles
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagDifference, FlagReconciliation

_MOST = 200
#: A file with fewer rows than one in so many flags in place is hardly all that a system shows.
_FEW = 2
#: Kind -> how a list of it is headed.
KINDS: Mapping[str, str] = {
    "not_ours": "It shows a flag that is not ours",
    "missing": "Ours, but it shows none",
    "text": "It shows another text",
}


@dataclass(frozen=True)
class ComparisonBrief:
    """One comparison in a list."""

    id: int
    system: str
    file_name: str
    made_by: str
    made_at: dt.datetime
    kept_at: dt.datetime | None
    kept_by: str
    total: int
    agreed: int
    on_its_way: int
    not_ours: int
    missing: int
    differing: int

    @property
    def in_place(self) -> int:
        """Count the flags of ours that were in place when it was made."""
        return self.agreed + self.missing + self.differing

    @property
    def is_short(self) -> bool:
        """Tell whether the file has far fewer rows than flags were in place (R-068)."""
        return self.total * _FEW < self.in_place


@dataclass(frozen=True)
class DifferenceRow:
    """One difference, and what became of it."""

    id: int
    kind: str
    #: None when no case of ours is about it, or the case is not for this person.
    case_id: int | None
    case_reference: str
    person_key: str
    shown: str
    #: What it should show; "" for nothing.
    ours: str
    #: The row of the file; 0 where the file has none.
    number: int
    asked_at: dt.datetime | None
    asked_by: str
    done_at: dt.datetime | None
    done_by: str
    evidence_ref: str
    #: Why its system could not be asked by itself; "" where nothing failed.
    failed_because: str = ""


@dataclass(frozen=True)
class Comparison:
    """One comparison with its differences by kind, each kind also where there is none."""

    brief: ComparisonBrief
    lists: tuple[tuple[str, str, tuple[DifferenceRow, ...]], ...]


def comparisons(db: Database, person: Person) -> tuple[ComparisonBrief, ...]:
    """Give the comparisons, the newest first. Raises NotFound for those they do not exist for."""
    check_roles(person.roles)
    with reading(db, person) as look:
        newest = select(FlagReconciliation).order_by(FlagReconciliation.id.desc()).limit(_MOST)
        return tuple(_brief(look, row) for row in look.session.scalars(newest))


def comparison(db: Database, reconciliation_id: int, person: Person) -> Comparison:
    """Give one comparison. Raises NotFound; at most five statements."""
    check_roles(person.roles)
    with reading(db, person) as look:
        made = look.session.get(FlagReconciliation, reconciliation_id)
        if made is None:
            raise NotFound
        found = look.session.execute(
            select(FlagDifference, CaseFile.reference, Flag.text)
            .outerjoin(CaseFile, CaseFile.id == FlagDifference.case_id)
            .outerjoin(Flag, Flag.id == FlagDifference.flag_id)
            .where(FlagDifference.reconciliation_id == made.id)
            .order_by(FlagDifference.number, FlagDifference.id)
        ).all()
        seen = None
        if not sees_every_case(person, Part.CARD):
            seen = set(look.session.scalars(cases_seen(person, Part.CARD)))
        rows = [_row(look, row, ref or "", text or "", seen) for row, ref, text in found]
        lists = tuple(
            (kind, heading, tuple(one for one in rows if one.kind == kind))
            for kind, heading in KINDS.items()
        )
        return Comparison(_brief(look, made), lists)


def _brief(look: Reading, row: FlagReconciliation) -> ComparisonBrief:
    return ComparisonBrief(
        id=row.id,
        system=row.system,
        file_name=row.file_name,
        made_by=look.full_name(row.made_by),
        made_at=row.made_at,
        kept_at=row.kept_at,
        kept_by=look.full_name(row.kept_by),
        total=row.total,
        agreed=row.agreed,
        on_its_way=row.on_its_way,
        not_ours=row.not_ours,
        missing=row.missing,
        differing=row.differing,
    )


def _row(
    look: Reading, row: FlagDifference, reference: str, ours: str, seen: set[int] | None
) -> DifferenceRow:
    is_theirs = row.case_id is not None and (seen is None or row.case_id in seen)
    return DifferenceRow(
        id=row.id,
        kind=row.kind,
        case_id=row.case_id if is_theirs else None,
        case_reference=reference if is_theirs else "",
        person_key=row.person_key,
        shown=row.shown,
        ours=ours,
        number=row.number,
        asked_at=row.asked_at,
        asked_by=look.full_name(row.asked_by),
        done_at=row.done_at,
        done_by=row.done_there or look.full_name(row.done_by),
        evidence_ref=row.evidence_ref,
        failed_because=row.failed_because,
    )
