"""A step says whose clock it is only where it has a date, and only in words that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.checks import check_references
from engine.releases import build, read_folder
from tests.engine.checks.plainly import said_plainly

DIAGRAM = "bpmn/flags.bpmn"
#: The due date of its task, and the property that says whose it is.
DUE = b'<spiffworkflow:property name="due"'
CLOCK = b'<spiffworkflow:property name="clock" value="%s" />'


@pytest.mark.parametrize(
    ("whose", "has_date", "rules"),
    [
        (b"landlord", True, []),
        (b"customer", True, []),
        (b"somebody", True, ["clock_known"]),
        (b"landlord", False, ["clock_has_date"]),
    ],
)
def test_a_clock_is_known_and_has_a_date(whose: bytes, has_date: bool, rules: list[str]) -> None:
    files = read_folder(Path())
    drawn = files[DIAGRAM]
    assert drawn.count(DUE) == 1
    begin = drawn.index(DUE)
    end = begin if has_date else drawn.index(b"/>", begin) + 2
    changed = drawn[:begin] + CLOCK % whose + drawn[end:]
    found = said_plainly(check_references(build({**files, DIAGRAM: changed})))
    assert [one.rule for one in found] == rules
