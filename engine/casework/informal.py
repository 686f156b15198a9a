"""The informal stage: one conversation, time to change, and how it ended (R-013 to R-021)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from engine.calendar import said
from engine.casework import customers, evidence, owed_actions, stages, third_parties
from engine.casework.context import Context
from engine.casework.decision import decide
from engine.errors import Problem
from engine.tables.casefile import Stage, SupportOffer


def min_change_period(context: Context) -> int:
    """Give the fewest calendar days a customer has to change after a verbal warning (R-014)."""
    return int(context.policy("warning.min_change_period"))


def conversation_follows_concern(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the talk came before the concern, or the warning before the talk (R-013, R-014)."""
    problems = [*_before_concern(context, "talked_on", values["talked_on"])]
    talked_on = dt.date.fromisoformat(values["talked_on"])
    if "warned_on" in values and dt.date.fromisoformat(values["warned_on"]) < talked_on:
        problems.append(
            Problem(
                "warned_on",
                f"Expected a warning from {said(talked_on)} on, when you talked with the "
                "customer and said what must change, but this date is before it. Check both.",
            )
        )
    return problems


def time_to_change_is_enough(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the customer gets fewer days to change than the policy gives (R-014; C-02)."""
    least = min_change_period(context)
    days = values.get("days_to_change", least)
    if days >= least:
        return []
    return [
        Problem(
            "days_to_change",
            f"Expected at least {least} days, as the policy says, but it is {days}. "
            "Give the customer more time.",
        )
    ]


def informal_conversation(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep what the conversation set going: warning, owed actions, support, third party."""
    stage = stages.need(context, "informal")
    talked_on = dt.date.fromisoformat(values["talked_on"])
    if "warned_on" in values:
        stage.warned_on = dt.date.fromisoformat(values["warned_on"])
        stage.look_on = context.calendar.calendar_days(stage.warned_on, values["days_to_change"]).on
    for row in values.get("owed", []):
        owed_actions.add(context, row)
    if values["support_offered"] == "yes":
        _offer_support(context, values, talked_on)
    if values["third_party"] == "yes":
        third_parties.add(context, values, talked_on)
    if "adjustments" in values:
        customers.add_need(context, values["adjustments"])
    context.audit(
        "talked_with_customer",
        "stage",
        stage.id,
        new={
            "talked_on": values["talked_on"],
            "warned_on": values.get("warned_on"),
            "time_to_change_ends_on": stage.look_on.isoformat() if stage.look_on else None,
            "mediation": values["mediation"],
        },
    )


def mediation_follows_conversation(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when mediation is dated before anybody had heard of the concern."""
    return list(_before_concern(context, "mediated_on", values.get("mediated_on")))


def mediation_result(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what came of mediation (R-020)."""
    stage = stages.need(context, "informal")
    result = {"result": values["mediation_result"], "on": values.get("mediated_on")}
    context.audit("mediation_recorded", "stage", stage.id, new=result)


def informal_outcome_is_open(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what stands against this end of the informal stage (R-014, R-021; C-01, C-02)."""
    stage = stages.need(context, "informal")
    judges = {"settled": _cannot_settle, "continued": _cannot_go_on, "watch_longer": _cannot_watch}
    return list(judges[values["informal_outcome"]](context, stage, values))


def informal_outcome(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep how the informal stage ended, or until when it goes on."""
    stage = stages.need(context, "informal")
    outcome = values["informal_outcome"]
    if outcome == "watch_longer":
        _watch_longer(context, stage, values)
        return
    if outcome == "settled":
        decide(context, stage, "matter_settled", reasons=values["reasons"])
    stages.end(context, stage, outcome)
    if outcome == "continued":
        stages.need(context, "warning")


def matter_can_be_settled(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when nobody waits to hear that the matter was settled early."""
    stage = stages.find(context, "informal")
    if stage is None or stage.closed_on is not None or stage.warned_on is None:
        return [
            Problem(
                "",
                "Expected a case whose customer was warned and has time to change, but this one "
                "is not at that point. Use the open task of the case instead.",
            )
        ]
    settled_on = dt.date.fromisoformat(values["settled_on"])
    if settled_on < stage.warned_on:
        sentence = f"Expected a date from {said(stage.warned_on)} on, the day of the warning, but"
        return [Problem("settled_on", f"{sentence} it is {said(settled_on)}. Check the date.")]
    return []


def matter_settled(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that the matter was settled early; the message opens the decision on it."""
    stage = stages.need(context, "informal")
    context.audit("settled_early", "stage", stage.id, new={"on": values["settled_on"]})


def _before_concern(context: Context, question: str, answer: str | None) -> Iterator[Problem]:
    heard_on = context.case().concern_on
    date = dt.date.fromisoformat(answer) if answer else None
    if heard_on is not None and date is not None and date < heard_on:
        yield Problem(
            question,
            f"Expected a date from {said(heard_on)} on, when the concern was first heard of, but "
            f"it is {said(date)}. Check the date.",
        )


def _offer_support(context: Context, values: dict[str, Any], on: dt.date) -> None:
    """Keep the offer; an agency stands there only when the customer agreed (R-017)."""
    context.session.add(
        SupportOffer(
            case_id=context.case().id,
            offered_on=on,
            agreed=values["support_agreed"] == "yes",
            agency=values.get("agency", ""),
            by=context.actor,
        )
    )


def _cannot_settle(context: Context, stage: Stage, values: dict[str, Any]) -> Iterator[Problem]:
    owed = len(owed_actions.open_of(context))
    if owed:
        what = "one thing is" if owed == 1 else f"{owed} things are"
        yield Problem(
            "informal_outcome",
            f"Expected nothing still owed to the customer, but {what}. Mark it as done on the "
            "case page first, or watch a little longer.",
        )


def _cannot_go_on(context: Context, stage: Stage, values: dict[str, Any]) -> Iterator[Problem]:
    if stage.warned_on is None:
        yield Problem(
            "informal_outcome",
            "Expected a verbal warning before a written one, but the customer has had none. "
            "Warn the customer, then watch a little longer.",
        )
        return
    if stage.look_on is not None and context.today < stage.look_on:
        yield Problem(
            "informal_outcome",
            f"Expected the customer's time to change to be over, but it runs until "
            f"{said(stage.look_on)}. Decide then, or record that the matter is settled.",
        )
    if not evidence.any_after(context, values.get("cites", []), stage.warned_on):
        yield Problem(
            "cites",
            f"Expected at least one record of something after the warning on "
            f"{said(stage.warned_on)}, but there is none among these. Choose one, or add it on "
            "the case page first.",
        )


def _cannot_watch(context: Context, stage: Stage, values: dict[str, Any]) -> Iterator[Problem]:
    warned_on = _warned_since(values)
    if stage.warned_on is None and warned_on is None:
        yield Problem(
            "warned_on",
            "Expected the date of a verbal warning, but the customer has had none so far. "
            "Warn the customer first, or settle the matter.",
        )
        return
    if stage.warned_on is not None and warned_on is not None:
        yield Problem(
            "warned_on",
            f"Expected no second verbal warning, but there was one on {said(stage.warned_on)}. "
            "Leave this empty.",
        )
        return
    yield from _before_concern(context, "warned_on", values.get("warned_on"))
    earliest = _time_is_over(context, stage, warned_on)
    watch_until = dt.date.fromisoformat(values["watch_until"])
    if watch_until < earliest:
        yield Problem(
            "watch_until",
            f"Expected a date from {said(earliest)} on, when the customer's time to change is "
            f"over, but it is {said(watch_until)}. Choose a later date.",
        )


def _watch_longer(context: Context, stage: Stage, values: dict[str, Any]) -> None:
    old = stage.look_on
    stage.warned_on = stage.warned_on or _warned_since(values)
    stage.look_on = dt.date.fromisoformat(values["watch_until"])
    context.audit(
        "watched_longer",
        "stage",
        stage.id,
        old={"until": old.isoformat() if old else None},
        new={"until": values["watch_until"]},
    )


def _warned_since(values: dict[str, Any]) -> dt.date | None:
    return dt.date.fromisoformat(values["warned_on"]) if values.get("warned_on") else None


def _time_is_over(context: Context, stage: Stage, warned_on: dt.date | None) -> dt.date:
    if warned_on is not None:
        return context.calendar.calendar_days(warned_on, min_change_period(context)).on
    return stage.look_on or context.today
