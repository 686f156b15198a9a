"""Pages asked for while the tables are of another version say so; then they are there again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import engine
from engine import clock
from tests.engine.freezing import FROZEN, NOW, key_of_the_frozen, take_up
from tests.web.visitor import Visitor
from web import create_app
from web.settings import ROOT, Settings


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The application of this version, started before the tables were brought to it."""
    file = tmp_path / "spoc.sqlite"
    take_up(FROZEN / "0003.sql.xz", file)
    with key_of_the_frozen(), clock.frozen(NOW):
        made = create_app(Settings(f"sqlite:///{file}", "only for tests", demo=True))
        yield made
        made.extensions["database"].close()


def test_a_page_says_that_the_product_is_being_upgraded_and_when_to_come_back(app: Flask) -> None:
    dorothy = Visitor(app.test_client())
    page = dorothy.open("/sign-in")
    assert page.status == 503
    assert page.heading == "This cannot be answered just now"
    assert "The product is being upgraded" in page.text
    assert "does not answer" not in page.text
    assert int(page.response.headers["Retry-After"]) > 0
    engine.prepare(app.extensions["database"], ROOT)
    assert dorothy.sign_in("dorothy").get("/batches").heading == "Changes of many runs"
