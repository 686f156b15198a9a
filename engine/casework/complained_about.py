"""Whom the customer has complained about: they take no part in the case."""

from __future__ import annotations

from collections.abc import Iterable

from engine.casework import people
from engine.casework.context import Context
from engine.errors import Problem
from forms import Choice


def staff_not_complained_about(context: Context) -> list[Choice]:
    """Offer everybody who works here, but nobody the customer has complained about."""
    accused = context.case().allegation_against
    here = people.staff_here(context.session, context.today)
    return people.as_choices(user for user in here if user.name not in accused)


def takes_no_part(context: Context, question: str, names: Iterable[str]) -> list[Problem]:
    """Say which of these people the customer has complained about; they take no part."""
    accused = context.case().allegation_against
    return [
        Problem(
            question,
            "Expected people the customer has not complained about, but "
            f"{people.full_name(context.session, name)} is one of those. Choose somebody else.",
        )
        for name in dict.fromkeys(names)
        if name in accused
    ]
