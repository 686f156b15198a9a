"""Beginning a draft, from the version in force or to restore an older one; renaming, discarding."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.publishing.hold import (
    LONGEST_TITLE,
    Held,
    checked_text,
    held,
    newest_release,
    only_for,
)
from engine.publishing.overlay import contents
from engine.publishing.saving import put
from engine.queries import Person
from engine.tables.database import Database
from engine.tables.releases import Release

#: Most drafts that may be open or wait at once: more than anybody keeps apart.
MOST_OPEN = 20


def start_draft(db: Database, person: Person, title: str, *, restore: int | None = None) -> int:
    """Begin a draft from the version in force; returns its id.

    restore: number of a published version whose files the draft takes: those added since are
    taken out, and the draft goes the same way by a second person as any other.

    Raises NotFound for those drafts do not exist for or when there is no such version,
    InvalidAnswers when the title is missing or too long, Rejected when the version to restore
    is in force already or too many drafts are open.
    """
    only_for(person)
    called = checked_text("title", title, "a title that says what the draft is for", LONGEST_TITLE)
    with db.writing() as session:
        around = read_surroundings(session)
        chain = Chain.of_administration(session)
        newest = newest_release(session)
        _need_room(_going(session))
        older = None if restore is None else _to_restore(session, newest, restore)
        release = Release(
            title=called, made_at=around.now, made_by=person.name, based_on_id=newest.id
        )
        session.add(release)
        session.flush()
        said = {"title": called, "based_on": newest.number}
        entry = Entry("draft_started", "release", release.id, actor=person.name, new=said)
        chain.add(entry, at=around.now)
        if older is not None:
            _take(Held(session, release, person, around.now), older)
        return release.id


def rename_draft(db: Database, draft_id: int, title: str, person: Person) -> None:
    """Call an open draft otherwise; raises NotFound, Rejected, InvalidAnswers."""
    called = checked_text("title", title, "a title that says what the draft is for", LONGEST_TITLE)
    with held(db, draft_id, person) as draft:
        draft.need_open("call it otherwise")
        old, draft.release.title = draft.release.title, called
        if old != called:
            draft.audit("draft_renamed", old=old, new=called)


def discard_draft(db: Database, draft_id: int, person: Person) -> None:
    """Give up an open draft; its files stay readable. Raises NotFound, Rejected."""
    with held(db, draft_id, person) as draft:
        draft.need_open("discard it")
        draft.release.discarded_at = draft.now
        draft.audit("draft_discarded", old={"title": draft.release.title})


def _take(draft: Held, older: Release) -> None:
    """Lay the files of a published version over the draft."""
    wanted = contents(draft.session, older.id)
    for path in sorted({*wanted, *draft.overlay.base}):
        put(draft, path, wanted.get(path))
    draft.audit("draft_restores", new={"number": older.number})


def _to_restore(session: Session, newest: Release, restore: int) -> Release:
    older = session.scalar(select(Release).where(Release.number == restore))
    if older is None:
        raise NotFound(f"Expected a published version {restore}, but there is none.")
    if older.id == newest.id:
        raise Rejected(
            f"Expected an earlier version to restore, but version {restore} is in force already."
        )
    return older


def _need_room(going: int) -> None:
    if going >= MOST_OPEN:
        raise Rejected(
            f"Expected at most {MOST_OPEN} drafts at once, but there are {going}. "
            "Discard one that nobody needs, or have one published."
        )


def _going(session: Session) -> int:
    """Count the drafts that are open or wait."""
    going = select(func.count()).where(
        Release.based_on_id.is_not(None),
        Release.number.is_(None),
        Release.discarded_at.is_(None),
    )
    return session.scalar(going) or 0
