"""The terms of an arrangement as people answer them: who, how, by when, and what is restricted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.casework import away, people, usable_ways
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement, Restriction

#: The questions of the terms; they have the same ids in every form that sets terms.
QUESTIONS = (
    "spoc",
    "cover",
    "contact_method",
    "contact_address",
    "visiting",
    "response_days",
    "support",
    "restrictions",
)
#: Words that leave the customer no way to us at all; with a subject, a time or a number behind
#: them they say something else.
_NO_CONTACT = re.compile(
    r"""
    \bno[ ](?:further[ ]|more[ ]|direct[ ])?contact
      (?:[ ](?:at[ ]all|what(?:so)?ever|of[ ]any[ ]kind|with[ ](?:us|any(?:body|one)))\b|[ .!]*$)
  | \bfor[ ](?:any|whatever)[ ](?:reason|purpose)(?![ ](?:other|but|except))
  | \b(?:not|never|cannot|\w+n.t)[ ](?:to[ ])?contact[ ](?:us|any(?:body|one))
      (?:[ ](?:at[ ]all|again|any[ ]?more))?[ .!]*$
    """,
    re.X | re.I | re.M,
)
_PLAIN = ("spoc", "cover", "contact_method", "contact_address", "visiting", "support")


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Give the terms among some answers, to be kept with the decision that sets them.

    Terms are set as a whole, so no answer about restrictions means that none are left.
    """
    answered = {name: values[name] for name in QUESTIONS if name in values}
    return {"restrictions": [], **answered} if answered else {}


def apply(
    context: Context, arrangement: Arrangement, values: dict[str, Any], *, from_on: dt.date
) -> None:
    """Write answered terms onto an arrangement; what was not answered stays as it is.

    Restrictions are replaced as a whole: those in force end the day the new ones begin.
    """
    if values.get("spoc", arrangement.spoc) != arrangement.spoc:
        away.look_again(context, arrangement.spoc, values["spoc"])
    for name in _PLAIN:
        if name in values:
            setattr(arrangement, name, values[name])
    if "response_days" in values:
        days = values["response_days"]
        arrangement.response_time = f"{days} working day{'' if days == 1 else 's'}"
    if "restrictions" in values:
        end_restrictions(context, arrangement, on=from_on)
        context.session.add_all(
            Restriction(
                arrangement_id=arrangement.id,
                kind=row["kind"],
                limit=row["limit"],
                reason=row["reason"],
                from_on=from_on,
            )
            for row in values["restrictions"]
        )


def end_restrictions(context: Context, arrangement: Arrangement, *, on: dt.date) -> None:
    """End every restriction of an arrangement that has no end yet."""
    for row in restrictions_of(context, arrangement):
        row.until_on = on


def restrictions_of(context: Context, arrangement: Arrangement) -> list[Restriction]:
    """Give the restrictions of an arrangement that have not ended, oldest first."""
    return list(
        context.session.scalars(
            select(Restriction)
            .where(Restriction.arrangement_id == arrangement.id, Restriction.until_on.is_(None))
            .order_by(Restriction.id)
        )
    )


def terms_are_sound(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with answered terms (R-036, R-044, R-060); [] when none were answered."""
    case = context.session.get(CaseFile, context.case_id) if context.case_id else None
    return [
        *_people_problems(values, case.allegation_against if case else []),
        *_route_problems(context, values, case),
        *_limits_without_end(values),
    ]


def _people_problems(values: dict[str, Any], complained_about: list[str]) -> Iterator[Problem]:
    spoc, cover = values.get("spoc"), values.get("cover")
    if spoc and spoc == cover:
        yield Problem(
            "cover",
            "Expected somebody else as cover, but the single point of contact cannot stand in "
            "for themselves. Choose another person.",
        )
    for question, person in (("spoc", spoc), ("cover", cover)):
        if person and person in complained_about:
            yield Problem(
                question,
                "Expected somebody the customer has not complained about, but there is a "
                "complaint about this person on the case. Choose another person.",
            )


def leaves_no_way(text: str) -> str | None:
    """Give the words of a text that shut every way to us, None when it leaves one (R-052)."""
    found = _NO_CONTACT.search(text)
    return found[0].strip() if found else None


def new_people_agreed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when somebody becomes contact or cover whom nobody says they have asked (R-043)."""
    arrangement = context.session.get(Arrangement, context.arrangement_id or 0)
    if arrangement is None or values.get("accepted"):
        return []
    spoc, cover = values.get("spoc"), values.get("cover")
    new = [spoc] if spoc and spoc != arrangement.spoc else []
    new += [cover] if cover and cover not in {arrangement.spoc, arrangement.cover} else []
    if not new:
        return []
    names = " and ".join(people.full_name(context.session, name) for name in new)
    return [
        Problem(
            "accepted",
            f"Expected {names} to have been asked, but nobody says so. Tell them what the role is, "
            "and tick this once they have agreed.",
        )
    ]


def _limits_without_end(values: dict[str, Any]) -> Iterator[Problem]:
    """Refuse a limit that shuts every way to us: what the law gives stays open (R-004, R-052)."""
    for number, row in enumerate(values.get("restrictions", [])):
        if found := leaves_no_way(row["limit"]):
            yield Problem(
                f"restrictions.{number}.limit",
                f"Expected a limit that leaves emergencies, repairs and complaints open, but "
                f"“{found}” leaves nothing. Say what is limited: a subject, a way, a "
                "time or a number.",
            )


def _route_problems(
    context: Context, values: dict[str, Any], case: CaseFile | None
) -> Iterator[Problem]:
    known = case is not None and case.customer_id is not None
    customer = context.session.get(Customer, case.customer_id) if case and known else None
    yield from _not_ours(context, values)
    yield from usable_ways.problems(customer, values)


def _not_ours(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    address = values.get("contact_address", "")
    if values.get("contact_method") != "email" or not address:
        return
    domain = context.policy("landlord.email_domain")
    if not address.lower().endswith(f"@{domain.lower()}"):
        yield Problem(
            "contact_address",
            f"Expected one of our own e-mail addresses, ending in @{domain}, but it is another. "
            "Give the address the customer is to write to.",
        )
