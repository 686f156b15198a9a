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
    #: User name of the line manager.
    boss: str | None = None


#: Everybody at Northfield Homes, which does not exist.
PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("amina", "Amina Diallo", "Team leader, housing", ("team_leader",), boss="mo"),
    DemoPerson("grace", "Grace Okafor", "Team leader, repairs", ("team_leader",), boss="ruth"),
    DemoPerson("mo", "Mo Hassan", "Housing services manager", ("manager",), boss="ben"),
    DemoPerson("ruth", "Ruth Lindqvist", "Repairs services manager", ("manager",), boss="carol"),
    DemoPerson("dorothy", "Dorothy Pell", "Data Management Officer", ("dmo",), boss="ann"),
    DemoPerson(
        "ann", "Ann Marsh", "Assistant Director, Corporate Services", ("assistant_director",)
    ),
    DemoPerson("ben", "Ben Achterberg", "Assistant Director, People", ("assistant_director",)),
    DemoPerson("carol", "Carol Whitlow", "Assistant Director, Finance", ("assistant_director",)),
    DemoPerson("claire", "Claire Novak", "Complaints Manager", ("complaints_manager",), boss="ann"),
    DemoPerson("leo", "Leo Farrant", "Legal services", ("legal",), boss="ann"),
    DemoPerson("sam", "Sam Yildiz", "Systems team", ("systems_team",), boss="dorothy"),
    DemoPerson("priya", "Priya Nair", "Customer liaison officer", ("officer",), boss="mo"),
    DemoPerson("tom", "Tom Rasmussen", "Customer liaison officer", ("officer",), boss="mo"),
    DemoPerson(
        "nell",
        "Nell Abara",
        "Housing officer",
        ("officer",),
        hours="Monday to Wednesday, 9am to 3pm",
        boss="amina",
    ),
    DemoPerson("kit", "Kit Lavelle", "Contact centre", ("contact_centre",), boss="ruth"),
    DemoPerson("iris", "Iris Halloran", "Systems administrator", ("administrator",), boss="ann"),
    DemoPerson("olive", "Olive Sandberg", "Process owner", ("process_owner",), boss="ann"),
    DemoPerson("oscar", "Oscar Lindgren", "Process owner", ("process_owner",), boss="ann"),
    DemoPerson("vic", "Vic Tamber", "Heating contractor", ("contractor",)),
    DemoPerson("petra", "Petra Olin", "Northfield Council, liaison", ("partner_liaison",)),
    DemoPerson("zoe", "Zoe Quartey", "Customer liaison officer", ("officer",), boss="ruth"),
    DemoPerson("ravi", "Ravi Sandhu", "Customer liaison officer", ("officer",), boss="ruth"),
    DemoPerson("lotte", "Lotte Brandt", "Customer liaison officer", ("officer",), boss="ruth"),
    DemoPerson("hugo", "Hugo Marsden", "Customer liaison officer", ("officer",), boss="ruth"),
)


def add_people(db: Database, since: dt.date) -> None:
    """Add everybody, in their roles since a day before the first story."""
    with db.writing() as session:
        users = {}
        for number, person in enumerate(PEOPLE, start=1):
            users[person.name] = User(
                name=person.name,
                full_name=person.full_name,
                email=f"{person.name}@northfield-homes.example",
                job_title=person.job_title,
                # Nobody's own number is the one for emergencies.
                phone=f"01632 960 7{number:02}",
                working_hours=person.hours,
                is_demo=True,
            )
        session.add_all(users.values())
        session.flush()
        for person in PEOPLE:
            users[person.name].line_manager = person.boss
        session.add_all(
            RoleHolder(role=role, user_name=person.name, from_on=since)
            for person in PEOPLE
            for role in person.roles
        )
