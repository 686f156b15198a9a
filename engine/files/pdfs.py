"""What stands against a PDF: cut off, locked, or with something in it that could run."""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"%PDF-[12]\.\d[\r\n ]")
_END = 2048
#: Names of a PDF that make a program of it or hide something in it, as they stand in clear. The
#: short one counts only with what follows it: its three signs stand in many a picture by chance.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)\b|/JS\s*[(<]|/JS\s+\d+\s+\d+\s+R\b"
)
_LOCKED = re.compile(rb"/Encrypt\b")
#: A sign of a name written by its number: ``/J#53`` is ``/JS`` (ISO 32000, 7.3.5).
_BY_NUMBER = re.compile(rb"#([0-9A-Fa-f]{2})")


def is_pdf(content: bytes) -> bool:
    """Tell whether it begins as a PDF does."""
    return _BEGINS.match(content) is not None


def fault_of_pdf(content: bytes) -> str:
    """Say in a sentence what stands against keeping it; "" when nothing does."""
    if b"%%EOF" not in content[-_END:]:
        return "Expected a whole PDF, but its end is missing. Copy it again from where it lies."
    plain = _in_clear(content)
    if _LOCKED.search(plain):
        return (
            "Expected a PDF that opens without a password, but it is locked. "
            "Print it as a PDF without one and add that."
        )
    if _ACTIVE.search(plain):
        return (
            "Expected a PDF of pages alone, but it holds a program or another file. "
            "Print it as a PDF and add that."
        )
    return ""


def could_run(content: bytes) -> bool:
    """Tell whether it is a PDF with a program or another file in it."""
    return is_pdf(content) and _ACTIVE.search(_in_clear(content)) is not None


def _in_clear(content: bytes) -> bytes:
    return _BY_NUMBER.sub(lambda found: bytes([int(found[1], 16)]), content)
