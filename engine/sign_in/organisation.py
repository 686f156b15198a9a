"""People as their organisation's provider names them: who it is, and which roles they hold today.

What the provider says of roles is read again at each sign-in. Roles given here are not touched.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.casework.audit import Chain, Entry
from engine.casework.people import roles_of
from engine.commands.leavers import hand_back_tasks
from engine.commands.tries import keeps_trying
from engine.errors import NotAllowed
from engine.installation import Surroundings, read_surroundings
from engine.sign_in.sessions import end_browsers
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.sign_in import Identity

#: Of a user name made from what the provider says.
_LONGEST_NAME = 40
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What a provider says of the person who signs in, after its token was checked."""

    issuer: str
    #: The provider's own name for them, which never changes.
    subject: str
    full_name: str
    email: str
    #: The address is known to be theirs: only then it finds somebody who is known here already.
    email_is_sure: bool
    #: The beginning of a user name for somebody new.
    short_name: str
    #: Our roles, translated from the provider's.
    roles: frozenset[str]


_LEFT = "Expected somebody who works here, but you are down as having left. Ask your administrator."


@dataclass
class _Desk:
    """One admission under way."""

    session: Session
    around: Surroundings
    said: Said

    def note(self, action: str, user: str, **new: object) -> None:
        """Add to the chain of administration what the provider's word changed."""
        Chain.of_administration(self.session).add(
            Entry(action, "user", actor=user, new={"user": user, **new}), at=self.around.now
        )


def admit(db: Database, said: Said) -> str:
    """Give the user name of who signs in, their roles brought to what the provider says.

    Somebody new is added if a role of theirs is one of ours. Roles the provider no longer names
    end at once, and what is open in them falls to whoever holds them; others begin today. All of
    it is audited (R-011, R-111).
    Raises NotAllowed for somebody without any role here, or who has left; what was lost is kept
    as lost then too.
    """
    user, refusal, has_lost = _admitted(db, said)
    if has_lost:
        hand_back_tasks(db, user)
    if refusal:
        raise NotAllowed(refusal)
    return user


@keeps_trying
def _admitted(db: Database, said: Said) -> tuple[str, str, bool]:
    """Give who it is, why they may not come in or "", and whether they lost a role."""
    with db.writing() as session:
        # Two browsers of somebody new must not add them twice: whoever writes this chain is alone.
        Chain.of_administration(session)
        desk = _Desk(session, read_surroundings(session), said)
        user = _known(desk)
        if user is None:
            if not said.roles:
                return "", _no_role("of yours"), False
            user = _add(desk)
        today = desk.around.today
        _follow(desk, user)
        if user.left_on is not None and user.left_on < today:
            return user.name, _LEFT, _give_roles(desk, user.name, frozenset())
        has_lost = _give_roles(desk, user.name, said.roles)
        session.flush()
        if not roles_of(session, user.name, today):
            end_browsers(session, user.name, "no_role_left")
            return user.name, _no_role("that you hold now"), has_lost
        return user.name, "", has_lost


def _no_role(which: str) -> str:
    return (
        f"Expected a role here, but none {which} at your organisation is one. Ask the people who "
        "give out access at your organisation, then sign in again."
    )


def _known(desk: _Desk) -> User | None:
    """Find who it is: as signed in before, else by an address that is surely theirs."""
    said, session = desk.said, desk.session
    identity = session.get(Identity, (said.issuer, said.subject))
    if identity is not None:
        return session.get_one(User, identity.user_name)
    if not said.email or not said.email_is_sure:
        return None
    taken = select(Identity.user_name).where(Identity.issuer == said.issuer)
    found = session.scalars(
        select(User).where(
            func.lower(User.email) == said.email.lower(),
            User.is_demo.is_(False),
            User.name.not_in(taken),
        )
    ).all()
    if len(found) != 1:
        return None
    _link(desk, found[0].name, "by e-mail address")
    return found[0]


def _add(desk: _Desk) -> User:
    said = desk.said
    user = User(name=_free_name(desk), full_name=said.full_name, email=said.email)
    desk.session.add(user)
    desk.session.flush()
    desk.note("person_added", user.name)
    _link(desk, user.name, "as somebody new")
    return user


def _link(desk: _Desk, user: str, how: str) -> None:
    said = desk.said
    row = Identity(issuer=said.issuer, subject=said.subject, user_name=user, linked_at=clock.real())
    desk.session.add(row)
    desk.session.flush()
    desk.note("person_linked", user, how=how)


def _free_name(desk: _Desk) -> str:
    """Make a user name nobody has: history names people by it for ever."""
    plain = unicodedata.normalize("NFKD", desk.said.short_name.partition("@")[0].lower())
    stem = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
    stem = stem[:_LONGEST_NAME].rstrip("_") or "person"
    taken = set(desk.session.scalars(select(User.name).where(User.name.startswith(stem))))
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(one for one in numbered if one not in taken)


def _follow(desk: _Desk, user: User) -> None:
    """Take over how somebody is called now and where e-mail reaches them."""
    said = desk.said
    changed = {
        name: value
        for name, value in (("full_name", said.full_name), ("email", said.email))
        if value and value != getattr(user, name)
    }
    if not changed:
        return
    old = {name: getattr(user, name) for name in changed}
    for name, value in changed.items():
        setattr(user, name, value)
    desk.note("person_renamed", user.name, old=old, **changed)


def _give_roles(desk: _Desk, user: str, wanted: frozenset[str]) -> bool:
    """Begin the roles that are new and end those the provider no longer names; any ended?"""
    session, today, issuer = desk.session, desk.around.today, desk.said.issuer
    held = session.scalars(
        select(RoleHolder).where(
            RoleHolder.user_name == user,
            RoleHolder.from_on <= today,
            or_(RoleHolder.until_on.is_(None), RoleHolder.until_on >= today),
        )
    ).all()
    theirs = {row.role: row for row in held if row.given_by == issuer}
    lost = sorted(theirs.keys() - wanted)
    gained = sorted(wanted - {row.role for row in held})
    for role in lost:
        _end(desk, theirs[role])
    session.add_all(
        RoleHolder(role=role, user_name=user, from_on=today, given_by=issuer) for role in gained
    )
    if lost or gained:
        desk.note("roles_changed_by_provider", user, **_changes(gained, lost))
    return bool(lost)


def _end(desk: _Desk, row: RoleHolder) -> None:
    """End a role before today: whoever lost it must not see anything with it any more.

    One that began today was held on no day; the log says that it was held for hours.
    """
    yesterday = desk.around.today - _DAY
    if row.from_on > yesterday:
        desk.session.delete(row)
    else:
        row.until_on = yesterday


def _changes(gained: Collection[str], lost: Collection[str]) -> dict[str, list[str]]:
    return {"gained": list(gained), "lost": list(lost)}
