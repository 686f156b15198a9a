"""Passwords for the day the provider is away: few, slow to guess, and each use is looked at."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import clock
from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.queries.reading import reading
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.sign_in import LocalAccount, SignedIn

#: Who is told of emergency sign-ins and looks at them.
LOOKED_AT_BY = frozenset({"manager", "dmo", "complaints_manager"})
#: What a password has at least, in characters: it lies in an envelope, nobody learns it by heart.
SHORTEST = 16
#: What is said of somebody who is here for emergencies only.
_JOB = "Emergency account"
#: So many wrong passwords in a row lock the account for a while.
_MOST_FAILURES = 5
_LOCKED_FOR = dt.timedelta(minutes=15)
#: scrypt: 32 MB and about a tenth of a second a try (OWASP's second choice).
_N, _R, _P, _SALT = 2**15, 8, 3, 16
_MEMORY = 64 * 1024 * 1024
#: Compared with where there is no account, so that nobody can tell by the time it takes.
_NOBODYS = f"scrypt:{_N}:{_R}:{_P}${'A' * 24}${'A' * 88}"


@dataclass(frozen=True)
class EmergencyUse:
    """One sign-in by a way for emergencies."""

    id: int
    full_name: str
    begun_at: dt.datetime
    #: When it ended or will; None while it goes on.
    ended_at: dt.datetime | None
    ends_at: dt.datetime
    reason: str
    #: Full name of who looked at it; "" while nobody has.
    looked_by: str
    looked_at: dt.datetime | None
    #: It was this person's own: somebody else has to look.
    is_mine: bool


@keeps_trying
def set_password(
    db: Database,
    user: str,
    password: str | None,
    *,
    by: str,
    full_name: str,
    roles: Iterable[str],
) -> None:
    """Give somebody a password for emergencies, or take it away with None.

    full_name: of a person to be added, "" for one who is there; roles: those they get with it.
    Raises Rejected for a password that is short or tells the name, NotFound for nobody known.
    """
    if password is not None:
        _need_strong(user, password)
    kept = _scrambled(password) if password is not None else None
    with db.writing() as session:
        around = read_surroundings(session)
        if session.get(User, user) is None:
            if not full_name or kept is None:
                raise NotFound(f"Expected somebody who is known here, but nobody is called {user}.")
            session.add(User(name=user, full_name=full_name, email="", job_title=_JOB))
            session.flush()
        _keep(session, user, kept)
        given = _give(session, user, roles, around.today)
        Chain.of_administration(session).add(
            Entry(
                "emergency_account_removed" if kept is None else "emergency_account_set",
                "user",
                actor=by,
                new={"user": user, "roles": given},
            ),
            at=around.now,
        )


def check_password(db: Database, user: str, password: str) -> None:
    """Return when this is the password of that person's account; it takes a tenth of a second.

    Raises Rejected, in the same words for a wrong name as for a wrong password, and while the
    account is locked: five wrong passwords in a row lock it for a quarter of an hour, whichever
    process they come to. Each wrong one is kept in the log.
    """
    now = clock.real()
    with db.reading() as session:
        account = session.get(LocalAccount, user)
        kept = account.password if account is not None else _NOBODYS
        locked_until = account.locked_until if account is not None else None
    fits = _fits(password, kept)
    is_locked = locked_until is not None and locked_until > now
    if account is None or is_locked:
        raise Rejected(_WRONG)
    _count(db, user, fits=fits)
    if not fits:
        raise Rejected(_WRONG)


def has_emergency_accounts(db: Database) -> bool:
    """Tell whether anybody can sign in by a password; one statement."""
    with db.reading() as session:
        return bool(session.scalar(select(exists(select(LocalAccount.user_name)))))


def uses(db: Database, person: Person) -> list[EmergencyUse]:
    """Give every emergency sign-in that is kept, the newest first; NotFound for most people."""
    _need_looker(person)
    with reading(db, person) as look:
        now = clock.real()
        rows = look.session.scalars(
            select(SignedIn).where(SignedIn.way == "emergency").order_by(SignedIn.id.desc())
        )
        return [
            EmergencyUse(
                id=row.id,
                full_name=look.full_name(row.user_name),
                begun_at=row.begun_at,
                ended_at=row.ended_at or (row.ends_at if row.ends_at < now else None),
                ends_at=row.ends_at,
                reason=row.reason,
                looked_by=look.full_name(row.looked_by),
                looked_at=row.looked_at,
                is_mine=row.user_name == person.name,
            )
            for row in rows
        ]


@keeps_trying
def look_at(db: Database, use_id: int, *, by: Person) -> None:
    """Keep that a second person looked at an emergency sign-in.

    Raises NotFound for somebody whose it is not to look, and Rejected for one's own, or when
    somebody has looked already.
    """
    _need_looker(by)
    with db.writing() as session:
        around = read_surroundings(session)
        row = session.get(SignedIn, use_id, with_for_update=True)
        if row is None or row.way != "emergency":
            raise NotFound
        if row.user_name == by.name:
            raise Rejected("Expected a second person to look at it, but this sign-in was your own.")
        if row.looked_at is not None:
            raise Rejected("Expected a sign-in nobody has looked at yet, but somebody has.")
        row.looked_by, row.looked_at = by.name, around.now
        Chain.of_administration(session).add(
            Entry("emergency_sign_in_looked_at", "signed_in", row.id, actor=by.name),
            at=around.now,
        )


#: The same for a wrong name, a wrong password and a locked account: who guesses learns nothing.
_WRONG = (
    "Expected the name and the password of an emergency account, but they do not fit. After five "
    "that do not fit an account takes none for a quarter of an hour: then wait, and try again."
)


@keeps_trying
def _count(db: Database, user: str, *, fits: bool) -> None:
    """Keep how often a password was wrong, and that it was; a right one starts anew."""
    with db.writing() as session:
        account = session.get(LocalAccount, user, with_for_update=True)
        if account is None:
            return
        if fits:
            account.failures, account.locked_until = 0, None
            return
        account.failures += 1
        locks = account.failures >= _MOST_FAILURES
        if locks:
            account.failures, account.locked_until = 0, clock.real() + _LOCKED_FOR
        Chain.of_administration(session).add(
            Entry("emergency_sign_in_refused", "user", new={"user": user, "locked": locks}),
            at=read_surroundings(session).now,
        )


def _keep(session: Session, user: str, kept: str | None) -> None:
    account = session.get(LocalAccount, user)
    if kept is not None:
        account = account or LocalAccount(user_name=user)
        account.password, account.set_at = kept, clock.real()
        account.failures, account.locked_until = 0, None
        session.add(account)
    elif account is not None:
        session.delete(account)
    else:
        raise NotFound(f"Expected an emergency account of {user}, but there is none.")


def _give(session: Session, user: str, roles: Iterable[str], today: dt.date) -> list[str]:
    """Give the roles that this person does not hold for good yet; names them."""
    open_ended = select(RoleHolder.role).where(
        RoleHolder.user_name == user, RoleHolder.until_on.is_(None)
    )
    given = sorted(set(roles) - set(session.scalars(open_ended)))
    session.add_all(RoleHolder(role=role, user_name=user, from_on=today) for role in given)
    return given


def _need_looker(person: Person) -> None:
    if not LOOKED_AT_BY.intersection(person.roles):
        raise NotFound


def _need_strong(user: str, password: str) -> None:
    if len(password) < SHORTEST or len(set(password)) < SHORTEST // 2:
        raise Rejected(
            f"Expected a password of at least {SHORTEST} characters that are not mostly the same. "
            "Make one with a password manager and keep it in a sealed envelope."
        )
    if user.casefold() in password.casefold():
        raise Rejected("Expected a password without the name in it. Choose another one.")


def _scrambled(password: str) -> str:
    salt = secrets.token_bytes(_SALT)
    hashed = _scrypt(password, salt, _N, _R, _P)
    said = (base64.b64encode(part).decode() for part in (salt, hashed))
    return "$".join((f"scrypt:{_N}:{_R}:{_P}", *said))


def _fits(password: str, kept: str) -> bool:
    method, salt, hashed = kept.split("$")
    n, r, p = (int(part) for part in method.split(":")[1:])
    found = _scrypt(password, base64.b64decode(salt), n, r, p)
    return hmac.compare_digest(found, base64.b64decode(hashed))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY)
