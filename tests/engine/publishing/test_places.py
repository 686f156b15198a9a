"""An uploaded file finds its place: by its path, by its name, or by how it is written."""

from __future__ import annotations

import pytest

from engine.publishing.places import place_of

KNOWN = ["forms/definitions/referral.yaml", "bpmn/scenarios/appeals.yaml"]


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("forms/letters/thanks.md", b"", "forms/letters/thanks.md"),
        ("from/my/desk/appeal.bpmn", b"", "bpmn/appeal.bpmn"),
        ("limits.dmn", b"", "bpmn/decisions/limits.dmn"),
        ("referral.yaml", b"- scenario: a text that is wrong", "forms/definitions/referral.yaml"),
        ("pack.yaml", b"# new\nform: pack\ntitle: The pack\n", "forms/definitions/pack.yaml"),
        ("pack.yaml", b"- scenario: Told twice\n  source: R-001\n", "bpmn/scenarios/pack.yaml"),
        ("pack.yaml", b"people: none\n", None),
        ("pack.yaml", b"form: pack\n- scenario: both\n", None),
        ("pack.exe", b"form: pack\n", None),
    ],
)
def test_a_file_has_one_place_or_none(name: str, content: bytes, place: str | None) -> None:
    assert place_of(name, content, KNOWN) == place
