"""What a contact is about and who answers it by when: kept, given out, ended (R-007, R-010)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement

from engine.calendar import Due, said
from engine.casework import (
    arrangements,
    complained_about,
    cover_tasks,
    current_terms,
    holders,
    matrix,
    people,
)
from engine.casework.away import absence_on
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.casefile import Contact, Customer
from engine.tables.passing_on import PassedOn
from forms import Choice

#: The message that begins the process of one matter, and the control variable that says which.
_PASSED, REF = "contact_passed_on", "passed_on_ref"
#: Who answers, as the form calls it; anything else is for nobody.
_CONTACT, _OTHERS = "contact", "passed_on"
_PERSON, _TEAM = "person:", "team:"
#: Whoever it is passed to has the task by name: it shows them this matter and nothing else.
_BY_NAME = "officer"
#: Roles that share what is passed to them. A task for any manager, team leader or director would
#: open the whole case to whoever of them takes it (R-102): they are named one by one.
_TEAMS = ("officer", "dmo", "complaints_manager", "legal", "contact_centre", "systems_team")


def pass_takers(context: Context) -> list[Choice]:
    """Offer whom something can be passed to: people who work here, and teams with somebody in."""
    held = people.holders_by_role(context.session, _TEAMS, context.today)
    teams = [
        Choice(f"{_TEAM}{role}", f"Anybody in the role: {matrix.ROLES[role]}")
        for role in _TEAMS
        if held[role]
    ]
    staff = complained_about.staff_not_complained_about(context)
    return [*teams, *(Choice(f"{_PERSON}{one.value}", one.label, one.hint) for one in staff)]


def contact_answer_due(context: Context) -> Due:
    """Give by when a contact of today is answered: as the customer was promised (R-007, C-11)."""
    return _within(context, context.today)


def passing_on_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a new matter that nobody answers, and a day that is late without a reason."""
    answers = values.get("answer_by")
    if values["triage"] == "new_matter" and values["direction"] == "in" and not answers:
        return [
            Problem(
                "answer_by",
                "Expected somebody who answers a new matter, but nobody is named. Choose who "
                "answers, or say that it is answered already.",
            )
        ]
    if answers not in (_CONTACT, _OTHERS):
        return []
    came_on = dt.date.fromisoformat(values["contacted_on"])
    return list(_impossible_day(context, values, _within(context, came_on)))


def keep(context: Context, contact: Contact, values: dict[str, Any]) -> None:
    """Keep who answers a contact and by when, and give it to them; nothing for nobody."""
    answers = values.get("answer_by")
    if answers in (_CONTACT, _OTHERS):
        taker = values["pass_to"] if answers == _OTHERS else ""
        _pass(context, contact, values, (values["pass_what"], taker))


def is_open() -> ColumnElement[bool]:
    """Give the condition under which a matter still waits for its answer."""
    return PassedOn.ended_on.is_(None)


def passed_on_due(context: Context) -> Due:
    """Give by when the matter this run is about is answered, with why (R-007)."""
    row = _of_run(context)
    return Due(row.due_on, row.due_reason)


def passed_on_still_due(context: Context) -> Due | None:
    """Give the day the customer was promised, for whoever has it next; None once it has passed."""
    due = passed_on_due(context)
    return due if due.on >= context.today else None


def contact_of_customer(context: Context) -> Holder:
    """Give the contact of the customer today; whoever carries the case while there is none.

    The Data Management Officer once that person has left: a task for any team leader would open
    the whole case to whoever of them takes it (R-102).
    """
    found = arrangements.find(context)
    if found is None or not found.spoc or not found.in_force_on or found.ended_on:
        return holders.carries_or_officer(context)
    return cover_tasks.contact_holder(context, found)


def passed_on_taker(context: Context) -> Holder:
    """Give who answers the matter: as it was passed on, the contact for who left or is away."""
    row = _of_run(context)
    if row.to_role:
        return Holder(row.to_role, None)
    here = {user.name for user in people.working_here(context.session, context.today)}
    if row.to_user not in here:
        return contact_of_customer(context)
    absence = absence_on(context.session, row.to_user, context.today)
    if absence is None:
        return Holder(_BY_NAME, row.to_user)
    if absence.cover in here and absence.cover not in context.case().allegation_against:
        return Holder(_BY_NAME, absence.cover, instead_of=row.to_user)
    contact = contact_of_customer(context)
    return Holder(contact.role, contact.user, instead_of=row.to_user)


def passed_on_at_hand(context: Context) -> list[Choice]:
    """Show the matter this run is about: what, whose, since when, who passed it on."""
    row = _of_run(context)
    customer = context.session.get(Customer, context.case().customer_id or 0)
    contact = context.session.get_one(Contact, row.contact_id)
    by = people.full_name(context.session, row.passed_by)
    whose = f"{customer.name}, {' '.join(customer.address.split())}. " if customer else ""
    came = f"Came on {said(contact.on)}; passed on by {by}. Answer by {said(row.due_on)}."
    return [Choice("matter", row.what, f"{whose}{came}")]


def passed_on_can_end(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an answer from before the contact, and a later day without a reason."""
    row = _of_run(context)
    contact = context.session.get_one(Contact, row.contact_id)
    answered_on = values.get("answered_on")
    if answered_on and dt.date.fromisoformat(answered_on) < contact.on:
        sentence = f"Expected a date from {said(contact.on)} on, when the customer got in touch."
        return [Problem("answered_on", f"{sentence} Check the date.")]
    if values["passed_result"] != _OTHERS:
        return []
    return list(_impossible_day(context, values, Due(row.due_on, row.due_reason)))


def passed_on_ended(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that a matter was answered, needs no answer, or is somebody else's from now on."""
    row = _of_run(context)
    row.outcome = values["passed_result"]
    row.ended_on = (
        dt.date.fromisoformat(values["answered_on"]) if row.outcome == "answered" else context.today
    )
    row.outcome_note = values.get("answered_how") or values.get("not_needed_because") or ""
    row.ended_by = context.actor
    context.audit("passed_on_ended", "passed_on", row.id, new={"outcome": row.outcome})
    if row.outcome == _OTHERS:
        contact = context.session.get_one(Contact, row.contact_id)
        _pass(context, contact, values, (row.what, values["pass_to"]))


def _pass(
    context: Context, contact: Contact, values: dict[str, Any], matter: tuple[str, str]
) -> None:
    what, taker = matter
    due_on = dt.date.fromisoformat(values["answer_due_on"])
    row = PassedOn(
        case_id=contact.case_id,
        contact_id=contact.id,
        what=what,
        to_user=taker.removeprefix(_PERSON) if taker.startswith(_PERSON) else None,
        to_role=taker.removeprefix(_TEAM) if taker.startswith(_TEAM) else None,
        passed_by=context.actor,
        passed_on=context.today,
        due_on=due_on,
        due_reason=_reason(context, contact, due_on),
        later_because=values.get("later_because") or "",
    )
    context.session.add(row)
    context.session.flush()
    context.audit(
        "contact_passed_on",
        "passed_on",
        row.id,
        new={"to": taker or _CONTACT, "due_on": due_on.isoformat()},
    )
    context.send(_PASSED, payload={REF: f"passed_on:{row.id}"})


def _impossible_day(context: Context, values: dict[str, Any], last: Due) -> Iterator[Problem]:
    due_on = dt.date.fromisoformat(values["answer_due_on"])
    if due_on < context.today:
        yield Problem(
            "answer_due_on",
            "Expected a day from today on, but it has passed. Choose the day by which the customer "
            "gets an answer.",
        )
    elif due_on > last.on and not values.get("later_because"):
        yield Problem(
            "later_because",
            f"Expected an answer by {said(last.on)}, or why it comes later, but the day is later "
            "and no reason is given. Choose an earlier day, or say why.",
        )


def _reason(context: Context, contact: Contact, due_on: dt.date) -> str:
    usual = _within(context, contact.on)
    if due_on == usual.on:
        return usual.reason
    than = "earlier" if due_on < usual.on else "later"
    return f"Chosen when it was passed on, {than} than {said(usual.on)}. {usual.reason}"


def _within(context: Context, came_on: dt.date) -> Due:
    days = current_terms.response_days(context)
    return context.calendar.working_days(came_on, days)


def _of_run(context: Context) -> PassedOn:
    return row_of_run(context, PassedOn, REF, "something that was passed on")
