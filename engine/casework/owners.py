"""Who acts when a decision is changed: an arrangement, a refusal, a stage, or the case itself."""

from __future__ import annotations

from sqlalchemy import select

from engine.casework import appeals
from engine.casework.context import Context
from engine.tables.casefile import Stage
from engine.tables.decisions import Arrangement, Decision
from engine.tables.refusals import ContactRefusal


def decision_owner(context: Context) -> str:
    """Give how messages address the owner of the appealed decision: ``arrangement:7``.

    A stage that is over cannot act any more; then it is the arrangement that followed it, if
    one still runs, else the case: ``case:12``.
    """
    decision = context.session.get_one(Decision, appeals.current(context).decision_id)
    kind, owner_id = owner_of(context, decision)
    return f"{kind}:{owner_id}"


def owner_of(context: Context, decision: Decision) -> tuple[str, int]:
    """Give kind and id of the one who acts when this decision is changed."""
    if decision.owner_kind != "stage":
        return decision.owner_kind, decision.owner_id
    stage = context.session.get(Stage, decision.owner_id)
    if stage is not None and stage.closed_on is None:
        return "stage", stage.id
    running = context.session.scalars(
        select(Arrangement.id)
        .where(
            Arrangement.case_id == decision.case_id,
            Arrangement.decision_id.is_not(None),
            Arrangement.ended_on.is_(None),
        )
        .order_by(Arrangement.id.desc())
    ).first()
    return ("arrangement", running) if running is not None else ("case", decision.case_id)


def arrangement_of(context: Context, decision: Decision) -> Arrangement | None:
    """Give the arrangement a decision is about; None when it is about none."""
    kind, owner_id = owner_of(context, decision)
    if kind == "refusal":
        refusal = context.session.get(ContactRefusal, owner_id)
        kind, owner_id = "arrangement", refusal.arrangement_id if refusal else 0
    return context.session.get(Arrangement, owner_id) if kind == "arrangement" else None
