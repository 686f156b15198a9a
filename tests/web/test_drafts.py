"""Drafts on their pages: started, read, renamed, discarded, and for process owners alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.drafting import LETTER, start
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def test_a_process_owner_starts_a_draft_and_sees_every_file(as_: As) -> None:
    page = start(as_("olive"))
    assert page.path == "/drafts/2"
    assert page.banner.startswith("“Clearer letters” is started.")
    assert page.heading == "Clearer letters"
    for kind in ("Diagrams", "Decision tables", "Forms", "Letters", "Scenarios"):
        assert page.tree.xpath("//summary[starts-with(normalize-space(), $kind)]", kind=kind), kind
    assert "Nothing is changed yet." in page.text
    listed = page.visitor.get("/drafts")
    assert "Being worked on" in listed.text
    assert listed.follow("Clearer letters").path == "/drafts/2"


def test_a_draft_needs_a_name(as_: As) -> None:
    page = as_("olive").get("/drafts")
    refused = page.press("Start a draft", title=" ")
    assert refused.status == 422
    assert refused.errors == [
        ("Enter a name that says what the draft is about, like “Longer time to appeal”.", "#title")
    ]
    long = page.press("Start a draft", title="x" * 121)
    assert long.errors == [("The name must be 120 characters or fewer.", "#title")]


def test_a_draft_is_renamed_and_discarded(as_: As) -> None:
    page = start(as_("olive"))
    page = page.press("Rename", title="Plainer letters")
    assert page.heading == "Plainer letters"
    asked = page.follow("Discard this draft")
    assert asked.heading == "Discard this draft?"
    over = asked.press("Discard the draft")
    assert over.path == "/drafts"
    assert "is discarded" in over.banner
    assert "Discarded" in over.follow("Plainer letters").text


@pytest.mark.parametrize(
    "path",
    [
        "/drafts",
        "/drafts/2",
        "/drafts/2/discard",
        f"/drafts/2/files/{LETTER}",
        f"/drafts/2/raw/{LETTER}",
        f"/drafts/2/undo/{LETTER}",
        f"/drafts/2/remove/{LETTER}",
        f"/drafts/2/changes/{LETTER}",
        "/drafts/2/release.zip",
        "/drafts/2/upload",
        "/drafts/2/changes",
        "/drafts/2/hand-in",
        "/drafts/2/approval",
        "/versions",
        "/versions/1/restore",
        "/versions/1/release.zip",
        f"/versions/1/files/{LETTER}",
        "/versions/compare?from=1&to=1",
    ],
)
def test_drafts_do_not_exist_for_anybody_else(as_: As, path: str) -> None:
    start(as_("olive"))
    for name in ("amina", "mo", "dorothy", "kit"):
        as_(name).get(path, status=404)


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "x", "", "0"])
def test_a_number_that_is_of_no_version_compares_nothing(as_: As, number: str) -> None:
    as_("olive").get(f"/versions/compare?from={number}&to=1", status=404)


def test_only_process_owners_are_led_to_drafts(as_: As) -> None:
    def leads(name: str) -> list[str]:
        return list(as_(name).get("/tasks").tree.xpath("//a[@href='/drafts']/@href"))

    assert leads("olive")
    assert not leads("mo")
    assert not leads("dorothy")
