"""Whatever is sent to the pages of drafts and of what runs: an answer in words, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web import running_cases
from tests.web.drafting import DIAGRAM, FORM, LETTER, TABLE, start, token_of
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
CRASHED = 500
QUERIES = ("%00", "%FF", "-1", "9" * 23, "9" * 5000, "0001-01-01", "9999-12-31", "%25_%5C", "²")
FIELDS = ("search", "process", "step", "version", "held_by", "sort", "page", "on", "show")
PATHS = (
    *("bpmn/%00.bpmn", "%2e%2e/%2e%2e/passwd", "bpmn//appeal.bpmn", "bpmn%5Cappeal.bpmn", "x"),
    *("bpmn/appeal.bpmn/", "bpmn/README.md", "bpmn/" + "a" * 300 + ".bpmn", "%FF"),
)
OF_A_FILE = ("files", "undo", "remove", "raw", "changes", "steps")
BODIES: tuple[Any, ...] = (
    *(None, [], {}, "x", 1, {"content": None}, {"content": []}, {"content": "\ud800"}),
    *({"content": "x", "version": "1"}, {"content": "x", "version": 10**30}),
    {"content": "a\0b", "version": 0},
    {"content": "<a>" * 5000, "version": 0},
    {"content": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "version": 0},
    *({"content": text, "version": 0} for text in ("[" * 5000, "a: [null, {}]", "- 1\n- []")),
)
DATES = ("", "\0", "\ud800", "(" * 2000, "9**9**9", "today + 10**30", "().__class__", "P9999Y")


def _answered(answer: TestResponse) -> None:
    with answer:
        said = answer.get_data(as_text=True)
    assert answer.status_code < CRASHED, (answer.request.url, said[-500:])
    assert answer.status_code < 400 or len(said) > 40, answer.request.url


@pytest.fixture
def mo(app: Flask, as_: As) -> Visitor:
    running_cases.write(app)
    return as_("mo")


@pytest.fixture
def olive(as_: As) -> Visitor:
    visitor = as_("olive")
    start(visitor)
    return visitor


@pytest.mark.parametrize("address", ["/running", "/running.csv", "/running/appeal", "/runs/1"])
def test_any_address_of_what_runs(mo: Visitor, address: str) -> None:
    for field in FIELDS:
        for said in QUERIES:
            _answered(mo.client.get(f"{address}?process=appeal&{field}={said}"))


@pytest.mark.parametrize("path", PATHS)
def test_any_path_of_a_file(olive: Visitor, path: str) -> None:
    for page in OF_A_FILE:
        _answered(olive.client.get(f"/drafts/2/{page}/{path}"))
    _answered(olive.client.get(f"/versions/1/files/{path}"))


@pytest.mark.parametrize("path", [LETTER, FORM, DIAGRAM, TABLE, "forms/letters/no_such.md"])
def test_any_json(olive: Visitor, path: str) -> None:
    headers = {"X-CSRFToken": token_of(olive)}
    for page in ("save", "check", "preview"):
        for body in BODIES:
            address = f"/drafts/2/{page}/{path}"
            _answered(olive.client.post(address, json=body, headers=headers))


def test_any_date(olive: Visitor) -> None:
    headers = {"X-CSRFToken": token_of(olive)}
    for text in DATES:
        sent = {"expression": text}
        _answered(olive.client.post("/drafts/2/due", json=sent, headers=headers))


def test_any_form_without_its_fields(app: Flask, olive: Visitor) -> None:
    token = token_of(olive)
    for address in _addresses_of_forms(app):
        for more in ({}, {"version": "9" * 5000}, {"title": "\0", "note": "\0", "name": "\0"}):
            _answered(olive.client.post(address, data={"csrf_token": token, **more}))


def _addresses_of_forms(app: Flask) -> Iterator[str]:
    """Give the address of each page of drafts and versions that takes what is sent to it."""
    values = {
        **{"<int:draft_id>": "2", "<int:number>": "1", "<path:path>": LETTER},
        **{"<name>": "appeal.bpmn", "<element_id>": "decide_appeal"},
    }
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/drafts", "/versions")) and "POST" in (rule.methods or ()):
            address = rule.rule
            for name, value in values.items():
                address = address.replace(name, value)
            yield address
