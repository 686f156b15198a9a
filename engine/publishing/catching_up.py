"""Bringing a draft up to date with a version published since: file by file, nothing lost."""

from __future__ import annotations

from engine.publishing.hold import Held, held, newest_release
from engine.publishing.overlay import contents
from engine.publishing.saving import set_content
from engine.queries import Person
from engine.tables.database import Database
from engine.tables.releases import ReleaseFile


def bring_up_to_date(db: Database, draft_id: int, person: Person) -> tuple[str, ...]:
    """Base a draft on the version in force; returns the paths that were changed on both sides.

    A file the draft did not change follows. One changed on both sides stays as the draft has
    it and is marked until somebody has looked at it and saved it: what the newer version says
    there would be lost otherwise. Whoever has one of these files open saves too late.

    Raises NotFound, and Rejected when the draft is not open. () when it is up to date already.
    """
    with held(db, draft_id, person) as draft:
        draft.need_open("bring it up to date")
        newest = newest_release(draft.session)
        if draft.release.based_on_id == newest.id:
            return ()
        new, old = contents(draft.session, newest.id), draft.overlay.base
        number = newest.number or 0
        clashing = []
        for path in sorted({*old, *new}):
            if old.get(path) == new.get(path):
                continue
            if _follow(draft, path, new.get(path), number):
                clashing.append(path)
        was, draft.release.based_on_id = draft.release.based_on_id, newest.id
        draft.changed_by_me("brought up to date")
        draft.audit(
            "draft_brought_up_to_date",
            old={"release": was},
            new={"number": number, "clashes": clashing},
        )
        return tuple(clashing)


def _follow(draft: Held, path: str, new: bytes | None, number: int) -> bool:
    """Let one file that the newer version changed follow; True when the draft changed it too."""
    overlay = draft.overlay
    mine, row = overlay.content(path), overlay.rows.get(path)
    if mine == new:
        return False
    is_untouched = mine == overlay.base.get(path)
    if row is None:
        row = ReleaseFile(release_id=draft.release.id, path=path, version=0)
        draft.session.add(row)
    set_content(row, new if is_untouched else mine)
    if is_untouched:
        row.saved_at, row.saved_by = draft.now, draft.person.name
    # Otherwise it stays whoever's words they are, so that nobody replaces them unasked.
    row.clashes_with = None if is_untouched else number
    return not is_untouched
