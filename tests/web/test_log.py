"""The log, whether it holds, and emergency access, as pages show them and to whom."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import update

from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
WHY = "The police rang and ask who is in the flat."


def test_what_was_done_is_listed_and_narrowed(app: Flask, as_: As) -> None:
    case_file.write(app)
    as_("grace").get("/emergency").press(
        "Open this case to me", reference="SP-2026-001", reason=WHY
    )
    page = as_("dorothy").get("/log")
    assert page.heading == "Log"
    assert "Emergency access began" in page.text
    assert "Grace Okafor" in page.text
    assert WHY in page.text
    narrowed = page.press("Show", chain="sp-2026-001", action="emergency_access_began")
    assert len(narrowed.tree.xpath("//tbody/tr")) == 1
    assert "Nothing in the log fits." in page.press("Show", chain="SP-2026-999").text
    assert "Nothing in the log fits." in page.press("Show", first="2031-01-01").text
    assert "Nothing in the log fits." in page.press("Show", last="2001-01-01").text
    assert "Emergency access began" in page.press("Show", first="not a day").text


def test_a_case_is_opened_in_an_emergency_looked_at_and_given_back(app: Flask, as_: As) -> None:
    case_id = case_file.write(app)
    grace = as_("grace")
    grace.get(f"/cases/{case_id}/timeline", status=404)
    page = grace.get("/cases").follow("emergency access")
    page = page.press("Open this case to me", reference="SP-2026-009", reason=" ")
    assert page.status == 422
    page = page.press("Open this case to me", reference="SP-2026-001", reason=WHY)
    assert "open to you until the end of today" in page.banner
    assert WHY in grace.get(f"/cases/{case_id}/timeline").text
    claire = as_("claire").get("/log").follow("Emergency access")
    assert (WHY in claire.text, "Grace Okafor" in claire.text) == (True, True)
    seen = claire.press("I have looked at it")
    assert "It is noted that you looked at it." in seen.banner
    assert "Claire Novak" in seen.text
    over = grace.get("/emergency").press("I need it no longer")
    assert over.banner == "The emergency access is over."
    grace.get(f"/cases/{case_id}", status=404)


def test_the_page_says_whether_the_record_holds_and_names_what_was_touched(
    app: Flask, as_: As
) -> None:
    case_file.write(app)
    as_("grace").get("/emergency").press(
        "Open this case to me", reference="SP-2026-001", reason=WHY
    )
    database: Database = app.extensions["database"]
    page = as_("leo").get("/log/verify")
    assert "The record holds" not in page.text
    looked = page.press("Look at all")
    assert "SP-2026-001, Letter 1" in looked.text  # written by a test: nobody issued it
    assert "link 1" not in looked.text
    with database.writing() as session:
        began = AuditEvent.action == "emergency_access_began"
        session.execute(update(AuditEvent).where(began).values(action="nothing"))
    assert "SP-2026-001, link 1 (nothing" in page.press("Look at all").text


def test_what_is_not_for_them_does_not_exist(app: Flask, as_: As) -> None:
    case_file.write(app)
    for name in ("amina", "mo", "kit", "olive", "sam"):
        visitor = as_(name)
        for path in ("/log", "/log/verify", "/log/emergencies"):
            visitor.get(path, status=404)
        assert "Log" not in [link.text for link in visitor.get("/tasks").tree.xpath("//nav//a")]
    for name in ("dorothy", "olive", "sam"):
        as_(name).get("/emergency", status=404)
