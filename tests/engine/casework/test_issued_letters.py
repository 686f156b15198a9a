"""An issued letter never changes; its PDF is made from what is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator

import pypdf
import pytest
from sqlalchemy.orm import undefer

from engine.casework import issued_letters, letter_pdf
from engine.casework.issued_letters import LetterIsIssued
from engine.errors import Rejected
from engine.tables.database import Database
from engine.tables.decisions import Letter
from tests.engine.casework.letter_desk import WARNED, at, issue, sent
from tests.engine.casework.new_case import Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.warn()
        yield found


def warning(landlord: Landlord) -> Letter:
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    return issue(context, {**WARNED, **sent("2026-02-16")})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("html", "<p>Something else</p>"),
        ("sha256", "0"),
        ("issued_on", dt.date(2026, 2, 1)),
        ("sent_to", "Somebody else"),
        ("proof", "None"),
        ("pdf", b"%PDF"),
        ("decision_id", None),
    ],
)
def test_nothing_of_an_issued_letter_can_be_changed(
    landlord: Landlord, column: str, value: object
) -> None:
    """R-057: an overwritten letter."""
    letter = warning(landlord)
    setattr(letter, column, value)
    with pytest.raises(LetterIsIssued, match=column):
        landlord.session.flush()
    assert issubclass(LetterIsIssued, Rejected)
    landlord.session.rollback()


def test_only_its_arrival_is_noted_later(landlord: Landlord) -> None:
    letter = warning(landlord)
    letter.delivered_on = dt.date(2026, 2, 18)
    landlord.session.flush()
    landlord.session.refresh(letter)
    assert letter.delivered_on == dt.date(2026, 2, 18)


def test_the_fingerprint_tells_a_letter_that_was_tampered_with(landlord: Landlord) -> None:
    letter = warning(landlord)
    assert letter.sha256 == hashlib.sha256(letter.html.encode()).hexdigest()
    assert issued_letters.is_unchanged(letter)
    landlord.session.connection().exec_driver_sql("UPDATE letter SET html = html || ' and more'")
    landlord.session.refresh(letter)
    assert not issued_letters.is_unchanged(letter)


def test_the_pdf_is_kept_and_can_be_read_by_people_and_machines(landlord: Landlord) -> None:
    letter = warning(landlord)
    landlord.session.expire(letter)
    kept = landlord.session.get_one(Letter, letter.id, options=[undefer(Letter.pdf)])
    assert kept.pdf
    document = pypdf.PdfReader(io.BytesIO(kept.pdf))
    text = " ".join("".join(page.extract_text() for page in document.pages).split())
    assert "Dear Jo Carter" in text
    assert "Page 1 of 2" in text
    assert document.metadata is not None
    assert document.metadata.title == "Fair Treatment Letter"
    assert str(document.root_object["/MarkInfo"]) == str({"/Marked": True})
    assert str(document.root_object["/Lang"]) == "en-GB"


def test_the_address_stands_in_the_window_of_the_envelope(landlord: Landlord) -> None:
    """A DL window shows 20 to 105 mm from the left and 50 to 80 mm from the top."""
    found: dict[str, tuple[float, float]] = {}

    def note(text: str, page: list[float], line: list[float], _font: object, _size: object) -> None:
        """Work out where a text stands on the page: its own place under the page's transform."""
        x = line[4] * page[0] + line[5] * page[2] + page[4]
        y = line[4] * page[1] + line[5] * page[3] + page[5]
        found.setdefault(text.strip(), (x * 25.4 / 72, 297 - y * 25.4 / 72))

    pdf = letter_pdf.letter_pdf(warning(landlord)) or b""
    pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    for text in ("Jo Carter", "4 Elm Court", "Northfield"):
        left, top = found[text]
        assert 20 <= left <= 105, (text, left)
        assert 50 <= top <= 80, (text, top)


def test_without_pango_letters_are_issued_all_the_same(
    landlord: Landlord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_pdf, "_weasyprint", lambda: None)
    letter = warning(landlord)
    assert letter.pdf is None
    assert letter_pdf.letter_pdf(letter) is None
    monkeypatch.undo()
    made = letter_pdf.letter_pdf(letter)
    assert made is not None
    assert made.startswith(b"%PDF")


def test_a_letter_fetches_nothing_from_elsewhere(landlord: Landlord) -> None:
    made = letter_pdf.as_pdf('<article><img src="http://example.com/a.png"></article>', "A")
    assert made is not None
