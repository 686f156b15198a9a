"""The steps of a review of the policy: looked through, reminded of, approved (R-112, R-115)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import own_words, people, policy_dates
from engine.casework.context import Context
from engine.casework.outgoing import Mail, staff_mail
from engine.casework.people import Holder
from engine.casework.policy_reviews import kind_of, of_run
from engine.casework.policy_versions import note
from engine.errors import Problem
from engine.tables.people import User
from engine.tables.policy_control import PolicyVersion
from engine.tables.process import Outbox

_OWNER = "process_owner"
#: The role in which somebody without any other does their part.
_ANY_STAFF = "officer"
_LOOKED_AT = ("law_changes", "ombudsman_findings", "how_it_worked", "communication")
_PAGE = "/policy"


def look_is_complete(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what was not looked at, and when a formal review leaves out the impact (R-115)."""
    review = of_run(context)
    found = own_words.problems(values, _LOOKED_AT)
    if review.kind == policy_dates.FORMAL and values["assess_impact"] != "yes":
        sentence = "Expected the impact to be assessed, because this is the formal review."
        found.append(Problem("assess_impact", f"{sentence} Choose yes."))
    if values.get("reviewer") == context.actor:
        sentence = "Expected somebody else than you, who writes the assessment."
        found.append(Problem("reviewer", f"{sentence} Choose who reviews it."))
    return found


def keep_look(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what was found, who reviews the assessment and who approves."""
    review = of_run(context)
    review.findings = "\n\n".join(values[name] for name in _LOOKED_AT)
    review.reviewer, review.approver = values.get("reviewer"), values["approver"]
    new = {"assess_impact": values["assess_impact"], "approver": review.approver}
    note(context, "policy_looked_through", "policy_review", review.id, new)


def review_can_end(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a review is approved with a word for nothing."""
    return own_words.problems(values, ("reasons",))


def end_review(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what was decided; from today the next dates run (R-112)."""
    review = of_run(context)
    review.outcome, review.reasons = values["review_outcome_of_policy"], values["reasons"]
    review.ended_on, review.ended_by = context.today, context.actor
    note(context, "policy_review_ended", "policy_review", review.id, {"outcome": review.outcome})


def review_due(context: Context) -> Due:
    """Give the day by which the review is to be approved, and why that day."""
    review = of_run(context)
    return Due(review.due_on, review.due_reason)


def review_about(context: Context) -> str:
    """Say which review a task is about: ``formal review of version 2``."""
    review = of_run(context)
    version = context.session.get_one(PolicyVersion, review.version_id)
    return f"{kind_of(review)} of version {version.number}"


def reviewer(context: Context) -> Holder:
    """Give who reviews the assessment; any process owner once that person has left."""
    return _held_by(context, of_run(context).reviewer)


def approver(context: Context) -> Holder:
    """Give who approves the review; any process owner once that person has left."""
    return _held_by(context, of_run(context).approver)


def remind(context: Context) -> int:
    """Remind those who own the policy that its review is near or late; how many were told.

    Each is told once on one day, however often a timer fires (R-112).
    """
    review = of_run(context)
    version = context.session.get_one(PolicyVersion, review.version_id)
    owners = people.holders_of(context.session, _OWNER, context.today)
    wanted = dict.fromkeys([*owners, version.responsible_officer])
    late = review.due_on < context.today
    how = "is late: it was due on" if late else "is due on"
    keys = {name: f"policy_review:{review.id}:{context.today}:{name}" for name in wanted}
    known = select(Outbox.about).where(Outbox.about.in_(keys.values()))
    told = set(context.session.scalars(known))
    new = [name for name, key in keys.items() if key not in told]
    for user in context.session.scalars(select(User).where(User.name.in_(new))):
        mail = Mail(
            to=user.email,
            subject=f"The {review_about(context)} {how} {said(review.due_on)}",
            text=f"The {kind_of(review)} of the policy {how} {said(review.due_on)}.",
            path=_PAGE,
            about=keys[user.name],
        )
        context.session.add(staff_mail(mail, None, context.now))
    if new:
        note(context, "policy_review_reminded", "policy_review", review.id, {"people": new})
    return len(new)


def _held_by(context: Context, name: str | None) -> Holder:
    here = {user.name for user in people.working_here(context.session, context.today)}
    if name not in here:
        return Holder(_OWNER, None)
    held = sorted(people.roles_of(context.session, name or "", context.today))
    return Holder(held[0] if held else _ANY_STAFF, name)
