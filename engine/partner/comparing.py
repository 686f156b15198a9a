"""What the partner's list and our register say of each other: held here, held there, not both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from engine.casework.audit import Chain, Entry
from engine.casework.plain_names import plain_name
from engine.casework.visibility import opens
from engine.errors import InvalidAnswers, NotFound, Problem
from engine.installation import read_surroundings
from engine.partner.files import rows_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, PartnerEvent
from engine.tables.partners import PartnerComparison

_NEEDED = ("customer_name", "tenancy_reference")
#: The most comparisons made before that one page shows.
_MOST = 100


@dataclass(frozen=True)
class Lacking:
    """One arrangement that only one of the two holds."""

    customer: str
    tenancy_reference: str
    #: Our case; None for what only the partner holds.
    case_id: int | None = None
    case_reference: str = ""


@dataclass(frozen=True)
class Comparison:
    """What a list of the partner and our register differ in (Q14)."""

    #: How many both hold.
    same: int
    only_theirs: tuple[Lacking, ...]
    only_ours: tuple[Lacking, ...]


@dataclass(frozen=True)
class ComparisonMade:
    """One comparison made before, in figures alone."""

    made_at: dt.datetime
    #: Full name.
    made_by: str
    same: int
    only_theirs: int
    only_ours: int


def compare(database: Database, person: Person, text: str) -> Comparison:
    """Compare the partner's list of live arrangements with what it was told and told us.

    Kept are the figures, so that it is seen how they change; of the list itself nothing is. Raises
    NotFound for those it is not for, InvalidAnswers for a file that cannot be read or names no
    customer and tenancy.
    """
    if not opens(person, "partner notices"):
        raise NotFound
    rows = rows_of(text)
    lacking = [name for name in _NEEDED if name not in rows[0]]
    if lacking:
        said = f"Expected the headings {' and '.join(_NEEDED)}, but {' and '.join(lacking)}"
        raise InvalidAnswers([Problem("file", f"{said} cannot be found. Add them.")])
    theirs = {_key(row["customer_name"], row["tenancy_reference"]): row for row in rows}
    with reading(database, person) as look:
        ours = _ours(look)
    found = Comparison(
        same=len(theirs.keys() & ours.keys()),
        only_theirs=tuple(
            Lacking(row["customer_name"], row["tenancy_reference"])
            for key, row in theirs.items()
            if key not in ours
        ),
        only_ours=tuple(one for key, one in ours.items() if key not in theirs),
    )
    _keep(database, person, found)
    return found


def comparisons_made(database: Database, person: Person) -> tuple[ComparisonMade, ...]:
    """Give the figures of the comparisons made before, the newest first; at most a hundred.

    Raises NotFound for those they are not for.
    """
    if not opens(person, "partner notices"):
        raise NotFound
    newest = select(PartnerComparison).order_by(PartnerComparison.id.desc()).limit(_MOST)
    with reading(database, person) as look:
        return tuple(
            ComparisonMade(
                made_at=row.made_at,
                made_by=look.full_name(row.made_by),
                same=row.same,
                only_theirs=row.only_theirs,
                only_ours=row.only_ours,
            )
            for row in look.session.scalars(newest)
        )


def _keep(database: Database, person: Person, found: Comparison) -> None:
    figures = {
        "same": found.same,
        "only_theirs": len(found.only_theirs),
        "only_ours": len(found.only_ours),
    }
    with database.writing() as session:
        now = read_surroundings(session).now
        row = PartnerComparison(made_by=person.name, made_at=now, **figures)
        session.add(row)
        session.flush()
        entry = Entry(
            "partner_compared", "partner_comparison", row.id, actor=person.name, new=figures
        )
        Chain.of_administration(session).add(entry, at=now)


def _ours(look: Reading) -> dict[tuple[str, str], Lacking]:
    """Give the arrangements that go on of which the partner was told, or told us."""
    told = exists().where(
        PartnerEvent.arrangement_id == Arrangement.id, PartnerEvent.shared_on.is_not(None)
    )
    rows = look.session.execute(
        select(Customer, CaseFile)
        .join(CaseFile, CaseFile.customer_id == Customer.id)
        .join(Arrangement, Arrangement.case_id == CaseFile.id)
        .where(Arrangement.ended_on.is_(None), or_(told, Arrangement.partner_contact != ""))
        .order_by(CaseFile.reference)
    )
    return {
        _key(customer.name, customer.tenancy_reference): Lacking(
            customer.name, customer.tenancy_reference, case.id, case.reference
        )
        for customer, case in rows
    }


def _key(name: str, tenancy: str) -> tuple[str, str]:
    return plain_name(name), "".join(tenancy.upper().split())
