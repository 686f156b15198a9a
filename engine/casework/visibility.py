"""Who sees what of a case: one table; what is not in it does not exist for that person (R-102)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
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
    union_all,
)
from sqlalchemy.orm import Session

from engine.casework.open_tasks import waits_for
from engine.errors import NotFound
from engine.tables.casefile import CaseFile, Stage
from engine.tables.decisions import Appeal, Arrangement
from engine.tables.process import WorkItem
from engine.tables.took_part import TookPart


class Viewer(Protocol):
    """Somebody who looks: a user name and the roles held today."""

    @property
    def name(self) -> str:
        """Give the user name."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Give the roles held today."""


class Part(StrEnum):
    """A part of a case that is shown or is not."""

    CARD = "card"
    LETTERS = "letters"
    TASKS = "tasks"
    DECISIONS = "decisions"
    EVIDENCE = "evidence"
    CONTACTS = "contacts"
    TIMELINE = "timeline"
    DIAGRAMS = "diagrams"
    #: Health, addiction: only for their author and those named here (R-109).
    RESTRICTED = "restricted"
    #: Who read restricted answers, and when.
    READS = "reads"
    #: Requests for copies, holds, deletion.
    RETENTION = "retention"
    #: The list of every arrangement; the case it is about shows its card.
    REGISTER = "register"


class Tie(StrEnum):
    """What ties a person to a case."""

    #: None needed: every case.
    ANY = "any"
    #: Opened it, carries it or referred it.
    CARRIES = "carries"
    #: Took part in one of its decisions or meetings, and is not its contact or cover now: those
    #: see what a contact needs, also when they sat in the meeting that chose them.
    TOOK_PART = "took_part"
    #: Holds or held a task of it in this role.
    WORKED = "worked"
    #: A task of it is open for anybody in this role.
    WAITED_FOR = "waited_for"
    #: An appeal of it is allocated to them.
    DIRECTS = "directs"
    #: Is the single point of contact or the cover of an arrangement that has not ended.
    CONTACT = "contact"


#: A row for everybody, whatever the role.
ANYBODY = "anybody"

_CASE = frozenset(Part) - {Part.RESTRICTED, Part.READS, Part.RETENTION, Part.REGISTER}
_WHOLE = _CASE | {Part.READS, Part.RETENTION, Part.REGISTER}
_CARD = frozenset({Part.CARD})
#: Role and tie -> the parts they open. What is not here is not seen (requirements A.11).
_TABLE: dict[tuple[str, Tie], frozenset[Part]] = {
    ("dmo", Tie.ANY): frozenset(Part),
    ("complaints_manager", Tie.ANY): _WHOLE,
    ("legal", Tie.ANY): _WHOLE,
    ("manager", Tie.ANY): _CASE | {Part.REGISTER},
    ("team_leader", Tie.CARRIES): _CASE,
    ("team_leader", Tie.WORKED): _CASE,
    ("assistant_director", Tie.DIRECTS): _CASE,
    ("assistant_director", Tie.WORKED): _CASE,
    ("assistant_director", Tie.WAITED_FOR): _CASE,
    ("systems_team", Tie.WORKED): _CARD,
    ("systems_team", Tie.WAITED_FOR): _CARD,
    (ANYBODY, Tie.TOOK_PART): _CASE,
    (ANYBODY, Tie.CONTACT): frozenset({Part.CARD, Part.LETTERS}),
}
_ANSWER_CALLERS = frozenset(
    {
        *("team_leader", "manager", "dmo", "assistant_director", "complaints_manager", "legal"),
        *("systems_team", "contact_centre", "officer"),
    }
)
#: Pages about no single case -> the roles they exist for (R-102, requirements A.11).
_PAGES: dict[str, frozenset[str]] = {
    "callers": _ANSWER_CALLERS,
    "drafts": frozenset({"process_owner"}),
    "letters to post": frozenset(
        {
            *("team_leader", "manager", "dmo", "assistant_director"),
            *("complaints_manager", "legal"),
        }
    ),
    "processes": frozenset({"process_owner", "manager", "dmo", "complaints_manager", "legal"}),
    "running": frozenset({"manager", "dmo", "complaints_manager", "legal"}),
    "setting up": frozenset({"administrator", "dmo"}),
}


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
    for (role, tie), parts in _TABLE.items():
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
    return bool(_PAGES[page].intersection(viewer.roles))


def may_see_task(session: Session, item: WorkItem, by: str, roles: Iterable[str]) -> bool:
    """Tell whether this task exists for a person who is neither its holder nor in its role."""
    viewer = _Named(by, tuple(roles))
    if item.completed_by == by or sees_every_case(viewer, Part.TASKS):
        return True
    if item.case_id is None:
        return False
    try:
        return Part.TASKS in parts_of(session, viewer, item.case_id)
    except NotFound:
        return False


def may_see_case(session: Session, case_id: int, by: str, roles: Iterable[str]) -> bool:
    """Tell whether a person sees any part of a case."""
    try:
        return bool(parts_of(session, _Named(by, tuple(roles)), case_id))
    except NotFound:
        return False


class _Named(NamedTuple):
    name: str
    roles: tuple[str, ...]


def _rows(viewer: Viewer) -> Iterator[tuple[str, Tie, frozenset[Part]]]:
    for (role, tie), parts in _TABLE.items():
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
    if tie is Tie.DIRECTS:
        return (select(Appeal.case_id).where(Appeal.director == me),)
    live = Arrangement.ended_on.is_(None)
    return (
        select(Arrangement.case_id).where(
            live, or_(Arrangement.spoc == me, Arrangement.cover == me)
        ),
    )
