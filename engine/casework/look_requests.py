"""Requests to look again: at an arrangement before its review, or at a refused referral (R-086)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from engine.calendar import said
from engine.casework import refusal_proposals
from engine.casework.context import Context
from engine.casework.in_force import in_force
from engine.errors import NotFound, Problem, Rejected
from engine.tables.casefile import Stage
from engine.tables.decisions import Arrangement, Decision, LookRequest
from engine.tables.process import Message
from forms import Choice

#: What a request that nobody answers any more ends with.
_DROPPED = "dropped"
_LOOK_ASKED = "look_asked"
_EARLIER_LOOK = "earlier_look"
_TERMS_CHANGED = "terms_changed"


def looks(context: Context) -> list[Choice]:
    """Offer what can be looked at again: the arrangement, else a referral that was not agreed.

    The value is how the message is addressed: ``arrangement:7`` or ``stage:3``.
    """
    arrangement, stage = _running(context), _refused(context)
    offered = []
    if arrangement is not None:
        dated = arrangement.next_review_on
        when = f"Its next review is on {said(dated)}." if dated else ""
        offered.append(Choice(f"arrangement:{arrangement.id}", "The arrangement", when))
    if stage is not None:
        when = f"It is looked at again on {said(stage.look_on)} anyway." if stage.look_on else ""
        offered.append(Choice(f"stage:{stage.id}", "The referral that was not agreed", when))
    return offered


def look_message(context: Context) -> tuple[str, str]:
    """Give name and key of the message a request sends: ``look_asked`` or ``earlier_look``.

    Raises Rejected when the case has nothing to look at again.
    """
    arrangement, stage = _running(context), _refused(context)
    if arrangement is not None:
        return _LOOK_ASKED, f"arrangement:{arrangement.id}"
    if stage is not None:
        return _EARLIER_LOOK, f"stage:{stage.id}"
    raise Rejected(
        "Expected an arrangement that is running, or a referral waiting to be looked at again, but "
        "the case has neither. Look at where the case is now."
    )


def look_can_be_asked(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a request older than what it is about; Rejected when there is nothing to look at.

    Raises NotFound when the message was addressed to anything else than what this case can take.
    """
    kind, number = look_message(context)[1].split(":")
    if context.refs.get(f"{kind}_id", int(number)) != int(number):
        raise NotFound(f"Expected the {kind} of this case, but another one was named.")
    arrangement, stage = _running(context), _refused(context)
    began = arrangement.from_on if arrangement else None
    if began is None and stage is not None:
        began = stage.meeting_on or stage.opened_on
    if began is not None and dt.date.fromisoformat(values["received_on"]) < began:
        return [
            Problem(
                "received_on",
                f"Expected a date on or after {said(began)}, but the request cannot have come "
                "before what it is about. Check the date.",
            )
        ]
    return []


def ask_for_a_look(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record a request; its clock runs from the first receipt by anyone (R-085; K-9)."""
    ask(context, values)


def ask(context: Context, values: Mapping[str, Any]) -> LookRequest:
    """Record a request as `ask_for_a_look` does, and give it to whoever links something to it."""
    name, _ = look_message(context)
    arrangement = _running(context) if name == _LOOK_ASKED else None
    stage = _refused(context) if arrangement is None else None
    request = LookRequest(
        case_id=context.case().id,
        arrangement_id=arrangement.id if arrangement else None,
        stage_id=stage.id if stage else None,
        asked_by=values["asked_by"],
        why=values["why"],
        channel=values.get("channel", ""),
        received_on=dt.date.fromisoformat(values["received_on"]),
        received_by=values["received_by"],
        logged_by=context.actor,
        outcome="review" if stage else None,
        answered_on=context.today if stage else None,
    )
    context.session.add(request)
    context.session.flush()
    if arrangement is not None:
        context.arrangement_id = arrangement.id
        _next_at_hand(context, arrangement)
    context.audit(
        "look_asked_for", "look_request", request.id, new={"received_on": values["received_on"]}
    )
    return request


def look_received_on(context: Context) -> dt.date | None:
    """Give the day the request being worked on was received; None when there is none."""
    request = at_hand(context, context.arrangement_id)
    return request.received_on if request else None


def decide_request(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record what a request needs: a review, a refusal of contact, or nothing, with reasons.

    A refusal is only proposed here (R-090); nothing done is a decision that can be appealed.
    """
    request = at_hand(context, context.arrangement_id)
    if request is None or request.arrangement_id is None:
        raise Rejected("Expected a request to decide, but every request has been answered.")
    request.outcome = values["request_outcome"]
    context.audit("request_decided", "look_request", request.id, new={"outcome": request.outcome})
    if request.outcome == "review":
        return
    if request.outcome == refusal_proposals.OUTCOME:
        refusal_proposals.propose(context, request, values)
        _answer(context, request)
        return
    context.session.add(
        Decision(
            case_id=request.case_id,
            kind="request",
            outcome=request.outcome,
            reasons=values["reasons"],
            decided_on=context.today,
            decided_by=context.actor,
            took_part=[context.actor],
            owner_kind="arrangement",
            owner_id=request.arrangement_id,
            details={"request_id": request.id},
        )
    )
    _answer(context, request)


def at_hand(context: Context, arrangement_id: int | None) -> LookRequest | None:
    """Give the request that is worked on: the oldest one about this arrangement not answered."""
    return context.session.scalars(
        select(LookRequest)
        .where(LookRequest.arrangement_id == arrangement_id, LookRequest.answered_on.is_(None))
        .order_by(LookRequest.id)
        .limit(1)
    ).one_or_none()


def answer_by_review(context: Context, arrangement: Arrangement) -> None:
    """Note that a review, now decided, answers the request that asked for it."""
    request = at_hand(context, arrangement.id)
    if request is not None and request.outcome == "review":
        _answer(context, request)


def drop_open(context: Context, arrangement: Arrangement) -> None:
    """End what was asked about an arrangement that is over; nobody waits for it any more."""
    context.session.execute(
        update(LookRequest)
        .where(LookRequest.arrangement_id == arrangement.id, LookRequest.answered_on.is_(None))
        .values(outcome=_DROPPED, answered_on=context.today)
    )
    context.session.execute(
        update(Message)
        .where(
            Message.name.in_((_LOOK_ASKED, _TERMS_CHANGED)),
            Message.key == f"arrangement:{arrangement.id}",
            Message.delivered_at.is_(None),
        )
        .values(dropped_at=context.now)
    )
    arrangement.look_received_on = None


def _answer(context: Context, request: LookRequest) -> None:
    request.answered_on = context.today
    context.session.flush()
    arrangement = context.session.get_one(Arrangement, request.arrangement_id)
    _next_at_hand(context, arrangement)


def _next_at_hand(context: Context, arrangement: Arrangement) -> None:
    request = at_hand(context, arrangement.id)
    arrangement.look_received_on = request.received_on if request else None


def _running(context: Context) -> Arrangement | None:
    """Give the newest arrangement of the case that is in force."""
    # What the partner decided, the partner looks at again.
    return in_force(context.session, context.case_id, Arrangement.partner_contact == "")


def _refused(context: Context) -> Stage | None:
    """Give the formal stage of the case while it waits to be looked at again."""
    return context.session.scalars(
        select(Stage).where(
            Stage.case_id == context.case_id,
            Stage.kind == "formal",
            Stage.closed_on.is_(None),
            Stage.look_on.is_not(None),
        )
    ).one_or_none()
