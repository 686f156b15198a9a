"""What a case says of its customer and of those who speak for them, and what a copy says."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.demo.multiplying.customers import MadeUp, made_up

#: The answers that describe a customer -> the column that keeps them.
_DESCRIBED = {
    "customer_name": "name",
    "address": "address",
    "tenancy_reference": "tenancy_reference",
    "email": "email",
    "phone": "phone",
}
_END_OF_LINE = re.compile(r"[,\n]")


@dataclass(frozen=True)
class Somebody:
    """A person of a case, as far as the case describes them."""

    name: str
    address: str = ""
    tenancy_reference: str = ""
    email: str = ""
    phone: str = ""


class People:
    """The people of one case who are made up anew in each copy."""

    def __init__(self, described: Iterable[Somebody], kept: Collection[str]) -> None:
        """Take the customer first; ``kept``: words that are names of people who work here."""
        self._described = tuple(dict.fromkeys(described))
        self._kept = kept

    def words(self, number: int) -> dict[str, str]:
        """Give what stands for each word in the copy of this number."""
        found: dict[str, str] = {}
        names = list(dict.fromkeys(somebody.name for somebody in self._described))
        for somebody in self._described:
            new = made_up(number, names.index(somebody.name))
            for old, said in self._pairs(somebody, new):
                found.setdefault(old, said)
                found.setdefault(html.escape(old), html.escape(said))
        return found

    def _pairs(self, somebody: Somebody, new: MadeUp) -> Iterator[tuple[str, str]]:
        yield from _said(somebody.tenancy_reference, new.tenancy_reference)
        yield from _said(somebody.email, new.email)
        yield from _said(somebody.phone, new.phone)
        yield from _said(somebody.name, new.name)
        names = somebody.name.split()
        if len(names) > 1:
            parts = ((names[0], new.first), (names[-1], new.surname))
            yield from ((old, name) for old, name in parts if old not in self._kept)
        yield from _address(somebody.address, new.street)


def described(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[Somebody]:
    """Give everybody whom the rows of a case describe, the customer first.

    rows: those of each table; a customer nobody has entered yet stands in the answers so far.
    """
    for row in rows["customer"]:
        yield Somebody(**{column: row[column] for column in _DESCRIBED.values()})
    for table, column in (("submission", "answers"), ("work_item", "draft")):
        for row in rows[table]:
            yield from _in_answers(row[column])
    for row in rows["third_party"]:
        contact = row["contact"]
        is_address = "@" in contact
        yield Somebody(
            row["name"], email=contact if is_address else "", phone="" if is_address else contact
        )


def _in_answers(answers: Any) -> Iterator[Somebody]:
    if isinstance(answers, dict) and isinstance(answers.get("customer_name"), str):
        given = {_DESCRIBED[name]: answers.get(name) for name in _DESCRIBED}
        yield Somebody(**{name: text for name, text in given.items() if isinstance(text, str)})


def _said(old: str, new: str) -> Iterator[tuple[str, str]]:
    if old.strip():
        yield old, new


def _address(old: str, street: str) -> Iterator[tuple[str, str]]:
    """Give the address whole, its first line and its street without a number; the town stays."""
    line = _END_OF_LINE.split(old)[0].strip()
    if not line:
        return
    yield old, old.replace(line, street, 1)
    yield line, street
    number, _, name = line.partition(" ")
    if number.isdigit() and name:
        yield name, street.partition(" ")[2]
