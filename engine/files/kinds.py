"""What a file is, told by what is in it and not by its name: PDF, PNG, JPEG or e-mail."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import puremagic

from engine.errors import Rejected
from engine.files.compound import fault_of_compound
from engine.files.emails import fault_of_email, is_email
from engine.files.pdfs import fault_of_pdf, is_pdf


@dataclass(frozen=True)
class Kind:
    """A kind of file that is kept."""

    #: pdf, png, jpeg, eml
    name: str
    #: As people say it.
    words: str
    #: The ending its name gets.
    ending: str
    #: What a browser is told it is.
    media_type: str


#: Every kind there is, by its name.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("pdf", "PDF", ".pdf", "application/pdf"),
        Kind("png", "picture (PNG)", ".png", "image/png"),
        Kind("jpeg", "picture (JPEG)", ".jpg", "image/jpeg"),
        Kind("eml", "e-mail", ".eml", "message/rfc822"),
    )
}
_WANTED = "a PDF, a PNG or JPEG picture, or an e-mail saved as .eml"
_MORE = (
    "Expected a picture alone, but something else follows its end. "
    "Open it and save it as a new picture."
)
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK = 12
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
#: Every marker of a JPEG begins with it, and it may be repeated.
_MARK = 0xFF
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_LENGTH_BYTES = 2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: A frame says its precision in one byte, then height and width in two each.
_FRAME_BYTES = 5
_SCAN = 0xDA
#: No camera of today makes a side this long; a browser would need gigabytes to draw it.
_LONGEST_SIDE = 30_000


def kind_of(content: bytes, name: str) -> Kind:
    """Give the kind of a file by its content.

    name: as it was called, to name it in a refusal. Raises Rejected, with what to do, when it is
    empty, broken, locked, of another kind, or holds something that could run.
    """
    if not content:
        raise Rejected(f"Expected something in “{name}”, but the file is empty. Choose another.")
    if closed := fault_of_compound(content, name):
        raise Rejected(f"“{name}”: {closed}")
    for is_it, kind, fault_in in _CHECKS:
        if is_it(content):
            fault = fault_in(content)
            if fault:
                raise Rejected(f"“{name}”: {fault}")
            return KINDS[kind]
    raise Rejected(
        f"Expected {_WANTED}, but “{name}” is {_guess(content)}. "
        "Save or print it as a PDF and add that."
    )


def _guess(content: bytes) -> str:
    """Name what a file seems to be, by the list of a library that knows many kinds."""
    try:
        found = puremagic.magic_string(content[:65536])
    except (puremagic.PureError, ValueError, IndexError):
        found = []
    named = next((one.name for one in found if one.name), "")
    return f"something else ({named})" if named else "something else"


def _fault_of_png(content: bytes) -> str:
    """Walk through the chunks: the first gives the size, each has its sum, the last ends it."""
    broken = "Expected a whole picture, but it is damaged or cut off. Copy it again."
    place, is_first = len(_PNG), True
    while place + _PNG_CHUNK <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8]
        end = place + _PNG_CHUNK + length
        if end > len(content) or is_first != (name == b"IHDR"):
            return broken
        if zlib.crc32(content[place + 4 : end - 4]) != int.from_bytes(
            content[end - 4 : end], "big"
        ):
            return broken
        if is_first:
            sides = (content[place + 8 : place + 12], content[place + 12 : place + 16])
            fault = _fault_of_size(*(int.from_bytes(side, "big") for side in sides))
            if fault:
                return fault
        if name == b"IEND":
            return "" if end == len(content) else _MORE
        place, is_first = end, False
    return broken


def _fault_of_jpeg(content: bytes) -> str:
    """Walk through the segments up to the picture itself; a camera may add its own at the end."""
    for marker, segment in _segments(content):
        if marker in _FRAMES and len(segment) >= _FRAME_BYTES:
            fault = _fault_of_size(
                int.from_bytes(segment[3:5], "big"), int.from_bytes(segment[1:3], "big")
            )
            if fault:
                return fault
        if marker == _SCAN:
            if _JPEG_END in content:
                return ""
            break
    return "Expected a whole picture, but it is damaged or cut off. Copy it again."


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Give marker and content of each segment, as far as they can be read."""
    place = 2
    while place + 4 <= len(content) and content[place] == _MARK:
        marker = content[place + 1]
        if marker == _MARK:
            place += 1
            continue
        if marker in _NO_LENGTH:
            place += 2
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if length < _LENGTH_BYTES or place + 2 + length > len(content):
            return
        yield marker, content[place + 4 : place + 2 + length]
        place += 2 + length


def _fault_of_size(width: int, height: int) -> str:
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        return (
            f"Expected a picture of up to {_LONGEST_SIDE} by {_LONGEST_SIDE} points, but it says "
            f"{width} by {height}. Save it smaller."
        )
    return ""


_Is = Callable[[bytes], bool]
_Fault = Callable[[bytes], str]
#: Whether a content is of a kind, the kind, and what is wrong with it; in this order.
_CHECKS: tuple[tuple[_Is, str, _Fault], ...] = (
    (is_pdf, "pdf", fault_of_pdf),
    (lambda content: content.startswith(_PNG), "png", _fault_of_png),
    (lambda content: content.startswith(_JPEG), "jpeg", _fault_of_jpeg),
    (is_email, "eml", fault_of_email),
)
