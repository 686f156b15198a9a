"""The logo on letters: a small picture that does nothing but show itself, or nothing is started."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest

from engine.casework import letter_logo, letter_pdf
from engine.casework.letter_page import framed
from engine.files import LOGO, fault_of_logo
from tests.engine.files.samples import chunk

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><title>N</title>'
    '<path id="p" d="M0 0h120v40z" fill="#00703c"/><use href="#p"/>{more}</svg>'
)


def png(width: int = 120, height: int = 40) -> bytes:
    """Give a green picture of that size."""

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\0\x70\x3c" * width) * height
    return b"".join(
        (
            letter_logo.PNG,
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND"),
        )
    )


def fault(folder: Path, content: bytes | str) -> str:
    file = folder / "logo"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return fault_of_logo(str(file))


@pytest.mark.parametrize("content", [png(), SVG.format(more="").encode()])
def test_a_picture_is_a_logo(tmp_path: Path, content: bytes) -> None:
    assert fault(tmp_path, content) == ""


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("<script>alert(1)</script>", "holds “script”"),
        ('<g onload="alert(1)"/>', "a script in “onload”"),
        ("<style>@import 'https://x.example/a.css'</style>", "holds “style”"),
        ('<image href="https://x.example/a.png"/>', "holds “image”"),
        ('<use href="https://x.example/a.svg#b"/>', "elsewhere in “href”"),
        (
            '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="//x.example/a.svg#b"/>',
            "elsewhere in “href”",
        ),
        ('<path style="fill: url( https://x.example/a)"/>', "elsewhere in “style”"),
        ('<path fill="url(https://x.example/a)"/>', "elsewhere in “fill”"),
        ('<a href="#p"><path d="M0 0"/></a>', "holds “a”"),
        ("<foreignObject/>", "holds “foreignObject”"),
        ('<b xmlns="http://www.w3.org/1999/xhtml"/>', "holds “b”"),
        ("<?xml-stylesheet href='a.css'?>", "an instruction"),
    ],
)
def test_what_could_do_more_than_show_itself_is_refused(
    tmp_path: Path, more: str, says: str
) -> None:
    assert says in fault(tmp_path, SVG.format(more=more))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (png()[:-20], "damaged"),
        (png(3, 3) + b"<script>", "something else follows"),
        (png(2001, 500), "2000 pixels"),
        (png(120, 20), "5 times"),
        (b"x" * 60_000, "50 KB"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format(more=""), "document type"),
        ("<?xml-stylesheet href='a.css'?>" + SVG.format(more=""), "an instruction"),
        (SVG.format(more="").replace(' viewBox="0 0 120 40"', ""), "how wide"),
        (SVG.format(more="").replace("120 40", "1000 40"), "5 times"),
        (SVG.format(more="").replace("viewBox", 'width="5000" height="10" viewBox'), "5 times"),
        (SVG.format(more="").replace("viewBox", 'width="10px" height="0" viewBox'), "how wide"),
        ("<html/>", "does not begin with svg"),
    ],
)
def test_a_file_that_is_no_logo_says_why(tmp_path: Path, content: bytes | str, says: str) -> None:
    letter_logo.content_of.cache_clear()
    assert says in fault(tmp_path, content)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in fault_of_logo(str(tmp_path / "none.png"))
    assert "cannot be read: Is a directory" in fault_of_logo(str(tmp_path))


@pytest.mark.parametrize("content", [png(), SVG.format(more="").encode()])
def test_a_letter_carries_the_logo_and_says_what_it_is(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-056: who cannot see it hears the landlord's name; on paper it is drawn and named too."""
    file = tmp_path / "logo"
    file.write_bytes(content)
    without = _letter()
    assert "<img" not in without
    monkeypatch.setenv(LOGO, str(file))
    article = _letter()
    assert 'alt="Northfield &amp; Sons"' in article
    assert article.replace("<br>\n" + letter_logo.picture("Northfield & Sons"), "") == without
    drawn, plain = letter_pdf.as_pdf(article, "A"), letter_pdf.as_pdf(without, "A")
    assert drawn is not None
    assert plain is not None
    assert _named_figures(drawn) == ["Northfield & Sons"]
    assert _named_figures(plain) == []


def _letter() -> str:
    name = "Northfield & Sons"
    return framed("A", "<p>Text</p>", {"landlord_name": name}, logo=letter_logo.picture(name))


def _named_figures(pdf: bytes) -> list[str]:
    """Give what each figure of a tagged PDF is called for who cannot see it."""
    root: Any = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    return list(_figures(root["/StructTreeRoot"]))


def _figures(one: Any) -> Iterator[str]:
    if one.get("/S") == "/Figure":
        yield str(one["/Alt"])
    kids = one.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        known = kid.get_object()
        if isinstance(known, dict):
            yield from _figures(known)
