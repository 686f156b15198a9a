"""Files as phones, scanners and mailboxes make them, and such as somebody made up."""

from __future__ import annotations

import base64
import struct
import zipfile
import zlib
from io import BytesIO

PDF = (
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\nxref\n0 3\n"
    b"trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n120\n%%EOF\n"
)
#: How a .msg of Outlook and an old .doc begin.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "_VBA_PROJECT".encode("utf-16-le")


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """One chunk of a PNG with its sum."""
    summed = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", summed)


def png(width: int = 1, height: int = 1, more: bytes = b"") -> bytes:
    """A picture that is whole."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = zlib.compress(b"\0\xff\0\0" * 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND") + more


def jpeg(width: int = 16, height: int = 16, more: bytes = b"") -> bytes:
    """A picture as a camera writes one; the picture itself is left small."""
    head = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\x34\x56"
    return b"\xff\xd8" + head + frame + scan + b"\xff\xd9" + more


def eml(attached: str = "", inside: bytes = b"") -> bytes:
    """A message as a mailbox saves it, with an attachment if one is named."""
    head = (
        b"Received: from mail.example by homes.example; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
        b"From: Jo Carter <jo.carter@mail.example>\r\nTo: repairs@homes.example\r\n"
        b"Date: Mon, 2 Mar 2026 08:59:58 +0000\r\nSubject: The tap\r\nMIME-Version: 1.0\r\n"
    )
    if not attached:
        return head + b"Content-Type: text/plain; charset=utf-8\r\n\r\nIt still drips.\r\n"
    body = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n'
        b"\r\nSee there.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="' + attached.encode() + b'"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(inside) + b"\r\n--b--\r\n"
    )
    return head + body


def zipped(*names: str) -> bytes:
    """An archive with files of these names."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "hello")
    return packed.getvalue()
