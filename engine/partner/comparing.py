"""What the partner's list and our register say of each other: held here, held there, not both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from engine.casework.plain_names import plain_name
from engine.casework.visibility import opens
from engine.errors import InvalidAnswers, NotFound, Problem
from engine.partner.files import rows_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, PartnerEvent

_NEEDED = ("customer_name", "tenancy_reference")


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


def compare(database: Database, person: Person, text: str) -> Comparison:
    """Compare the partner's list of live arrangements with what it was told and told us.

    Nothing is kept. Raises NotFound for those it is not for, InvalidAnswers for a file that
    cannot be read or names no customer and tenancy. Two statements.
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
    return Comparison(
        same=len(theirs.keys() & ours.keys()),
        only_theirs=tuple(
            Lacking(row["customer_name"], row["tenancy_reference"])
            for key, row in theirs.items()
            if key not in ours
        ),
        only_ours=tuple(one for key, one in ours.items() if key not in theirs),
    )


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
