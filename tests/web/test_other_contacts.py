"""Somebody leaves: from the register to the preview, with what is wrong beside each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine import batches, clock
from engine.queries import person
from engine.scenario import Scenario
from tests.engine.commands.conftest import TAKEN_OVER
from tests.web.test_wrong_dates import NOW
from tests.web.visitor import Visitor


@pytest.fixture
def story(app: Flask) -> Iterator[Scenario]:
    """Two arrangements that are Priya's."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        for number in (1, 2):
            answers = {**TAKEN_OVER, "tenancy_reference": f"NF-10{number}"}
            told.receive("arrangement_taken_over", by="dorothy", answers=answers)
        yield told


def test_a_manager_names_one_person_for_all_and_sees_the_preview(
    app: Flask, as_: Callable[[str], Visitor], story: Scenario
) -> None:
    page = as_("mo").get("/register").follow("Somebody leaves: name other contacts")
    page = page.follow(person(story.db, "priya").full_name)
    assert "is contact or cover in 2 arrangements" in page.text
    page = page.press("Show what changes")
    assert page.status == 422
    assert ("Enter why the contact changes; each customer will read it", "#letter") in page.errors
    assert ("Ask everybody you name first, then tick that they have agreed", "#agreed") in (
        page.errors
    )
    assert [link for _, link in page.errors if link.startswith("#spoc")] == ["#spoc.1", "#spoc.2"]
    answers = {"all-spoc": "tom", "spoc.2": "sam", "letter": "Ms Nair leaves us.", "agreed": "yes"}
    page = page.press("Show what changes", **answers)
    assert page.errors == [
        (
            f"Expected somebody else as cover in SP-2026-001, but "
            f"{person(story.db, 'tom').full_name} is the contact there. Choose another person.",
            "#cover.1",
        )
    ]
    page = page.press("Show what changes", **{"cover.1": "grace"})
    assert page.heading.startswith("Name other contacts for ")
    batches.work(story.db, 30)
    seen = as_("mo").get("/batches/1")
    assert "SP-2026-001" in seen.text
    assert f"The contact is {person(story.db, 'sam').full_name} instead of" in seen.text
    begun = seen.follow("Name other contacts in 2 arrangements")
    assert "leaves." in begun.text


def test_the_pages_exist_for_nobody_else(as_: Callable[[str], Visitor], story: Scenario) -> None:
    for name in ("amina", "claire", "olive"):
        for path in ("/other-contacts", "/other-contacts/priya"):
            as_(name).get(path, 404)
    as_("mo").get("/other-contacts/nobody", 404)
