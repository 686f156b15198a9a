"""What becomes of one value in a copy: worked out once for the original, then made many times."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.demo.multiplying import days
from engine.demo.multiplying.columns import REFERENCES, table_of
from engine.demo.multiplying.customers import detail_of

Ids = Mapping[str, Mapping[int, int]]


@dataclass
class Copy:
    """One copy that is being made: what is different about it."""

    #: Counts the copies of this installation from 1.
    number: int
    #: How many days earlier everything happened.
    days: int
    #: Differs from that of every other copy; the ids of its tasks carry it.
    mark: int
    #: What the original says of its customer -> what the copy says.
    words: dict[str, str]
    #: Table -> id in the original -> id in the copy.
    ids: Ids = field(default_factory=dict)

    def id_of(self, table: str, known: int) -> int | None:
        """Give the id of a row's copy; None for a row of another case."""
        return self.ids.get(table, {}).get(known)


#: Gives a value of the copy.
Recipe = Callable[[Copy], Any]
#: Name of an answer or a column -> the table whose ids it holds; None when they are shared.
Names = Mapping[str, str | None]

#: Keys of messages, ``case:12``; of notices, ``letter_late:12:2026-04-24:mo``; ways to pages.
_KEY = r"\b[a-z_]+:\d+\b(?!:)"
_NOTICE = r"(?<![^\s\"])[a-z_]+:\d+(?=:\d{4}-\d{2}-\d{2}:)"
_PATH = r"(?<![\w/])/cases/\d+"
_DATE_PARTS = {"day", "month", "year"}
_CASE = "case_file"
#: The answer that a record of evidence is made of.
_RECORD = "what_happened"
_RUN = "process_instance"


class Values:
    """The recipes for the values of one case."""

    def __init__(self, words: Iterable[str]) -> None:
        """Look for these words, the longest first, besides dates and keys."""
        longest_first = sorted({word for word in words if word}, key=len, reverse=True)
        told = "|".join(re.escape(word) for word in longest_first) or r"(?!)"
        self._pattern = re.compile(
            rf"(?P<word>(?<!\w)(?:{told})(?!\w))|(?P<iso>{days.ISO})|(?P<spoken>{days.SPOKEN})"
            rf"|(?P<notice>{_NOTICE})|(?P<key>{_KEY})|(?P<path>{_PATH})"
        )

    def text(self, text: str) -> Recipe | None:
        """Give the recipe of a text; None when nothing in it is different in a copy."""
        parts: list[str | Recipe] = []
        end = 0
        for found in self._pattern.finditer(text):
            parts += [text[end : found.start()], _token(found.lastgroup or "", found[0])]
            end = found.end()
        if not parts:
            return None
        parts.append(text[end:])
        return lambda copy: "".join(part if isinstance(part, str) else part(copy) for part in parts)

    def record(self, text: str) -> Recipe:
        """Give the recipe of what a record of evidence says: a search tells the copies apart."""
        recipe = self.text(text)
        return lambda copy: f"{recipe(copy) if recipe else text} {detail_of(copy.number)}"

    def json(self, value: Any, names: Names = REFERENCES, name: str = "") -> Recipe | None:
        """Give the recipe of a JSON value; None when nothing in it is different in a copy.

        names: which answers hold ids; name: the one under which this value stands.
        """
        table = names.get(name)
        if table is not None and (known := _as_id(value)) is not None:
            return _reference(table, known, as_text=isinstance(value, str))
        if isinstance(value, str):
            return self.record(value) if name == _RECORD and value else self.text(value)
        if isinstance(value, list):
            return self._list(value, names, name)
        if isinstance(value, dict):
            return self._dict(value, names)
        return None

    def made(self, value: Any, copy: Copy) -> Any:
        """Give the value of a copy at once."""
        recipe = self.json(value)
        return value if recipe is None else recipe(copy)

    def _list(self, values: list[Any], names: Names, name: str) -> Recipe | None:
        recipes = [self.json(each, names, name) for each in values]
        if not any(recipes):
            return None
        pairs = list(zip(values, recipes, strict=True))
        return lambda copy: [recipe(copy) if recipe else value for value, recipe in pairs]

    def _dict(self, values: dict[str, Any], names: Names) -> Recipe | None:
        if set(values) == _DATE_PARTS and all(isinstance(one, str) for one in values.values()):
            return lambda copy: days.parts_before(values, copy.days)
        recipes = {
            name: recipe
            for name, value in values.items()
            if (recipe := self.json(value, names, name)) is not None
        }
        if not recipes:
            return None
        return lambda copy: {
            **values,
            **{name: recipe(copy) for name, recipe in recipes.items()},
        }


def _token(what: str, text: str) -> Recipe:
    if what == "word":
        return lambda copy: copy.words[text]
    if what == "iso":
        return lambda copy: days.iso_before(text, copy.days)
    if what == "spoken":
        return lambda copy: days.spoken_before(text, copy.days)
    before, between, known = text.rpartition("/" if what == "path" else ":")
    table = {"path": _CASE, "notice": _RUN}.get(what) or table_of(before) or ""

    def with_id(copy: Copy) -> str:
        found = copy.id_of(table, int(known))
        return text if found is None else f"{before}{between}{found}"

    return with_id


def _as_id(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _reference(table: str, known: int, *, as_text: bool) -> Recipe:
    def made(copy: Copy) -> int | str | None:
        found = copy.id_of(table, known)
        return str(found) if as_text and found is not None else found

    return made
