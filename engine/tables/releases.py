"""Tables of what a process owner edits: releases and drafts, their files, their figures."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class Release(Row):
    """One bundle of all a process owner edits; published ones are numbered and never change."""

    __tablename__ = "release"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Counts the published releases from 1; a draft has none.
    number: Mapped[int | None] = mapped_column(unique=True)
    #: What its process owner calls a draft; kept when it is published.
    title: Mapped[str] = mapped_column(default="")
    #: What changed and why, said when it was handed in.
    note: Mapped[str] = mapped_column(default="")
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str | None]
    #: The published release a draft was begun from, or was last brought up to date with.
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    #: Set while a draft waits for a second person; nothing in it can be changed meanwhile.
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str | None]
    #: When, by whom and why it was sent back last; empty again once it is handed in anew.
    sent_back_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    sent_back_by: Mapped[str | None]
    sent_back_reason: Mapped[str] = mapped_column(default="", server_default="")
    published_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Who published it: of a draft, the second person.
    published_by: Mapped[str | None]
    discarded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Counts the changes of a draft's own row; a change against an older number loses.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}


class ReleaseEditor(Row):
    """Somebody who changed something in a draft, and so cannot be the second person for it."""

    __tablename__ = "release_editor"
    __table_args__ = (UniqueConstraint("release_id", "user_name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    user_name: Mapped[str]
    first_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class ReleaseFile(Row):
    """One file of a release: as it was published, or as it stands in a draft.

    A draft has rows for what was changed in it; one that was changed back stays, so that its
    versions go on counting. A published release has a row for each of its files.
    """

    __tablename__ = "release_file"
    __table_args__ = (UniqueConstraint("release_id", "path"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    #: As in the repository: ``bpmn/appeal.bpmn``, ``forms/letters/review.md``.
    path: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    #: Of a draft: the file is taken out of the release; its content is empty.
    removed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Counts the saves of the file in its draft from 1; a save against an older number loses.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    #: When and by whom it was saved last in its draft; None for what no draft touched.
    saved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    saved_by: Mapped[str | None]
    #: Number of the newer release that changed this file too; None once somebody has looked.
    clashes_with: Mapped[int | None]


class PolicyValue(Row):
    """One figure of the policy in one release and parameter set, read from ``policy.dmn``."""

    __tablename__ = "policy_value"
    __table_args__ = (UniqueConstraint("release_id", "parameter_set", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    parameter_set: Mapped[str]
    name: Mapped[str]
    #: As written in the cell: ``28``, ``working days`` is the unit.
    value: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]
    minimum: Mapped[str | None]
    maximum: Mapped[str | None]
