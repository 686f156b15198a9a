"""What a file is, is told by its content; what is broken, locked or could run is refused."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest

from engine.errors import Rejected
from engine.files.kinds import KINDS, kind_of
from engine.files.names import clean
from tests.engine.files.samples import COMPOUND, PDF, chunk, eml, jpeg, png, zipped


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
        (PDF.replace(b"/Pages 2", b"/AA << /S /J#61vaScript >> /Pages 2"), "holds a program"),
        (PDF.replace(b"/Pages 2", b"/AA << /J#53 (app.alert(1)) >> /Pages 2"), "holds a program"),
        (PDF.replace(b"/Pages 2", b"/AcroForm << /XFA 3 0 R >> /Pages 2"), "holds a program"),
        (PDF.replace(b"/Size 3", b"/Size 3 /#45ncrypt 4 0 R"), "opens without a password"),
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (eml("forwarded.eml", eml("bill.exe", b"hello")), "“bill.exe” in it could run"),
        (eml("a.bin", eml("b.eml", eml("bill.pdf", b"MZ\x90"))), "“bill.pdf” in it could run"),
        (eml("bills.zip", zipped("bill.exe")), "“bills.zip” in it could run"),
        (eml("bills.zip", zipped("more.zip")), "“bills.zip” in it could run"),
        (eml("bill.docx", zipped("word/vbaProject.bin")), "“bill.docx” in it could run"),
        (eml("bills.zip", zipped("bill.pdf")[:-30]), "“bills.zip” in it could run"),
        (eml("bills.dat", b"Rar!\x1a\x07"), "“bills.dat” in it could run"),
        (eml("told.msg", COMPOUND), "“told.msg” in it is an Outlook message or"),
        (eml("told.txt", COMPOUND), "“told.txt” in it is an Outlook message or"),
        (eml("told.msg", b"hello"), "Print the e-mail and that file as PDFs"),
        (eml("bill.doc", COMPOUND), "nobody here can see"),
        (eml("winmail.dat", b"\x78\x9f\x3e\x22\x01"), "“winmail.dat” in it is an Outlook"),
        (eml("forwarded.eml", eml("told.msg", COMPOUND)), "“told.msg” in it is an Outlook"),
        (eml("bills.zip", zipped("told.msg")), "“bills.zip” in it could run"),
        (eml("bills.zip", zipped("bill.xls")), "“bills.zip” in it could run"),
        (eml("bills.zip", zipped("told.eml")), "“bills.zip” in it could run"),
        (eml("bill.docx", zipped("word/embeddings/oleObject1.bin")), "“bill.docx” in it could run"),
        (
            eml("form.pdf", PDF.replace(b"/Pages 2", b"/AA << /S /JavaScript >> /Pages 2")),
            "“form.pdf” in it could run",
        ),
        (
            eml("a.txt", eml("bill.exe", b"hello")).replace(
                b"application/octet-stream", b"message/rfc822"
            ),
            "cannot be read",
        ),
    ],
)
def test_an_e_mail_is_looked_into_however_deep_something_is_packed(
    content: bytes, said: str
) -> None:
    assert said in refused(content, "mail.eml")


def test_an_e_mail_with_forwarded_ones_and_harmless_files_is_kept() -> None:
    inner = eml("plan.zip", zipped("plan.pdf", "plan.png", "xl/printerSettings1.bin"))
    assert kind_of(eml("forwarded.eml", inner), "mail.eml").name == "eml"
    quoted = eml().replace(b"It still drips.", b"It still drips.\r\n\r\n" + eml())
    assert kind_of(quoted, "mail.eml").name == "eml"


_HEAD = b"From: jo@mail.example\r\nDate: today\r\n"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (COMPOUND, "told.msg", "saved as .eml, but this is an Outlook message (.msg)"),
        (COMPOUND, "TOLD.MSG", "Save it as .eml from the mailbox, or print it as a PDF"),
        (COMPOUND, "bill.doc", "Office file of an old kind"),
        (COMPOUND, "bill.pdf", "Print it as a PDF and add that."),
        (b"\x78\x9f\x3e\x22\x01\x00", "winmail.dat", "Outlook or Office file"),
    ],
)
def test_an_outlook_message_is_refused_with_how_to_save_it(
    content: bytes, name: str, said: str
) -> None:
    # what nobody here can look into may hold planted macros and files of any size.
    assert said in refused(content, name)


@pytest.mark.parametrize(
    "content",
    [
        _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        _HEAD
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(3000)
        ),
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nx\r\n" * 100_000,
        _HEAD + b"Content-Type: text/plain; " + b"; ".join([b"p=v"] * 20_000) + b"\r\n\r\nHello",
        _HEAD + b"Content-Type: text/plain " + b"(" * 50_000 + b"\r\n\r\nHello",
        _HEAD + b"\r\n" + b"\n" * 9_000_000,
    ],
    ids=["forwarded", "nested", "parts", "parameters", "comments", "lines"],
)
def test_an_e_mail_built_to_keep_the_machine_busy_is_refused_at_once(content: bytes) -> None:
    began = time.process_time()
    assert "cannot be read" in refused(content, "mail.eml")
    assert time.process_time() - began < 2


def test_a_large_scan_is_not_taken_for_a_program_by_three_signs_in_its_picture() -> None:
    picture = b"stream\n\x01\x02/JS\x03\x04\nendstream\n"
    assert kind_of(PDF.replace(b"xref", picture + b"xref"), "scan.pdf").name == "pdf"
