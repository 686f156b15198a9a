"""The files of a draft: those of the release it is based on, with what was changed laid over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.publishing.places import in_order
from engine.tables.releases import Release, ReleaseFile


@dataclass(frozen=True)
class Overlay:
    """A draft's own rows over its base; of one that was published, all that it holds."""

    #: The files of the release it is based on, by path.
    base: Mapping[str, bytes]
    rows: dict[str, ReleaseFile]
    is_published: bool = False

    @classmethod
    def of(cls, session: Session, release: Release) -> Overlay:
        """Read the files of a draft with those of its base; two statements."""
        return cls(
            base=contents(session, release.based_on_id),
            rows=rows_of(session, release.id),
            is_published=release.number is not None,
        )

    @property
    def files(self) -> dict[str, bytes]:
        """Give the whole release as the draft makes it, by path, kind by kind."""
        found = {} if self.is_published else dict(self.base)
        for path, row in self.rows.items():
            if row.removed:
                found.pop(path, None)
            else:
                found[path] = row.content
        return {path: found[path] for path in sorted(found, key=in_order)}

    @property
    def paths(self) -> list[str]:
        """Give every path that the draft or its base has a file at, kind by kind."""
        return sorted({*self.base, *self.files}, key=in_order)

    def content(self, path: str) -> bytes | None:
        """Give one file as it stands in the draft; None when it is not in it."""
        row = self.rows.get(path)
        if row is not None:
            return None if row.removed else row.content
        return None if self.is_published else self.base.get(path)

    def state(self, path: str) -> str:
        """Give what became of a file: same, changed, added, removed."""
        return state_between(self.base.get(path), self.content(path))

    @property
    def changed(self) -> list[str]:
        """Give the paths of the files that differ from the base."""
        return [path for path in self.paths if self.state(path) != "same"]

    @property
    def clashes(self) -> list[str]:
        """Give the paths that a newer release changed too and nobody has looked at since."""
        return [path for path in self.paths if path in self.rows and self.rows[path].clashes_with]


def state_between(old: bytes | None, new: bytes | None) -> str:
    """Give what became of a file that was `old` and is `new`, None standing for no file."""
    if old == new:
        return "same"
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


def contents(session: Session, release_id: int | None) -> dict[str, bytes]:
    """Give the files of a published release by path; {} for none."""
    rows = session.execute(
        select(ReleaseFile.path, ReleaseFile.content).where(ReleaseFile.release_id == release_id)
    )
    return dict(rows.all())


def rows_of(session: Session, release_id: int) -> dict[str, ReleaseFile]:
    """Give the rows of a release by path."""
    rows = session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == release_id))
    return {row.path: row for row in rows}


def counts_of_changed(session: Session, releases: Iterable[Release]) -> dict[int, int]:
    """Give draft id -> how many files differ from its base; one statement without contents."""
    wanted = list(releases)
    ids = {one.id for one in wanted} | {one.based_on_id for one in wanted}
    hashes: dict[int, dict[str, str | None]] = {}
    for release_id, path, sha256, removed in session.execute(
        select(
            ReleaseFile.release_id, ReleaseFile.path, ReleaseFile.sha256, ReleaseFile.removed
        ).where(ReleaseFile.release_id.in_(ids))
    ):
        hashes.setdefault(release_id, {})[path] = None if removed else sha256
    counts: dict[int, int] = {}
    for one in wanted:
        base = hashes.get(one.based_on_id or 0, {})
        mine = hashes.get(one.id, {})
        now = mine if one.number is not None else {**base, **mine}
        counts[one.id] = sum(base.get(path) != now.get(path) for path in {*base, *now})
    return counts
