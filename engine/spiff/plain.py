"""What a control variable may hold: JSON and nothing else, so that a state can always be read back.

Fact F8: a form value with the key ``typename`` makes an instance of the library unrestorable.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from engine.spiff.language import SPOKEN_FOR

#: Whole numbers beyond this are not the same number in JSON readers.
LARGEST_INT = 2**53
#: A control variable steers the process; what is longer belongs in the case file.
LONGEST_STRING = 10_000
MOST_VALUES = 5_000
#: Of all texts of one value together.
MOST_CHARACTERS = 100_000
_DEEPEST = 20


class NotPlain(ValueError):
    """A value cannot be kept as a control variable; the message says which and why."""


def plain(value: Any) -> Any:
    """Give a fresh JSON copy of a value; dates and due dates become ISO text. Raises NotPlain."""
    return _Copy().of(value, 0)


def plain_variables(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give a fresh JSON copy of named control variables. Raises NotPlain, also for a bad name."""
    copy = _Copy()
    return {variable_name(name): copy.of(value, 0) for name, value in values.items()}


def variable_name(name: Any) -> str:
    """Give the name back if a control variable may be called that. Raises NotPlain."""
    if not isinstance(name, str) or not name.isidentifier():
        raise NotPlain(f"Expected a variable name such as outcome, but got {name!r}. Rename it.")
    if name.startswith("_") or name in SPOKEN_FOR or name == "typename":
        raise NotPlain(f"Expected another name, but {name!r} has a meaning of its own. Rename it.")
    return name


class _Copy:
    """One copy with a budget, so that a value that refers to itself many times ends too."""

    def __init__(self) -> None:
        self.left = MOST_VALUES
        self.characters_left = MOST_CHARACTERS

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if isinstance(value, str):
            self.characters_left -= len(value)
        if min(self.left, self.characters_left) < 0 or depth > _DEEPEST:
            raise NotPlain("Expected a small value, but it is too large. Keep it in the case file.")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Mapping):
            return {_key(key): self.of(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(item, depth + 1) for item in value]
        return _scalar(value)


def _key(key: Any) -> str:
    if not isinstance(key, str) or key.startswith("_") or key == "typename":
        raise NotPlain(f"Expected a plain key, but got {key!r}. Rename it.")
    return str(key)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    on = getattr(value, "on", None)
    if isinstance(on, dt.date):
        return on.isoformat()
    raise NotPlain(
        f"Expected text, a number, a list or a mapping, but got {type(value).__name__}. "
        "Keep it in the case file and pass its id."
    )


def _string(value: str) -> str:
    if len(value) > LONGEST_STRING:
        raise NotPlain(
            f"Expected at most {LONGEST_STRING} characters, but there are {len(value)}. "
            "Keep long text in the case file."
        )
    return str(value)


def _whole(value: int) -> int:
    if abs(value) >= LARGEST_INT:
        raise NotPlain(f"Expected a number below 2**53, but got {value}. Pass it as text.")
    return int(value)


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise NotPlain(f"Expected a number, but got {value}. Leave it out.")
    return float(value)
