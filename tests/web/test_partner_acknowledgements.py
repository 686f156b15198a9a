"""The partner's program confirms what we told it: once, by its reference, and the task is done."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import clock, commands, queries
from engine.demo.people import add_people
from engine.errors import InvalidAnswers
from engine.publishing import prepare
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.decisions import PartnerEvent
from engine.tables.partners import SharingAgreement
from engine.tables.process import WorkItem
from tests.once import ROOT
from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

TOKEN = "t0ken-of-the-partner-0123456789abcdef"
PATH = "/api/partner/acknowledgements"
#: A Friday; an arrangement in force since Monday.
NOW = dt.datetime(2026, 3, 27, 10)
TAKEN_OVER = {
    "customer_name": "Billie Norton",
    "address": "3 Chapel Yard, Northfield",
    "tenancy_reference": "NF-151206",
    "customer_kind": "tenant",
    "phone": "01632 960 166",
    "decided_on": "2026-03-18",
    "decided_by": "mo",
    "reasons": "Threats against two officers at the front desk.",
    "letter_on": "2026-03-20",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "telephone",
    "contact_address": "01632 960 701",
    "visiting": "By appointment only",
    "response_days": "5",
    "from_on": "2026-03-23",
    "next_review_on": "2026-09-23",
}
TOLD_ON = {
    "partner_scope": "yes",
    "agreement_reference": "DSA 7",
    "agreement_until": "2027-03-31",
    "shared_on": "2026-03-27",
    "told": ["customer", "route", "cover", "emergency", "dates", "reference"],
}


@pytest.fixture
def told(database: Database) -> Iterator[Flask]:
    """The application on either database; an arrangement is in force and the partner is to hear."""
    with clock.frozen(NOW):
        prepare(database, ROOT)
        add_people(database, dt.date(2026, 1, 1))
        app = create_app(
            Settings(
                database_url=database.url.render_as_string(hide_password=False),
                secret_key="only for tests",
                demo=True,
                partner_tokens=(("petra", TOKEN), ("tom", TOKEN[::-1])),
            )
        )
        commands.receive(database, "arrangement_taken_over", TAKEN_OVER, by="dorothy", refs={})
        commands.deliver_messages(database)
        yield app
        app.extensions["database"].close()


@pytest.fixture
def reference(told: Flask) -> str:
    """The reference under which the officer told the partner of it, as stands in what was told."""
    database = told.extensions["database"]
    commands.complete(database, _task(told, "share_with_partner"), TOLD_ON, by="dorothy")
    event = _event(told)
    assert event.told.endswith(".")
    return event.told[:-1].rpartition(" ")[2]


def _task(app: Flask, form: str) -> int:
    with app.extensions["database"].reading() as session:
        found: int = session.scalars(select(WorkItem.id).where(WorkItem.form == form)).one()
        return found


def _event(app: Flask) -> PartnerEvent:
    with app.extensions["database"].reading() as session:
        event: PartnerEvent = session.scalars(select(PartnerEvent)).one()
        return event


def confirm(app: Flask, reference: str, token: str = TOKEN, **more: Any) -> TestResponse:
    body = {"notice_reference": reference, "acknowledged_on": "2026-03-27", **more}
    return app.test_client().post(PATH, json=body, headers={"Authorization": f"Bearer {token}"})


def refused(answer: TestResponse) -> tuple[str, str]:
    """Give field and message of the one thing an answer refuses."""
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    [wrong] = answer.json["fields"]
    return wrong["field"], wrong["message"]


def test_a_confirmation_is_taken_once_and_does_the_task(told: Flask, reference: str) -> None:
    """R-098: as the officer's form does it; the same again does nothing, another day is refused."""
    first = confirm(told, reference, acknowledged_by="Customer Relations")
    again = confirm(told, reference, acknowledged_by="Customer Relations")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == {"notice_reference": reference, "result": "taken"}
    assert again.json == {"notice_reference": reference, "result": "known"}
    # A day may come as people write it, as on the form; it is the same day.
    assert confirm(told, reference, acknowledged_on="27/3/2026").status_code == 200
    field, message = refused(confirm(told, reference, acknowledged_on="2026-03-26"))
    assert field == "acknowledged_on"
    assert "you confirmed it on Fri 27 Mar 2026" in message
    assert _event(told).acknowledged_on == dt.date(2026, 3, 27)
    with told.extensions["database"].reading() as session:
        item = session.get_one(WorkItem, _task(told, "partner_acknowledgement"))
        assert item.completed_at is not None
        kept = select(Submission).where(Submission.form == "partner_acknowledgement")
        submission = session.scalars(kept).one()
        assert submission.by == "petra"
        assert submission.answers["acknowledged_by"] == "Customer Relations"
        links = (
            select(AuditDetail.actor)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "partner_acknowledged")
        )
        assert session.scalars(links).all() == ["petra"]


def test_who_confirms_sees_no_more_of_the_case_for_it(told: Flask, reference: str) -> None:
    """R-102: the task is done by the program; nobody of the partner has worked on the case."""
    database = told.extensions["database"]
    before = queries.case(database, 1, queries.person(database, "petra"))
    confirm(told, reference)
    after = queries.case(database, 1, queries.person(database, "petra"))
    assert after.sections == before.sections


def test_two_at_one_moment_are_one_confirmation(told: Flask, reference: str) -> None:
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(confirm(told, reference).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(codes) == [200, 200, 200, 201]


def test_what_confirms_nothing_says_which_field_and_why(told: Flask, reference: str) -> None:
    """R-098."""
    for changed, field, says in (
        ({"acknowledged_on": "2026-03-28"}, "acknowledged_on", "cannot be in the future"),
        ({"acknowledged_on": "2026-03-26"}, "acknowledged_on", "on or after Fri 27 Mar 2026"),
        ({"acknowledged_on": "2026-02-31"}, "acknowledged_on", "exists"),
        ({"acknowledged_on": ""}, "acknowledged_on", "Enter the day"),
        ({"acknowledged_on": 20260327}, "acknowledged_on", "a text"),
        ({"acknowledged_by": "x" * 201}, "acknowledged_by", "200"),
        ({"why": "He shouts."}, "why", "none of them"),
        ({"notice_reference": ""}, "notice_reference", "none like it"),
        ({"notice_reference": ["a"]}, "notice_reference", "a text"),
        ({"notice_reference": None}, "notice_reference", "a text"),
        ({"notice_reference": "SP\0-P1"}, "notice_reference", "a text"),
        ({"notice_reference": "\ud800-P1"}, "notice_reference", "a text"),
    ):
        found, message = refused(confirm(told, reference, **changed))
        assert found == field
        assert says in message, changed
    assert _event(told).acknowledged_on is None


def test_only_what_this_partner_was_told_can_be_confirmed(told: Flask, reference: str) -> None:
    """R-098, R-103: one of another partner, of another case or not told yet does not exist."""
    database = told.extensions["database"]
    number = reference.rpartition("P")[2]
    unknown = (f"SP-2026-002-P{number}", f"SP-2026-001-P{number}9", f"SP-2026-001-P0{number}")
    said = {refused(confirm(told, one)) for one in (*unknown, "NC-1", number, "-P", "'; --")}
    with database.writing() as session:
        session.scalars(select(PartnerEvent)).one().partner = "Westshire Council"
    said.add(refused(confirm(told, reference)))
    with database.writing() as session:
        event = session.scalars(select(PartnerEvent)).one()
        event.partner, event.shared_on = "Northfield Council", None
    said.add(refused(confirm(told, reference)))
    [(field, message)] = said
    assert field == "notice_reference"
    assert "there is none like it" in message
    with database.writing() as session:
        session.scalars(select(PartnerEvent)).one().shared_on = dt.date(2026, 3, 27)
        assert session.scalars(select(SharingAgreement)).all() == []
    # Without an agreement in date nothing may be shared; that it arrived may still be said.
    assert confirm(told, reference).status_code == 201


def test_what_waits_no_more_says_so(told: Flask, reference: str) -> None:
    with told.extensions["database"].writing() as session:
        found = select(WorkItem).where(WorkItem.form == "partner_acknowledgement")
        session.scalars(found).one().cancelled_at = clock.now()
    field, message = refused(confirm(told, reference))
    assert field == "notice_reference"
    assert "waits no more" in message


def test_who_proves_nothing_confirms_nothing(told: Flask, reference: str) -> None:
    """R-098, R-103."""
    for token in ("", "wrong" * 8):
        assert confirm(told, reference, token).status_code == 401
    # An account without the role, whatever its token.
    assert confirm(told, reference, TOKEN[::-1]).status_code == 403
    assert _event(told).acknowledged_on is None


def test_what_is_no_confirmation_at_all_is_refused_in_json(told: Flask) -> None:
    client, proof = told.test_client(), {"Authorization": f"Bearer {TOKEN}"}
    kind = "application/json"
    assert client.post(PATH, json=["SP-1"], headers=proof).status_code == 400
    assert client.post(PATH, data="{", content_type=kind, headers=proof).status_code == 400
    assert client.post(PATH, data="a=1", headers=proof).status_code == 415
    large = client.post(PATH, json={"acknowledged_by": "x" * 40_000}, headers=proof)
    assert large.status_code == 413
    assert large.json is not None


def test_the_officer_reads_the_reference_while_it_waits(told: Flask, reference: str) -> None:
    """R-098: so that it can be told again; once confirmed the line is gone."""
    dorothy = Visitor(told.test_client()).sign_in("dorothy")
    assert f"Began ({reference})" in dorothy.get("/partner").text
    confirm(told, reference)
    assert reference not in dorothy.get("/partner").text


def test_the_partner_is_given_the_reference_or_nothing_is_shared(told: Flask) -> None:
    """The officer ticks the reference too: what the partner was not given it cannot send back."""
    with pytest.raises(InvalidAnswers, match="every line"):
        commands.complete(
            told.extensions["database"],
            _task(told, "share_with_partner"),
            {**TOLD_ON, "told": TOLD_ON["told"][:-1]},
            by="dorothy",
        )
