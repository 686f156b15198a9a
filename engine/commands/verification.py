"""Whether the record still holds: every audit chain, link by link."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework.audit import ADMINISTRATION, Chain, chains
from engine.tables.casefile import CaseFile
from engine.tables.database import Database


@dataclass(frozen=True)
class ChainState:
    """One audit chain as it was found."""

    #: ``administration``, or the reference of a case.
    chain: str
    links: int
    #: Number of the first link that does not hold; None when the chain verifies.
    broken_at: int | None


def verify_chains(db: Database) -> list[ChainState]:
    """Check every chain from its first link (R-111); the order is that of their beginnings."""
    with db.reading() as session:
        return _states(session)


def broken_chains(session: Session) -> list[str]:
    """Name the chains that do not hold, as the transaction of the session sees them."""
    return [state.chain for state in _states(session) if state.broken_at is not None]


def _states(session: Session) -> list[ChainState]:
    found: list[ChainState] = []
    for name in chains(session):
        case = None
        if name != ADMINISTRATION:
            case = session.get(CaseFile, int(name.partition(":")[2]))
        chain = Chain(session, name, case)
        known = case.reference if case is not None else name
        found.append(ChainState(known, chain.length(), chain.broken_at()))
    kept = {state.chain for state in found}
    gone = select(CaseFile.reference).where(CaseFile.audit_number > 0)
    found += [
        ChainState(reference, 0, 1) for reference in session.scalars(gone) if reference not in kept
    ]
    return found
