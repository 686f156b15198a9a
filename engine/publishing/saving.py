"""Saving one file of a draft, changing it back, taking it out: whoever is second is told so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.errors import Finding, InvalidRelease, NotFound, Overtaken
from engine.publishing.drafts import check_draft
from engine.publishing.hold import Held, held, only_for
from engine.publishing.keeping import check_keepable
from engine.queries import Person, words
from engine.releases import sha256_of
from engine.tables.database import Database
from engine.tables.releases import ReleaseFile

#: Most files a release may have.
MOST_FILES = 500


@dataclass(frozen=True)
class SavedFile:
    """A file as it stands in its draft now."""

    path: str
    #: What the next save has to name; 0 when the draft never changed the file.
    version: int
    saved_at: dt.datetime | None
    #: Full name.
    saved_by: str
    #: Of the whole draft.
    findings: tuple[Finding, ...]


def save_file(
    db: Database, draft_id: int, path: str, content: bytes, *, version: int, person: Person
) -> SavedFile:
    """Keep one file of a draft, with errors in it or not.

    version: of the file as this person opened it; 0 for one the draft had not changed yet, or
    for a new one. Saving what is there already changes nothing, so a save whose answer was lost
    may be repeated.

    Raises NotFound, Rejected when the draft is not open, Overtaken when somebody else saved the
    file first, InvalidRelease when it cannot be kept at all.
    """
    only_for(person)
    check_keepable(path, content)
    with held(db, draft_id, person) as draft:
        draft.need_open("save a file")
        row = put(draft, path, content, version=version)
        saved = _saved(draft, path, row)
    return _with_findings(db, draft_id, person, saved)


def undo_file(db: Database, draft_id: int, path: str, *, version: int, person: Person) -> SavedFile:
    """Change a file back to what the release is that the draft is based on.

    A file the draft added is taken out. Raises as ``save_file`` does.
    """
    with held(db, draft_id, person) as draft:
        draft.need_open("change a file back")
        if path not in draft.overlay.paths:
            raise _no_file(path)
        row = put(draft, path, draft.overlay.base.get(path), version=version)
        saved = _saved(draft, path, row)
    return _with_findings(db, draft_id, person, saved)


def remove_file(
    db: Database, draft_id: int, path: str, *, version: int, person: Person
) -> SavedFile:
    """Take a file out of the release; running cases keep theirs. Raises as ``save_file`` does."""
    with held(db, draft_id, person) as draft:
        draft.need_open("take a file out")
        if path not in draft.overlay.paths:
            raise _no_file(path)
        row = put(draft, path, None, version=version)
        saved = _saved(draft, path, row)
    return _with_findings(db, draft_id, person, saved)


def put(
    draft: Held, path: str, content: bytes | None, *, version: int | None = None
) -> ReleaseFile | None:
    """Set a file of a draft to a content, None to take it out; gives its row, None for none.

    version: what the file had when it was opened; None when that does not matter.
    Raises Overtaken when it is not the newest, unless the file is already as it is wished.
    """
    overlay = draft.overlay
    row, now = overlay.rows.get(path), overlay.content(path)
    clashes = row is not None and row.clashes_with is not None
    if now == content and not clashes:
        return row
    if row is not None and version is not None:
        _need_newest(draft, row, version, is_there=now is not None or path in overlay.base)
    if now is None and content is not None and len(overlay.files) >= MOST_FILES:
        raise InvalidRelease([_too_many(path)])
    if row is None:
        row = ReleaseFile(release_id=draft.release.id, path=path, version=0)
        draft.session.add(row)
        draft.overlay.rows[path] = row
    set_content(row, content)
    row.saved_at, row.saved_by, row.clashes_with = draft.now, draft.person.name, None
    draft.changed_by_me(path)
    return row


def set_content(row: ReleaseFile, content: bytes | None) -> None:
    """Put the next version of a file into its row; None for a file that is taken out."""
    row.content, row.removed = content or b"", content is None
    row.sha256 = sha256_of(row.content)
    row.version += 1


def _need_newest(draft: Held, row: ReleaseFile, version: int, *, is_there: bool) -> None:
    """Raise Overtaken unless a save names the newest version of a file.

    A file that was added and taken out again is new to whoever adds it once more.
    """
    if version == row.version or (version == 0 and not is_there):
        return
    name = row.saved_by or ""
    who = draft.full_name(name)
    saved_at = row.saved_at or draft.now
    whom = "you saved it in another window" if name == draft.person.name else f"{who} saved it"
    if row.removed:
        whom = (
            "you took it out in another window"
            if name == draft.person.name
            else (f"{who} took it out")
        )
    raise Overtaken(
        f"Expected {row.path} as you opened it, but {whom} on {words.moment(saved_at)}. Nothing "
        "was saved over it. Compare yours with what is there now, then save again.",
        saved_by=who,
        saved_at=saved_at,
        version=row.version,
    )


def _too_many(path: str) -> Finding:
    return Finding(
        path,
        "",
        0,
        f"Expected at most {MOST_FILES} files in a release, but there are that many already. "
        "Take one out first.",
        "file_count",
    )


def _no_file(path: str) -> NotFound:
    return NotFound(f"Expected a file {path} in this draft, but there is none.")


def _saved(draft: Held, path: str, row: ReleaseFile | None) -> SavedFile:
    if row is None:
        return SavedFile(path, 0, None, "", ())
    return SavedFile(path, row.version, row.saved_at, draft.full_name(row.saved_by), ())


def _with_findings(db: Database, draft_id: int, person: Person, saved: SavedFile) -> SavedFile:
    findings = check_draft(db, draft_id, person)
    return SavedFile(saved.path, saved.version, saved.saved_at, saved.saved_by, findings)
