"""Emergency access to one case: asked for with a reason, told to its people, over by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import after
from engine.casework import outgoing, people
from engine.casework.audit import Chain, Entry
from engine.casework.outgoing import Mail
from engine.casework.visibility import opens
from engine.commands.contexts import context_of_case
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.queries import Page, Person, words
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.reading import PAGE_SIZE, Reading, page_number, page_of, reading
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.emergency import EmergencyAccess
from engine.tables.people import User

#: Of a reason, in characters.
_LONGEST = 500
#: A reason shorter than this says nothing to those who look at it afterwards.
_SHORTEST = 10
_TOLD = ("dmo", "complaints_manager")
_MOMENT = dt.timedelta(seconds=1)
_SENTENCE = "Somebody has emergency access to a case."


@dataclass(frozen=True)
class Emergency:
    """One emergency access as the list of them shows it."""

    id: int
    #: Full name.
    who: str
    case_id: int
    case_reference: str
    customer: str
    reason: str
    began_at: dt.datetime
    ends_at: dt.datetime
    #: When and by whom it was ended before its time; None and "" when it was not.
    ended_at: dt.datetime | None
    ended_by: str
    #: It opens the case at this moment.
    is_open: bool
    #: Who of those who watch over the log looked at it; "" while nobody did.
    seen_by: str
    seen_at: dt.datetime | None

    @property
    def last_on(self) -> dt.date:
        """Give the last day on which it is open, if nobody ends it before."""
        return words.local_date(self.ends_at - _MOMENT)


def ask(db: Database, person: Person, reference: str, reason: str) -> int:
    """Open one case to somebody until the end of the day, for a reason; gives the case's id.

    reference: of the case or of the tenancy, as it is written; of several cases the newest.
    The people of the case are told by e-mail, and it stands in its timeline and in the log.
    Raises NotFound for those it does not exist for, InvalidAnswers for a reference nobody has or
    a reason that says nothing, Rejected when they have such access already (R-103).
    """
    if not opens(person, "emergency access"):
        raise NotFound
    with db.writing() as session:
        around = read_surroundings(session)
        said = _checked(reason)
        case = _case(session, reference)
        open_now = _open_ones(around.now).where(
            EmergencyAccess.case_id == case.id, EmergencyAccess.user_name == person.name
        )
        if session.scalar(open_now) is not None:
            raise Rejected("Expected a case you have no access to, but this one is open to you.")
        access = EmergencyAccess(
            case_id=case.id,
            user_name=person.name,
            reason=said,
            began_at=around.now,
            ends_at=after(around.today),
        )
        session.add(access)
        session.flush()
        new = {"reason": said, "until": access.ends_at.isoformat()}
        _keep(session, around, case, Entry("emergency_access_began", *_of(access), new=new), person)
        _tell(session, around, case, access)
        return case.id


def end(db: Database, person: Person, access_id: int) -> None:
    """End an emergency access before its time: one's own, or any for those who see the log.

    Raises NotFound, Rejected when it is over.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        access, case = _found(session, access_id)
        if access.user_name != person.name and not opens(person, "log"):
            raise NotFound
        if access.ended_at is not None or access.ends_at <= around.now:
            raise Rejected("Expected emergency access that goes on, but it is over already.")
        access.ended_at, access.ended_by = around.now, person.name
        _keep(session, around, case, Entry("emergency_access_ended", *_of(access)), person)


def mark_seen(db: Database, person: Person, access_id: int) -> None:
    """Note that somebody who watches over the log looked at it. Raises NotFound, Rejected."""
    if not opens(person, "log"):
        raise NotFound
    with db.writing() as session:
        around = read_surroundings(session)
        access, case = _found(session, access_id)
        if access.seen_at is not None:
            raise Rejected("Expected one that nobody looked at yet, but somebody has.")
        access.seen_at, access.seen_by = around.now, person.name
        _keep(session, around, case, Entry("emergency_access_seen", *_of(access)), person)


def emergencies(db: Database, person: Person, page: int = 1) -> Page[Emergency]:
    """Give every emergency access, the newest first; NotFound for those who do not see the log."""
    if not opens(person, "log"):
        raise NotFound
    with reading(db, person) as look:
        ids = look.session.scalars(
            select(EmergencyAccess.id).order_by(EmergencyAccess.id.desc())
        ).all()
        begin = (page_number(page) - 1) * PAGE_SIZE
        rows = look.session.execute(
            _rows().where(EmergencyAccess.id.in_(ids[begin : begin + PAGE_SIZE]))
        )
        return page_of([_told(look, row) for row in rows], len(ids), page_number(page))


def my_emergencies(db: Database, person: Person) -> tuple[Emergency, ...]:
    """Give what is open to somebody in an emergency now; NotFound if that exists not for them."""
    if not opens(person, "emergency access"):
        raise NotFound
    with reading(db, person) as look:
        mine = _open_ones(look.now).where(EmergencyAccess.user_name == person.name)
        rows = look.session.execute(_rows().where(EmergencyAccess.id.in_(mine)))
        return tuple(_told(look, row) for row in rows)


def _open_ones(now: dt.datetime) -> Any:
    return select(EmergencyAccess.id).where(
        EmergencyAccess.ended_at.is_(None), EmergencyAccess.ends_at > now
    )


def _rows() -> Any:
    return (
        select(EmergencyAccess, CaseFile.reference, CaseFile.deleted_on, Customer.name)
        .join(CaseFile, CaseFile.id == EmergencyAccess.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .order_by(EmergencyAccess.id.desc())
    )


def _told(look: Reading, found: Any) -> Emergency:
    row: EmergencyAccess = found.EmergencyAccess
    return Emergency(
        id=row.id,
        who=look.full_name(row.user_name),
        case_id=row.case_id,
        case_reference=found.reference,
        customer=customer_name(found.name, found.deleted_on),
        reason=row.reason,
        began_at=row.began_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        ended_by=look.full_name(row.ended_by),
        is_open=row.ended_at is None and row.ends_at > look.now,
        seen_by=look.full_name(row.seen_by),
        seen_at=row.seen_at,
    )


def _found(session: Session, access_id: int) -> tuple[EmergencyAccess, CaseFile]:
    access = session.get(EmergencyAccess, access_id, with_for_update=True)
    case = session.get(CaseFile, access.case_id) if access else None
    if access is None or case is None:
        raise NotFound(f"Expected an emergency access {access_id}, but there is none.")
    return access, case


def _case(session: Session, reference: str) -> CaseFile:
    asked = reference.replace("\0", "").strip()
    there = select(CaseFile).where(CaseFile.deleted_on.is_(None))
    case = session.scalar(there.where(CaseFile.reference == asked.upper()))
    if case is None and asked:
        of_tenancy = there.join(Customer, IS_CUSTOMER).where(Customer.tenancy_reference == asked)
        case = session.scalar(of_tenancy.order_by(CaseFile.id.desc()).limit(1))
    if case is None:
        said = "Expected the reference of a case or of a tenancy with one, but there is none. "
        raise InvalidAnswers([Problem("reference", f"{said}Check how it is written.")])
    return case


def _checked(reason: str) -> str:
    said = " ".join(reason.replace("\0", "").split())
    if len(said) < _SHORTEST:
        message = "Expected why you need to see this case now, but there is no reason. Write it."
        raise InvalidAnswers([Problem("reason", message)])
    if len(said) > _LONGEST:
        message = f"Expected a reason in at most {_LONGEST} characters, but it has {len(said)}."
        raise InvalidAnswers([Problem("reason", f"{message} Shorten it.")])
    return said


def _of(access: EmergencyAccess) -> tuple[str, int]:
    return EmergencyAccess.__tablename__, access.id


def _keep(
    session: Session, around: Surroundings, case: CaseFile, entry: Entry, person: Person
) -> None:
    """Add it to the chain of the case, under the name of whoever did it."""
    by = Entry(entry.action, entry.kind, entry.object_id, actor=person.name, new=entry.new)
    Chain.of_case(session, case).add(by, at=around.now)


def _tell(session: Session, around: Surroundings, case: CaseFile, access: EmergencyAccess) -> None:
    """Write to who carries the case and to those who watch over it; no name, no reason (R-102)."""
    release = bundle(session, current_release_id(session))
    context = context_of_case(
        session,
        around,
        release,
        access.user_name,
        case_id=case.id,
        parameter_set=case.parameter_set,
    )
    watching = [name for role in _TOLD for name in people.holders_of(session, role, around.today)]
    names = dict.fromkeys([case.owner, *watching])
    users = session.scalars(select(User).where(User.name.in_(names)).order_by(User.name))
    for user in users:
        mail = Mail(
            to=user.email,
            subject=f"{case.reference}: {_SENTENCE}",
            text=f"{_SENTENCE} Who, why and until when stands in its timeline.",
            path=f"/cases/{case.id}/timeline",
            about=f"emergency_access:{access.id}:{user.name}",
        )
        session.add(outgoing.email(context, mail))
