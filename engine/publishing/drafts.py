"""The drafts of the next release: what is being changed, by whom, and what is still wrong."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.errors import Finding, NotFound
from engine.publishing.gate import findings_of
from engine.publishing.hold import newest_release, no_draft, only_for, state_of
from engine.publishing.overlay import Overlay, counts_of_changed
from engine.publishing.places import kind_of
from engine.publishing.titles import title_of
from engine.queries import Person
from engine.queries.reading import Reading, reading
from engine.tables.database import Database
from engine.tables.releases import Release, ReleaseEditor, ReleaseFile

#: How many drafts that are over the list still shows.
_LATELY_OVER = 10


@dataclass(frozen=True)
class DraftBrief:
    """One draft as the list shows it."""

    id: int
    title: str
    #: Number of the published version it was begun from, or brought up to date with.
    based_on: int
    #: A newer version was published since: it must be brought up to date first.
    is_behind: bool
    made_at: dt.datetime
    #: Full names, here and below; "" for nobody.
    made_by: str
    #: The last change of a file; None when there was none.
    saved_at: dt.datetime | None
    saved_by: str
    #: How many files differ from the version it is based on.
    changed: int
    #: open, waiting (for a second person), published, discarded.
    state: str
    #: What changed and why, said when it was handed in.
    note: str
    submitted_at: dt.datetime | None
    submitted_by: str
    #: Those who changed something, first change first.
    editors: tuple[str, ...]
    #: It waits, and this person took no part in it.
    may_approve: bool
    #: Of a published one: the number of the version it became.
    number: int | None
    #: Counts the times it was handed in, opened again, renamed: what an approval is about.
    version: int
    #: Why it was sent back last; "" when it was not, or has been handed in again.
    sent_back_reason: str = ""
    sent_back_by: str = ""
    sent_back_at: dt.datetime | None = None


@dataclass(frozen=True)
class DraftFileRow:
    """One file of a draft as its page lists it."""

    path: str
    #: diagram, decision, form, letter, scenario.
    kind: str
    title: str
    #: same, changed, added, removed.
    state: str
    saved_at: dt.datetime | None
    saved_by: str
    #: How many findings are about it.
    findings: int
    #: Number of the newer version that changed it too; None once somebody has looked and saved.
    clashes_with: int | None


@dataclass(frozen=True)
class DraftPage:
    """One draft with every file of the release it makes."""

    brief: DraftBrief
    files: tuple[DraftFileRow, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class DraftFile:
    """One file of a draft."""

    path: str
    kind: str
    title: str
    #: same, changed, added, removed.
    state: str
    #: Empty when it was taken out.
    content: bytes
    #: What a save has to name; 0 when the draft has not changed it yet.
    version: int
    saved_at: dt.datetime | None
    saved_by: str
    #: As the version has it that the draft is based on; None for an added one.
    base: bytes | None
    clashes_with: int | None


def drafts(db: Database, person: Person) -> tuple[DraftBrief, ...]:
    """Give the drafts that are open or wait, newest first, then those over lately.

    Raises NotFound for those drafts do not exist for.
    """
    only_for(person)
    with reading(db, person) as look:
        found = look.session.scalars(
            select(Release).where(Release.based_on_id.is_not(None)).order_by(Release.id.desc())
        ).all()
        going = [one for one in found if state_of(one) in ("open", "waiting")]
        over = [one for one in found if one not in going][:_LATELY_OVER]
        return tuple(_briefs(look, [*going, *over]))


def draft(db: Database, draft_id: int, person: Person) -> DraftPage:
    """Give one draft: every file of the release it makes and what is wrong with them.

    Raises NotFound when there is none, or drafts do not exist for this person.
    """
    only_for(person)
    with reading(db, person) as look:
        release = _draft_row(look, draft_id)
        overlay = Overlay.of(look.session, release)
        (brief,) = _briefs(look, [release])
        findings = tuple(findings_of(overlay.files))
        about = Counter(finding.file for finding in findings)
        rows = tuple(_row(look, overlay, path, about[path]) for path in overlay.paths)
    return DraftPage(brief, rows, findings)


def draft_brief(db: Database, draft_id: int, person: Person) -> DraftBrief:
    """Give one draft as the list shows it; NotFound as ``draft`` does."""
    only_for(person)
    with reading(db, person) as look:
        (brief,) = _briefs(look, [_draft_row(look, draft_id)])
        return brief


def draft_file(db: Database, draft_id: int, path: str, person: Person) -> DraftFile:
    """Give one file of a draft, also one that was taken out; NotFound when it has none there."""
    only_for(person)
    with reading(db, person) as look:
        overlay = Overlay.of(look.session, _draft_row(look, draft_id))
        if path not in overlay.paths:
            raise NotFound(f"Expected a file {path} in this draft, but there is none.")
        content, base, row = overlay.content(path), overlay.base.get(path), overlay.rows.get(path)
        return DraftFile(
            path=path,
            kind=kind_of(path),
            title=title_of(path, content or base or b""),
            state=overlay.state(path),
            content=content or b"",
            version=row.version if row else 0,
            saved_at=row.saved_at if row else None,
            saved_by=look.full_name(row.saved_by) if row else "",
            base=base,
            clashes_with=row.clashes_with if row else None,
        )


def draft_files(db: Database, draft_id: int, person: Person) -> dict[str, bytes]:
    """Give the whole release as the draft would publish it, by path."""
    only_for(person)
    with reading(db, person) as look:
        return Overlay.of(look.session, _draft_row(look, draft_id)).files


def base_files(db: Database, draft_id: int, person: Person) -> dict[str, bytes]:
    """Give the files of the version a draft is based on, by path, to compare it with."""
    only_for(person)
    with reading(db, person) as look:
        return dict(Overlay.of(look.session, _draft_row(look, draft_id)).base)


def check_draft(
    db: Database, draft_id: int, person: Person, unsaved: Mapping[str, bytes] | None = None
) -> tuple[Finding, ...]:
    """Give every finding about the release a draft makes.

    unsaved: files by path as an editor holds them, in the place of the saved ones; nothing of
    them is kept.
    """
    files = draft_files(db, draft_id, person) | dict(unsaved or {})
    return tuple(findings_of(files))


def _draft_row(look: Reading, draft_id: int) -> Release:
    found = look.session.scalar(
        select(Release).where(Release.id == draft_id, Release.based_on_id.is_not(None))
    )
    if found is None:
        raise no_draft(draft_id)
    return found


def _row(look: Reading, overlay: Overlay, path: str, findings: int) -> DraftFileRow:
    row = overlay.rows.get(path)
    return DraftFileRow(
        path=path,
        kind=kind_of(path),
        title=title_of(path, overlay.content(path) or overlay.base.get(path) or b""),
        state=overlay.state(path),
        saved_at=row.saved_at if row else None,
        saved_by=look.full_name(row.saved_by) if row else "",
        findings=findings,
        clashes_with=row.clashes_with if row else None,
    )


def _briefs(look: Reading, found: list[Release]) -> list[DraftBrief]:
    newest = newest_release(look.session)
    numbers = dict(look.session.execute(select(Release.id, Release.number)).all())
    changed = counts_of_changed(look.session, found)
    saves = _last_saves(look, [one.id for one in found])
    editors = _all_editors(look, [one.id for one in found])
    return [
        DraftBrief(
            id=one.id,
            title=one.title,
            based_on=numbers.get(one.based_on_id or 0) or 0,
            is_behind=state_of(one) in ("open", "waiting") and one.based_on_id != newest.id,
            made_at=one.made_at,
            made_by=look.full_name(one.made_by),
            saved_at=saves[one.id][0] if one.id in saves else None,
            saved_by=look.full_name(saves[one.id][1]) if one.id in saves else "",
            changed=changed[one.id],
            state=state_of(one),
            note=one.note,
            submitted_at=one.submitted_at,
            submitted_by=look.full_name(one.submitted_by),
            editors=tuple(look.full_name(name) for name in editors.get(one.id, ())),
            may_approve=state_of(one) == "waiting"
            and look.viewer.name not in {one.submitted_by, *editors.get(one.id, ())},
            number=one.number,
            version=one.version,
            sent_back_reason=one.sent_back_reason,
            sent_back_by=look.full_name(one.sent_back_by),
            sent_back_at=one.sent_back_at,
        )
        for one in found
    ]


def _last_saves(look: Reading, ids: list[int]) -> dict[int, tuple[dt.datetime | None, str | None]]:
    rows = look.session.execute(
        select(ReleaseFile.release_id, ReleaseFile.saved_at, ReleaseFile.saved_by)
        .where(ReleaseFile.release_id.in_(ids), ReleaseFile.saved_at.is_not(None))
        .order_by(ReleaseFile.saved_at, ReleaseFile.id)
    )
    return {release_id: (saved_at, saved_by) for release_id, saved_at, saved_by in rows}


def _all_editors(look: Reading, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for release_id, name in look.session.execute(
        select(ReleaseEditor.release_id, ReleaseEditor.user_name)
        .where(ReleaseEditor.release_id.in_(ids))
        .order_by(ReleaseEditor.id)
    ):
        found.setdefault(release_id, []).append(name)
    return found
