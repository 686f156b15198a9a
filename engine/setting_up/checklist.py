"""What is still missing before real cases may begin: each thing with why and where to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.calendar import said
from engine.casework.audit import ADMINISTRATION, BACKUP_MADE
from engine.commands.outcomes import ROLE_NAMES
from engine.queries import words
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.setting_up.own import said_values
from engine.setting_up.reading import held_roles, roles_today, staff_today
from engine.setting_up.rights import need_right
from engine.setting_up.trying_mail import last_tried
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from engine.tables.people import Holiday, User

#: The calendar must be known this far ahead: an arrangement may be reviewed after a year (K-8).
_AHEAD_DAYS = 366
#: A backup is made each day; after two without one somebody has to ask.
_BACKUP_LATE = dt.timedelta(days=2)


@dataclass(frozen=True)
class Point:
    """One thing to be set up."""

    #: The part of the pages that mends it: landlord, people, roles, days, systems ...
    part: str
    title: str
    is_done: bool
    #: What is missing, or how it stands.
    sentence: str
    #: Without it no real case may begin; else it is only advised.
    is_needed: bool = True


def checklist(database: Database, person: Person) -> tuple[Point, ...]:
    """Give every point, in the order in which a new installation goes through them.

    Raises NotFound for those who do not set the house up.
    """
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        return tuple(point for find in _POINTS for point in find(look))


def _own(look: Reading) -> Iterator[Point]:
    for part, title, why in (
        ("landlord", "Your name and letterhead", "The name of the release stands on letters."),
        ("routes", "Appeals and emergencies", "Letters name the routes of the release."),
        ("systems", "Systems that show the arrangement", "The list of the release is asked for."),
        ("partner", "Partner organisation", "What the release says of a partner counts."),
    ):
        values = said_values(look, part)
        missing = [one.value.label for one in values if not one.is_own]
        sentence = f"{why} Say your own." if missing else "Said."
        if 0 < len(missing) < len(values):
            sentence = f"Not said yet: {'; '.join(missing)}."
        yield Point(part, title, not missing, sentence)


def _people(look: Reading) -> Iterator[Point]:
    here = [row for row in staff_today(look) if not row.is_gone]
    idle = [row.full_name for row in here if not row.roles and not row.stands_in]
    sentence = f"{len(here)} {'person works' if len(here) == 1 else 'people work'} here."
    if idle:
        sentence += f" Without a role: {_some(idle)}."
    yield Point("people", "People who work here", len(here) > 1, sentence)
    yield from _leavers(look, {row.name for row in here})


def _leavers(look: Reading, here: set[str]) -> Iterator[Point]:
    """Say where somebody who has left is still named."""
    held = [one for one in held_roles(look) if one.standing == "now"]
    gone = [
        f"{one.deputy_name} as deputy of {one.full_name}"
        for one in held
        if one.deputy and one.deputy not in here and one.user in here
    ]
    bosses = look.session.execute(
        select(User.full_name, User.line_manager).where(
            User.name.in_(here), User.line_manager.is_not(None)
        )
    )
    gone += [
        f"{look.full_name(boss)} as line manager of {name}"
        for name, boss in bosses
        if boss not in here
    ]
    if gone:
        sentence = f"No longer here, but still named: {_some(gone)}."
        yield Point("people", "Nobody who has left is still named", False, sentence, False)


def _roles(look: Reading) -> Iterator[Point]:
    rows = roles_today(look)
    lacking = [f"{ROLE_NAMES[row.role]} ({row.lacks} missing)" for row in rows if row.lacks]
    sentence = f"Nobody, or too few: {'; '.join(lacking)}." if lacking else "Each has somebody."
    yield Point("roles", "Every role that has work is held", not lacking, sentence)
    alone = [
        ROLE_NAMES[row.role]
        for row in rows
        if row.is_needed and len(row.holders) == 1 and not row.holders[0].deputy
    ]
    sentence = (
        f"Nobody stands in when they are away: {'; '.join(alone)}. Name deputies."
        if alone
        else "Each role has two people, or a deputy."
    )
    yield Point("roles", "Somebody stands in for everybody", not alone, sentence, False)


def _days(look: Reading) -> Iterator[Point]:
    last = look.session.scalar(select(func.max(Holiday.on)))
    enough = last is not None and (last - look.today).days >= _AHEAD_DAYS
    sentence = (
        f"Bank holidays are known until {said(last)}."
        if last
        else "No bank holiday is known: dates would be worked out wrongly."
    )
    if last and not enough:
        sentence += " Dates after that are provisional: install a newer version."
    yield Point("days", "Days on which nobody works", enough, sentence)


def _mail(look: Reading) -> Iterator[Point]:
    tried = last_tried(look)
    if tried is None:
        sentence = "No test message has been sent. Tasks and reminders go by e-mail."
    elif tried.sent_at is not None:
        sentence = "A test message left the house. See whether it arrived."
    else:
        sentence = f"The test message has not left yet. {tried.error}".strip()
    yield Point("email", "E-mail", bool(tried and tried.sent_at), sentence)


def _some(names: list[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _backups(look: Reading) -> Iterator[Point]:
    made = select(func.max(AuditEvent.at)).where(
        AuditEvent.chain == ADMINISTRATION, AuditEvent.action == BACKUP_MADE
    )
    last = look.session.scalar(made)
    sentence = "None was made yet. Whoever runs the machine lets flask --app web backup run daily."
    is_late = last is None or look.now - last > _BACKUP_LATE
    if last is not None:
        sentence = f"The last one was made on {said(words.local_date(last))}."
        sentence += " Ask whoever runs the machine why there is none since." if is_late else ""
    yield Point("installation", "A backup made lately", not is_late, sentence, False)


_POINTS: tuple[Callable[[Reading], Iterator[Point]], ...] = (
    _own,
    _people,
    _roles,
    _days,
    _mail,
    _backups,
)
