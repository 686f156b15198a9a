"""What was known before: the earlier case a case cites, and what was carried over from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework.customers import needs_of
from engine.casework.visibility import Part, sees
from engine.queries import words
from engine.queries.cards import ArrangementCard, card_of_case
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile, Customer, ThirdParty


@dataclass(frozen=True)
class Before:
    """The earlier case of a concern that came back; information, nothing that counts again."""

    case_id: int
    reference: str
    closed_on: dt.date | None
    #: Why it was closed, in words.
    closed_because: str
    #: What holds for this case without anybody having entered it here, a sentence each.
    carried_over: tuple[str, ...]
    #: The arrangement as it was; None where there was none.
    card: ArrangementCard | None


def before(look: Reading, row: CaseFile) -> Before | None:
    """Give the case that this one cites; None for none, or one that is not theirs to see.

    At most six statements, none where no case is cited.
    """
    if row.earlier_case_id is None:
        return None
    earlier = look.session.scalar(
        select(CaseFile).where(CaseFile.id == row.earlier_case_id, sees(look.viewer, Part.CARD))
    )
    if earlier is None or earlier.deleted_on is not None:
        return None
    return Before(
        case_id=earlier.id,
        reference=earlier.reference,
        closed_on=earlier.closed_on,
        closed_because=words.name_of("ending", earlier.closed_reason),
        carried_over=tuple(_carried_over(look, row)),
        card=card_of_case(look, earlier.id),
    )


def _carried_over(look: Reading, row: CaseFile) -> Iterator[str]:
    customer = look.session.get(Customer, row.customer_id) if row.customer_id else None
    if customer is not None and needs_of(customer):
        yield "What the customer needs from us."
    speaking = look.session.scalars(
        select(ThirdParty).where(
            ThirdParty.case_id == row.id,
            ThirdParty.carried_over.is_(True),
            ThirdParty.ended_on.is_(None),
        )
    )
    for one in speaking:
        yield (
            f"{one.name} speaks for them, by authority given on {said(one.authority_given_on)}. "
            "Ask the customer if that still holds."
        )
