"""Arrangements taken over from an old register: a case of their own from now on (R-059, R-101)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import customers, letter_dates, shared_tenancies, terms
from engine.casework.context import Context
from engine.casework.decision import each_once
from engine.casework.old_letters import CLAIMED, OLD_LETTER
from engine.casework.references import next_reference
from engine.errors import Problem
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement, Decision

#: The letter of today that tells what the old one had to tell.
_LETTER = "introduction"


def arrangement_can_be_taken_over(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse dates that contradict each other, and an arrangement the register holds already."""
    return [*_date_problems(context, values), *_known_already(context, values)]


def take_over_arrangement(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Make customer, case, decision and arrangement as the old register had them.

    The time to appeal is counted from the old letter only if that letter told the customer how
    to appeal; otherwise, and if no letter can be found, it has not begun (K-10).
    """
    case = _open_case(context, values)
    context.case_id = case.id
    arrangement = _arrangement(context, values, case)
    context.arrangement_id = arrangement.id
    terms.apply(context, arrangement, values, from_on=arrangement.from_on)
    decision = _decision(context, values, arrangement)
    arrangement.decision_id = decision.id
    context.audit(
        "arrangement_taken_over",
        "arrangement",
        arrangement.id,
        new={"decision_id": decision.id, "from_on": values["from_on"]},
    )


def _open_case(context: Context, values: dict[str, Any]) -> CaseFile:
    customer = customers.keep(context, values)
    case = CaseFile(
        reference=next_reference(context.session, context.today),
        parameter_set=context.parameter_set,
        customer_id=customer.id,
        opened_on=context.today,
        opened_by=context.actor,
        owner=values["owner"],
        stage="in_force",
        also_applies_to=shared_tenancies.names_in(values.get("also_applies_to", "")),
    )
    context.session.add(case)
    context.session.flush()
    return case


def _arrangement(context: Context, values: dict[str, Any], case: CaseFile) -> Arrangement:
    arrangement = Arrangement(
        case_id=case.id,
        kind="spoc",
        contact_method=values["contact_method"],
        contact_address=values["contact_address"],
        emergency_route=context.policy("emergency.route"),
        owner_organisation=context.policy("landlord.name"),
        taken_over=True,
        from_on=_date(values["from_on"]),
        letter_issued_on=_date(values["letter_on"]) if values.get("letter_on") else None,
        next_review_on=_date(values["next_review_on"]),
    )
    context.session.add(arrangement)
    context.session.flush()
    return arrangement


def _decision(context: Context, values: dict[str, Any], arrangement: Arrangement) -> Decision:
    until = None
    if values["letter_complete"] == "yes":
        letter = context.letters[_LETTER]
        until = letter_dates.appeal_until(context, letter, _date(values["letter_on"]))
    decision = Decision(
        case_id=arrangement.case_id,
        kind="agreed",
        outcome="agreed",
        reasons=values["reasons"],
        decided_on=_date(values["decided_on"]),
        decided_by=values["decided_by"],
        took_part=each_once([values["decided_by"], *values.get("took_part", [])]),
        barred=each_once([arrangement.spoc, arrangement.cover]),
        owner_kind="arrangement",
        owner_id=arrangement.id,
        details={
            OLD_LETTER: values["letter_complete"],
            CLAIMED: values.get(CLAIMED, []),
        },
        appeal_until=until.on if until else None,
        appeal_reason=until.reason if until else None,
    )
    context.session.add(decision)
    context.session.flush()
    return decision


def _date_problems(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    decided, begins, review = (
        _date(values[name]) for name in ("decided_on", "from_on", "next_review_on")
    )
    if values.get("letter_on") and _date(values["letter_on"]) < decided:
        yield Problem(
            "letter_on",
            f"Expected the letter on or after the decision of {said(decided)}, but it is dated "
            "before it. Check both dates.",
        )
    if begins < decided:
        yield Problem(
            "from_on",
            f"Expected a start on or after the decision of {said(decided)}, but it is before it. "
            "Check both dates.",
        )
    if review <= begins:
        yield Problem(
            "next_review_on",
            f"Expected a review after the start on {said(begins)}, but it is not. "
            "Check both dates.",
        )


def held_for(context: Context, customer_name: str, tenancy_reference: str) -> str | None:
    """Give the reference of the case whose arrangement this customer has; None without one."""
    customer = customers.find(context, customer_name, tenancy_reference)
    if customer is None:
        return None
    return context.session.scalars(
        select(CaseFile.reference)
        .join(Arrangement, Arrangement.case_id == CaseFile.id)
        .where(CaseFile.customer_id == customer.id, Arrangement.ended_on.is_(None))
        .limit(1)
    ).one_or_none()


def _known_already(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    known = held_for(context, values["customer_name"], values["tenancy_reference"])
    if known is not None:
        yield Problem(
            "tenancy_reference",
            f"Expected an arrangement that is not in this register yet, but {known} holds one for "
            "this customer and tenancy. Look at that case.",
        )


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
