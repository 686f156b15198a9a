"""One draft held for one change: nobody else changes or publishes it until the change is kept."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.visibility import opens
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import read_surroundings
from engine.publishing.overlay import Overlay
from engine.queries import Person, words
from engine.tables.database import Database
from engine.tables.releases import Release, ReleaseEditor

LONGEST_TITLE = 120
LONGEST_TEXT = 2_000


@dataclass
class Held:
    """A draft whose row is locked, the moment, and who changes it."""

    session: Session
    release: Release
    person: Person
    now: dt.datetime

    @cached_property
    def overlay(self) -> Overlay:
        """Give the files of the draft as they are before this change."""
        return Overlay.of(self.session, self.release)

    @property
    def editors(self) -> list[str]:
        """Give the user names of those who changed something, first change first."""
        return editors_of(self.session, self.release.id)

    def full_name(self, name: str | None) -> str:
        """Give how a person is called; "" for nobody."""
        return people.full_name(self.session, name) if name else ""

    def need_open(self, wish: str) -> None:
        """Raise Rejected with who and when, unless the draft can still be changed.

        wish: what was wanted, for the sentence: ``save a file``.
        """
        reason = self._why_not_open()
        if reason:
            raise Rejected(f"Expected an open draft to {wish}, but {reason}")

    def need_waiting(self, wish: str) -> None:
        """Raise Rejected unless the draft waits for a second person."""
        release = self.release
        if state_of(release) == "open":
            raise Rejected(
                f"Expected a draft that waits for a second person to {wish}, but this one is open: "
                "nobody has handed it in, or it was taken or sent back."
            )
        if state_of(release) != "waiting":
            raise Rejected(f"Expected a waiting draft to {wish}, but {self._why_not_open()}")

    def changed_by_me(self, what: str) -> None:
        """Remember that this person changed something, and so cannot be the second one.

        what: the path of the file, or what was done to several, for the record.
        """
        if self.person.name in self.editors:
            return
        self.session.add(
            ReleaseEditor(release_id=self.release.id, user_name=self.person.name, first_at=self.now)
        )
        self.audit("draft_changed", new={"first": what})

    def audit(self, action: str, *, old: Any = None, new: Any = None) -> None:
        """Add what happened to the chain of administration."""
        self.session.flush()
        entry = Entry(action, "release", self.release.id, actor=self.person.name, old=old, new=new)
        Chain.of_administration(self.session).add(entry, at=self.now)

    def _why_not_open(self) -> str:
        release = self.release
        state = state_of(release)
        if state == "waiting":
            who = self.full_name(release.submitted_by)
            when = words.moment(release.submitted_at)
            return f"{who} handed it in on {when}. Take it back first, then change it."
        if state == "published":
            who, when = self.full_name(release.published_by), words.moment(release.published_at)
            return f"{who} published it as version {release.number} on {when}. Start a new draft."
        if state == "discarded":
            return f"it was discarded on {words.moment(release.discarded_at)}. Start a new draft."
        return ""


@contextlib.contextmanager
def held(db: Database, draft_id: int, person: Person) -> Iterator[Held]:
    """Hold a draft for one change, which is kept whole when the block ends, or not at all.

    Raises NotFound when there is no such draft or drafts do not exist for this person.
    """
    only_for(person)
    with db.writing() as session:
        around = read_surroundings(session)
        release = session.scalar(
            select(Release)
            .where(Release.id == draft_id, Release.based_on_id.is_not(None))
            .with_for_update(key_share=True)
        )
        if release is None:
            raise no_draft(draft_id)
        yield Held(session, release, person, around.now)


def only_for(person: Person) -> None:
    """Raise NotFound for those drafts do not exist for."""
    if not opens(person, "drafts"):
        raise NotFound


def no_draft(draft_id: int) -> NotFound:
    """Give the error for a draft that is not there."""
    return NotFound(f"Expected a draft {draft_id}, but there is none.")


def state_of(release: Release) -> str:
    """Give where a draft is on its way: open, waiting, published, discarded."""
    if release.number is not None:
        return "published"
    if release.discarded_at is not None:
        return "discarded"
    return "waiting" if release.submitted_at is not None else "open"


def editors_of(session: Session, release_id: int) -> list[str]:
    """Give the user names of those who changed something in a draft, first change first."""
    return list(
        session.scalars(
            select(ReleaseEditor.user_name)
            .where(ReleaseEditor.release_id == release_id)
            .order_by(ReleaseEditor.id)
        )
    )


def newest_release(session: Session) -> Release:
    """Give the newest published release; NotFound when nothing is installed."""
    newest = session.scalar(
        select(Release).where(Release.number.is_not(None)).order_by(Release.number.desc()).limit(1)
    )
    if newest is None:
        raise NotFound("Expected a published version, but there is none.")
    return newest


def checked_text(field: str, text: str, what: str, longest: int) -> str:
    """Give what somebody wrote without the space around it, and without null bytes.

    Raises InvalidAnswers about `field` when it is empty or too long. what: for the sentence.
    """
    said = text.replace("\0", "").strip()
    if not said:
        raise InvalidAnswers([Problem(field, f"Expected {what}, but it is empty. Write it.")])
    if len(said) > longest:
        raise InvalidAnswers(
            [
                Problem(
                    field,
                    f"Expected {what} in at most {longest:,} characters, but it has "
                    f"{len(said):,}. Shorten it.",
                )
            ]
        )
    return said
