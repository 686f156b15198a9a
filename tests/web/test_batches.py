"""The pages of a change of many runs, from its preview to its end, without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine import batches
from engine.batches import KINDS
from engine.tables.database import Database
from tests.engine.batches import tallying
from tests.web.visitor import Visitor


@pytest.fixture
def numbers(app: Flask) -> Iterator[Database]:
    """Two hundred numbers that a manager may have counted."""
    tallying.register()
    database: Database = app.extensions["database"]
    tallying.add_subjects(database, 200)
    yield database
    for name in ("tally", "promptly"):
        del KINDS[name]


def _started(database: Database) -> str:
    return f"/batches/{batches.start(database, 'tally', {'above': 0}, by='mo')}"


def test_a_manager_sees_the_preview_says_why_and_begins(
    as_: Callable[[str], Visitor], numbers: Database
) -> None:
    address = _started(numbers)
    mo = as_("mo")
    page = mo.get("/batches").follow("Count the numbers above 0")
    assert page.path == address
    assert "0 of 200 numbers looked at" in page.text
    assert page.tree.xpath("//noscript/meta[@http-equiv='refresh']")
    assert not page.has_button("Count")
    batches.work(numbers)
    page = mo.get(address)
    assert "200 of 200 numbers looked at" in page.text
    assert not page.tree.xpath("//meta[@http-equiv='refresh']")
    page = page.follow("Count 198 numbers")
    assert "2 cannot be done and are left out" in page.text
    page = page.press("Count these 198", reason=" ")
    assert page.status == 422
    assert page.errors == [("Expected the reason why. Write it.", "#reason")]
    page = page.press("Count these 198", reason="The auditors asked")
    assert "At work" in page.tree.xpath("string(//main)")
    batches.work(numbers, 30)
    page = mo.get(address)
    assert "Finished" in page.text
    assert "192 counted" in page.text
    assert "The auditors asked" in page.text


def test_the_list_is_narrowed_by_what_was_found_and_by_what_became_of_it(
    as_: Callable[[str], Visitor], numbers: Database
) -> None:
    address = _started(numbers)
    batches.work(numbers)
    mo = as_("mo")
    page = mo.get(f"{address}?outcome=cannot")
    assert "Number 97" in page.text
    assert "It has two sevens." in page.text
    assert "Number 1 " not in page.text
    assert "Nothing fits" in mo.get(f"{address}?outcome=cannot&status=done").text
    assert "Number 1" in mo.get(f"{address}?outcome=nonsense").text


def test_it_is_stopped_resumed_and_put_aside(
    as_: Callable[[str], Visitor], numbers: Database
) -> None:
    mo, address = as_("mo"), _started(numbers)
    page = mo.get(address).press("Stop")
    assert page.banner == "It is stopped. Resume it whenever you want."
    assert batches.work(numbers) == 0
    page = page.press("Resume")
    page = page.press("Put it aside")
    assert "Put aside" in page.text
    assert mo.post(f"{address}/stop", {"csrf_token": page.token}).status == 409


def test_others_do_not_know_of_it(as_: Callable[[str], Visitor], numbers: Database) -> None:
    address = _started(numbers)
    for path in ("/batches", address, f"{address}/begin", f"{address}/undo"):
        as_("amina").get(path, status=404)
