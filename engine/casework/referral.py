"""The referral to a formal decision: what goes with it, what it must hold, how it is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import complained_about, customers, joint_tenants, people, stages
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.casefile import Stage
from engine.tables.decisions import Letter
from forms import Choice

#: The stages that come before, and how each must have ended (R-002).
_BEFORE = {"informal": "continued", "warning": "refer"}


def managers(context: Context) -> list[Choice]:
    """Offer the managers of today."""
    return people.holders_in(context, ["manager"])


def missing(context: Context) -> str | None:
    """Give what was missing when the referral was sent back; None when it was not."""
    stage = stages.find(context, "formal")
    return stage.sent_back_because if stage else None


def on_file(context: Context) -> list[Choice]:
    """Offer what goes with the referral by itself, to be checked: the customer and both stages."""
    offered = []
    customer = customers.of_case(context)
    if customer is not None:
        address = ", ".join(customer.address.split("\n"))
        name = f"{customer.name}, {address}, tenancy {customer.tenancy_reference}"
        offered.append(Choice("customer", name))
    for kind, describe in (("informal", _informal), ("warning", _warning)):
        stage = stages.find(context, kind)
        if stage is not None:
            offered.append(Choice(kind, *describe(context, stage)))
    return offered


def referral_is_complete(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what the referral lacks: a stage gone through, a look at the file, sound dates."""
    return [
        *_stages_missing(context),
        *_not_looked_at(context, values),
        *_dates_crossed(values),
        *_discussed_with(context, values),
        *joint_tenants.meant_were_warned(context, values),
    ]


def referral(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the referral; the days for the meeting run from the first one (R-035 to R-038; K-9)."""
    stage = stages.need(context, "formal")
    stage.referred_on = stage.referred_on or context.today
    stage.referred_by = context.actor
    stage.discussed_with = values["discussed_with"]
    stage.proposed_spoc, stage.proposed_cover = values["spoc"], values["cover"]
    stage.sent_back_because = None
    joint_tenants.narrow(context, values)
    linked = [found.id for kind in _BEFORE if (found := stages.find(context, kind))]
    context.audit(
        "referred",
        "stage",
        stage.id,
        new={
            "referred_on": stage.referred_on.isoformat(),
            "stage_ids": linked,
            "letter_ids": [letter.id for letter in _warning_letters(context)],
            "cites": values["cites"],
        },
    )


def check_referral(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep whether the referral is complete, or what it lacks."""
    stage = stages.need(context, "formal")
    stage.sent_back_because = values.get("missing")
    complete = {"complete": values["referral_complete"]}
    context.audit("referral_checked", "stage", stage.id, new=complete)


def _informal(context: Context, stage: Stage) -> tuple[str, str]:
    warned = said(stage.warned_on) if stage.warned_on else "never"
    until = f", time to change until {said(stage.look_on)}" if stage.look_on else ""
    return f"Informal stage: verbal warning {warned}{until}", _ended(stage)


def _warning(context: Context, stage: Stage) -> tuple[str, str]:
    letters = " and ".join(said(letter.issued_on) for letter in _warning_letters(context))
    issued = letters or (said(stage.warned_on) if stage.warned_on else "never")
    return f"Warning stage: Fair Treatment Letter {issued}", _ended(stage)


def _ended(stage: Stage) -> str:
    return f"Ended on {said(stage.closed_on)}" if stage.closed_on else "Not ended yet"


def _warning_letters(context: Context) -> list[Letter]:
    return list(
        context.session.scalars(
            select(Letter)
            .where(Letter.case_id == context.case_id, Letter.template == "fair_treatment")
            .order_by(Letter.id)
        )
    )


def _stages_missing(context: Context) -> Iterator[Problem]:
    for kind, outcome in _BEFORE.items():
        stage = stages.find(context, kind)
        if stage is None or stage.outcome != outcome:
            yield Problem(
                "on_file",
                f"Expected the {kind} stage to have been gone through and ended because the "
                "behaviour continued, but the case does not show that. Finish that stage first.",
            )


def _not_looked_at(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    offered = {choice.value for choice in on_file(context)}
    if offered - set(values.get("on_file", [])):
        yield Problem(
            "on_file",
            "Expected each line to be checked, but one is not ticked. Check it and tick it.",
        )


def _dates_crossed(values: dict[str, Any]) -> Iterator[Problem]:
    for number, row in enumerate(values.get("history", [])):
        if row["last_on"] < row["first_on"]:
            yield Problem(
                f"history.{number}.last_on",
                f"Expected a date from {said(dt.date.fromisoformat(row['first_on']))} on, when it "
                "began, but it is earlier. Check both dates.",
            )


def _discussed_with(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    manager = values.get("discussed_with")
    if manager == context.actor:
        yield Problem(
            "discussed_with",
            "Expected a manager other than yourself. Discuss it with another manager first.",
        )
    if manager:
        yield from complained_about.takes_no_part(context, "discussed_with", [manager])
