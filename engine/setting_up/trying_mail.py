"""A test message to oneself: the way out is known to work before a customer waits for it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import Select, select

from engine.casework.outgoing import EMAIL
from engine.commands.tries import keeps_trying
from engine.errors import Rejected
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.setting_up.rights import keep, need_right
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import Outbox

#: What the rows of test messages are about.
_ABOUT = "test_message"
#: The next one may be written this long after the last.
_PAUSE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class TriedMail:
    """The last test message and what became of it."""

    made_at: dt.datetime
    to: str
    sent_at: dt.datetime | None
    #: Why the last try failed; "" for no try yet, or none that failed.
    error: str
    #: It is not tried any more.
    is_dead: bool


@keeps_trying
def try_mail(db: Database, *, by: str) -> str:
    """Write a test message to the one who asks; gives the address. It is sent like any other.

    Raises NotFound, Rejected within a minute of the last one.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        last = session.scalars(_last()).one_or_none()
        if last is not None and last.made_at > around.now - _PAUSE:
            raise Rejected("Expected a minute between two test messages. Wait, then try again.")
        user = session.get_one(User, by)
        session.add(
            Outbox(
                kind=EMAIL,
                channel=EMAIL,
                key=secrets.token_hex(16),
                order_key=f"{EMAIL} {user.email} {_ABOUT}",
                about=_ABOUT,
                content={
                    "to": user.email,
                    "subject": "Test message",
                    "text": "E-mail from this installation reaches you. Nothing has to be done.",
                    "path": "/setting-up/email",
                },
                made_at=around.now,
                next_try_at=around.now,
            )
        )
        keep(session, "test_mail_written", "outbox", by=by, at=around.now, new={"to": by})
        return user.email


def tried_mail(database: Database, person: Person) -> TriedMail | None:
    """Give the last test message; None when there was none yet, NotFound for others."""
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        return last_tried(look)


def last_tried(look: Reading) -> TriedMail | None:
    """Give the last test message within a look that is allowed already."""
    row = look.session.scalars(_last()).one_or_none()
    if row is None:
        return None
    is_dead = row.dead_at is not None or row.given_up_at is not None
    to = str(row.content.get("to", ""))
    return TriedMail(row.made_at, to, row.sent_at, row.last_error or "", is_dead)


def _last() -> Select[Outbox]:
    return select(Outbox).where(Outbox.about == _ABOUT).order_by(Outbox.id.desc()).limit(1)
