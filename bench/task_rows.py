"""Open tasks by the thousand or the million, as rows only: a thousand people, their cases."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from engine import clock
from engine.tables.casefile import CaseFile, Customer, Stage
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision
from engine.tables.people import RoleHolder, User
from engine.tables.process import ProcessInstance, WorkItem
from engine.tables.took_part import TookPart

#: Role -> how many of the thousand people hold it.
PEOPLE = {
    "team_leader": 300,
    "manager": 20,
    "dmo": 10,
    "assistant_director": 30,
    "systems_team": 40,
    "officer": 600,
}
#: Role -> how many of a hundred tasks are theirs.
_SHARES = {"team_leader": 55, "dmo": 20, "manager": 10, "assistant_director": 5, "systems_team": 10}
#: Tasks of a hundred that nobody has taken yet, and that have no date.
_UNTAKEN, _UNDATED = 30, 10
_TASKS_OF_A_CASE = 3
#: One case in so many has come to the formal stage, with a meeting, a decision, an arrangement.
_FORMAL = 4
#: So many of the first tasks are held by the first team leader, so that their list has pages at
#: every size.
_AT_LEAST = 60
_CASES_AT_ONCE = 2_000
#: The people whose lists are measured.
TEAM_LEADER, MANAGER = "team_leader_0", "manager_0"


@dataclass
class _Writer:
    tasks: int
    now: dt.datetime
    draw: random.Random = field(default_factory=lambda: random.Random(7))
    written: int = 0

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def cases(self) -> Iterator[dict[type[Row], list[dict[str, Any]]]]:
        """Give the rows of one case after the other until there are as many tasks as asked for."""
        number = 0
        while self.written < self.tasks:
            number += 1
            yield self._case(number)

    def _case(self, number: int) -> dict[type[Row], list[dict[str, Any]]]:
        owner = f"team_leader_{self.draw.randrange(PEOPLE['team_leader'])}"
        attendees = [self._person(role) for role in ("manager", "team_leader", "officer", "dmo")]
        opened_on = self.today - dt.timedelta(days=self.draw.randrange(400))
        case = {"case_id": number}
        is_formal = number % _FORMAL == 0
        stage = {
            **{"kind": "formal" if is_formal else "informal", "opened_on": opened_on, "looks": 0},
            **{"referred_by": owner if is_formal else None},
            "attendees": attendees if is_formal else [],
        }
        decision = {
            **{"kind": "agreed", "outcome": "agreed", "reasons": "", "decided_on": opened_on},
            **{"decided_by": attendees[0], "took_part": attendees, "barred": [], "cites": []},
            **{"owner_kind": "stage", "owner_id": number, "details": {}},
        }
        return {
            Customer: [_customer(number)],
            CaseFile: [_case_file(number, owner, opened_on)],
            Stage: [{"id": number, **case, **stage}],
            Decision: [{"id": number, **case, **decision}] if is_formal else [],
            TookPart: [
                {**case, "user_name": name, "stage_id": None, "decision_id": None, of: number}
                for of in ("stage_id", "decision_id")
                for name in attendees
                if is_formal
            ],
            Arrangement: [self._arrangement(number)] if is_formal else [],
            ProcessInstance: [
                {
                    **{"id": number, **case, "process_id": "formal_stage", "release_id": 1},
                    **{"parameter_set": "NPH_2022", "version": 1, "state_format": 1},
                    "started_at": self.now,
                }
            ],
            WorkItem: [self._task(number, owner) for _ in range(_TASKS_OF_A_CASE)],
        }

    def _task(self, case_id: int, owner: str) -> dict[str, Any]:
        self.written += 1
        role = self._role()
        holder = owner if role == "team_leader" else self._person(role)
        if self.written <= _AT_LEAST:
            role, holder = "team_leader", TEAM_LEADER
        is_untaken = self.written > _AT_LEAST and self._one_of(_UNTAKEN)
        due_on = self.today + dt.timedelta(days=self.draw.randrange(-30, 330))
        return {
            **{"id": self.written, "instance_id": case_id, "case_id": case_id},
            **{"process_id": "formal_stage", "element_id": "record_meeting", "form": "meeting"},
            **{"task_id": f"t{self.written}", "name": "Record the meeting", "role": role},
            **{"calling": {}, "variables": {}, "by_name": False},
            "assignee": None if is_untaken else holder,
            "due_on": None if self._one_of(_UNDATED) else due_on,
            "due_reason": "10 working days after the referral.",
            "opened_at": self.now,
        }

    def _arrangement(self, number: int) -> dict[str, Any]:
        return {
            **{"id": number, "case_id": number, "kind": "spoc", "decision_id": number},
            **{"spoc": self._person("officer"), "cover": self._person("officer")},
            **{"contact_method": "email", "contact_address": "contact@nph.example"},
            **{"visiting": "Not limited", "emergency_route": "01632 960 100"},
            **{"response_time": "5 working days", "owner_organisation": "Northfield Homes"},
            **{"from_on": self.today, "in_force_on": self.today},
        }

    def _role(self) -> str:
        (role,) = self.draw.choices([*_SHARES], [*_SHARES.values()])
        return role

    def _person(self, role: str) -> str:
        return f"{role}_{self.draw.randrange(PEOPLE[role])}"

    def _one_of(self, hundred: int) -> bool:
        return self.draw.randrange(100) < hundred


def fill(database: Database, tasks: int) -> None:
    """Write so many open tasks with their cases and a thousand people into an installation.

    database: with release 1 and nobody's cases in it. The same rows every time, but for the day.
    """
    with database.hurrying():
        with database.writing() as session:
            _write_people(session)
        cases = _Writer(tasks, clock.now()).cases()
        while some := list(islice(cases, _CASES_AT_ONCE)):
            with database.writing() as session:
                for table in some[0]:
                    _write(session, table, [row for case in some for row in case[table]])
    if not database.is_sqlite:
        with database.writing() as session:
            # What PostgreSQL finds out by itself while tables grow; SQLite is left as it is.
            session.execute(text("ANALYZE"))


def _write_people(session: Session) -> None:
    people = [(role, f"{role}_{n}") for role, count in PEOPLE.items() for n in range(count)]
    since = dt.date(2020, 1, 1)
    _write(
        session,
        User,
        [
            {"name": name, "full_name": name.replace("_", " ").title(), "email": "", "phone": ""}
            | {"job_title": role, "working_hours": "", "is_demo": True}
            for role, name in people
        ],
    )
    held = [{"role": role, "user_name": name, "from_on": since} for role, name in people]
    _write(session, RoleHolder, held)


def _write(session: Session, table: type[Row], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(table), rows)


def _customer(number: int) -> dict[str, Any]:
    return {
        **{"id": number, "name": f"Customer {number}", "address": f"{number} Mill Lane"},
        **{"tenancy_reference": f"{number:07d}/01", "kind": "tenant", "email": ""},
        **{"phone": "", "needs": ""},
    }


def _case_file(number: int, owner: str, opened_on: dt.date) -> dict[str, Any]:
    return {
        **{"id": number, "reference": f"SP-2026-{number:06d}", "parameter_set": "NPH_2022"},
        **{"customer_id": number, "opened_on": opened_on, "opened_by": owner, "owner": owner},
        **{"behaviour_kinds": [], "allegation_against": [], "stage": "formal"},
        **{"audit_number": 0, "audit_head": ""},
    }
