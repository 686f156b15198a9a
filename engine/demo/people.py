"""The people of the demonstration: made up, one account a role, and those who are contacts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.tables.database import Database
from engine.tables.people import RoleHolder, User


@dataclass(frozen=True)
class DemoPerson:
    """One made-up member of staff."""

    name: str
    full_name: str
    job_title: str
    roles: tuple[str, ...]
    hours: str = "Monday to Friday, 9am to 5pm"
    line_manager: str | None = None


#: Everybody at Northfield Homes, which does not exist.
PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("amina", "Amina Diallo", "Team leader, housing", ("team_leader",)),
    DemoPerson("grace", "Grace Okafor", "Team leader, repairs", ("team_leader",)),
    DemoPerson("mo", "Mo Hassan", "Housing services manager", ("manager",)),
    DemoPerson("ruth", "Ruth Lindqvist", "Repairs services manager", ("manager",)),
    DemoPerson("dorothy", "Dorothy Pell", "Data Management Officer", ("dmo",)),
    DemoPerson(
        "ann", "Ann Marsh", "Assistant Director, Corporate Services", ("assistant_director",)
    ),
    DemoPerson("ben", "Ben Achterberg", "Assistant Director, People", ("assistant_director",)),
    DemoPerson("carol", "Carol Whitlow", "Assistant Director, Finance", ("assistant_director",)),
    DemoPerson("claire", "Claire Novak", "Complaints Manager", ("complaints_manager",)),
    DemoPerson("leo", "Leo Farrant", "Legal services", ("legal",)),
    DemoPerson("sam", "Sam Yildiz", "Systems team", ("systems_team",)),
    DemoPerson("priya", "Priya Nair", "Customer liaison officer", ("officer",)),
    DemoPerson("tom", "Tom Rasmussen", "Customer liaison officer", ("officer",)),
    DemoPerson(
        "nell", "Nell Abara", "Housing officer", ("officer",), "Monday to Wednesday, 9am to 3pm"
    ),
    DemoPerson("kit", "Kit Lavelle", "Contact centre", ("contact_centre",)),
    DemoPerson("olive", "Olive Sandberg", "Process owner", ("process_owner",)),
)


def add_people(db: Database, since: dt.date) -> None:
    """Add everybody, in their roles since a day before the first story."""
    with db.writing() as session:
        for person in PEOPLE:
            session.add(
                User(
                    name=person.name,
                    full_name=person.full_name,
                    email=f"{person.name}@northfield-homes.example",
                    job_title=person.job_title,
                    phone="01632 960 700",
                    working_hours=person.hours,
                    line_manager=person.line_manager,
                    is_demo=True,
                )
            )
        session.flush()
        session.add_all(
            RoleHolder(role=role, user_name=person.name, from_on=since)
            for person in PEOPLE
            for role in person.roles
        )
