"""A whole release as one zip file: written the same each time, opened without trusting it."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from engine.errors import Finding, InvalidRelease
from engine.spiff import LARGEST_FILE

#: Largest archive that is opened, in bytes, and largest sum of what it holds.
LARGEST_ARCHIVE = 5_000_000
LARGEST_CONTENT = 20_000_000
MOST_MEMBERS = 600
#: A file that grows more than this is made to fill a disk, not to be read.
STEEPEST_RATIO = 100
_RULE = "archive"
#: Every way a zip can be none, or only half of one.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, NotImplementedError, RuntimeError),
)
#: Earliest moment a zip can name: the same files make the same bytes on any day.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
#: What systems put into archives by themselves.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def release_archive(files: Mapping[str, bytes]) -> bytes:
    """Write files by path into a zip; the same files always make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, _MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, files[path])
    return packed.getvalue()


def open_archive(data: bytes) -> dict[str, bytes]:
    """Give the files of a zip by path; a folder around all of them is taken off.

    Raises InvalidRelease with the reason and nothing else, whatever the bytes are: too large,
    half a file, too many members, one that grows too much, an absolute path or one that leads
    out, a link, the same name twice, a password.
    """
    if len(data) > LARGEST_ARCHIVE:
        raise _refused(
            "",
            f"Expected a zip of at most {LARGEST_ARCHIVE // 1_000_000} MB, but it has "
            f"{len(data):,} bytes. Upload the changed files one by one.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _without_folder(_read(archive))
    except _BROKEN as broken:
        message = "Expected a whole zip file, but it cannot be read. Make it or upload it again."
        raise _refused("", message) from broken


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [one for one in archive.infolist() if not _is_litter(one)]
    if len(archive.infolist()) > MOST_MEMBERS:
        raise _refused(
            "",
            f"Expected at most {MOST_MEMBERS} files in a zip, but there are "
            f"{len(archive.infolist())}.",
        )
    files: dict[str, bytes] = {}
    left = LARGEST_CONTENT
    for member in members:
        _check_member(member)
        if member.filename in files:
            raise _refused(
                member.filename, "Expected each file once in a zip, but this one is in it twice."
            )
        content = _content(archive, member, min(LARGEST_FILE, left))
        left -= len(content)
        files[member.filename] = content
    return files


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """Read one member, never more of it than is allowed, whatever its header claims."""
    with archive.open(member) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise _refused(
            member.filename,
            f"Expected files of at most {LARGEST_FILE // 1_000_000} MB and "
            f"{LARGEST_CONTENT // 1_000_000} MB in all, but this one goes beyond.",
        )
    if len(content) > STEEPEST_RATIO * max(member.compress_size, 1_000):
        raise _refused(
            member.filename,
            f"Expected a file that grows at most {STEEPEST_RATIO} times when it is unpacked, but "
            "this one grows more.",
        )
    return content


def _check_member(member: zipfile.ZipInfo) -> None:
    name, path = member.filename, PurePosixPath(member.filename)
    problem = ""
    if member.flag_bits & _ENCRYPTED:
        problem = "Expected a zip without a password, but this file has one."
    elif stat.S_ISLNK(member.external_attr >> 16):
        problem = "Expected files, but this is a link to something else."
    elif path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        problem = "Expected a path inside the zip, but this one leads out of it."
    if problem:
        raise _refused(name, f"{problem} Make the zip again without it.")


def _is_litter(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return member.is_dir() or name.startswith(_LITTER[0]) or name.rpartition("/")[2] in _LITTER


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take off the one folder that some systems pack around everything."""
    first = {path.partition("/")[0] for path in files}
    if len(first) != 1 or first & {"bpmn", "forms"}:
        return files
    return {path.partition("/")[2] or path: content for path, content in files.items()}


def _refused(name: str, message: str) -> InvalidRelease:
    return InvalidRelease([Finding(name, "", 0, message, _RULE)])
