"""Letters by e-mail: the PDF as it was issued, to the customer, with no way into our pages."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
from sqlalchemy import text

from engine.outbox import deliver_outbox
from engine.tables.casefile import ThirdParty
from engine.tables.database import Database
from tests.engine.outbox.conftest import mail_to, row
from tests.engine.outbox.letters import put_letter
from tests.outside import Postbox


def test_a_letter_leaves_with_its_pdf_and_without_a_link(database: Database, box: Postbox) -> None:
    _sending, outbox_id = put_letter(database)
    assert outbox_id is not None
    assert deliver_outbox(database, mail_to(box.port)) == 1
    [message] = box.taken
    assert message["To"] == "jo@post.example"
    assert "SP-2026-001" in message["Subject"]
    body, *files = [part for part in message.walk() if not part.is_multipart()]
    assert "spoc.homes.example" not in body.get_content()
    [file] = files
    assert (file.get_content_type(), file.get_filename()) == (
        "application/pdf",
        "SP-2026-001 2026-03-27.pdf",
    )
    pdf = pypdf.PdfReader(io.BytesIO(file.get_content()))
    said = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "We ask you to write to one address." in said
    assert "Jo Carter" in said
    assert row(database, outbox_id).sent_at is not None


def test_no_copy_leaves_for_somebody_whose_authority_has_ended_meanwhile(
    sqlite_database: Database, box: Postbox
) -> None:
    _sending, outbox_id = put_letter(sqlite_database, sent_to="sam@post.example", third_party_id=1)
    assert outbox_id is not None
    with sqlite_database.writing() as session:
        session.add(
            ThirdParty(
                case_id=1,
                name="Sam Hill",
                relationship="Sister",
                contact="sam@post.example",
                scope="Letters",
                authority_given_on=dt.date(2026, 1, 10),
                started_on=dt.date(2026, 1, 10),
                ended_on=dt.date(2026, 3, 31),
            )
        )
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 0
    assert box.taken == []
    assert "no longer speak for" in str(row(sqlite_database, outbox_id).last_error)


def test_a_letter_that_was_changed_since_does_not_leave(
    sqlite_database: Database, box: Postbox
) -> None:
    _sending, outbox_id = put_letter(sqlite_database)
    assert outbox_id is not None
    with sqlite_database.writing() as session:
        session.execute(text("UPDATE letter SET html = html || ' and more'"))
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 0
    assert box.taken == []
    dead = row(sqlite_database, outbox_id)
    assert dead.dead_at is not None
    assert "not word for word" in str(dead.last_error)
