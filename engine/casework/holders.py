"""Whom a lane of a diagram means when it names a person of the case."""

from __future__ import annotations

from engine.casework import arrangements, away
from engine.casework.context import Context
from engine.casework.people import Holder, roles_of, working_here

#: Roles whose holders carry a case through its first stages.
CASE_OWNERS = ("team_leader", "manager")
#: The role in which somebody without any other does what they were named for.
_ANY_STAFF = "officer"


def case_owner(context: Context) -> Holder:
    """Give the one who carries the case; any team leader once that person left or lost the role."""
    owner = context.case().owner
    held = roles_of(context.session, owner, context.today)
    for role in CASE_OWNERS:
        if role in held:
            return Holder(role, owner)
    return Holder(CASE_OWNERS[0], None)


def carries_or_officer(context: Context) -> Holder:
    """Give the one who carries the case; the Data Management Officer once that person has left.

    For what is no step of the case itself: any team leader would learn of it, and by taking it of
    the whole case, while the officer sees every case anyway (R-011, R-102).
    """
    found = case_owner(context)
    return found if found.user else Holder("dmo", None)


def named_or_case_owner(context: Context, name: str) -> Holder:
    """Give somebody who was named for a thing; whoever carries the case once they have left.

    So it is while they are away and nobody with their role stands in. Once both have left it is
    the Data Management Officer's.
    """
    if name not in {user.name for user in working_here(context.session, context.today)}:
        return carries_or_officer(context)
    held = sorted(roles_of(context.session, name, context.today))
    role = held[0] if held else _ANY_STAFF
    absence = away.absence_on(context.session, name, context.today)
    if absence and role not in roles_of(context.session, absence.cover or "", context.today):
        instead = carries_or_officer(context)
        return Holder(instead.role, instead.user, instead_of=name)
    return Holder(role, name)


def case_recorder(context: Context) -> Holder:
    """Give who writes down what a decision meeting decided: the role the policy names."""
    return Holder(str(context.policy("decision.decider")), None)


def case_proposed_spoc(context: Context) -> Holder:
    """Give the proposed SPOC; the Data Management Officer when that person has left."""
    proposed = arrangements.find(context)
    here = {user.name for user in working_here(context.session, context.today)}
    if proposed is not None and proposed.spoc in here:
        return Holder("officer", proposed.spoc)
    return Holder("dmo", None)
