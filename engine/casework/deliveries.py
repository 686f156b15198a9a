"""What became of a letter after it was issued: it arrived, or it came back (R-057; C-19)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import people
from engine.casework.context import Context
from engine.casework.kept_apart import kept_from
from engine.casework.visibility import parts_seen
from engine.errors import Problem
from engine.tables.decisions import Letter
from forms import Choice


def letters_to_prove(context: Context) -> list[Choice]:
    """Offer the letters of the case, newest first; one known to have arrived is only shown.

    Those that are kept apart from who asks (requests for data) are not offered, here or below.

    The value names the letter as people do: ``introduction``, ``review_2`` for the second one.
    """
    return [
        Choice(
            name,
            f"{letter.title}, issued {said(letter.issued_on)}",
            f"Arrived on {said(letter.delivered_on)}." if letter.delivered_on else "",
            disabled=letter.delivered_on is not None,
        )
        for name, letter in _offered(context)
    ]


def letters_issued(context: Context) -> list[Choice]:
    """Offer every letter of the case, newest first, under the names of ``letters_to_prove``."""
    return [
        Choice(name, f"{letter.title}, issued {said(letter.issued_on)}")
        for name, letter in _offered(context)
    ]


def letter_named(context: Context, name: str) -> Letter:
    """Give the letter that a person means by a name that was offered."""
    return _named(context)[name]


def delivery_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a date from before the letter was issued."""
    letter = letter_named(context, values["letter"])
    if dt.date.fromisoformat(values["happened_on"]) < letter.issued_on:
        return [
            Problem(
                "happened_on",
                f"Expected a day on or after {said(letter.issued_on)}, when the letter was issued, "
                "but it is before it. Check the date.",
            )
        ]
    return []


def record_delivery(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record that a letter arrived or came back; the letter itself never changes."""
    letter = letter_named(context, values["letter"])
    if values["result"] == "delivered":
        letter.delivered_on = dt.date.fromisoformat(values["happened_on"])
    context.audit(
        f"letter_{values['result']}", "letter", letter.id, new={"on": values["happened_on"]}
    )


def _offered(context: Context) -> list[tuple[str, Letter]]:
    """Give the letters that exist for who fills in the form, newest first."""
    roles = people.roles_of(context.session, context.actor, context.today)
    kept = kept_from(parts_seen(context.session, context.case().id, context.actor, roles))
    named = reversed(_named(context).items())
    return [(name, letter) for name, letter in named if letter.template not in kept]


def _named(context: Context) -> dict[str, Letter]:
    rows = context.session.scalars(
        select(Letter).where(Letter.case_id == context.case_id).order_by(Letter.id)
    )
    seen: Counter[str] = Counter()
    named = {}
    for letter in rows:
        seen[letter.template] += 1
        count = seen[letter.template]
        named[letter.template if count == 1 else f"{letter.template}_{count}"] = letter
    return named
