"""The warning stage: contact before and after the Fair Treatment Letter, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from engine.calendar import said
from engine.casework import contacts, evidence, limits, stages
from engine.casework.context import Context
from engine.casework.decision import decide
from engine.errors import Problem


def comparison_is_sound(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what the comparison lacks: a look at both counts, a record since the warning (R-030)."""
    problems = [*_counts_not_seen(context, values), *_nothing_since(context, values)]
    if values.get("warning_outcome") == "longer":
        review_on = dt.date.fromisoformat(values["review_on"])
        problems += limits.review_of_warning(
            context, "review_on", review_on, letter_on=context.today
        )
    return problems


def compare_contact(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what the comparison showed and what follows from it (R-025, R-026)."""
    stage = stages.need(context, "warning")
    outcome = values["warning_outcome"]
    counted = _counted(context)
    context.audit("contact_compared", "stage", stage.id, new={"outcome": outcome, **counted})
    if outcome == "longer":
        stage.look_on = dt.date.fromisoformat(values["review_on"])
        return
    if outcome == "acceptable":
        decide(
            context,
            stage,
            "no_further_action",
            reasons=values["reasons"],
            details={"counts": counted, "gaps": values["gaps"]},
        )
        stages.end(context, stage, "no_further_action")
        return
    stages.end(context, stage, outcome)
    stages.need(context, "formal")


def _counts_not_seen(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    if set(values.get("counts_seen", [])) != set(contacts.before_and_after(context)):
        yield Problem(
            "counts_seen",
            "Expected both counts to be looked at, but one is not ticked. Look at it and tick it.",
        )


def _nothing_since(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    if values.get("warning_outcome") != "refer":
        return
    letter_on = contacts.compared_from(context)
    if not evidence.any_after(context, values.get("cites", []), letter_on):
        yield Problem(
            "cites",
            f"Expected at least one record of something after the letter of {said(letter_on)}, "
            "but there is none among these. Choose one, or add it on the case page first.",
        )


def _counted(context: Context) -> dict[str, Any]:
    """Give both counts as figures, with their windows and gaps."""
    return {
        name: {
            "first": counted.first.isoformat(),
            "last": counted.last.isoformat(),
            "by_channel": counted.by_channel,
            "gap": counted.gap,
        }
        for name, counted in contacts.before_and_after(context).items()
    }
