"""The calendar is changed: a closure more or less, kept with who and why (K-2, K-8)."""

from __future__ import annotations

import datetime as dt

from engine.calendar import said
from engine.calendar_table import VERSION, published
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.errors import NotAllowed, Rejected
from engine.installation import read_surroundings
from engine.tables.database import Database
from engine.tables.people import Holiday
from engine.tables.process import Setting

#: Who may change on which days nobody works.
MAY_CHANGE = frozenset({"dmo", "manager"})
#: A day this landlord is closed, beside the published bank holidays.
CLOSURE = "closure"


@keeps_trying
def change_calendar(db: Database, on: dt.date, name: str, *, by: str, reason: str) -> None:
    """Add a day on which nobody works, or take one out that was added here.

    name: of the new day; "" to take that day out.
    Dates that were worked out already stay until they are worked out again (a batch of kind
    ``rearm``). Raises NotAllowed, Rejected for a day that is there already, or is not, or is a
    published bank holiday.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        if not people.roles_of(session, by, around.today) & MAY_CHANGE:
            raise NotAllowed("Expected a manager or the Data Management Officer to change it.")
        known = session.get(Holiday, on)
        if name and known is not None:
            raise Rejected(f"Expected a day that is not free yet, but {said(on)} is {known.name}.")
        if not name:
            _need_removable(known, on)
            session.delete(known)
        else:
            session.add(Holiday(on=on, name=name, kind=CLOSURE))
        setting = session.get(Setting, VERSION) or Setting(name=VERSION, value="0")
        setting.value = str(int(setting.value) + 1)
        session.add(setting)
        Chain.of_administration(session).add(
            Entry(
                "calendar_changed",
                "holiday",
                actor=by,
                old={"on": on.isoformat(), "name": known.name if known else None},
                new={"on": on.isoformat(), "name": name or None, "reason": reason},
            ),
            at=around.now,
        )


def _need_removable(known: Holiday | None, on: dt.date) -> None:
    if known is None:
        raise Rejected(f"Expected a day nobody works, but {said(on)} is none in the calendar.")
    if on in dict(published()):
        raise Rejected(
            f"Expected a closure of your own, but {said(on)} is {known.name}, a published bank "
            "holiday: it stays."
        )
