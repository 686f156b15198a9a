"""Odd addresses, a number too large or a name of the framework's own, are a page like any other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.visitor import Visitor

TOO_LARGE = "9" * 23


def test_a_number_too_large_for_a_row_is_not_found(
    app: Flask, as_: Callable[[str], Visitor]
) -> None:
    dorothy = as_("dorothy")
    rules = [rule for rule in app.url_map.iter_rules() if "int:" in rule.rule]
    assert rules
    for rule in rules:
        path = rule.rule
        for argument in rule.arguments:
            for shape in (f"<int:{argument}>", f"<{argument}>"):
                path = path.replace(shape, TOO_LARGE if "int" in shape else "spoc_case")
        if "GET" in (rule.methods or ()):
            assert dorothy.get(path, status=404).status == 404, path


@pytest.mark.parametrize(
    "query", ["endpoint=1", "_method=POST", "_scheme=x&_external=1", "_anchor=x", "page=2&view=all"]
)
def test_names_of_the_framework_in_a_query_steer_nothing(
    query: str, as_: Callable[[str], Visitor]
) -> None:
    dorothy = as_("dorothy")
    for path in ("/tasks", "/cases", "/register"):
        page = dorothy.get(f"{path}?{query}")
        assert "http://x" not in page.response.get_data(as_text=True)


@pytest.mark.parametrize("asked", ["%00mill%00lane", "%%0000", "mill%20lane%00"])
def test_a_null_byte_of_an_address_is_asked_of_no_database(
    as_: Callable[[str], Visitor], asked: str
) -> None:
    page = as_("mo").get(f"/running?search={asked}")
    searched = page.one("//input[@name='search']").get("value")
    assert "\0" not in searched
    assert searched in ("mill lane", "% 00")
