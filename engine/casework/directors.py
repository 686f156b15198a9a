"""Who may decide an appeal: a director who had no part in what is appealed (R-075, R-077)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.casework import appeals, owners, people
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.errors import NotAllowed, Problem
from engine.tables.casefile import Stage
from engine.tables.decisions import Appeal, Decision
from engine.tables.people import User
from forms import Choice

#: The role on the policy's list of those who decide appeals.
ROLE = "assistant_director"
#: The answer that names somebody who is not on that list.
OTHER = "other"
_OTHER_ROLES = ("manager", "complaints_manager")


def director(context: Context) -> Holder:
    """Give the director this appeal is allocated to; any of them before, or once that one left."""
    allocated = appeals.current(context).director
    return Holder(ROLE, allocated if _is_here(context, allocated) else None)


def conflicts(context: Context, appeal: Appeal) -> dict[str, str]:
    """Give who may not decide an appeal, by user name, and the part each of them had (R-077)."""
    decision = context.session.get_one(Decision, appeal.decision_id)
    arrangement = owners.arrangement_of(context, decision)
    stage = _stage_before(context, decision)
    parts: list[tuple[str | None, str]] = [
        *((name, "is complained about on this case") for name in context.case().allegation_against),
        (decision.decided_by, "made the decision"),
        *((name, "took part in the decision") for name in decision.took_part),
        (stage.referred_by if stage else None, "referred the case"),
        (stage.discussed_with if stage else None, "discussed the case before it was referred"),
        (arrangement.spoc if arrangement else None, "is the single point of contact"),
        (arrangement.cover if arrangement else None, "is the cover"),
        *((name, "had to do with what was decided") for name in decision.barred),
    ]
    found: dict[str, str] = {}
    for name, part in parts:
        if name:
            found.setdefault(name, part)
    return found


def directors_free(context: Context) -> list[Choice]:
    """Offer the directors, those with a conflict shown with it and not to be chosen (R-077).

    Whoever manages the person who decided can be chosen, with a warning. Last stands the way out
    when none of them can decide.
    """
    appeal = appeals.current(context)
    decision = context.session.get_one(Decision, appeal.decision_id)
    decider = context.session.get(User, decision.decided_by)
    barred = conflicts(context, appeal)
    panel = people.holders_in(context, [ROLE])
    free = [choice for choice in panel if choice.value not in barred]
    manager = decider.line_manager if decider else None
    return [
        *(_warned(choice) if choice.value == manager else choice for choice in free),
        *(_barred(choice, barred[choice.value]) for choice in panel if choice.value in barred),
        Choice(OTHER, "Another senior officer", _WHEN_FREE if free else _WHEN_NONE),
    ]


def senior_officers(context: Context) -> list[Choice]:
    """Offer senior officers without a conflict, for when no director can decide."""
    barred = {**_managers(context), **conflicts(context, appeals.current(context))}
    panel = people.holders_of(context.session, ROLE, context.today)
    offered = people.holders_in(context, _OTHER_ROLES)
    return [c for c in offered if c.value not in barred and c.value not in panel]


def director_is_free(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse somebody who had a part in what is appealed, and say which part (R-077)."""
    question = "other_director" if values.get("director") == OTHER else "director"
    chosen = values.get(question)
    barred = conflicts(context, appeals.current(context))
    if question != "director":
        barred = {**_managers(context), **barred}
    part = barred.get(str(chosen))
    if part is None:
        return []
    name = people.full_name(context.session, str(chosen))
    return [
        Problem(
            question,
            f"Expected somebody who had no part in the decision, but {name} {part}. "
            "Choose another person.",
        )
    ]


def director_may_decide(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Raise NotAllowed unless the director it is allocated to decides, free of conflict (R-077).

    Once that one has left, any other director may who is free of conflict.
    """
    appeal = appeals.current(context)
    has_left = appeal.director is not None and not _is_here(context, appeal.director)
    if appeal.director != context.actor and not has_left:
        who = people.full_name(context.session, appeal.director or "") or "nobody yet"
        raise NotAllowed(
            f"Expected the appeal to be decided by whom it is allocated to, and that is {who}. "
            "Leave it to them."
        )
    part = conflicts(context, appeal).get(context.actor)
    if part is not None:
        name = people.full_name(context.session, context.actor)
        raise NotAllowed(
            f"Expected somebody who had no part in the decision, but {name} {part}. Tell the Data "
            "Management Officer."
        )
    return []


def allocate(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Give the appeal to its director; somebody outside the list shows in the exceptions."""
    appeal = appeals.current(context)
    outside = values["director"] == OTHER
    appeal.director = values["other_director"] if outside else values["director"]
    context.audit(
        "appeal_allocated_outside_the_list" if outside else "appeal_allocated",
        "appeal",
        appeal.id,
        new={"director": appeal.director},
    )


def took_over(context: Context, appeal: Appeal) -> None:
    """Keep who decides an appeal instead of a director who left since it was allocated."""
    if appeal.director == context.actor:
        return
    old, appeal.director = appeal.director, context.actor
    context.audit(
        "appeal_taken_over",
        "appeal",
        appeal.id,
        old={"director": old},
        new={"director": context.actor},
    )


def _is_here(context: Context, name: str | None) -> bool:
    here = {user.name for user in people.working_here(context.session, context.today)}
    return name in here


_WHEN_FREE = "Only if every director has a conflict or is away. You will be asked why."
_WHEN_NONE = "Every director has a conflict. You will be asked to put that on record."


def _barred(choice: Choice, part: str) -> Choice:
    return Choice(choice.value, choice.label, f"Cannot decide it: {part}.", disabled=True)


def _managers(context: Context) -> dict[str, str]:
    """Give who manages the decider, contact or cover: no stand-in for a director (R-075)."""
    decision = context.session.get_one(Decision, appeals.current(context).decision_id)
    arrangement = owners.arrangement_of(context, decision)
    managed = {
        decision.decided_by: "the person who decided",
        arrangement.spoc if arrangement else None: "the single point of contact",
        arrangement.cover if arrangement else None: "the cover",
    }
    found = {}
    for name, who in managed.items():
        person = context.session.get(User, name) if name else None
        if person is not None and person.line_manager:
            found[person.line_manager] = f"manages {who}"
    return found


def _warned(choice: Choice) -> Choice:
    said = [choice.hint, "Line manager of the person who decided"]
    return Choice(choice.value, choice.label, ". ".join(filter(None, said)))


def _stage_before(context: Context, decision: Decision) -> Stage | None:
    """Give the stage in which a decision was made, or the formal one before its arrangement."""
    if decision.owner_kind == "stage":
        return context.session.get(Stage, decision.owner_id)
    return context.session.scalars(
        select(Stage).where(Stage.case_id == decision.case_id, Stage.kind == "formal")
    ).first()
