"""The copy as a ZIP: one page to read, the same for a computer, letters and files beside them."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import file_contents, letter_pdf
from engine.data_copies import gathering, others
from engine.tables.data_requests import DataRequest
from engine.tables.decisions import Letter
from engine.tables.files import EvidenceFile

#: A short name of ours, which people read with blanks.
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")
_PAGE = "your-data.html"
_DATA = "your-data.json"
_PDF = ".pdf"
_LETTERS = "letters/"
_LETTER = '<p>The letter itself: <a href="{0}">{0}</a>{1}.</p>\n'
_AS_PDF = ", and the same as PDF beside it"
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What we hold about you</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:1rem/1.5 sans-serif;margin:1rem auto;max-width:60rem;padding:0 1rem;
overflow-wrap:anywhere}h2{border-top:2px solid #333;padding-top:.5rem}
dl{border:1px solid #bbb;margin:.75rem 0;padding:.5rem .75rem}dt{font-weight:bold}
dd{margin:0 0 .35rem;white-space:pre-wrap}</style></head><body><main>
<h1>What we hold about you</h1>
"""


def write(
    session: Session, request: DataRequest, marks: list[others.Mark], file: IO[bytes]
) -> None:
    """Write the ZIP into an open file, a few rows in memory at a time."""
    out = others.without(m.name for m in marks if m.decision == "redact")
    left_out = [m for m in marks if m.decision == "redact"]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_data(session, request, archive, out)
        _write_page(session, request, archive, out, left_out)
        _write_letters(session, request, archive, out)
        _write_files(session, archive, marks, out)


def holds_name(file: IO[bytes], names: list[str]) -> bool:
    """Tell whether one of the names still stands in what can be read of a ZIP.

    A letter as PDF is made of the page that lies beside it, which is read here as people read
    it: what stands in a tag, such as the picture of a logo, is no name.
    """
    wanted = others.without(names)
    if wanted is None:
        return False
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("files/") or name.endswith(_PDF):
                continue
            if any(wanted.search(text) for text in _read(archive, name)):
                return True
    return False


def _read(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """Give what can be read of a page: a letter's text, or the lines of what is long."""
    if name.startswith(_LETTERS):
        yield from others.texts_of(archive.read(name).decode())
        return
    with archive.open(name) as opened:
        for line in io.TextIOWrapper(opened, "utf-8"):
            yield html.unescape(line)


def _write_data(session: Session, request: DataRequest, archive: zipfile.ZipFile, out: Any) -> None:
    """Write the rows for a computer, one a line; a letter says where it lies."""
    letters = 0
    with archive.open(_DATA, "w", force_zip64=True) as opened:
        opened.write(b"[\n")
        separator = b""
        for item in gathering.items(session, request):
            said: dict[str, Any] = {"section": item.section, "case": item.case}
            if item.html:
                letters += 1
                said["file"] = _page_of(letters)
            said["values"] = others.cleaned(item.values, out)
            opened.write(separator + json.dumps(said, ensure_ascii=False).encode())
            separator = b",\n"
        opened.write(b"\n]\n")


def _write_letters(
    session: Session, request: DataRequest, archive: zipfile.ZipFile, out: Any
) -> None:
    """Write each letter as a page and as PDF: the PDF that was sent, unless names are taken out.

    Then, or where none was kept, it is made of the page; none where this machine makes no PDF.
    """
    letters = (item for item in gathering.items(session, request) if item.html)
    for number, item in enumerate(letters, start=1):
        title = str(others.cleaned(item.values.get("title", ""), out))
        article = others.cleaned_html(item.html, out)
        page = f"<!doctype html><html lang='en'><title>{html.escape(title)}</title>{article}</html>"
        archive.writestr(_page_of(number), page)
        is_as_sent = article == item.html
        kept = session.scalar(select(Letter.pdf).where(Letter.id == item.letter_id))
        pdf = kept if kept and is_as_sent else letter_pdf.as_pdf(article, title)
        if pdf:
            archive.writestr(_page_of(number).removesuffix(".html") + _PDF, pdf)


def _page_of(number: int) -> str:
    return f"{_LETTERS}{number:03d}.html"


def _write_page(
    session: Session,
    request: DataRequest,
    archive: zipfile.ZipFile,
    out: Any,
    left_out: list[others.Mark],
) -> None:
    with archive.open(_PAGE, "w", force_zip64=True) as opened:
        opened.write(_HEAD.encode())
        opened.write(_said_left_out(left_out).encode())
        before = ("", "")
        letters, as_pdf = 0, _AS_PDF if letter_pdf.can_be_made() else ""
        for item in gathering.items(session, request):
            here = (item.case, item.title)
            if here != before:
                case = f", case {item.case}" if item.case else ""
                opened.write(f"<h2>{html.escape(item.title + case)}</h2>\n".encode())
                before = here
            opened.write(_as_list(others.cleaned(item.values, out)).encode())
            if item.html:
                letters += 1
                opened.write(_LETTER.format(_page_of(letters), as_pdf).encode())
        opened.write(b"</main></body></html>\n")


def _write_files(
    session: Session, archive: zipfile.ZipFile, marks: list[others.Mark], out: Any
) -> None:
    for mark in marks:
        if mark.name.startswith(others.FILE) and mark.decision == "keep":
            number = int(mark.name.removeprefix(others.FILE).partition(":")[0])
            file = session.scalars(select(EvidenceFile).where(EvidenceFile.id == number)).one()
            name = others.cleaned(file.name, out).replace("/", "_")
            with archive.open(f"files/{file.id}-{name}", "w", force_zip64=True) as opened:
                for part in file_contents.parts(session, file.id):
                    opened.write(part)


def _said_left_out(left_out: list[others.Mark]) -> str:
    if not left_out:
        return "<p>Nothing was left out.</p>\n"
    reasons = "".join(
        f"<li>{html.escape(one)}</li>" for one in sorted({m.reason for m in left_out})
    )
    return (
        f"<p>Data of other people was left out where you read {others.TAKEN_OUT}, because:</p>"
        f"<ul>{reasons}</ul>\n"
    )


def _as_list(values: Mapping[str, Any]) -> str:
    return f"<dl>{''.join(_entry(name, value) for name, value in values.items())}</dl>\n"


def _entry(name: str, value: Any) -> str:
    if name == "id":
        return ""
    label = html.escape(str(name).replace("_", " ").capitalize())
    return f"<dt>{label}</dt><dd>{html.escape(_text(value))}</dd>"


def _text(value: Any) -> str:
    return "\n".join(_lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{str(name).replace('_', ' ').capitalize()}: {'; '.join(_lines(inner))}"
    elif isinstance(value, list):
        for inner in value:
            yield "; ".join(_lines(inner))
    else:
        said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        yield said.replace("_", " ") if _CODE.fullmatch(said) else said
