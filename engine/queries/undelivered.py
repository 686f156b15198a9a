"""What could not be delivered, what still waits to leave, and how much of it there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from engine import clock
from engine.casework.flag_requests import REQUESTED
from engine.casework.kept_apart import kept_from_viewer
from engine.casework.outgoing import EMAIL, EVENTS
from engine.casework.outgoing_letters import NOTIFY
from engine.casework.visibility import Part, sees, sees_every_case
from engine.errors import NotFound
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, page_number, page_of, reading
from engine.queries.stuck import is_stuck, may_retry
from engine.queries.walking import counted_to
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending
from engine.tables.process import Incident, Outbox
from engine.tables.sign_in import SignedIn

_EVENTS: Mapping[str, str] = {**EVENTS, REQUESTED: "A flag is to be changed."}
#: dead: a person has to decide; waiting: it is tried by itself, or waits for a sender.
Show = Literal["dead", "waiting"]
_DEAD: ColumnElement[bool] = and_(Outbox.dead_at.is_not(None), Outbox.given_up_at.is_(None))
_WHICH: Mapping[str, ColumnElement[bool]] = {
    "dead": _DEAD,
    "waiting": Outbox.next_try_at.is_not(None),
}


@dataclass(frozen=True)
class Undelivered:
    """One e-mail or event that has not left the house."""

    id: int
    #: E-mail, or a letter through GOV.UK Notify; otherwise an event for another system.
    is_email: bool
    channel: str
    #: Its subject, or what an event says.
    what: str
    #: Whom it is for; "" when the case is not for this person.
    to: str
    #: None when it belongs to no case, or to one that is not for this person.
    case_id: int | None
    case_reference: str
    customer: str
    made_at: dt.datetime
    attempts: int
    #: Why the last try failed, in a sentence; "" when there was none.
    last_error: str
    #: When it is tried again by itself; None when it is not.
    next_try_at: dt.datetime | None
    dead_at: dt.datetime | None
    #: A worker is sending it at this moment.
    is_leaving: bool


@dataclass(frozen=True)
class UndeliveredPage:
    """One page of what has not left, and how much there is of either kind."""

    rows: Page[Undelivered]
    dead: int
    waiting: int


@dataclass(frozen=True)
class LookedAfter:
    """What waits for those who look after the engine; each counted up to 1,001."""

    stuck: int = 0
    undelivered: int = 0
    #: Emergency sign-ins that no second person has looked at.
    emergencies: int = 0


def undelivered(
    database: Database, person: Person, show: Show = "dead", page: int = 1
) -> UndeliveredPage:
    """Give what could not be delivered, or what waits, the oldest first; at most three statements.

    Raises NotFound for somebody whose it is not to look after.
    """
    if not may_retry(person):
        raise NotFound
    with reading(database, person) as look:
        dead, waiting = look.session.execute(
            select(*(_count(_WHICH[kind]) for kind in ("dead", "waiting")))
        ).one()
        found = look.session.execute(_wanted(look, show, page_number(page))).all()
        total = dead if show == "dead" else waiting
        rows = page_of([_told(look, row) for row in found], total, page_number(page))
        return UndeliveredPage(rows, dead, waiting)


def looked_after(database: Database, person: Person) -> LookedAfter:
    """Count what is stuck, undelivered or an emergency; one statement, none for others."""
    if not may_retry(person):
        return LookedAfter()
    with database.reading() as session:
        stuck = counted_to([(is_stuck(person),)], Incident.id)
        dead = counted_to([(_DEAD,)], Outbox.id)
        unseen = counted_to([_UNSEEN], SignedIn.id)
        return LookedAfter(*session.execute(select(stuck, dead, unseen)).one())


#: Somebody signed in by emergency and no second person has looked yet.
_UNSEEN = (SignedIn.way == "emergency", SignedIn.looked_at.is_(None))


def _count(which: ColumnElement[bool]) -> Any:
    return select(func.count(Outbox.id)).where(which).scalar_subquery()


def _wanted(look: Reading, show: Show, page: int) -> Any:
    whole = sees_every_case(look.viewer, Part.LETTERS)
    sees_it = and_(true() if whole else sees(look.viewer, Part.LETTERS), ~_is_apart(look))
    return (
        select(
            Outbox,
            CaseFile.reference,
            CaseFile.deleted_on,
            Customer.name,
            or_(Outbox.case_id.is_(None), and_(CaseFile.id.is_not(None), sees_it)).label("sees"),
        )
        .outerjoin(CaseFile, CaseFile.id == Outbox.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(_WHICH[show])
        .order_by(Outbox.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )


def _is_apart(look: Reading) -> ColumnElement[bool]:
    """Give the condition under which it tells of a request for data, or a hold, not for them."""
    kept = kept_from_viewer(look.viewer)
    if not kept:
        return false()
    of_it = select(Letter.id).join(Sending, Sending.letter_id == Letter.id)
    letter = of_it.where(Sending.outbox_id == Outbox.id, Letter.template.in_(kept)).exists()
    about = func.coalesce(Outbox.about, "")
    return or_(letter, *(about.startswith(f"{name}_") for name in sorted(kept)))


def _told(look: Reading, found: Any) -> Undelivered:
    row: Outbox = found.Outbox
    is_theirs = bool(found.sees)
    content = row.content if isinstance(row.content, dict) else {}
    is_email = row.kind in (EMAIL, NOTIFY)
    event = str(content.get("type", ""))
    what = str(content.get("subject", "")) if is_email else _EVENTS.get(event, event)
    to = str(content.get("to", "")) if is_email else row.channel.partition(":")[2]
    held = row.claimed_until is not None and row.claimed_until > clock.real()
    return Undelivered(
        id=row.id,
        is_email=is_email,
        channel=row.channel,
        what=what if is_theirs else "About a case that is not for you",
        to=to if is_theirs else "",
        case_id=row.case_id if is_theirs else None,
        case_reference=(found.reference or "") if is_theirs else "",
        customer=customer_name(found.name, found.deleted_on) if is_theirs and row.case_id else "",
        made_at=row.made_at,
        attempts=row.attempts,
        last_error=(row.last_error or "") if is_theirs else "",
        next_try_at=row.next_try_at,
        dead_at=row.dead_at,
        is_leaving=held,
    )
