"""Another single point of contact while an arrangement runs, for example when one leaves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.casework import arrangements, people, review_packs, terms
from engine.casework.context import Context
from engine.casework.decision import each_once
from engine.errors import Problem, Rejected
from engine.tables.decisions import Arrangement, Decision
from engine.tables.process import Subscription

_MESSAGE = "contact_changed"
_KIND = "variation"
#: What the form sets: who and how; limits and dates are a review's.
_SET = ("spoc", "cover", "contact_method", "contact_address")


def contact_can_change(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a change that changes nobody (R-087).

    Raises Rejected while the arrangement is busy with a review or a request: it is changed there.
    """
    arrangement = arrangements.current(context)
    waiting = select(Subscription.id).where(
        Subscription.name == _MESSAGE, Subscription.key == f"arrangement:{arrangement.id}"
    )
    if arrangement.spoc is None or context.session.scalar(waiting.limit(1)) is None:
        raise Rejected(
            "Expected an arrangement with a single point of contact that waits for its next "
            "review, but it has none, or a review or a request is open. Change the contact there."
        )
    if values["spoc"] != arrangement.spoc or values["cover"] != arrangement.cover:
        return []
    return [
        Problem(
            "spoc",
            "Expected another single point of contact or another cover, but both are the same as "
            "before. Choose who it is from now on.",
        )
    ]


def change_contact(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Put the new people in by a decision of its own, told by a letter (R-069, R-087)."""
    arrangement = arrangements.current(context)
    context.arrangement_id = arrangement.id
    old = {name: getattr(arrangement, name) for name in _SET}
    answered = {name: values[name] for name in _SET}
    context.session.add(_decision(context, arrangement, values))
    terms.apply(context, arrangement, answered, from_on=context.today)
    context.session.flush()
    context.audit("contact_changed", "arrangement", arrangement.id, old=old, new=answered)


def _decision(context: Context, arrangement: Arrangement, values: dict[str, Any]) -> Decision:
    spoc, cover = (people.full_name(context.session, values[name]) for name in ("spoc", "cover"))
    return Decision(
        case_id=arrangement.case_id,
        kind=_KIND,
        outcome=review_packs.OTHER_CONTACT,
        reasons=values["reasons"],
        decided_on=context.today,
        decided_by=context.actor,
        took_part=[context.actor],
        barred=each_once([arrangement.spoc, arrangement.cover, values["spoc"], values["cover"]]),
        owner_kind="arrangement",
        owner_id=arrangement.id,
        details={
            "what_changes": f"Your single point of contact is {spoc} from now on. When {spoc} is "
            f"away, {cover} stands in. Everything else stays as it is.",
        },
    )
