"""Letters through GOV.UK Notify: its own client against its API as it answers, played here."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from sqlalchemy import select

from engine.casework.audit import Chain
from engine.installation import read_surroundings
from engine.outbox import NotifySettings, Senders, ask_notify, deliver_outbox
from engine.tables.casefile import CaseFile
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending
from engine.tables.people import User
from engine.tables.process import Outbox
from tests.engine.outbox.conftest import later, row
from tests.engine.outbox.letters import put_letter
from tests.notify import KEY, TEMPLATE, Notify, notify
from tests.outside import free_port, hanging

POST: dict[str, Any] = {
    "way": "notify",
    "channel": "letter",
    "sent_to": "Jo Carter\n4 Elm Court\nNorthfield\nNF1 2AB",
}
MAIL: dict[str, Any] = {"way": "notify", "channel": "email"}


@pytest.fixture
def service() -> Iterator[Notify]:
    with notify() as found:
        yield found


def settings(url: str, **more: Any) -> NotifySettings:
    both = frozenset({"email", "letter"})
    return NotifySettings(KEY, both, TEMPLATE, url=url, **{"seconds": 5.0, **more})


def through(service: Notify) -> Senders:
    return Senders(notify=settings(service.url))


def sending(db: Database) -> Sending:
    with db.reading() as session:
        return session.scalars(select(Sending)).one()


def _placed(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Give where each text stands on the first page: millimetres from the left and the top."""
    found: dict[str, tuple[float, float]] = {}

    def note(said: str, page: list[float], line: list[float], _font: object, _size: object) -> None:
        x = line[4] * page[0] + line[5] * page[2] + page[4]
        y = line[4] * page[1] + line[5] * page[3] + page[5]
        if said.strip():
            found.setdefault(said.strip(), (x * 25.4 / 72, 297 - y * 25.4 / 72))

    pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    return found


def test_a_letter_is_posted_with_the_address_where_notify_looks_for_it(
    database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(database, **POST)
    assert outbox_id is not None
    assert deliver_outbox(database, through(service)) == 1
    [taken] = service.taken
    assert (taken["path"], taken["postage"]) == ("/v2/notifications/letter", "second")
    assert taken["reference"] == row(database, outbox_id).key
    placed = _placed(service.pdfs[0])
    for line in ("Jo Carter", "4 Elm Court", "NF1 2AB"):
        left, top = placed[line]
        assert 24.6 <= left <= 120, (line, left)
        assert 39.5 <= top <= 66.3, (line, top)
    for said, (left, top) in placed.items():
        assert 15 <= left <= 195, said
        assert top > 6.2 or left > 15.2, said


def test_an_e_mail_goes_with_a_link_to_the_pdf(sqlite_database: Database, service: Notify) -> None:
    put_letter(sqlite_database, **MAIL)
    assert deliver_outbox(sqlite_database, through(service)) == 1
    [taken] = service.taken
    assert (taken["email_address"], taken["template_id"]) == ("jo@post.example", TEMPLATE)
    assert set(taken["personalisation"]) == {"subject", "body", "link_to_file"}
    assert taken["personalisation"]["link_to_file"]["confirm_email_before_download"] is True
    assert service.pdfs[0].startswith(b"%PDF")
    assert not any(word in taken["reference"] for word in ("jo", "carter", "SP-"))


def test_the_copy_of_somebody_else_has_their_address_on_a_sheet_of_its_own(
    sqlite_database: Database, service: Notify
) -> None:
    other = {**POST, "sent_to": "9 Mill Lane\nNorthfield\nNF1 3CD", "to_name": "Sam Hill"}
    put_letter(sqlite_database, **other, third_party_id=1)
    assert deliver_outbox(sqlite_database, through(service)) == 1
    placed = _placed(service.pdfs[0])
    assert "Sam Hill" in placed
    assert "Jo Carter" not in placed
    assert len(pypdf.PdfReader(io.BytesIO(service.pdfs[0])).pages) == 2


def test_what_notify_took_and_nobody_noted_is_not_sent_twice(
    sqlite_database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    assert outbox_id is not None
    service.hangs_up = True
    assert deliver_outbox(sqlite_database, through(service)) == 0
    later(minutes=2)
    assert deliver_outbox(sqlite_database, through(service)) == 1
    assert len(service.taken) == 1
    assert row(sqlite_database, outbox_id).sent_at is not None


@pytest.mark.parametrize(
    ("status", "is_dead"), [(400, True), (403, False), (429, False), (500, False), (503, False)]
)
def test_each_answer_means_what_it_says(
    sqlite_database: Database, service: Notify, status: int, is_dead: bool
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    assert outbox_id is not None
    service.refuses = [(status, {"errors": [{"error": "X", "message": "Not like this"}]})]
    assert deliver_outbox(sqlite_database, through(service)) == 0
    failed = row(sqlite_database, outbox_id)
    assert (failed.dead_at is not None) == is_dead
    assert failed.last_error == f"GOV.UK Notify answered {status}: Not like this"


def test_a_service_that_is_away_or_hangs_keeps_the_letter_waiting(
    sqlite_database: Database,
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    assert outbox_id is not None
    gone = Senders(notify=settings(f"http://127.0.0.1:{free_port()}"))
    assert deliver_outbox(sqlite_database, gone) == 0
    assert "could not be reached" in str(row(sqlite_database, outbox_id).last_error)
    later(minutes=2)
    with hanging(b"H") as port:
        began = dt.datetime.now(dt.UTC)
        slow = Senders(notify=settings(f"http://127.0.0.1:{port}", seconds=0.5))
        assert deliver_outbox(sqlite_database, slow) == 0
        assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=4)
    assert row(sqlite_database, outbox_id).next_try_at is not None


def test_a_wrong_key_takes_nothing_and_loses_nothing(
    sqlite_database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    assert outbox_id is not None
    other = replace(settings(service.url), key=KEY[:-4] + "0000")
    assert deliver_outbox(sqlite_database, Senders(notify=other)) == 0
    assert service.taken == []
    assert "403" in str(row(sqlite_database, outbox_id).last_error)
    assert row(sqlite_database, outbox_id).dead_at is None


def test_what_became_of_it_is_asked_until_it_is_known(database: Database, service: Notify) -> None:
    _id, outbox_id = put_letter(database, **MAIL)
    assert outbox_id is not None
    deliver_outbox(database, through(service))
    key = row(database, outbox_id).key
    assert ask_notify(database, settings(service.url)) == 1
    assert sending(database).status == "created"
    assert ask_notify(database, settings(service.url)) == 0
    later(minutes=11)
    service.statuses[key] = "delivered"
    assert ask_notify(database, settings(service.url)) == 1
    with database.reading() as session:
        assert session.scalars(select(Letter)).one().delivered_on == dt.date(2026, 4, 1)
        case = session.scalars(select(CaseFile)).one()
        assert Chain.of_case(session, case).broken_at() is None
    later(hours=5)
    asked = service.asked
    assert ask_notify(database, settings(service.url)) == 0
    assert service.asked == asked


def test_one_that_did_not_arrive_is_told_to_whoever_sent_it(
    sqlite_database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    assert outbox_id is not None
    deliver_outbox(sqlite_database, through(service))
    service.statuses[row(sqlite_database, outbox_id).key] = "validation-failed"
    assert ask_notify(sqlite_database, settings(service.url)) == 1
    with sqlite_database.reading() as session:
        mail = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert mail is not None
        assert mail.content["to"].startswith("dorothy@")
        assert mail.content["subject"] == "SP-2026-001: A letter did not reach its address."
        assert "Carter" not in str(mail.content)
        assert session.scalars(select(Letter)).one().delivered_on is None


def test_nobody_asks_for_ever_about_a_letter_notify_has_forgotten(
    sqlite_database: Database, service: Notify
) -> None:
    put_letter(sqlite_database, **POST)
    deliver_outbox(sqlite_database, through(service))
    service.taken.clear()
    later(days=13)
    assert ask_notify(sqlite_database, settings(service.url)) == 0
    later(days=2)
    assert ask_notify(sqlite_database, settings(service.url)) == 1
    assert sending(sqlite_database).status == "unknown"
    with sqlite_database.reading() as session:
        mail = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert mail is not None
        assert mail.content["to"].startswith("dorothy@")
    later(days=1)
    asked = service.asked
    ask_notify(sqlite_database, settings(service.url))
    assert service.asked == asked


def test_one_question_that_is_refused_does_not_stop_the_others(
    sqlite_database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    deliver_outbox(sqlite_database, through(service))
    with sqlite_database.writing() as session:
        first = session.get_one(Outbox, outbox_id)
        session.add(Outbox(**{**_copied(first), "key": "f" * 32}))
        session.flush()
        newest = session.scalars(select(Outbox).where(Outbox.key == "f" * 32)).one()
        one = session.scalars(select(Sending)).one()
        session.add(Sending(**{**_copied(one), "outbox_id": newest.id}))
    service.refuses_to_say = {row(sqlite_database, int(outbox_id or 0)).key}
    service.taken.append({"path": "", "reference": "f" * 32})
    service.statuses["f" * 32] = "received"
    assert ask_notify(sqlite_database, settings(service.url)) == 1
    with sqlite_database.reading() as session:
        statuses = session.scalars(select(Sending.status).order_by(Sending.id)).all()
    assert statuses == [None, "received"]


def test_a_letter_that_failed_is_told_to_somebody_who_is_here(
    sqlite_database: Database, service: Notify
) -> None:
    _id, outbox_id = put_letter(sqlite_database, **POST)
    deliver_outbox(sqlite_database, through(service))
    with sqlite_database.writing() as session:
        session.get_one(User, "dorothy").left_on = dt.date(2026, 3, 31)
    service.statuses[row(sqlite_database, int(outbox_id or 0)).key] = "permanent-failure"
    assert ask_notify(sqlite_database, settings(service.url)) == 1
    with sqlite_database.reading() as session:
        mail = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert mail is not None
        # Amina carries the case.
        assert mail.content["to"].startswith("amina@")


def _copied(found: Row) -> dict[str, Any]:
    columns = found.__table__.columns
    return {one.key: getattr(found, one.key) for one in columns if one.key != "id"}


def test_the_house_is_told_what_notify_takes(sqlite_database: Database, service: Notify) -> None:
    deliver_outbox(sqlite_database, through(service))
    with sqlite_database.reading() as session:
        assert read_surroundings(session).settings["notify"] == "email,letter"
    deliver_outbox(sqlite_database, Senders())
    with sqlite_database.reading() as session:
        assert read_surroundings(session).settings["notify"] == ""
