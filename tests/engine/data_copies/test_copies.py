"""What is in a copy of somebody's data and what is not, as a page, for a computer and as PDF."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from engine import data_copies
from engine.casework.audit import Chain, Entry
from engine.data_copies import writing
from engine.queries import person
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile, Submission
from engine.tables.data_requests import DataCopyPart
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Letter
from engine.tables.refusals import ContactRefusal
from tests.engine.commands.conftest import APPEAL, TAKEN_OVER, acknowledged, held_landlord

ASKED = {
    "request_kind": "copy",
    "request_words": "Send me all you have.",
    "received_on": "2026-04-01",
    "received_by": "priya",
    "channel": "telephone",
}
#: A name that is written with a mark, which HTML writes another way.
NEIGHBOUR = "Mrs O'Hara"
NO_LETTER = {
    **TAKEN_OVER,
    "letter_on": None,
    "letter_complete": "none",
    "reasons": f"More than forty calls a week about {NEIGHBOUR} and the dog of {NEIGHBOUR}.",
}
SENT = {
    "channel": "letter",
    "sent_on": "2026-04-01",
    "proof": "Certificate of posting 1",
    "change_required": "Ring us about it on one day of the week.",
}
HEALTH = "Cannot read small print since the operation."
AGAINST = "Legal thinks that a visit is milder."
_MARK = "[taken out]"


@pytest.fixture
def story(database: Database) -> Iterator[Scenario]:
    """Somebody with two letters, one of which names a neighbour, asks for a copy."""
    for told in held_landlord(database):
        told.receive("arrangement_taken_over", by="dorothy", answers=NO_LETTER)
        told.complete("issue_letter", by="dorothy", answers=SENT)
        told.receive("appeal_received", by="amina", answers=APPEAL)
        acknowledged(told)
        told.receive("data_request_received", by="priya", answers=ASKED)
        yield told


def copy_of(story: Scenario, decision: str = "redact") -> zipfile.ZipFile:
    """Decide on everybody else alike and make the copy."""
    dorothy = person(story.db, "dorothy")
    for mark in data_copies.page(story.db, 1, dorothy).marks:
        reason = "It is about somebody else."
        data_copies.decide(story.db, 1, mark.name, decision, reason, dorothy)
    made = data_copies.make(story.db, 1, dorothy)
    return zipfile.ZipFile(io.BytesIO(data_copies.open_copy(story.db, made, dorothy).content))


def data_in(copy: zipfile.ZipFile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(copy.read("your-data.json"))
    return found


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


def letters(story: Scenario) -> list[Letter]:
    with story.db.reading() as session:
        found = list(session.scalars(select(Letter).order_by(Letter.id)))
        assert [one.pdf for one in found]
        return found


def test_each_letter_lies_in_the_copy_as_a_page_and_as_a_pdf_that_opens(story: Scenario) -> None:
    # letters as they were sent, for people and for computers.
    copy = copy_of(story, "keep")
    sent = letters(story)
    assert len(sent) == 2
    for number, letter in enumerate(sent, start=1):
        pdf = copy.read(f"letters/{number:03d}.pdf")
        assert pdf == letter.pdf
        assert letter.title in text_of(pdf)
        assert letter.html in copy.read(f"letters/{number:03d}.html").decode()
    told = [one["file"] for one in data_in(copy) if one["section"] == "letter"]
    assert told == ["letters/001.html", "letters/002.html"]
    page = copy.read("your-data.html").decode()
    assert all(f'href="{file}"' in page for file in told)


def test_a_letter_that_names_somebody_else_is_made_anew_with_a_mark_in_its_place(
    story: Scenario,
) -> None:
    # a name that is taken out is nowhere, and what stays says that something is missing.
    copy = copy_of(story)
    first, second = letters(story)
    assert first.pdf is not None
    assert text_of(first.pdf).count("Hara") == 2
    anew = text_of(copy.read("letters/001.pdf"))
    assert "Hara" not in anew
    assert anew.count(_MARK) == 2
    assert first.title in anew
    assert copy.read("letters/001.html").decode().count(_MARK) == 2
    # What names nobody is the letter that was sent, byte for byte.
    assert copy.read("letters/002.pdf") == second.pdf
    for name in copy.namelist():
        if not name.endswith(".pdf"):
            assert "Hara" not in copy.read(name).decode(), name
    said = json.dumps(data_in(copy), ensure_ascii=False)
    assert _MARK in said
    assert _MARK in copy.read("your-data.html").decode()


def test_what_legal_advised_is_not_in_the_copy_but_that_it_advised_is(story: Scenario) -> None:
    # what a lawyer advised is the landlord's alone; the customer's own is not.
    _be_advised(story.db)
    copy = copy_of(story)
    for name in ("your-data.html", "your-data.json"):
        text = copy.read(name).decode()
        assert AGAINST not in text
        assert "against" not in text
        assert "LEG/2026/41" in text
        assert "2026-03-30" in text
    (refusal,) = (one["values"] for one in data_in(copy) if one["section"] == "contact_refusal")
    assert refusal["advice_reference"] == "LEG/2026/41"
    assert "advice" not in refusal


def test_what_is_kept_sealed_about_the_person_is_theirs_and_never_lies_open_with_us(
    story: Scenario,
) -> None:
    # sealed in our tables and in the kept copy, readable for whom it is about.
    with story.db.writing() as session:
        session.add(_submission("decide_review", {"review": "goes_on"}, {"health": HEALTH}))
    copy = copy_of(story)
    assert HEALTH in copy.read("your-data.html").decode()
    assert HEALTH in copy.read("your-data.json").decode()
    with story.db.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT restricted FROM submission").scalars()
        assert all(HEALTH.encode() not in bytes(one) for one in raw if one is not None)
        raw = session.connection().exec_driver_sql("SELECT content FROM data_copy_part").scalars()
        assert all(not bytes(part).startswith(b"PK") for part in raw)
        assert session.scalars(select(DataCopyPart.number)).all() == [1]


def _write_into(db: Database, more: str) -> None:
    """Let the second letter say more, behind the back of what keeps it as it was issued."""
    with db.writing() as session:
        text = session.scalars(select(Letter.html).where(Letter.id == 2)).one()
        assert "</article>" in text
        text = text.replace("</article>", f"<p>{more}</p></article>")
        session.connection().execute(update(Letter).where(Letter.id == 2).values(html=text))


def _be_advised(db: Database) -> None:
    """Write what stands there once Legal advised, and a decision went the other way."""
    with db.writing() as session:
        arrangement = session.scalars(select(Arrangement)).one()
        session.add(
            ContactRefusal(
                case_id=1,
                arrangement_id=arrangement.id,
                proposed_on=dt.date(2026, 3, 28),
                proposed_by="amina",
                why="Calls at night.",
                change_first="no",
                advice_reference="LEG/2026/41",
                advised_on=dt.date(2026, 3, 30),
                advised_by="lena",
                advice="against",
            )
        )
        advised = {"advice_reference": "LEG/2026/41", "advised_on": "2026-03-30"}
        session.add(_submission("record_legal_advice", {**advised, "advice": "against"}))
        session.add(_submission("decide_refusal", {"despite_advice": AGAINST}))
        entry = Entry(
            "legal_advice_recorded", "contact_refusal", 1, "lena", new={"advice": "against"}
        )
        case = session.get_one(CaseFile, 1, with_for_update=True)
        Chain.of_case(session, case).add(entry, at=dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC))


def _submission(
    form: str, answers: dict[str, Any], restricted: dict[str, Any] | None = None
) -> Submission:
    return Submission(
        case_id=1,
        release_id=1,
        form=form,
        answers=answers,
        restricted=restricted,
        by="lena",
        at=dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC),
    )


def test_a_name_with_a_mark_in_a_letter_is_found_and_taken_out_whole(story: Scenario) -> None:
    """R-104: a letter writes an apostrophe another way; people are found as they are read."""
    _write_into(story.db, html.escape("Mr O'Hara rang. Mrs Ann O'Hara and Dr D\u2019Souza came."))
    found = {mark.name for mark in data_copies.page(story.db, 1, person(story.db, "dorothy")).marks}
    assert {"Mr O'Hara", "Mrs Ann O'Hara", "Dr D\u2019Souza"} <= found
    read = html.unescape(copy_of(story).read("letters/002.html").decode())
    assert f"{_MARK} rang. {_MARK} and {_MARK} came." in read


def test_a_name_the_landlord_shares_does_not_keep_the_copy_back(story: Scenario) -> None:
    """R-104: neither what the logo is called nor its bytes are a name left in the copy."""
    picture = '<img src="data:image/png;base64,AA/Grace/AA" alt="Grace &amp; Hill Homes">'
    _write_into(story.db, picture)
    dorothy = person(story.db, "dorothy")
    data_copies.decide(story.db, 1, "Grace", "redact", "It is about somebody else.", dorothy)
    page = copy_of(story).read("letters/002.html").decode()
    assert picture.replace("Grace &amp;", f"{_MARK} &amp;") in page


def test_a_name_that_still_stands_in_a_letter_is_told() -> None:
    """R-104: what a letter says is searched as people read it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as copy:
        copy.writestr("letters/001.html", '<p title="Grace">Mrs O&#x27;Hara\nrang</p>')
    assert writing.holds_name(file, ["Mrs O'Hara"])
    assert writing.holds_name(file, ["O'Hara rang"])
    assert not writing.holds_name(file, ["Grace"])
