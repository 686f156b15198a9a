"""What a file is, is told by its content; what is broken, locked or could run is refused."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from engine.errors import Rejected
from engine.files.kinds import KINDS, kind_of
from engine.files.names import clean
from tests.engine.files.samples import PDF, chunk, eml, jpeg, png


def refused(content: bytes, name: str = "a.pdf") -> str:
    with pytest.raises(Rejected) as said:
        kind_of(content, name)
    return str(said.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (png(), "png"),
        (jpeg(), "jpeg"),
        (jpeg(more=b"SEFT of a telephone"), "jpeg"),
        (eml(), "eml"),
        (eml("photo.jpg", jpeg()), "eml"),
        (b"From Jo Carter\nFrom: jo@mail.example\nDate: today\n\nHello", "eml"),
    ],
)
def test_a_kind_is_known_by_its_content_whatever_its_name(content: bytes, kind: str) -> None:
    assert kind_of(content, "holiday.exe").name == kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"MZ\x90\0" + bytes(60), "something else (Windows"),
        (b"<!doctype html><script>alert(1)</script>", "something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "something else"),
        (b"GIF89a" + bytes(40), "something else"),
        (b"Dear all,\n\nthe tap drips.", "something else"),
        (b"Subject: no sender\n\nHello", "something else"),
        (b"\0" * 64, "something else"),
        (PDF.replace(b"%%EOF", b""), "its end is missing"),
        (PDF.replace(b"/Size 3", b"/Size 3 /Encrypt 4 0 R"), "opens without a password"),
        (PDF.replace(b"/Pages 2", b"/OpenAction << /S /JavaScript >> /Pages 2"), "holds a program"),
        (PDF.replace(b"/Pages 2", b"/Names << /EmbeddedFiles 3 0 R >> /Pages 2"), "another file"),
        (png()[:-6], "damaged or cut off"),
        (png().replace(b"IDAT", b"IDAX"), "damaged or cut off"),
        (png(more=b"PK\x03\x04"), "something else follows"),
        (png(40_000, 10), "40000 by 10"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"), "damaged or cut off"),
        (jpeg()[:20], "damaged or cut off"),
        (jpeg().replace(b"\xff\xd9", b""), "damaged or cut off"),
        (jpeg(0, 4), "0 by 4"),
        (eml("bill.exe", b"hello"), "“bill.exe” in it could run"),
        (eml("bill.pdf", b"MZ\x90"), "“bill.pdf” in it could run"),
        (eml("bill.html. ", b"<html>"), "could run"),
        (eml().replace(b"drips", b"dr\0ps"), "damaged"),
    ],
)
def test_what_is_not_kept_is_refused_with_what_is_wrong(content: bytes, said: str) -> None:
    sentence = refused(content)
    assert said in sentence
    assert sentence.rstrip().endswith(".")


def test_an_office_document_is_named_for_what_it_is() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    sentence = refused(packed.getvalue(), "notes.docx")
    assert "“notes.docx” is something else" in sentence
    assert "Save or print it as a PDF" in sentence


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("photo.JPG", "photo.pdf"),
        ("C:\\Users\\jo\\Desktop\\letter of 2 March.pdf", "letter of 2 March.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("fdp\u202eexe.pdf", "fdp exe.pdf"),
        ('a"b;c\r\nSet-Cookie: x.pdf', "a b c Set-Cookie x.pdf"),
        ("invoice.exe.pdf", "invoice.exe.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("x" * 300, "x" * 96 + ".pdf"),
        ("Ärger im Treppenhaus.pdf", "Ärger im Treppenhaus.pdf"),
    ],
)
def test_a_name_is_made_safe_and_says_what_the_file_is(name: str, kept: str) -> None:
    assert clean(name, KINDS["pdf"]) == kept
