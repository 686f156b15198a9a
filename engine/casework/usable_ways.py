"""Whether a customer can use the way that is left to them; a clash is resolved first (R-044)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Problem
from engine.tables.casefile import Customer

#: Way of contact -> how a sentence calls it.
WAYS: Mapping[str, str] = {
    "email": "e-mail",
    "telephone": "the telephone",
    "letter": "letters",
    "in_person": "coming to us",
    "online": "websites and apps",
}
#: How a limit calls a way.
_CALLED: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"\be-?mails?\b", re.I),
    "telephone": re.compile(r"\b(?:tele)?phon\w*|\bcalls?\b|\bcalling\b|\bring\w*\b", re.I),
    "letter": re.compile(r"\bletters?\b|\bpost\b|\bpostal\b", re.I),
    "in_person": re.compile(r"\bin person\b|\bvisits?\b|\bfront desk\b|\breception\b", re.I),
    "online": re.compile(r"\bonline\b|\bportal\b|\bweb\w*\b|\bapp\b", re.I),
}
#: What is written by e-mail or letter, whichever of them the customer can use.
_IN_WRITING = re.compile(r"\bin writing\b|\bwritten\b|\bwrite\b", re.I)
#: Where what a limit takes away ends and what it leaves begins, or the other way round.
_PARTS = re.compile(
    r"[.;:,\n]|\bbut\b|\b(?=instead of\b|rather than\b|except\b|other than\b)", re.I
)
#: A part that takes a way away names none that is left.
_TAKES_AWAY = re.compile(
    r"\b(?:no|not|never|without|\w+n['\u2019]t|instead of|rather than)\b", re.I
)
#: A part that goes on with what another one takes away: no calls, visits or e-mails.
_GOES_ON = re.compile(
    r"^\s*(?:and |or )?(?:(?:tele)?phone calls?|calls?|e-?mails?|letters?|visits?)"
    r"(?:\s*(?:and|or)\s*(?:(?:tele)?phone calls?|calls?|e-?mails?|letters?|visits?))*\s*$",
    re.I,
)
_ONE_WAY = "channel"
#: Why somebody cannot be written to by e-mail.
NO_ADDRESS = "we have no e-mail address for them"


def unusable(cannot_use: list[str], email: str) -> dict[str, str]:
    """Give the ways this customer cannot use with the reason in words, such as no address."""
    found = {way: f"they cannot use {WAYS[way]}" for way in cannot_use if way in WAYS}
    if not email:
        found["email"] = NO_ADDRESS
    return found


def unusable_by(customer: Customer | None, values: Mapping[str, Any]) -> dict[str, str]:
    """Give the same for a customer, or for one who is only described by answers yet."""
    if customer is None:
        return unusable(list(values.get("cannot_use", [])), str(values.get("email", "")))
    return unusable(list(customer.cannot_use), customer.email)


def problems(customer: Customer | None, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Tell where answered terms leave the customer with ways they cannot use.

    What we do so that they can (``method_adjustment``) resolves it, but for an address that is
    not there: nobody can be written to without one.
    """
    closed = unusable_by(customer, values)
    is_helped = bool(values.get("method_adjustment"))
    method = values.get("contact_method", "")
    if method in closed and not (is_helped and _is_there(method, customer, values)):
        yield Problem(
            "contact_method",
            f"Expected a way the customer can use, but {closed[method]}. {_do(closed[method])}",
        )
    for number, row in enumerate(values.get("restrictions", [])):
        left = ways_left(row) if row.get("kind") == _ONE_WAY else ()
        if left and all(way in closed for way in left) and not is_helped:
            why = " and ".join(dict.fromkeys(closed[way] for way in left))
            yield Problem(
                f"restrictions.{number}.limit",
                f"Expected a limit that leaves a way the customer can use, but {why}. "
                "Name another way, or say what we do so that they can.",
            )


def ways_left(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the ways that a limit to one way names as left; none when it only takes some away.

    E-mail only, no calls: e-mail. No contact except by letter: letters.
    """
    named: set[str] = set()
    takes_away = False
    for part in _PARTS.split(str(row.get("limit", ""))):
        goes_on = takes_away and _GOES_ON.match(part)
        takes_away = bool(goes_on or _TAKES_AWAY.search(part))
        if not takes_away:
            named |= _named_in(part)
    return tuple(way for way in WAYS if way in named)


def _named_in(part: str) -> set[str]:
    named = {way for way, called in _CALLED.items() if called.search(part)}
    return named or ({"email", "letter"} if _IN_WRITING.search(part) else set())


def _is_there(method: str, customer: Customer | None, values: Mapping[str, Any]) -> bool:
    address = customer.email if customer else str(values.get("email", ""))
    return method != "email" or bool(address)


def _do(why: str) -> str:
    if why == NO_ADDRESS:
        return "Choose another way, or find out their address first."
    return "Choose another way, or say what we do so that they can."
