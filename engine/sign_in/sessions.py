"""Browsers that are signed in, as rows: each ends by itself, and a copied cookie ends with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session as Rows
from sqlalchemy.types import Date, String

from engine import clock
from engine.casework.audit import Chain, Entry
from engine.casework.people import roles_of
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.queries.people import Person, named, works_on
from engine.tables.columns import UtcDateTime
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.sign_in import Identity, SignedIn

Way = Literal["demonstration", "organisation", "emergency"]

#: Bytes of the random id a browser holds.
_SIZE = 32
#: What is kept of a browser after its end: who was signed in when, for whoever asks later.
_KEPT = dt.timedelta(days=90)
#: Emergency sign-ins are kept longer: they are looked at afterwards.
_EMERGENCY_KEPT = dt.timedelta(days=400)
#: ``seen_at`` is written no more often: reading a page must not wait for those who write.
_SEEN_EVERY = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Session:
    """One browser that is signed in."""

    id: int
    person: Person
    way: Way
    begun_at: dt.datetime
    ends_at: dt.datetime
    #: It is time to write down that it was seen.
    wants_seen: bool


@dataclass(frozen=True)
class Began:
    """How one browser begins: by which way, for how long at most, and why it is an emergency."""

    way: Way
    longest: dt.timedelta
    reason: str = ""


@keeps_trying
def begin(db: Database, user: str, began: Began, *, instead_of: str | None = None) -> str:
    """Sign somebody in at one browser; gives the random id for its cookie, kept nowhere here.

    instead_of: the id this browser had before; that one ends.
    Raises NotFound when nobody of that name works here.
    """
    token = secrets.token_urlsafe(_SIZE)
    now = clock.real()
    with db.writing() as session:
        around = read_surroundings(session)
        person = session.get(User, user)
        if person is None or (person.left_on is not None and person.left_on < around.today):
            raise NotFound(f"Expected somebody who works here, but nobody is called {user}.")
        if instead_of is not None:
            _end(session, SignedIn.token_hash == _hash(instead_of), "signed_in_anew")
        row = SignedIn(
            token_hash=_hash(token),
            user_name=user,
            way=began.way,
            begun_at=now,
            seen_at=now,
            ends_at=now + began.longest,
            reason=began.reason,
        )
        session.add(row)
        session.flush()
        if began.way != "demonstration":
            entry = Entry(
                "emergency_sign_in" if began.way == "emergency" else "signed_in",
                "signed_in",
                row.id,
                actor=user,
                new={"way": began.way, "reason": began.reason},
            )
            Chain.of_administration(session).add(entry, at=around.now)
    return token


def find(db: Database, token: str, *, idle: dt.timedelta, made_up: bool) -> Session | None:
    """Give the browser with this id and who it is; None when it ended or ran out, or they left.

    idle: how long it may ask for nothing; made_up: people of a demonstration count too.
    Three statements.
    """
    now = clock.real()
    with db.reading() as session:
        around = read_surroundings(session)
        values = {
            "hash": _hash(token),
            "now": now,
            "idle_since": now - idle,
            "on": around.today,
        }
        found = session.execute(_OPEN, values).one_or_none()
        if found is None or (found.User.is_demo and not made_up):
            return None
        row: SignedIn = found.SignedIn
        person = named(found.User, roles_of(session, row.user_name, around.today))
        return Session(
            id=row.id,
            person=person,
            way=cast(Way, row.way),
            begun_at=row.begun_at,
            ends_at=row.ends_at,
            wants_seen=now - row.seen_at > _SEEN_EVERY,
        )


def keep_seen(db: Database, session_id: int) -> None:
    """Write down that a browser asked for something just now."""
    with db.writing() as session:
        seen = update(SignedIn).where(SignedIn.id == session_id, SignedIn.ended_at.is_(None))
        session.execute(seen.values(seen_at=clock.real()))


@keeps_trying
def end(db: Database, token: str) -> None:
    """Sign one browser out: its id is worth nothing from here on, wherever it was copied to."""
    with db.writing() as session:
        _end(session, SignedIn.token_hash == _hash(token), "signed_out")


@keeps_trying
def end_all(db: Database, user: str, *, by: str) -> int:
    """Sign somebody out everywhere; returns at how many browsers they were signed in."""
    with db.writing() as session:
        around = read_surroundings(session)
        ended = end_browsers(session, user, "ended_by_operator")
        Chain.of_administration(session).add(
            Entry("signed_out_everywhere", "user", actor=by, new={"user": user, "browsers": ended}),
            at=around.now,
        )
        return ended


@keeps_trying
def end_by_provider(db: Database, issuer: str, subject: str, *, begun_until: dt.datetime) -> int:
    """End the browsers of somebody who signed out at their provider; returns how many there were.

    Only those that signed in by the provider, and no later than a moment: word of it that comes
    twice does not end what began since.
    """
    with db.writing() as session:
        identity = session.get(Identity, (issuer, subject))
        if identity is None:
            return 0
        user = identity.user_name
        theirs = and_(
            SignedIn.user_name == user,
            SignedIn.way == "organisation",
            SignedIn.begun_at <= begun_until,
        )
        ended = _end(session, theirs, "ended_by_provider")
        if ended:
            new = {"user": user, "browsers": ended}
            Chain.of_administration(session).add(
                Entry("signed_out_by_provider", "user", actor=user, new=new),
                at=read_surroundings(session).now,
            )
        return ended


def end_browsers(session: Rows, user: str, because: str) -> int:
    """End every browser of somebody, in the transaction of the session; returns how many."""
    return _end(session, SignedIn.user_name == user, because)


def forget_old(db: Database) -> int:
    """Delete what is kept of browsers whose time is long over; returns how many went."""
    now = clock.real()
    old = and_(
        SignedIn.ends_at < now - _KEPT,
        (SignedIn.way != "emergency") | (SignedIn.ends_at < now - _EMERGENCY_KEPT),
    )
    with db.reading() as session:
        if session.scalar(select(SignedIn.id).where(old).limit(1)) is None:
            return 0
    with db.writing() as session:
        return int(getattr(session.execute(delete(SignedIn).where(old)), "rowcount", 0))


def _end(session: Rows, which: ColumnElement[bool], because: str) -> int:
    now = clock.real()
    going_on = and_(which, SignedIn.ended_at.is_(None), SignedIn.ends_at > now)
    ended = session.execute(
        update(SignedIn).where(going_on).values(ended_at=now, ended_because=because)
    )
    return int(getattr(ended, "rowcount", 0))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


#: Put together once: every page asks who asks for it.
_OPEN = (
    select(SignedIn, User)
    .join(User, User.name == SignedIn.user_name)
    .where(
        SignedIn.token_hash == bindparam("hash", type_=String),
        SignedIn.ended_at.is_(None),
        SignedIn.ends_at > bindparam("now", type_=UtcDateTime),
        SignedIn.seen_at > bindparam("idle_since", type_=UtcDateTime),
        works_on(bindparam("on", type_=Date)),
    )
)
