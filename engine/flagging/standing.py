"""How flags stand in each system: what is asked for, in place, to be removed, failed and late."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, case, func, select

from engine.calendar import Due
from engine.casework.flag_comparisons import due_dates
from engine.casework.flag_systems import adapter_of
from engine.casework.open_tasks import is_open_unled
from engine.casework.visibility import Part, sees
from engine.clock import LONDON
from engine.flagging.permission import check_roles
from engine.installation import read_surroundings
from engine.own_values import figure_here
from engine.queries.comparisons import last_compared
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.flagging import FlagDifference, FlagReconciliation, FlagRequest
from engine.tables.process import WorkItem

_PROCESS, _TASK, _ADD = "flags", "confirm_flag", "add"
#: Action -> what is asked for.
ACTIONS: Mapping[str, str] = {"add": "Set it", "update": "Change it", "end": "Remove it"}
_WAYS = {
    "by_hand": "By a task of the systems team",
    "worklist": "By a list to download",
    "webhook": "By a signed call; a task where that fails",
}
_MOST = 500


@dataclass(frozen=True)
class FlagWanted:
    """One change that is asked for and not confirmed: what the card says, never why."""

    task_id: int
    #: Under which an answer comes; "" for one from before requests were rows.
    reference: str
    case_id: int
    case_reference: str
    #: The tenancy reference, and the one before where the old home may still show it.
    person_key: str
    former_person_key: str
    #: add, update, end
    action: str
    text: str
    asked_on: dt.date
    due_on: dt.date | None
    is_late: bool
    #: An old register says that it is set already; nobody has looked (R-065).
    is_claimed: bool
    #: Why no machine could be asked; "" where one is, or none is meant to.
    failed_because: str


@dataclass(frozen=True)
class RemovalWanted:
    """One flag that is not ours and is to go: found by a comparison, waited for by no task."""

    comparison_id: int
    reference: str
    person_key: str
    asked_on: dt.date
    #: As for every other flag (R-067); None where the version in force has no figure for it.
    due_on: dt.date | None
    is_late: bool
    #: Whether no case of ours is about it; False where it was ours once.
    is_of_no_case: bool
    #: Why no machine could be asked; "" where one is, or none is meant to.
    failed_because: str


@dataclass(frozen=True)
class FlagSystem:
    """One system, how it is asked, and everything about it that waits."""

    name: str
    way: str
    wanted: tuple[FlagWanted, ...]
    #: Flags that are not ours, asked to be removed and not said to be gone.
    removals: tuple[RemovalWanted, ...]
    #: Flags as they are now: set and in force; set though the arrangement ended (Q3); of
    #: arrangements in force, not all confirmed (Q4).
    in_place: int
    still_set: int
    not_confirmed: int
    #: When it was compared last with what it shows; None for never.
    compared_on: dt.date | None
    #: That comparison, and how many differences of it nobody has dealt with; None and 0 for none.
    comparison_id: int | None
    left: int
    #: By when it is to be compared, with why that day; None where the version in force has no
    #: figure for it, or no flag was ever asked for there.
    compare_by: Due | None
    is_compared_late: bool

    @property
    def late(self) -> int:
        """Count what is late."""
        return sum(one.is_late for one in self.wanted) + sum(one.is_late for one in self.removals)

    @property
    def failed(self) -> int:
        """Count what a machine could not be asked for."""
        wanted = sum(bool(one.failed_because) for one in self.wanted)
        return wanted + sum(bool(one.failed_because) for one in self.removals)


def flag_systems(db: Database, person: Person) -> tuple[FlagSystem, ...]:
    """Give each system with what waits there, the most urgent first; at most eleven statements.

    Only of cases whose card this person sees. Raises NotFound for those it does not exist for.
    """
    check_roles(person.roles)
    with reading(db, person) as look:
        settings = read_surroundings(look.session).settings
        due = _comparisons_due(look)
        wanted = _wanted(look, person)
        removals = _removals(look)
        counts = _counts(look)
        compared = last_compared(look)
        return tuple(
            FlagSystem(
                name=name,
                way=_WAYS[adapter_of(settings, name).way],
                wanted=tuple(wanted[name]),
                removals=tuple(removals[name]),
                in_place=counts[name][0] if name in counts else 0,
                still_set=counts[name][1] if name in counts else 0,
                not_confirmed=counts[name][2] if name in counts else 0,
                compared_on=compared[name].on if name in compared else None,
                comparison_id=compared[name].id if name in compared else None,
                left=compared[name].left if name in compared else 0,
                compare_by=due.get(name),
                is_compared_late=name in due and due[name].on < look.today,
            )
            for name in sorted({*wanted, *removals, *counts})
        )


def _wanted(look: Reading, person: Person) -> Mapping[str, list[FlagWanted]]:
    rows = look.session.execute(
        select(WorkItem, CaseFile, Customer.tenancy_reference)
        .join(CaseFile, CaseFile.id == WorkItem.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .where(
            WorkItem.process_id == _PROCESS,
            WorkItem.element_id == _TASK,
            is_open_unled(),
            sees(person, Part.CARD),
        )
        .order_by(WorkItem.due_on, WorkItem.id)
        .limit(_MOST)
    ).all()
    asked = {
        (one.instance_id, one.system): (one, claimed_on is not None and one.action == _ADD)
        for one, claimed_on in look.session.execute(
            select(FlagRequest, Flag.claimed_on)
            .join(Flag, Flag.id == FlagRequest.flag_id)
            .where(
                FlagRequest.confirmed_at.is_(None),
                FlagRequest.replaced_at.is_(None),
                FlagRequest.instance_id.in_([item.instance_id for item, _, _ in rows]),
            )
            .order_by(FlagRequest.id)
        )
    }
    found: dict[str, list[FlagWanted]] = defaultdict(list)
    for item, of_case, tenancy in rows:
        system = str(item.variables.get("flag_system", ""))
        request, is_claimed = asked.get((item.instance_id, system), (None, False))
        row = _row(look, item, of_case, tenancy or "", request)
        found[system].append(replace(row, is_claimed=is_claimed))
    return found


def _row(
    look: Reading, item: WorkItem, of_case: CaseFile, tenancy: str, request: FlagRequest | None
) -> FlagWanted:
    return FlagWanted(
        task_id=item.id,
        reference=request.reference if request else "",
        case_id=of_case.id,
        case_reference=of_case.reference,
        person_key=request.person_key if request else tenancy,
        former_person_key=request.former_person_key if request else "",
        action=request.action if request else str(item.variables.get("flag_action", "add")),
        text=request.text if request else "",
        asked_on=item.opened_at.astimezone(LONDON).date(),
        due_on=item.due_on,
        is_late=item.due_on is not None and item.due_on < look.today,
        is_claimed=False,
        failed_because=request.failed_because if request and request.failed_at else "",
    )


def _comparisons_due(look: Reading) -> Mapping[str, Due]:
    """Give by when each system is to be compared; none where the figure is missing."""
    every = _figure(look, "flags.compare_every")
    return {} if every is None else due_dates(look.session, look.calendar, every)


def _figure(look: Reading, name: str) -> int | None:
    """Give a figure of the policy as it is here; None where the version in force lacks it."""
    around = read_surroundings(look.session)
    figures = bundle(look.session, current_release_id(look.session)).figures
    known = figures.get(around.parameter_set, {}).get(name)
    return None if known is None else int(str(figure_here(around.settings, name, known.value)))


def _removals(look: Reading) -> Mapping[str, list[RemovalWanted]]:
    """Give the removals no task waits for, by system, the oldest first."""
    found: dict[str, list[RemovalWanted]] = defaultdict(list)
    within = _figure(look, "flags.confirm_within")
    rows = look.session.execute(
        select(FlagReconciliation.system, FlagDifference)
        .join(FlagReconciliation, FlagReconciliation.id == FlagDifference.reconciliation_id)
        .where(FlagDifference.reference.is_not(None), FlagDifference.done_at.is_(None))
        .order_by(FlagDifference.id)
        .limit(_MOST)
    )
    for system, row in rows:
        asked_on = _day(row.asked_at) or look.today
        due_on = None if within is None else look.calendar.working_days(asked_on, within).on
        removal = RemovalWanted(
            comparison_id=row.reconciliation_id,
            reference=row.reference or "",
            person_key=row.person_key,
            asked_on=asked_on,
            due_on=due_on,
            is_late=due_on is not None and due_on < look.today,
            is_of_no_case=row.case_id is None,
            failed_because=row.failed_because,
        )
        found[system].append(removal)
    return found


def _counts(look: Reading) -> Mapping[str, tuple[int, int, int]]:
    """Count the flags of every case by system: in place, still set, not confirmed (Q3, Q4)."""
    live = Arrangement.ended_on.is_(None)
    is_set = and_(Flag.set_on.is_not(None), Flag.removed_on.is_(None))
    settled = and_(
        is_set,
        Flag.update_requested_on.is_(None),
        Flag.removal_requested_on.is_(None),
        Flag.failed_on.is_(None),
    )
    rows = look.session.execute(
        select(
            Flag.system,
            _sum(and_(live, settled)),
            _sum(and_(~live, is_set)),
            _sum(and_(live, Arrangement.in_force_on.is_not(None), ~settled)),
        )
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .group_by(Flag.system)
    ).all()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _sum(which: Any) -> Any:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(LONDON).date() if moment else None
