"""What could not be delivered, on its page: who sees it, trying again, giving up with a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine import clock, outbox
from engine.casework.audit import Chain
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import Outbox
from tests.engine.outbox.conftest import mail_to
from tests.engine.queries.landlord import Pen
from tests.outside import postbox
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
#: A name that no narrow page has room for.
WHERE = "housing-services.of-a-landlord-with-a-very-long-name.example"
WHY = "The mail server refused the address: 550 No such person"


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def write(database: Database, count: int = 1, *, dead: bool = True, case: bool = True) -> list[int]:
    """Write e-mails that could not be delivered, or wait; gives their numbers."""
    with database.writing() as session:
        case_id = Pen(session).case().id if case else None
        made = [
            Outbox(
                kind="email",
                channel="email",
                key=f"{number:032x}",
                order_key=f"email:{case_id}:person{number}",
                case_id=case_id,
                content={
                    "to": f"person{number}@{WHERE}",
                    "subject": f"SP-2026-001: Letter {number} is late.",
                    "text": "Late.",
                    "path": "/cases/1",
                },
                made_at=clock.now(),
                next_try_at=None if dead else clock.now(),
                attempts=12 if dead else 0,
                last_error=WHY if dead else None,
                dead_at=clock.now() if dead else None,
            )
            for number in range(count)
        ]
        session.add_all(made)
        session.flush()
        return [one.id for one in made]


def kept(database: Database) -> list[tuple[str, str, str | None, object]]:
    """Give what the chains say of the outbox: chain, action, who, what is new."""
    with database.reading() as session:
        rows = session.execute(
            select(AuditEvent.chain, AuditEvent.action, AuditDetail.actor, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.object_kind == "outbox")
            .order_by(AuditEvent.id)
        )
        return [tuple(row) for row in rows]


def row(database: Database, row_id: int) -> Outbox:
    with database.reading() as session:
        return session.get_one(Outbox, row_id)


def test_a_manager_sees_what_it_is_for_whom_and_why(as_: As, database: Database) -> None:
    write(database)
    page = as_("mo").get("/tasks").follow("1 not delivered")
    assert page.heading == "Could not be delivered"
    for said in ("Letter 0 is late", f"person0@{WHERE}", "Jo Carter", WHY, "Tried 12 times"):
        assert said in page.text
    assert "No e-mail is configured" in page.text
    assert page.follow("Jo Carter").status == 200


@pytest.mark.parametrize("name", ["amina", "priya", "olive", "sam", "kit"])
def test_for_others_it_does_not_exist(as_: As, database: Database, name: str) -> None:
    (row_id,) = write(database)
    visitor = as_(name)
    visitor.get("/undelivered", 404)
    assert "not delivered" not in str(visitor.get("/tasks").tree.text_content())
    token = visitor.get("/tasks").token
    sent = {"csrf_token": token, "id": str(row_id), "reason": "No"}
    assert visitor.post("/undelivered", {**sent, "do": "again"}).status == 404
    assert visitor.post("/undelivered/give-up", sent).status == 404
    assert row(database, row_id).dead_at is not None


def test_what_is_chosen_is_tried_again_and_the_case_keeps_who_did_it(
    as_: As, database: Database
) -> None:
    first, second = write(database, 2)
    page = as_("mo").get("/undelivered").press("Try the chosen again", id=[str(second)])
    assert page.banner == "1 message will be tried again in a moment."
    assert row(database, first).dead_at is not None
    again = row(database, second)
    assert (again.dead_at, again.attempts, again.next_try_at) == (None, 0, clock.now())
    assert kept(database) == [("case:1", "delivery_tried_again", "mo", None)]
    with postbox() as box:
        assert outbox.deliver_outbox(database, mail_to(box.port)) == 1
    assert as_("mo").get("/undelivered").text.count("is late") == 1


def test_all_are_tried_again_at_once(as_: As, database: Database) -> None:
    write(database, 30)
    page = as_("mo").get("/undelivered")
    assert page.tree.xpath("//nav[@aria-label='Pagination']")
    page = page.press("Try all 30 again")
    assert page.banner == "30 messages will be tried again in a moment."
    assert "Everything has arrived or is on its way." in page.text
    with database.reading() as session:
        assert Chain.of_case(session, session.get_one(CaseFile, 1)).broken_at() is None


def test_nothing_is_given_up_without_a_reason(as_: As, database: Database) -> None:
    ids = write(database, 2)
    page = as_("dorothy").get("/undelivered").press("Give up the chosen", id=[str(n) for n in ids])
    assert page.heading == "Give up 2 messages?"
    page = page.press("Give up", reason="  ")
    assert page.status == 422
    assert page.errors == [("Enter why it is given up", "#reason")]
    page = page.press("Give up", reason="x" * 501)
    assert page.errors == [("Reason must be 500 characters or less", "#reason")]
    page = page.press("Give up", reason="Left the landlord")
    assert page.banner == "2 messages given up. The reason is kept."
    assert "Everything has arrived" in page.text
    assert {row(database, one).given_up_reason for one in ids} == {"Left the landlord"}
    assert {row(database, one).given_up_by for one in ids} == {"dorothy"}
    new = {"reason": "Left the landlord"}
    assert kept(database) == [("case:1", "delivery_given_up", "dorothy", new)] * 2
    with postbox() as box:
        assert outbox.deliver_outbox(database, mail_to(box.port)) == 0


def test_what_waits_can_be_seen_sent_now_and_given_up(as_: As, database: Database) -> None:
    write(database, 1, dead=False, case=False)
    page = as_("mo").get("/undelivered")
    assert "Everything has arrived" in page.text
    page = page.follow("Waiting (1)")
    assert page.heading == "Waiting to be sent"
    assert "Waits until e-mail is configured." in page.text
    page = page.press("Give up the chosen", id=["1"]).press("Give up", reason="Too old")
    assert page.path == "/undelivered?show=waiting"
    assert kept(database)[0][0] == "administration"


def test_with_a_mail_server_the_page_says_when_it_is_tried(as_: As, app: Flask) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(settings, senders=mail_to(25))
    write(app.extensions["database"], 1, dead=False)
    page = as_("mo").get("/undelivered?show=waiting")
    assert "No e-mail is configured" not in page.text
    assert "Next try" in page.text


def test_what_left_meanwhile_is_said(as_: As, database: Database) -> None:
    (row_id,) = write(database)
    page = as_("mo").get("/undelivered")
    with database.writing() as session:
        session.get_one(Outbox, row_id).sent_at = clock.now()
    again = page.press("Try the chosen again", id=[str(row_id)])
    assert again.status == 409
    assert "it was sent, given up or is being sent" in again.text


def test_a_number_that_is_no_message_is_not_found(as_: As, database: Database) -> None:
    mo = as_("mo")
    token = mo.get("/tasks").token
    for ids in (["77"], ["-1"], ["x"], ["9" * 30]):
        sent = {"csrf_token": token, "id": ids, "do": "again"}
        page = mo.post("/undelivered", sent)
        assert page.status == 404 or "Choose at least one" in page.banner
    assert kept(database) == []


def test_no_button_without_a_choice(as_: As, database: Database) -> None:
    write(database)
    page = as_("mo").get("/undelivered").press("Try the chosen again")
    assert "Choose at least one message" in page.banner


def test_the_page_asks_the_database_little(
    as_: As, database: Database, statements: list[str]
) -> None:
    write(database, 30)
    mo = as_("mo")
    mo.get("/undelivered")
    statements.clear()
    mo.get("/undelivered")
    assert len(statements) <= 8, "\n".join(statements)


def test_the_command_line_says_what_waits_and_gives_up_what_is_old(
    app: Flask, database: Database
) -> None:
    write(database, 2)
    write(database, 3, dead=False)
    run = app.test_cli_runner().invoke
    said = run(args=["outbox"])
    assert "email: 3 waiting, 2 could not be delivered - not configured" in said.output
    assert "No e-mail is configured: 3 e-mails waiting." in run(args=["status"]).output
    assert run(args=["outbox", "--give-up-before", "2026-03-05"]).exit_code == 2
    assert run(args=["outbox", "--give-up-before", "soon", "--reason", "x"]).exit_code == 2
    early = ["outbox", "--give-up-before", "2026-03-04", "--reason", "Too old"]
    assert "0 messages given up." in run(args=early).output
    done = run(args=["outbox", "--give-up-before", "2026-03-05", "--reason", "Too old", "--json"])
    assert "5 messages given up." in done.output
    assert '"waiting": 0' in done.output
    assert len(kept(database)) == 5
    assert {who.endswith("(command line)") for _, _, who, _ in kept(database) if who} == {True}


def test_what_tells_of_a_request_for_data_is_for_those_it_is_kept_for(
    database: Database, as_: As
) -> None:
    """R-102, R-104: a notice says that somebody asked, which a manager does not see elsewhere."""
    number, _ordinary = write(database, 2)
    with database.writing() as session:
        row = session.get_one(Outbox, number)
        row.about = "data_request_unread:1:dorothy"
        row.content = {**row.content, "subject": "SP-2026-001: Somebody asked for their data."}
    assert "asked for their data" in as_("dorothy").get("/undelivered").text
    page = as_("mo").get("/undelivered").text
    assert "Letter 1 is late." in page
    assert "asked for their data" not in page
    assert "About a case that is not for you" in page
