"""What keeps a case from being deleted: facts of the system, and holds people place (R-108)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, String, cast, literal, or_, select, union_all
from sqlalchemy.orm import Session

from engine.casework import ombudsman_reports
from engine.tables.casefile import LegalHold, OwedAction
from engine.tables.complaints import Complaint
from engine.tables.decisions import Appeal, Arrangement, Flag, LookRequest
from engine.tables.ombudsman import Determination, OmbudsmanItem
from engine.tables.refusals import ContactRefusal

#: The kind of a hold that somebody placed; every other kind is a fact that ends by itself.
PLACED = "placed"
_ORDER = "order"


@dataclass(frozen=True)
class Source:
    """One kind of fact that holds a case: how it is called, and the open ones of every case."""

    kind: str
    #: What holds, in words that name nobody.
    words: str
    #: Gives the case's id, since when and the id of the row, of each that is open.
    rows: Select[int, dt.date, int]


@dataclass(frozen=True)
class Held:
    """One thing that holds one case."""

    case_id: int
    kind: str
    words: str
    since: dt.date
    object_id: int


def _item(*conditions: Any) -> Select[int, dt.date, int]:
    return (
        select(OmbudsmanItem.case_id, Determination.reported_on, OmbudsmanItem.id)
        .join(Determination, Determination.id == OmbudsmanItem.determination_id)
        .where(ombudsman_reports.is_open(), *conditions)
    )


#: Everything that holds a case (R-108). A new kind of open matter is one more row here; whatever
#: settles it sends ``something_was_settled`` under ``case:ID``, and the deletion looks again.
SOURCES: tuple[Source, ...] = (
    Source(
        PLACED,
        "A hold that was placed",
        select(LegalHold.case_id, LegalHold.opened_on, LegalHold.id).where(
            LegalHold.lifted_on.is_(None), LegalHold.data_request_id.is_(None)
        ),
    ),
    Source(
        "data_request",
        "A request for data is open",
        select(LegalHold.case_id, LegalHold.opened_on, LegalHold.id).where(
            LegalHold.lifted_on.is_(None), LegalHold.data_request_id.is_not(None)
        ),
    ),
    Source(
        "appeal",
        "An appeal is open",
        select(Appeal.case_id, Appeal.received_on, Appeal.id).where(
            Appeal.answered_on.is_(None), Appeal.withdrawn_on.is_(None)
        ),
    ),
    Source(
        "look_request",
        "A request to look again is open",
        select(LookRequest.case_id, LookRequest.received_on, LookRequest.id).where(
            LookRequest.answered_on.is_(None)
        ),
    ),
    Source(
        "complaint",
        "A complaint is open",
        select(Complaint.case_id, Complaint.received_on, Complaint.id).where(
            Complaint.answered_on.is_(None)
        ),
    ),
    Source(
        _ORDER,
        "An order of the Ombudsman is open",
        _item(OmbudsmanItem.kind == _ORDER, OmbudsmanItem.amount.is_(None)),
    ),
    Source(
        "compensation",
        "Compensation is not paid",
        _item(OmbudsmanItem.amount.is_not(None)),
    ),
    Source(
        "recommendation",
        "A recommendation of the Ombudsman is open",
        _item(OmbudsmanItem.kind != _ORDER, OmbudsmanItem.amount.is_(None)),
    ),
    Source(
        "contact_refusal",
        "A refusal of further contact is proposed or in force",
        select(ContactRefusal.case_id, ContactRefusal.proposed_on, ContactRefusal.id).where(
            ContactRefusal.ended_on.is_(None),
            or_(ContactRefusal.outcome.is_(None), ContactRefusal.outcome == "refused"),
        ),
    ),
    Source(
        "owed_action",
        "We still owe the customer something",
        select(OwedAction.case_id, OwedAction.opened_on, OwedAction.id).where(
            OwedAction.done_on.is_(None), OwedAction.withdrawn_reason.is_(None)
        ),
    ),
    Source(
        "flag",
        "A flag is not confirmed as removed",
        select(Arrangement.case_id, Flag.requested_on, Flag.id)
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .where(Flag.removed_on.is_(None)),
    ),
)


def standing(session: Session, case_ids: Collection[int]) -> list[Held]:
    """Give everything that holds these cases, by case and then the oldest first; one statement."""
    if not case_ids:
        return []
    wanted = list(case_ids)
    words = {source.kind: source.words for source in SOURCES}
    parts = []
    for source in SOURCES:
        case_id, since, number = source.rows.selected_columns
        parts.append(
            source.rows.with_only_columns(
                cast(literal(source.kind), String).label("kind"),
                cast(case_id, Integer).label("case_id"),
                since.label("since"),
                number.label("number"),
            ).where(case_id.in_(wanted))
        )
    found = union_all(*parts).subquery()
    rows = session.execute(
        select(found).order_by(found.c.case_id, found.c.since, found.c.kind, found.c.number)
    )
    return [Held(row.case_id, row.kind, words[row.kind], row.since, row.number) for row in rows]


def words_of(kinds: Collection[str]) -> list[str]:
    """Give what these kinds are called, each once, in the order of ``SOURCES``."""
    return [source.words for source in SOURCES if source.kind in kinds]
