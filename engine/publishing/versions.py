"""The published versions: what each was for, who made it and who published it, what runs on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.errors import NotFound
from engine.publishing.hold import only_for
from engine.publishing.overlay import contents
from engine.queries import Person
from engine.queries.reading import reading
from engine.tables.database import Database
from engine.tables.process import ProcessInstance
from engine.tables.releases import Release


@dataclass(frozen=True)
class VersionBrief:
    """One published version."""

    number: int
    #: Of the draft it was; "" for the first one.
    title: str
    #: What changed and why.
    note: str
    published_at: dt.datetime | None
    #: Full names; "" for nobody.
    published_by: str
    made_by: str
    #: How many runs are on it now.
    running: int


def published_versions(db: Database, person: Person) -> tuple[VersionBrief, ...]:
    """Give every published version, newest first; the first is the one new cases run on.

    Raises NotFound for those drafts do not exist for.
    """
    only_for(person)
    with reading(db, person) as look:
        running = dict(
            look.session.execute(
                select(ProcessInstance.release_id, func.count())
                .where(ProcessInstance.ended_at.is_(None))
                .group_by(ProcessInstance.release_id)
            ).all()
        )
        found = look.session.scalars(
            select(Release).where(Release.number.is_not(None)).order_by(Release.number.desc())
        )
        return tuple(
            VersionBrief(
                number=one.number or 0,
                title=one.title,
                note=one.note,
                published_at=one.published_at,
                published_by=look.full_name(one.published_by),
                made_by=look.full_name(one.made_by),
                running=running.get(one.id, 0),
            )
            for one in found
        )


def version_files(db: Database, number: int, person: Person) -> dict[str, bytes]:
    """Give the files of a published version by path; NotFound when there is none."""
    only_for(person)
    with db.reading() as session:
        release_id = session.scalar(select(Release.id).where(Release.number == number))
        if release_id is None:
            raise NotFound(f"Expected a published version {number}, but there is none.")
        return contents(session, release_id)
