"""What stands against an e-mail: damaged, or with a program in it, however deep it is packed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from io import BytesIO

from engine.files.compound import COMPOUND_ENDINGS, is_compound
from engine.files.pdfs import could_run

_HEADER = re.compile(rb"(?:From |[!-9;-~]+:)")
_HEADERS_WITHIN = 4096
#: How the content of a program begins, on any machine.
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
)
#: Archives nobody here can look into.
_CLOSED = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_ZIP = b"PK\x03\x04"
_PROGRAM_ENDINGS = (
    *(".exe", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse"),
    *(".wsf", ".hta", ".jar", ".lnk", ".iso", ".img", ".chm", ".reg", ".dll", ".apk", ".app"),
    *(".docm", ".xlsm", ".pptm", ".dotm", ".xlam", ".html", ".htm", ".svg", ".xhtml"),
)
#: Within an archive neither another one nor the macros of an office document are taken.
_PACKED_ENDINGS = (
    *(*_PROGRAM_ENDINGS, ".zip", ".rar", ".7z", ".gz", "vbaproject.bin"),
    *(*COMPOUND_ENDINGS, ".eml"),
)
#: What an office document holds of another program: any file at all.
_EMBEDDED = re.compile(r"/embeddings/oleobject\d*\.bin$")
#: E-mails within e-mails that are looked into; people forward, but not for ever.
_DEEPEST = 8
#: What no mailbox makes: it would only keep this machine busy.
_MOST_PARTS, _MOST_WITHIN, _MOST_PACKED, _LONGEST_HEADER = 2_000, 40, 2_000, 8_000
#: Each line is compared with every part around it: lines times parts, about a second's work.
_MOST_COMPARED = 4_000_000
_SPLIT = re.compile(rb"^--", re.MULTILINE)
_WITHIN = re.compile(rb"boundary\s*\*?\d*\*?\s*=|message/rfc822", re.IGNORECASE)
#: Headers that are taken apart to tell what a part is.
_TAKEN_APART = ("content-type", "content-disposition", "content-transfer-encoding")
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})
_NOT_READ = "Expected a whole e-mail, but it cannot be read. Print it as a PDF and add that."


#: Stands before the name of a file that holds others and cannot be looked into.
_CLOSED_FILE = "\0"


class _NotRead(Exception):
    """No mailbox would have written it so."""


def is_email(content: bytes) -> bool:
    """Tell whether it begins with the headers of a message, among them who sent it and when."""
    start = content[: _HEADERS_WITHIN * 16].replace(b"\r\n", b"\n")
    head = start.partition(b"\n\n")[0]
    lines = head.split(b"\n")
    if b"\0" in head or not lines or not _HEADER.match(lines[0]):
        return False
    named = {line.partition(b":")[0].strip().lower() for line in lines if _HEADER.match(line)}
    return {b"from", b"date"} <= named


def fault_of_email(content: bytes) -> str:
    """Say in a sentence what stands against keeping it; "" when nothing does.

    Forwarded e-mails and archives in it are looked into as well; what cannot be is refused, among
    it Outlook messages and Office files of an old kind.
    """
    if b"\0" in content:
        return "Expected a whole e-mail, but it is damaged. Save it again from your mailbox."
    try:
        name = next(_programs(content, 0), None)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return _NOT_READ
    except _NotRead:
        return _NOT_READ
    if name is None:
        return ""
    if name.startswith(_CLOSED_FILE):
        held = name.removeprefix(_CLOSED_FILE)
        return (
            f"Expected attachments that can be looked into, but “{held}” in it is an Outlook "
            "message or an Office file of an old kind, and those may hold programs that nobody "
            "here can see. Print the e-mail and that file as PDFs and add those."
        )
    return (
        f"Expected an e-mail without programs, but “{name or 'an attachment'}” in it could "
        "run. Print the e-mail as a PDF and add that; tell whoever looks after security."
    )


def _programs(content: bytes, depth: int) -> Iterator[str]:
    """Give the name of everything in a message that could run."""
    _check_size(content, depth)
    message = BytesParser(policy=compat32).parsebytes(content)
    for part in message.walk():
        name, inside = _attached(part)
        if inside is None:
            continue
        if name.lower().rstrip(". ").endswith(_PROGRAM_ENDINGS) or _runs(inside):
            yield name
        elif is_compound(inside, name):
            yield f"{_CLOSED_FILE}{name or 'an attachment'}"
        elif _is_attached(part) and (is_email(inside) or name.lower().endswith(".eml")):
            yield from _programs(inside, depth + 1)


def _check_size(content: bytes, depth: int) -> None:
    """Raise _NotRead for a message that is built to keep a machine busy."""
    if depth > _DEEPEST or len(_SPLIT.findall(content)) > _MOST_PARTS:
        raise _NotRead
    within = len(_WITHIN.findall(content))
    if within > _MOST_WITHIN or content.count(b"\n") * (within + 1) > _MOST_COMPARED:
        raise _NotRead


def _attached(part: Message) -> tuple[str, bytes | None]:
    """Give name and content of one part; None as content for one that only holds others."""
    for header in _TAKEN_APART:
        if any(len(str(value)) > _LONGEST_HEADER for value in part.get_all(header, [])):
            raise _NotRead
    if part.is_multipart():
        encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
        if encoding not in _AS_IT_IS:
            # A forwarded message may not be encoded (RFC 2046, 5.2.1): some programs decode it.
            raise _NotRead
        return "", None
    inside = part.get_payload(decode=True)
    return part.get_filename("") or "", inside if isinstance(inside, bytes) else b""


def _is_attached(part: Message) -> bool:
    """Tell whether it is a file, and not words of the message that quote another."""
    return part.get_content_maintype() != "text" or bool(part.get_filename(""))


def _runs(inside: bytes) -> bool:
    """Tell whether a content is a program, holds one, or cannot be looked into."""
    if inside.startswith((*_PROGRAMS, *_CLOSED)) or could_run(inside):
        return True
    return inside.startswith(_ZIP) and _holds_programs(inside)


def _holds_programs(archive: bytes) -> bool:
    """Tell it by the names in an archive; nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True
    packed = (name.lower().rstrip(". ") for name in names)
    return len(names) > _MOST_PACKED or any(
        name.endswith(_PACKED_ENDINGS) or _EMBEDDED.search(name) for name in packed
    )
