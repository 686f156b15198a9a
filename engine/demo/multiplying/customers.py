"""Customers who do not exist: made-up names, addresses and numbers, the same for each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Lists of words; first names tell nothing about anybody, so that every text still fits.
_WORDS: Mapping[str, list[str]] = {
    name: words.split()
    for name, words in yaml.safe_load(
        Path(__file__).with_name("made_up.yaml").read_text(encoding="utf-8")
    ).items()
}
_FIRST, _BEGINNINGS, _ENDINGS, _STREETS = (
    _WORDS[name] for name in ("first_names", "beginnings", "endings", "streets")
)
#: Prime to each of the lists, so that every pair comes once before one comes again.
_STRIDE = 7919
_HOUSES = 180
#: Numbers Ofcom keeps for stories: between those of driven cases and those of the house's people.
_PHONES = range(200, 700)


@dataclass(frozen=True)
class MadeUp:
    """Somebody who does not exist and the home they do not live in."""

    first: str
    surname: str
    #: House and street; the town stays what it was.
    street: str
    tenancy_reference: str
    phone: str

    @property
    def name(self) -> str:
        """Give first name and surname."""
        return f"{self.first} {self.surname}"

    @property
    def email(self) -> str:
        """Give an address at a domain that is kept for examples."""
        return f"{self.first}.{self.surname}@example.org".lower()


def detail_of(number: int) -> str:
    """Give a sentence that a record of evidence of one number has beside its words."""
    at = number * _STRIDE
    begin, end = _BEGINNINGS[at % len(_BEGINNINGS)], _ENDINGS[number % len(_ENDINGS)]
    street = _STREETS[(number // len(_ENDINGS)) % len(_STREETS)]
    return f"It was about {begin}{end} {street}."


def made_up(number: int, relative: int = 0) -> MadeUp:
    """Give the customer of one number, or the so many-th person who speaks for them.

    A name comes again after some thirty-seven thousand numbers, a tenancy reference never does.
    """
    at = number * _STRIDE
    others, first = divmod(at + 17 * relative, len(_FIRST))
    ends, begins = divmod(others, len(_BEGINNINGS))
    surname = f"{_BEGINNINGS[begins]}{_ENDINGS[ends % len(_ENDINGS)]}"
    street = _BEGINNINGS[(at // _HOUSES) % len(_BEGINNINGS)]
    return MadeUp(
        first=_FIRST[first],
        surname=surname,
        street=f"{1 + at % _HOUSES} {street} {_STREETS[number % len(_STREETS)]}",
        tenancy_reference=f"MX-{number:06}",
        phone=f"01632 960 {_PHONES[(at + 23 * relative) % len(_PHONES)]}",
    )
