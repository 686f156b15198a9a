"""The customer disagrees: their words first, then the ways with each clock, then what to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

import engine
from tests.web.test_doors import TAKEN_OVER, on
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]

DATES = {
    "decided_on": "2026-02-20",
    "letter_on": "2026-02-23",
    "from_on": "2026-03-01",
    "next_review_on": "2026-09-01",
}
SAID = {
    "said": "Nobody rings me back, and I never agreed to any of it.",
    "received_by": "priya",
    "channel": "in_person",
}


@pytest.fixture
def case_id(app: Flask) -> int:
    """A case with an arrangement in force, taken over from an old register."""
    raw: dict[str, Any] = {**TAKEN_OVER, **DATES}
    database = app.extensions["database"]
    return engine.receive(database, "arrangement_taken_over", raw, by="dorothy").case_id or 0


def heard(visitor: Visitor, meant: list[str], day: int = 3, **more: str) -> Page:
    """Give the ways after a customer's words."""
    found = visitor.get("/doors/the-customer-disagrees?search=carter")
    page = found.follow("Log what they say")
    return page.press("Continue", **SAID, **on("received_on", day, 3), meant=meant, **more)


def ticked(page: Page) -> list[str]:
    return [str(one) for one in page.tree.xpath("//input[@name='ways'][@checked]/@value")]


def tagged(page: Page) -> dict[str, str]:
    """Give heading -> its tag for each way."""
    headings = page.tree.xpath("//section[starts-with(@aria-labelledby, 'way-')]/h2")
    return {
        one.text.strip(): " ".join(tag.text_content() for tag in one.xpath("./strong"))
        for one in headings
    }


def test_whoever_is_unsure_is_proposed_an_appeal_in_time_and_sees_every_clock(
    case_id: int, as_: As
) -> None:
    page = heard(as_("kit"), ["unsure"])
    assert page.heading == "How it is taken", page.errors
    assert tagged(page) == {"An appeal": "Proposed", "An earlier review": "", "A complaint": ""}
    assert ticked(page) == ["appeal"]
    for clock in (
        "Answer byTue 10 Mar 20265 working days from Tue 3 Mar 2026.",
        "Answer byTue 17 Mar 202610 working days from Tue 3 Mar 2026.",
        "Confirmed byTue 10 Mar 2026",
        "Answer byTue 24 Mar 202610 working days from Tue 10 Mar 2026.",
    ):
        assert clock in page.text


def test_two_ways_are_logged_linked_and_the_customer_is_told_both_clocks(
    case_id: int, as_: As
) -> None:
    dorothy = as_("dorothy")
    page = heard(dorothy, ["decision_wrong", "badly_treated"])
    assert ticked(page) == ["appeal", "complaint"]
    check = page.press("Continue", complaint_reference="CMP-88")
    assert check.heading == "Check your answers", check.errors
    told = check.press("Confirm and record")
    assert told.heading == "What to tell the customer"
    assert "Write and issue the letter" in told.banner
    assert "You have an answer by Tue 10 Mar 2026" in told.text
    assert "You hear that we have it, and how we understand it, by Tue 10 Mar" in told.text
    decisions = dorothy.get(f"/cases/{case_id}/decisions")
    assert "CMP-88, stage 1" in decisions.text
    assert "To be acknowledged by Tue 10 Mar 2026, in 4 working days" in decisions.text
    assert "The appeal received Tue 3 Mar 2026" in decisions.text


def test_an_appeal_in_time_is_not_left_out_without_saying_why(case_id: int, as_: As) -> None:
    page = heard(as_("dorothy"), ["unsure"])
    refused = page.press("Continue", ways=["complaint"]).press("Confirm and record")
    assert refused.status == 422
    ((sentence, _),) = refused.errors
    assert "say why it is none" in sentence
    kept = refused.press(
        "Continue", ways=["complaint"], why_no_appeal="They only want the tap mended."
    )
    assert kept.press("Confirm and record").heading == "What to tell the customer"


def test_three_ways_at_once_are_refused_and_everything_typed_is_kept(case_id: int, as_: As) -> None:
    page = heard(as_("dorothy"), ["decision_wrong"])
    check = page.press("Continue", ways=["appeal", "look", "complaint"])
    refused = check.press("Confirm and record")
    assert refused.status == 422
    assert "Expected one way or two, but 3 are ticked" in refused.errors[0][0]
    words = refused.press("Change what the customer says")
    assert words.one("//textarea[@name='said']").text == SAID["said"]


def test_nothing_typed_says_what_is_missing_on_the_page_where_it_is(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    page = dorothy.get(f"/doors/the-customer-disagrees/log?case_id={case_id}")
    empty = page.press("Continue")
    assert empty.status == 422
    assert len(empty.errors) == 5
    ways = heard(dorothy, ["unsure"])
    assert ways.press("Continue", ways=[]).errors[0][0] == "Tick how you log it"
    future = heard(dorothy, ["unsure"], day=5)
    assert future.errors[0][0] == "The day we received it cannot be in the future"


def test_an_earlier_review_is_asked_for_by_somebody_who_sees_nothing_of_the_case(
    case_id: int, as_: As
) -> None:
    page = heard(as_("kit"), ["things_changed"])
    assert ticked(page) == ["look"]
    told = page.press("Continue", ways=["look"]).press("Confirm and record")
    assert told.heading == "What to tell the customer"
    assert "with the Data Management Officer" in told.banner
    as_("kit").get(f"/cases/{case_id}", status=404)


def test_what_was_decided_is_not_told_to_somebody_who_only_logs(case_id: int, as_: As) -> None:
    page = heard(as_("kit"), ["unsure"])
    assert "Single point of contact agreed" not in page.text
    assert "A decision, decided on Fri 20 Feb 2026" in page.text
    assert "Single point of contact agreed" in heard(as_("dorothy"), ["unsure"]).text


def test_a_case_without_a_decision_is_there_only_for_those_who_see_it(app: Flask, as_: As) -> None:
    case = engine.start(app.extensions["database"], "spoc_case", by="amina").case_id
    address = f"/doors/the-customer-disagrees/log?case_id={case}"
    as_("kit").get(address, status=404)
    as_("olive").get(address, status=404)
    page = as_("amina").get(address)
    ways = page.press(
        "Continue", **SAID, **on("received_on", 3, 3), meant=["decision_wrong", "unsure"]
    )
    assert tagged(ways)["An appeal"] == "Not possible"
    assert ticked(ways) == ["complaint"]


def test_a_complaint_goes_through_both_stages_from_the_page_of_the_case(
    case_id: int, as_: As
) -> None:
    dorothy = as_("dorothy")
    page = heard(dorothy, ["badly_treated"])
    page.press("Continue").press("Confirm and record")

    def step(**answers: Any) -> Page:
        form = dorothy.get(f"/cases/{case_id}/act/complaint_step")
        chosen = str(form.tree.xpath("//input[@name='complaint']/@value")[0])
        return form.press("Continue", complaint=chosen, **answers).press("Confirm and record")

    early = step(complaint_step="answered", complaint_outcome="upheld", **on("step_on", 4, 3))
    assert "Expected an acknowledgement first" in early.errors[0][0]
    step(complaint_step="acknowledged", complaint_reference="CMP-9", **on("step_on", 4, 3))
    assert "To be answered by Wed 18 Mar 2026" in dorothy.get(f"/cases/{case_id}/decisions").text
    step(complaint_step="answered", complaint_outcome="not_upheld", **on("step_on", 4, 3))
    step(
        complaint_step="second_stage",
        said="You did not look at the calls.",
        received_by="priya",
        **on("step_on", 4, 3),
    )
    shown = dorothy.get(f"/cases/{case_id}/decisions").text
    assert "CMP-9, stage 2" in shown
    assert "Not upheld, answered on Wed 4 Mar 2026" in shown


def test_open_complaints_are_listed_for_those_who_answer_for_them(case_id: int, as_: As) -> None:
    heard(as_("dorothy"), ["badly_treated"]).press("Continue").press("Confirm and record")
    assert "To be acknowledged by Tue 10 Mar 2026" in as_("claire").get("/complaints").text
    as_("amina").get("/complaints", status=404)
    as_("olive").get("/complaints", status=404)


def test_looking_for_nothing_or_nobody_says_what_to_do(as_: As) -> None:
    dorothy = as_("dorothy")
    assert "No decision was found" in dorothy.get("/doors/the-customer-disagrees?search=xyz").text
    assert "No decision was found" in dorothy.get("/doors/the-customer-disagrees?search=a").text
    dorothy.get("/doors/the-customer-disagrees?search=%25%27%22%3Cb%3E")
    dorothy.get("/doors/the-customer-disagrees/log", status=404)
    dorothy.get("/doors/the-customer-disagrees/log?case_id=99", status=404)
