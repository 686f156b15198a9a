"""The person proposed as single point of contact: asked, and replaced if they cannot (R-043)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.casework import arrangements, decision, people, stages
from engine.casework.context import Context
from engine.errors import NotAllowed, Problem
from engine.tables.casefile import Submission
from engine.tables.decisions import Decision
from engine.tables.people import User


def proposed_spoc(context: Context) -> str | None:
    """Give whom the referral proposes as single point of contact, by user name."""
    stage = stages.find(context, "formal")
    return stage.proposed_spoc if stage else None


def proposed_cover(context: Context) -> str | None:
    """Give who was agreed as cover, else whom the referral proposes, by user name."""
    arrangement = arrangements.find(context)
    if arrangement is not None and arrangement.cover:
        return arrangement.cover
    stage = stages.find(context, "formal")
    return stage.proposed_cover if stage else None


def proposed_restrictions(context: Context) -> list[dict[str, str]]:
    """Give the limits the referral proposes, as rows of the question that asks for them."""
    answers = context.session.scalar(
        select(Submission.answers)
        .where(Submission.case_id == context.case_id, Submission.form == "referral")
        .order_by(Submission.id.desc())
        .limit(1)
    )
    rows = (answers or {}).get("restrictions", [])
    return [dict(row) for row in rows]


def accept_spoc_role(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep whether the proposed person takes the role on, and when they can be reached."""
    arrangement = arrangements.current(context)
    accepted = values["spoc_accepts"] == "yes"
    spoc = context.session.get(User, arrangement.spoc or "")
    if accepted and spoc is not None:
        spoc.working_hours = values["working_hours"]
    context.audit(
        "spoc_role_answered",
        "arrangement",
        arrangement.id,
        new={"spoc": arrangement.spoc, "accepted": accepted},
    )


def nominee_answers(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Raise NotAllowed when anybody answers for a proposed person who works here (R-043)."""
    asked = arrangements.current(context).spoc
    here = {user.name for user in people.working_here(context.session, context.today)}
    if asked in here and context.actor != asked:
        name = people.full_name(context.session, str(asked))
        raise NotAllowed(f"Expected {name} to answer for themselves. Leave it to them.")
    return []


def another_spoc_is_named(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the person named is the one who just said no."""
    declined = arrangements.current(context).spoc
    if values.get("spoc") != declined or declined is None:
        return []
    name = people.full_name(context.session, declined)
    return [
        Problem(
            "spoc",
            f"Expected somebody other than {name}, who cannot take it on. Choose another person.",
        )
    ]


def name_another_spoc(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Put other people into the arrangement; what the meeting agreed otherwise stays (R-043)."""
    arrangement = arrangements.current(context)
    old = {"spoc": arrangement.spoc, "cover": arrangement.cover}
    new = {"spoc": values["spoc"], "cover": values["cover"]}
    arrangement.spoc, arrangement.cover = values["spoc"], values["cover"]
    made = context.session.get(Decision, arrangement.decision_id or 0)
    if made is not None:
        decision.bar(made, new.values())
    context.audit("another_spoc_named", "arrangement", arrangement.id, old=old, new=new)
