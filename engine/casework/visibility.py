"""Who sees what of a case, asked of the one table; what it does not open does not exist (R-102)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    cast,
    false,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from engine import clock
from engine.casework.matrix import ANYBODY, NEEDS, PAGES, RELIED_ON, TABLE, Part, Tie
from engine.casework.open_tasks import waits_for
from engine.casework.standing_in import stands_in_on
from engine.errors import NotFound
from engine.tables.absences import StandIn
from engine.tables.casefile import CaseFile, Stage
from engine.tables.decisions import Appeal, Arrangement, PartnerEvent
from engine.tables.emergency import EmergencyAccess
from engine.tables.partners import SharingAgreement
from engine.tables.people import User
from engine.tables.process import WorkItem
from engine.tables.took_part import TookPart

__all__ = [
    "ANYBODY",
    "NEEDS",
    "Named",
    "Part",
    "Tie",
    "Viewer",
    "cases_seen",
    "needs",
    "opens",
    "parts_of",
    "parts_opened",
    "parts_seen",
    "reads_restricted",
    "sees",
    "sees_every_case",
]


class Viewer(Protocol):
    """Somebody who looks: a user name and the roles held today."""

    @property
    def name(self) -> str:
        """Give the user name."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Give the roles held today."""


def parts_of(session: Session, viewer: Viewer, case_id: int) -> frozenset[Part]:
    """Give the parts of one case this person sees, with one statement.

    Raises NotFound when there is no such case or this person sees nothing of it.
    """
    rows = list(_rows(viewer))
    held = [_tied(viewer, role, tie) for role, tie, _ in rows]
    found = session.execute(
        select(*[flag.label(f"tie_{n}") for n, flag in enumerate(held)], CaseFile.id).where(
            CaseFile.id == case_id
        )
    ).first()
    if found is None:
        raise NotFound
    opened = frozenset[Part]().union(
        *(parts for (_, _, parts), is_tied in zip(rows, found, strict=False) if is_tied)
    )
    if not opened:
        raise NotFound
    return opened


def parts_opened(roles: Collection[str], ties: Collection[tuple[str, Tie]]) -> frozenset[Part]:
    """Give the parts that ties already known open to somebody with these roles.

    ties: the role a tie is held in (``ANYBODY`` where the tie asks for none) and the tie; this
    is the same table, read for a person whose ties are counted and not asked for.
    """
    opened: frozenset[Part] = frozenset()
    is_contact = (ANYBODY, Tie.CONTACT) in ties
    for (role, tie), parts in TABLE.items():
        if role != ANYBODY and role not in roles:
            continue
        if tie is Tie.TOOK_PART and is_contact:
            continue
        if tie is Tie.ANY or (role, tie) in ties or (ANYBODY, tie) in ties:
            opened |= parts
    return opened


def sees(viewer: Viewer, part: Part) -> ColumnElement[bool]:
    """Give the condition under which a row of ``CaseFile`` shows this part to this person."""
    if sees_every_case(viewer, part):
        return true()
    return CaseFile.id.in_(cases_seen(viewer, part))


def cases_seen(viewer: Viewer, part: Part) -> CompoundSelect[Any]:
    """Give the ids of the cases of which somebody who does not see every one sees this part.

    From what ties this person alone, each tie by its own index: the cases of all others cost
    nothing.
    """
    ties = [(role, tie) for role, tie, parts in _rows(viewer) if part in parts]
    return _together(found for role, tie in ties for found in _cases_tied(viewer.name, role, tie))


def sees_every_case(viewer: Viewer, part: Part) -> bool:
    """Tell whether this person sees this part of every case (the register: of every landlord's)."""
    return any(tie is Tie.ANY and part in parts for _, tie, parts in _rows(viewer))


def opens(viewer: Viewer, page: str) -> bool:
    """Tell whether a page about no single case exists for this person: callers, drafts ..."""
    return bool(PAGES[page].intersection(viewer.roles))


def reads_restricted(parts: Collection[Part], form: str) -> bool:
    """Tell whether somebody who sees these parts reads what this form keeps restricted (R-109).

    Its author reads it in any case.
    """
    return Part.RESTRICTED in parts or (Part.RELIED_ON in parts and form in RELIED_ON)


def needs(action: str) -> Part:
    """Give what of a case somebody must see to do an action of its page, or bring a message."""
    return NEEDS.get(action, Part.TIMELINE)


def parts_seen(session: Session, case_id: int, by: str, roles: Iterable[str]) -> frozenset[Part]:
    """Give the parts of one case a person sees; none when it does not exist for them."""
    try:
        return parts_of(session, Named(by, tuple(roles)), case_id)
    except NotFound:
        return frozenset()


class Named(NamedTuple):
    """Somebody who looks, by user name and roles."""

    name: str
    roles: tuple[str, ...]


def _rows(viewer: Viewer) -> Iterator[tuple[str, Tie, frozenset[Part]]]:
    for (role, tie), parts in TABLE.items():
        if role == ANYBODY or role in viewer.roles:
            yield role, tie, parts


def _tied(viewer: Viewer, role: str, tie: Tie) -> ColumnElement[bool]:
    """Give the condition on ``CaseFile`` under which this tie holds."""
    if tie is Tie.ANY:
        return true()
    return CaseFile.id.in_(_together(_cases_tied(viewer.name, role, tie)))


def _together(parts: Iterable[Select[Any]]) -> CompoundSelect[Any]:
    return union_all(*parts, select(cast(null(), Integer)).where(false()))


def _cases_tied(me: str, role: str, tie: Tie) -> tuple[Select[Any], ...]:
    """Give the ids of the cases this tie leads to, each way by a statement of its own."""
    if tie is Tie.CARRIES:
        carried = [
            select(CaseFile.id).where(by == me) for by in (CaseFile.owner, CaseFile.opened_by)
        ]
        return (*carried, select(Stage.case_id).where(Stage.referred_by == me))
    if tie is Tie.TOOK_PART:
        (contact,) = _cases_tied(me, role, Tie.CONTACT)
        took_part = select(TookPart.case_id).where(TookPart.user_name == me)
        return (took_part.where(TookPart.case_id.not_in(contact)),)
    if tie is Tie.WORKED:
        theirs = (WorkItem.assignee == me, WorkItem.completed_by == me)
        return tuple(select(WorkItem.case_id).where(WorkItem.role == role, by) for by in theirs)
    if tie is Tie.WAITED_FOR:
        return (select(WorkItem.case_id).where(waits_for((role,))),)
    return (_BY_ONE_WAY[tie](me),)


def _serviced(me: str) -> Select[Any]:
    """Give the cases of everybody who works under this person, at whatever distance."""
    theirs = select(User.name).where(User.line_manager == me).cte("service", recursive=True)
    below = select(User.name).join(theirs, User.line_manager == theirs.c.name)
    team = select(theirs.union(below).c.name)
    return select(CaseFile.id).where(or_(CaseFile.owner.in_(team), CaseFile.opened_by.in_(team)))


def _directed(me: str) -> Select[Any]:
    return select(Appeal.case_id).where(Appeal.director == me)


def _contacted(me: str) -> Select[Any]:
    today = clock.today()
    stands_in = (
        select(StandIn.arrangement_id)
        .join(Arrangement, stands_in_on(today))
        .where(StandIn.user_name == me)
    )
    theirs = or_(Arrangement.spoc == me, Arrangement.cover == me, Arrangement.id.in_(stands_in))
    return select(Arrangement.case_id).where(Arrangement.ended_on.is_(None), theirs)


def _shared(_: str) -> Select[Any]:
    """Give the cases with an arrangement in being that the partner was told of, or owns itself."""
    told = select(PartnerEvent.arrangement_id).where(PartnerEvent.shared_on.is_not(None))
    partners = union(select(PartnerEvent.partner), select(SharingAgreement.partner))
    theirs = Arrangement.owner_organisation.in_(partners)
    return select(Arrangement.case_id).where(
        Arrangement.ended_on.is_(None), or_(Arrangement.id.in_(told), theirs)
    )


def _in_emergency(me: str) -> Select[Any]:
    """Give the cases open to this person in an emergency at this moment."""
    return select(EmergencyAccess.case_id).where(
        EmergencyAccess.user_name == me,
        EmergencyAccess.ends_at > clock.now(),
        EmergencyAccess.ended_at.is_(None),
    )


#: Ties that one statement leads along, whatever role they are held in.
_BY_ONE_WAY: Mapping[Tie, Callable[[str], Select[Any]]] = {
    Tie.SERVICE: _serviced,
    Tie.DIRECTS: _directed,
    Tie.CONTACT: _contacted,
    Tie.SHARED: _shared,
    Tie.EMERGENCY: _in_emergency,
}
