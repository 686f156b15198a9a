"""A contact logged from any page: two pages, one short form, and what has to happen now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine import clock
from engine.tables.casefile import Contact
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from tests.web import case_file
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]

CALL = {"channel": "telephone", "direction": "in", "triage": "nothing_new"}


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


def logged(app: Flask) -> list[Contact]:
    database: Database = app.extensions["database"]
    with database.reading() as session:
        return list(session.scalars(select(Contact).order_by(Contact.id)))


def begun(visitor: Visitor) -> Page:
    page = visitor.get("/tasks").follow("Log a contact")
    return page.press("Find", search="robin as")


def test_a_contact_is_logged_with_two_pages_and_four_answers(
    app: Flask, as_: As, case_id: int
) -> None:
    before = len(logged(app))
    form = begun(as_("mo"))
    assert form.path == f"/contacts/log/{case_id}"
    assert form.one("//input[@name='contacted_on-day']/@value") == "4"
    assert form.one("//input[@name='at_time']/@value") == "10:00"
    done = form.press("Log it", **CALL, note="The boiler again")
    assert done.path == f"/cases/{case_id}"
    assert f"The contact with {case_file.CUSTOMER} is logged." in done.banner
    contact = logged(app)[-1]
    assert len(logged(app)) == before + 1
    assert (contact.case_id, contact.at_time, contact.note) == (
        case_id,
        "10:00",
        "The boiler again",
    )


def test_the_action_of_a_case_is_the_same_short_form(as_: As, case_id: int) -> None:
    page = as_("mo").get(f"/cases/{case_id}")
    (action,) = page.tree.xpath(
        "//*[contains(@class, 'case-head__actions')]/a[text()='Log a contact']"
    )
    form = as_("mo").get(action.get("href"))
    assert form.one("//input[@name='at_time']/@value") == "10:00"
    done = form.press("Log it", **CALL)
    assert (done.path, done.has_button("Confirm and record")) == (f"/cases/{case_id}", False)


def test_from_a_page_of_a_case_its_customer_is_known(as_: As, case_id: int) -> None:
    form = as_("mo").get(f"/cases/{case_id}/letters").follow("Log a contact")
    # The first link of that name is the one of the frame.
    assert form.path == f"/contacts/log/{case_id}"
    assert case_file.CUSTOMER in form.text


def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    app: Flask, as_: As, case_id: int
) -> None:
    before = len(logged(app))
    refused = begun(as_("mo")).press("Log it", note="The boiler again", channel="email")
    assert refused.status == 422
    assert ("Choose who got in touch", "#direction") in refused.errors
    assert refused.one("//textarea[@name='note']").text.strip() == "The boiler again"
    ahead = refused.press("Log it", direction="in", triage="nothing_new", at_time="23:59")
    assert ahead.status == 422
    assert "still to come" in ahead.errors[0][0]
    assert len(logged(app)) == before


def test_a_page_that_is_sent_twice_logs_once(app: Flask, as_: As, case_id: int) -> None:
    before = len(logged(app))
    form = begun(as_("mo"))
    form.press("Log it", **CALL)
    form.press("Log it", **CALL)
    assert len(logged(app)) == before + 1


def test_an_emergency_bypasses_every_limit_and_says_what_to_do_now(
    app: Flask, as_: As, case_id: int
) -> None:
    form = begun(as_("kit"))
    assert "Get help first" in form.text
    answers = {**CALL, "triage": "emergency"}
    refused = form.press("Log it", **answers)
    assert [said for said, _ in refused.errors] == ["Enter what you have done about it"]
    page = refused.press("Log it", **answers, done_about_it="Repair 4411 raised")
    assert page.heading == "This is an emergency: help comes first"
    assert "Emergencies go to" in page.text
    assert "no limit applies to an emergency" in page.text
    assert logged(app)[-1].triage == "emergency"


@pytest.mark.parametrize(
    ("triage", "says"),
    [
        ("safeguarding", "Tell the safeguarding lead today"),
        ("appeal_or_complaint", "Log what the customer disagrees with"),
        ("new_matter", "today"),
    ],
)
def test_each_answer_leads_to_what_has_to_happen(
    as_: As, case_id: int, triage: str, says: str
) -> None:
    said = {"safeguarding": {"done_about_it": "Told her"}, "new_matter": {"answer_by": "nobody"}}
    more = said.get(triage, {})
    page = begun(as_("mo")).press("Log it", **{**CALL, "triage": triage, **more})
    assert says in page.text
    as_("mo").get(f"/contacts/log/{case_id}/now?triage=nothing_new", status=404)


def test_that_nobody_has_read_it_is_offered_only_while_contact_is_refused(
    app: Flask, as_: As, case_id: int
) -> None:
    """R-095: whoever could read it would otherwise leave it to somebody else."""
    form = begun(as_("mo"))
    offered = form.tree.xpath("//input[@name='triage']/@value")
    assert "nothing_new" in offered
    assert "to_be_read" not in offered
    database: Database = app.extensions["database"]
    with database.writing() as session:
        arrangement = session.scalars(select(Arrangement)).one()
        arrangement.refused_on = arrangement.refused_until = clock.today()
    assert "to_be_read" in begun(as_("mo")).tree.xpath("//input[@name='triage']/@value")


def test_a_contact_is_passed_on_to_somebody_with_a_day(app: Flask, as_: As, case_id: int) -> None:
    """R-007: the day the customer was promised stands there; nobody and no day are refused."""
    form = begun(as_("mo"))
    assert form.one("//input[@name='answer_due_on-day']/@value") == "11"
    matter = {**CALL, "answer_by": "passed_on", "pass_what": "When the fence is mended"}
    refused = form.press("Log it", **matter)
    assert [said for said, _ in refused.errors] == ["Choose whom it is passed on to"]
    no_day = {f"answer_due_on-{part}": "" for part in ("day", "month", "year")}
    refused = form.press("Log it", **matter, pass_to="person:hugo", **no_day)
    assert [said for said, _ in refused.errors] == ["Enter the day by which they answer"]
    form.press("Log it", **matter, pass_to="person:hugo")
    task = as_("hugo").get("/tasks").follow("Answer the customer")
    assert "When the fence is mended" in task.text
    assert case_file.CUSTOMER in task.text


def test_the_contact_centre_logs_without_seeing_the_case(app: Flask, as_: As, case_id: int) -> None:
    kit = as_("kit")
    done = begun(kit).press("Log it", **CALL)
    assert done.path == "/contacts/log"
    assert logged(app)[-1].logged_by == "kit"
    kit.get(f"/cases/{case_id}", status=404)
    assert "SP-" not in begun(kit).text


def test_whoever_may_not_log_finds_nobody(as_: As, case_id: int) -> None:
    olive = as_("olive")
    olive.get("/contacts/log?search=robin", status=404)
    olive.get(f"/contacts/log/{case_id}", status=404)
    olive.get(f"/contacts/log/{case_id}/now?triage=emergency", status=404)


def test_looking_for_nothing_or_nobody_says_what_to_do(as_: As, case_id: int) -> None:
    mo = as_("mo")
    assert "at least three characters" in mo.get("/contacts/log?search=a").text
    assert "Nothing was typed" in mo.get("/contacts/log?search=").text
    assert "Nothing was typed" not in mo.get("/contacts/log").text
    assert "Nobody with an open case fits" in mo.get("/contacts/log?search=nobody").text
    for near in ("999", "x", "9" * 23, "%00"):
        assert mo.get(f"/contacts/log?near={near}").path.startswith("/contacts/log?near=")


def test_what_a_new_matter_needs_is_not_called_optional(as_: As, case_id: int) -> None:
    """R-007: who answers is asked for; what is wrong comes in the order of the page."""
    form = begun(as_("mo"))
    assert "Who answers it? (optional)" not in form.text
    assert "At what time? (optional)" in form.text
    refused = form.press("Log it", **{**CALL, "triage": "new_matter", "note": "She has cancer."})
    assert [said[:33] for said, _ in refused.errors] == [
        "Expected nothing about health her",
        "Expected somebody who answers a n",
    ]


def test_what_is_open_leads_to_where_it_can_be_done_or_read(as_: As, case_id: int) -> None:
    """R-010: no row leads to the page it stands on."""
    page = as_("mo").get(f"/cases/{case_id}/open")
    page.follow("Mend the kitchen tap")
    page.follow("An appeal is to be decided")
