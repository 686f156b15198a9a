"""One backup file: a zip of one part for each table and a manifest that vouches for them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import errno
import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from engine.errors import Rejected

#: Raised when an older program could not read what a newer one writes.
FORMAT = 1
_MANIFEST = "manifest.json"
_OWNER_ONLY = 0o600
#: What goes between quick and small, on rows of text: measured in docs/operators/backups.md.
_LEVEL = 3
#: How many rows are written at once.
_AT_ONCE = 500
_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Part:
    """One table in the archive: a line of JSON for each row, its values in the columns' order."""

    table: str
    rows: int
    sha256: str
    #: Column -> kind of its values, as ``engine.backups.rows`` writes them.
    columns: dict[str, str]

    @property
    def file(self) -> str:
        """Name the part inside the archive."""
        return f"tables/{self.table}.jsonl"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    #: Version of the product that made it.
    product: str
    #: Revision of the tables.
    revision: str
    #: sqlite or postgresql; either can be restored into either.
    database: str
    #: The moment of the state it holds, UTC.
    made_at: dt.datetime
    #: Fingerprint of a key -> how many restricted values it opens; "" for those none opens.
    keys: dict[str, int]
    #: In the order in which they can be filled.
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """Count the rows of all tables."""
        return sum(part.rows for part in self.parts)

    def rows_of(self, table: str) -> int:
        """Count the rows of one table; 0 when it holds no such table."""
        return sum(part.rows for part in self.parts if part.table == table)


class Writer:
    """Writes the parts of an archive that nobody sees until it is whole."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Write into an open archive."""
        self._archive = archive

    def add(self, table: str, columns: dict[str, str], rows: Iterable[list[Any]]) -> Part:
        """Write the rows of one table as they come; gives what the manifest says of them."""
        part, digest, count = Part(table, 0, "", columns), hashlib.sha256(), 0
        with self._archive.open(part.file, "w", force_zip64=True) as file:
            rest = iter(rows)
            while batch := list(islice(rest, _AT_ONCE)):
                lines = "".join(f"{_LINE.encode(row)}\n" for row in batch).encode()
                digest.update(lines)
                file.write(lines)
                count += len(batch)
        return dataclasses.replace(part, rows=count, sha256=digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest; without it the archive is no backup."""
        said = {"format": FORMAT, **dataclasses.asdict(manifest)}
        said["made_at"] = manifest.made_at.isoformat()
        self._archive.writestr(_MANIFEST, json.dumps(said, indent=1))


@contextlib.contextmanager
def writing(to: Path) -> Iterator[Writer]:
    """Write an archive that has its name only once it is whole and on the disk.

    Raises Rejected, and leaves nothing behind, when there is such a file or none can be written.
    """
    _need_free_name(to)
    unfinished = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY)
        with open(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(descriptor)
        _name_it(unfinished, to)
    except OSError as failed:
        raise Rejected(_cannot_write(to, failed)) from failed
    finally:
        unfinished.unlink(missing_ok=True)


class Archive:
    """A backup file, opened to be checked and read."""

    def __init__(self, path: Path) -> None:
        """Open the file; Rejected when it is no backup, only half of one, or of a newer program."""
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
            said = json.loads(self._archive.read(_MANIFEST))
        except FileNotFoundError as missing:
            raise Rejected(f"Expected a backup at {path}, but there is no file.") from missing
        except OSError as failed:
            raise Rejected(f"Expected to read {path}, but: {failed.strerror}.") from failed
        except (zipfile.BadZipFile, KeyError, ValueError) as broken:
            raise Rejected(
                f"Expected a whole backup in {path}, but it is damaged, cut off, or something "
                "else. Take another one."
            ) from broken
        self.manifest = _manifest(path, said)

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def check(self) -> Iterator[Part]:
        """Give each part once it was found as the manifest has it; Rejected at the first other."""
        for part in self.manifest.parts:
            digest, lines = hashlib.sha256(), 0
            try:
                with self._archive.open(part.file) as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
                        lines += block.count(b"\n")
            except (zipfile.BadZipFile, KeyError, OSError, EOFError) as broken:
                raise Rejected(_damaged(self.path, part)) from broken
            if (digest.hexdigest(), lines) != (part.sha256, part.rows):
                raise Rejected(_damaged(self.path, part))
            yield part

    def rows(self, part: Part) -> Iterator[list[Any]]:
        """Give the rows of one table as they were written."""
        with self._archive.open(part.file) as file:
            for line in file:
                yield json.loads(line)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, so that a power cut does not take them back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(path: Path, said: dict[str, Any]) -> Manifest:
    if said.get("format") != FORMAT:
        raise Rejected(
            f"Expected a backup of format {FORMAT} in {path}, but it is {said.get('format')}. "
            "Restore it with the version of the product that made it, or a newer one."
        )
    try:
        return Manifest(
            product=said["product"],
            revision=said["revision"],
            database=said["database"],
            made_at=dt.datetime.fromisoformat(said["made_at"]),
            keys=dict(said["keys"]),
            parts=tuple(Part(**part) for part in said["parts"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise Rejected(
            f"Expected a backup in {path}, but what it says of itself is incomplete. "
            "Take another one."
        ) from wrong


def _need_free_name(to: Path) -> None:
    if to.exists():
        raise Rejected(
            f"Expected a new file, but {to} is there already. Choose another name: a backup "
            "never writes over one."
        )


def _name_it(unfinished: Path, to: Path) -> None:
    try:
        os.link(unfinished, to)
    except FileExistsError:
        _need_free_name(to)
    except OSError:
        # A disk without hard links; the name was free a moment ago.
        _need_free_name(to)
        os.rename(unfinished, to)
    sync_folder(to.parent)


def _cannot_write(to: Path, failed: OSError) -> str:
    if failed.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"Expected room for the backup in {to.parent}, but the disk is full. Nothing was "
            "kept there; make room or choose another disk."
        )
    return (
        f"Expected to write the backup {to}, but: {failed.strerror or failed}. "
        "Choose a folder this account may write to."
    )


def _damaged(path: Path, part: Part) -> str:
    return (
        f"Expected the table {part.table} in {path} as its manifest has it, but it is damaged. "
        "Take another backup."
    )
