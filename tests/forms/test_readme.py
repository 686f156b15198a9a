"""What forms/README.md lists is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import forms
from engine.casework.letter_placeholders import PLACEHOLDERS
from forms.questions import TYPES

README = (Path(forms.__file__).parent / "README.md").read_text()


def first_cells(heading: str) -> set[str]:
    """Give the names in the first column of the tables below a heading."""
    text = README.split(heading, 1)[1].split("\n## ")[0]
    rows = re.findall(r"^\|(.+?)\|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)", row)}


def test_every_type_of_question_is_listed() -> None:
    assert first_cells("### Questions") >= set(TYPES)


def test_every_message_is_listed() -> None:
    for name, cls in TYPES.items():
        for code in cls.says.keys() - {"unkept"}:
            assert f"`{code}`" in README, f"{name}: {code}"


def test_every_placeholder_is_listed_with_what_it_says() -> None:
    for name, says in PLACEHOLDERS.items():
        assert f"| `{name}` | {says} |" in README
    assert first_cells("### Placeholders") == set(PLACEHOLDERS)
