"""Planted words wherever they hide: opens PDFs, archives, e-mails and what is coded or sealed."""

from __future__ import annotations

import base64
import email
import email.policy
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, NameObject
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from engine.tables.columns import Row, Sealed
from engine.tables.data_requests import DataCopyPart
from engine.tables.files import EvidenceFilePart

#: What a planted word looks like, in whatever case an index keeps it.
PLANTED = re.compile(r"zqp(\d{4})q", re.IGNORECASE)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_HEXADECIMAL = re.compile(rb"\\x((?:[0-9a-f]{2}){8,})")
_DEEPEST = 6
#: So much of a sealed value is its own: the moment and the random beginning.
_HEAD = 44


def word(number: int) -> str:
    """Give a word that nobody writes by chance."""
    return f"Zqp{number:04d}q"


def words_in(content: bytes | str, depth: int = 0) -> set[int]:
    """Give the planted words in something, also in what is packed, coded or drawn in it."""
    if isinstance(content, str):
        content = content.encode()
    found = {int(number) for number in PLANTED.findall(content.decode("latin-1"))}
    found |= {int(number) for number in PLANTED.findall(content.decode("utf-16-le", "ignore"))}
    if depth < _DEEPEST:
        for inner in _inside(content):
            found |= words_in(inner, depth + 1)
    return found


def _inside(content: bytes) -> Iterator[bytes]:
    yield from coded_in(content)
    yield from _unpacked(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.infolist():
                yield one.filename.encode()
                yield archive.read(one)
    if content.startswith(b"%PDF-"):
        yield from _in_pdf(content)
    if b"\nMIME-Version:" in content[:4096]:
        message = email.message_from_bytes(content, policy=email.policy.default)
        for part in message.walk():
            if not part.is_multipart():
                inner = part.get_payload(decode=True)
                yield inner if isinstance(inner, bytes) else b""


def coded_in(content: bytes) -> Iterator[bytes]:
    """Give what a dump of PostgreSQL writes in hexadecimal figures."""
    for coded in _HEXADECIMAL.findall(content):
        yield bytes.fromhex(coded.decode())


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What is kept of runs: a mark of its format, then a packed text."""
    begins = content[:16].find(b"\x78")
    if begins >= 0:
        try:
            yield zlib.decompress(content[begins:])
        except zlib.error:
            return


def _in_pdf(content: bytes) -> Iterator[bytes]:
    for packed in _STREAM.findall(content):
        try:
            yield zlib.decompressobj().decompress(packed)
        except zlib.error:
            continue
    try:
        for page in pypdf.PdfReader(io.BytesIO(content)).pages:
            # Letters are drawn one by one and words are broken over lines.
            yield page.extract_text().encode()
    except (PyPdfError, ValueError, KeyError):
        return


def in_tables(session: Session) -> dict[str, set[int]]:
    """Give the planted words by table, every sealed value opened and every file put together."""
    found: dict[str, set[int]] = defaultdict(set)
    files: dict[tuple[str, int], bytes] = defaultdict(bytes)
    for table in Row.metadata.sorted_tables:
        for row in session.execute(select(table)):
            for value in row:
                found[table.name] |= words_in(_bytes_of(value))
    parts = select(EvidenceFilePart).order_by(EvidenceFilePart.file_id, EvidenceFilePart.number)
    for part in session.scalars(parts):
        files["evidence_file_part", part.file_id] += part.content
    copies = select(DataCopyPart).order_by(DataCopyPart.data_copy_id, DataCopyPart.number)
    for piece in session.scalars(copies):
        files["data_copy_part", piece.data_copy_id] += piece.content
    for (table_name, _), content in files.items():
        found[table_name] |= words_in(content)
    return {name: words for name, words in found.items() if words}


def sealed_heads(session: Session) -> dict[bytes, str]:
    """Give how each sealed value begins as the database keeps it, with its table."""
    return {
        bytes(value)[:_HEAD]: table.name
        for table in Row.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
        for value in session.scalars(select(type_coerce(column, LargeBinary)))
        if value is not None
    }


def in_files(folder: Path) -> dict[str, set[int]]:
    """Give the planted words by file, in everything a folder holds."""
    files = {one: words_in(one.read_bytes()) for one in folder.rglob("*") if one.is_file()}
    return {str(one.relative_to(folder)): words for one, words in files.items() if words}


def pdf_with(text: str) -> bytes:
    """Make a PDF whose page says something in a compressed stream, and nowhere else."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(300, 300)
    drawn = DecodedStreamObject()
    drawn.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(drawn.flate_encode())
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def docx_with(text: str) -> bytes:
    """Make a document of a word processor, as far as its words go: an archive, compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document><w:t>{text}</w:t></w:document>" * 20)
    return made.getvalue()


def attached(name: str, content: bytes) -> bytes:
    """Make an e-mail that carries a file."""
    coded = base64.encodebytes(content).decode()
    return (
        "From: jo@mail.example\r\nTo: repairs@homes.example\r\nSubject: The tap\r\n"
        "Date: Mon, 2 Mar 2026 08:59:58 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{coded}\r\n--b--\r\n"
    ).encode()


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    if isinstance(value, dict | list):
        return json.dumps(value, default=str).encode()
    return str(value).encode()
