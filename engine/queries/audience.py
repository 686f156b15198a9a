"""Who sees a case, person by person and why: the same table as everywhere, read the other way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, or_, select, union

from engine.casework.matrix import ANYBODY, Part, Tie
from engine.casework.open_tasks import is_open
from engine.casework.standing_in import stands_in_on
from engine.casework.visibility import parts_opened
from engine.queries import words
from engine.queries.people import Person, people_today
from engine.queries.reading import Reading
from engine.tables.absences import StandIn
from engine.tables.casefile import CaseFile, Stage
from engine.tables.decisions import Appeal, Arrangement, Decision, PartnerEvent
from engine.tables.emergency import EmergencyAccess
from engine.tables.partners import SharingAgreement
from engine.tables.people import User
from engine.tables.process import WorkItem

_Ties = dict[str, set[tuple[str, Tie]]]

_PARTS: dict[Part, str] = {
    Part.CARD: "arrangement card",
    Part.LETTERS: "letters",
    Part.TASKS: "tasks",
    Part.DECISIONS: "decisions and reasons",
    Part.EVIDENCE: "evidence",
    Part.CONTACTS: "contacts",
    Part.TIMELINE: "timeline and answers",
    Part.DIAGRAMS: "where it is",
    Part.RESTRICTED: "health and other restricted answers",
    Part.RELIED_ON: "restricted answers a decision relied on",
    Part.RETENTION: "requests for data, holds and deletion",
}
_WHY: dict[Tie, str] = {
    Tie.CARRIES: "carries, opened or referred it",
    Tie.TOOK_PART: "took part in a decision",
    Tie.WORKED: "has or had a task in it",
    Tie.WAITED_FOR: "a task waits for this role",
    Tie.DIRECTS: "decides an appeal",
    Tie.CONTACT: "single point of contact or cover",
    Tie.SERVICE: "manages the service that carries it",
    Tie.SHARED: "partner organisation that was told of it",
    Tie.EMERGENCY: "has emergency access now",
}


@dataclass(frozen=True)
class Watcher:
    """One person who sees something of a case."""

    full_name: str
    job: str
    #: What they see, in words.
    sees: str
    #: Why, in words.
    why: str
    sees_restricted: bool


def audience_of(look: Reading, case: CaseFile) -> tuple[Watcher, ...]:
    """Give everybody who sees something of a case, those who see most first.

    Eleven statements, however many people there are.
    """
    ties = _ties(look, case)
    waiting = {(role, Tie.WAITED_FOR) for role in _waiting_roles(look, case.id)}
    found = []
    for person in people_today(look):
        held = ties[person.name] | ties[ANYBODY] | {at for at in waiting if at[0] in person.roles}
        parts = parts_opened(person.roles, held) - {Part.REGISTER}
        if parts:
            found.append((parts, _watcher(person, parts, held)))
    found.sort(key=lambda pair: (-len(pair[0]), pair[1].full_name))
    return tuple(watcher for _, watcher in found)


def _watcher(person: Person, parts: frozenset[Part], held: Iterable[tuple[str, Tie]]) -> Watcher:
    by_role = parts_opened(person.roles, ())
    opening = {tie for role, tie in held if parts_opened(person.roles, {(role, tie)}) - by_role}
    reasons = [_WHY[tie] for tie in Tie if tie in opening]
    if by_role:
        reasons = [*(words.name_of("role", role) for role in person.roles), *reasons]
    elif Tie.CONTACT in opening and Part.EVIDENCE not in parts:
        reasons = [_WHY[Tie.CONTACT]]
    if Part.RESTRICTED in parts:
        parts -= {Part.RELIED_ON}
    everything = frozenset(_PARTS) - {Part.RESTRICTED, Part.RELIED_ON, Part.RETENTION}
    if parts >= everything:
        extra = [_PARTS[part] for part in _PARTS if part in parts - everything]
        sees = "Everything" + (f", with {words.joined(extra)}" if extra else "")
    else:
        sees = words.joined(_PARTS[part] for part in _PARTS if part in parts).capitalize()
    why = words.joined(reasons)
    return Watcher(
        full_name=person.full_name,
        job=person.job_title,
        sees=sees,
        why=f"{why[:1].upper()}{why[1:]}",
        sees_restricted=Part.RESTRICTED in parts,
    )


def _ties(look: Reading, case: CaseFile) -> _Ties:
    ties: _Ties = defaultdict(set)

    def tie(names: Iterable[str | None], kind: Tie, role: str = ANYBODY) -> None:
        for name in filter(None, names):
            ties[name].add((role, kind))

    read = look.session.execute
    tie((case.owner, case.opened_by), Tie.CARRIES)
    for stage in look.session.scalars(select(Stage).where(Stage.case_id == case.id)):
        tie((stage.referred_by,), Tie.CARRIES)
        tie(stage.attendees or (), Tie.TOOK_PART)
    for took_part in look.session.scalars(
        select(Decision.took_part).where(Decision.case_id == case.id)
    ):
        tie(took_part or (), Tie.TOOK_PART)
    for role, assignee, completed_by in read(
        select(WorkItem.role, WorkItem.assignee, WorkItem.completed_by)
        .where(WorkItem.case_id == case.id)
        .distinct()
    ):
        tie((assignee, completed_by), Tie.WORKED, role)
    directors = select(Appeal.director).where(Appeal.case_id == case.id)
    tie(look.session.scalars(directors), Tie.DIRECTS)
    told = exists().where(
        PartnerEvent.arrangement_id == Arrangement.id, PartnerEvent.shared_on.is_not(None)
    )
    partners = union(select(PartnerEvent.partner), select(SharingAgreement.partner))
    owned = Arrangement.owner_organisation.in_(partners)
    for spoc, cover, is_shared in read(
        select(Arrangement.spoc, Arrangement.cover, or_(told, owned)).where(
            Arrangement.case_id == case.id, Arrangement.ended_on.is_(None)
        )
    ):
        tie((spoc, cover), Tie.CONTACT)
        if is_shared:
            tie((ANYBODY,), Tie.SHARED, "partner_liaison")
    stands_in = (
        select(StandIn.user_name)
        .join(Arrangement, stands_in_on(look.today))
        .where(StandIn.case_id == case.id, Arrangement.ended_on.is_(None))
    )
    tie(look.session.scalars(stands_in), Tie.CONTACT)
    tie(_above(look, (case.owner, case.opened_by)), Tie.SERVICE)
    in_emergency = select(EmergencyAccess.user_name).where(
        EmergencyAccess.case_id == case.id,
        EmergencyAccess.ends_at > look.now,
        EmergencyAccess.ended_at.is_(None),
    )
    tie(look.session.scalars(in_emergency), Tie.EMERGENCY)
    return ties


def _above(look: Reading, names: Iterable[str]) -> set[str]:
    """Give everybody in line above these people, each once, also where the line runs in a ring."""
    bosses = dict(look.session.execute(select(User.name, User.line_manager)).all())
    above: set[str] = set()
    for name in names:
        boss = bosses.get(name)
        while boss is not None and boss not in above:
            above.add(boss)
            boss = bosses.get(boss)
    return above


def _waiting_roles(look: Reading, case_id: int) -> set[str]:
    untaken = select(WorkItem.role).where(
        WorkItem.case_id == case_id, is_open(), WorkItem.assignee.is_(None)
    )
    return set(look.session.scalars(untaken.distinct()))
