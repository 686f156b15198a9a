"""The decision meeting: arranged, held by enough people, its answers and its decision judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from engine.calendar import said
from engine.casework import complained_about, invitations, own_words, people, reviews, stages
from engine.casework.context import Context
from engine.casework.decision import ARRANGED
from engine.errors import Problem
from engine.tables.casefile import Stage

#: The seven factors, in the order in which they are asked (R-040).
FACTORS = (
    "severity",
    "instances",
    "breadth_and_frequency",
    "why_difficult",
    "needs_and_circumstances",
    "protected_characteristic",
    "equality_needs",
)
#: Further answers that must say something of their own (R-005, R-006).
_STATEMENTS = ("equality_conclusion", "ways_to_mend", "less_restrictive", "proportionality")


def arrange_meeting(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep when the meeting is and who is invited, and invite them (R-026, R-038)."""
    stage = stages.need(context, "formal")
    invitations.invite(context, stage, values)
    context.audit(
        "meeting_arranged",
        "stage",
        stage.id,
        new={"on": values["meeting_on"], "invited": values["invited"]},
    )


def meeting_can_be_held(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when too few are invited, the proposed SPOC is not, or somebody complained about is."""
    invited = values.get("invited")
    if invited is None:
        return []
    stage = stages.need(context, "formal")
    problems = [*_quorum(context, "invited", invited)]
    absent = _proposed_spoc_among_others(context, stage, invited)
    if absent:
        problems.append(
            Problem(
                "invited",
                "Expected the proposed single point of contact to be invited, but "
                f"{absent} is not. "
                "Add them, so that they are asked before anything is decided about them.",
            )
        )
    return problems + complained_about.takes_no_part(context, "invited", invited)


def recorder_is_free(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the one who records the decision referred the case or is part of the matter."""
    stage = stages.need(context, "formal")
    barred: dict[str | None, str] = {
        stage.referred_by: "you referred the case",
        values.get("spoc"): "you are to be the single point of contact",
        **dict.fromkeys(context.case().allegation_against, "the customer has complained about you"),
    }
    why = barred.get(context.actor)
    if why is None:
        return []
    return [
        Problem(
            "",
            f"Expected somebody with no part in the matter to record the decision, but {why}. "
            "Hand the task over to another manager; what you typed can be saved as a draft.",
        )
    ]


def meeting_was_held(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a meeting lacks its quorum or the proposed SPOC, or came before the referral.

    Whoever the customer has complained about takes no part either.
    """
    attendees = values["attendees"]
    problems = [*_quorum(context, "attendees", attendees)]
    stage = stages.need(context, "formal")
    absent = _proposed_spoc_among_others(context, stage, attendees)
    if absent:
        problems.append(
            Problem(
                "attendees",
                "Expected the proposed single point of contact to take part, but "
                f"{absent} did not. Meet again with them before anything is decided.",
            )
        )
    referred_on = stage.referred_on
    held_on = dt.date.fromisoformat(values["held_on"])
    if referred_on is not None and held_on < referred_on:
        problems.append(
            Problem(
                "held_on",
                f"Expected a date from {said(referred_on)} on, when the case was referred or its "
                f"second look began, but it is {said(held_on)}. Check the date.",
            )
        )
    problems += _before_its_day(context, stage, held_on, attendees)
    return problems + complained_about.takes_no_part(context, "attendees", attendees)


def factors_are_answered(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell which factor or statement says nothing, or repeats another (R-005, R-006, R-040)."""
    return own_words.problems(values, (*FACTORS, *_STATEMENTS))


def decision_is_sound(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what stands against what the meeting decided (R-039 to R-044, R-082)."""
    outcome = values["formal_outcome"]
    if outcome in ARRANGED:
        return [
            *_reasons_without_evidence(values),
            *_method_does_not_fit(values),
            *_review_out_of_range(context, values),
            *_begins_out_of_time(context, values),
        ]
    if outcome == "not_agreed":
        return list(_second_look_too_late(context, values))
    return list(_closed_too_soon(context))


def _quorum(context: Context, question: str, names: list[str]) -> Iterator[Problem]:
    least = context.policy("meeting.quorum")
    if len(set(names)) < least:
        yield Problem(
            question,
            f"Expected at least {least} people, but there are {len(set(names))}. "
            "A meeting with fewer cannot decide.",
        )


def _proposed_spoc_among_others(context: Context, stage: Stage, names: list[str]) -> str:
    """Give the full name of a proposed SPOC who is missing here (R-038); "" when nobody is.

    Who has left, or whom the customer has complained about since, is not waited for.
    """
    proposed = stage.proposed_spoc
    here = {choice.value for choice in complained_about.staff_not_complained_about(context)}
    if proposed is None or proposed in names or proposed not in here:
        return ""
    return people.full_name(context.session, proposed)


def _before_its_day(
    context: Context, stage: Stage, held_on: dt.date, attendees: list[str]
) -> Iterator[Problem]:
    """Refuse minutes from before the day of the meeting, unless everybody invited came (R-038)."""
    begun = stage.referred_on is None or held_on >= stage.referred_on
    if stage.meeting_on is None or held_on >= stage.meeting_on or not begun:
        return
    absent = next((name for name in stage.attendees if name not in attendees), None)
    if absent is not None:
        yield Problem(
            "held_on",
            f"Expected the day for which people are invited, {said(stage.meeting_on)}, but this is "
            f"before it, and {people.full_name(context.session, absent)} was not there. Meet on "
            "that day, or move the meeting on the case page first.",
        )


def _reasons_without_evidence(values: dict[str, Any]) -> Iterator[Problem]:
    for number, row in enumerate(values["reasons"]):
        if not row.get("evidence"):
            yield Problem(
                f"reasons.{number}.evidence",
                "Expected each reason for a limit on contact to rest on a record, but this one "
                "names none. Choose at least one, or take the reason out.",
            )


def _method_does_not_fit(values: dict[str, Any]) -> Iterator[Problem]:
    if values["method_fits"] == "no" and "method_adjustment" not in values:
        yield Problem(
            "contact_method",
            "Expected a way the customer can use, but you say they cannot use this one. Choose "
            "another way, or say below what we do so that they can.",
        )


def _review_out_of_range(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    least, most = reviews.interval(context)
    months = values["review_months"]
    if not least <= months <= most:
        yield Problem(
            "review_months",
            f"Expected a review after {least} to {most} months, as the policy says, but it is "
            f"{months}. Choose a number between the two.",
        )


def _begins_out_of_time(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    """Refuse a start before the meeting, or so late that what it rests on is old (R-041)."""
    held_on = dt.date.fromisoformat(values["held_on"])
    latest = context.calendar.months(held_on, context.policy("arrangement.begin_within")).on
    if not held_on <= dt.date.fromisoformat(values["from_on"]) <= latest:
        yield Problem(
            "from_on",
            f"Expected a date from {said(held_on)}, when the meeting decided, up to "
            f"{said(latest)}, as the policy says. Choose a day in between.",
        )


def _second_look_too_late(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    held_on = dt.date.fromisoformat(values["held_on"])
    latest = context.calendar.months(held_on, context.policy("look_again.within")).on
    look_on = dt.date.fromisoformat(values["look_again_on"])
    if look_on > latest:
        yield Problem(
            "look_again_on",
            f"Expected a date up to {said(latest)}, as the policy says, but it is "
            f"{said(look_on)}. Choose an earlier one.",
        )


def _closed_too_soon(context: Context) -> Iterator[Problem]:
    if stages.need(context, "formal").looks < 1:
        yield Problem(
            "formal_outcome",
            "Expected a second look before the matter is closed, but this is the first. Choose "
            "“Not now” and a date to look again.",
        )
