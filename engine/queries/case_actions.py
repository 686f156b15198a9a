"""What a person can do on a case at this moment: actions of its page and doors to its processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from engine.casework.visibility import Part, needs
from engine.operations import ACTIONS, DOORS
from engine.queries.reading import Reading
from engine.tables.casefile import (
    CaseFile,
    Evidence,
    LegalHold,
    OwedAction,
    Stage,
    ThirdParty,
)
from engine.tables.complaints import Complaint
from engine.tables.decisions import Arrangement, Letter
from engine.tables.process import ProcessInstance, Subscription

_DISAGREES = "customer_disagrees"
_PARTNER_APPEAL = "partner_appeal_received"
_ASKS = "data_request_received"
#: Actions and doors in the order in which people want them; the first three are buttons.
_LABELS: Mapping[str, str] = {
    "log_contact": "Log a contact",
    "add_evidence": "Add evidence",
    _DISAGREES: "The customer disagrees",
    "partner_appeal_received": "Pass an appeal on to the partner",
    "matter_settled": "The matter is settled",
    "look_asked": "Ask to look again",
    "earlier_look": "Ask to look again sooner",
    "contact_changed": "Name another contact",
    "owed_action_done": "Something we owed is done",
    "change_meeting": "Move the meeting, or call it off",
    "complaint_step": "Something became of a complaint",
    "ombudsman_report": "The Ombudsman has reported",
    "outside_event": "Something happened outside this system",
    "record_delivery": "A letter has arrived",
    "send_letter_again": "Send a letter again, or a copy",
    "change_customer": "Change what we know of the customer",
    "customer_moved": "The customer has moved within our homes",
    "add_third_party": "Somebody speaks for the customer",
    "withdraw_third_party": "The third party no longer acts",
    "appeal_withdrawn": "The customer takes the appeal back",
    "customer_left": "The customer has left",
    "case_opened_in_error": "The case was opened in error",
    "correct_evidence": "Correct a record",
    "class_evidence": "Change how we know something",
    "data_request_received": "Somebody asks for their data",
    "place_hold": "Keep it, do not delete",
    "lift_hold": "No need to keep any longer",
}
_SECOND = aliased(Complaint)
#: A complaint that is open, or one whose answer the customer can take to the second stage.
_GOES_ON = or_(
    Complaint.answered_on.is_(None),
    and_(
        Complaint.stage == 1,
        Complaint.outcome != "withdrawn",
        ~exists().where(_SECOND.earlier_id == Complaint.id),
    ),
)


@dataclass(frozen=True)
class CaseAction:
    """Something that can be done now."""

    #: Name of the action or of the message.
    name: str
    label: str
    #: A message from outside; otherwise an action of the case page.
    is_door: bool = False
    #: What the message is about: ``{"case_id": 12, "arrangement_id": 7}``.
    refs: Mapping[str, int] = field(default_factory=dict)


def actions_on(look: Reading, case: CaseFile, parts: frozenset[Part]) -> tuple[CaseAction, ...]:
    """Give what the one who looks can do on a case now; two statements.

    A door is open while exactly its message is waited for, and an action while there is
    something it could be about.
    """
    here = {"case_id": case.id}
    possible = {
        **{
            name: CaseAction(name, "", name in (_DISAGREES, _PARTNER_APPEAL, _ASKS), here)
            for name in _acts(look, case)
        },
        **{door.name: door for door in _doors(look, case)},
    }
    roles = frozenset(look.viewer.roles)
    return tuple(
        CaseAction(name, label, possible[name].is_door, possible[name].refs)
        for name, label in _LABELS.items()
        if name in possible
        and needs(name) in parts
        and (not _roles_for(name) or roles & _roles_for(name))
    )


def _acts(look: Reading, case: CaseFile) -> set[str]:
    """Name the actions, and the start message, that have something to be about."""
    owed = (OwedAction.done_on.is_(None), OwedAction.withdrawn_reason.is_(None))
    found = look.session.execute(
        select(
            exists().where(ThirdParty.case_id == case.id, ThirdParty.ended_on.is_(None)),
            exists().where(Letter.case_id == case.id, Letter.delivered_on.is_(None)),
            exists().where(Letter.case_id == case.id),
            exists().where(LegalHold.case_id == case.id, LegalHold.lifted_on.is_(None)),
            exists().where(OwedAction.case_id == case.id, *owed),
            exists().where(Complaint.case_id == case.id, _GOES_ON),
            exists().where(Evidence.case_id == case.id, Evidence.corrected_at.is_(None)),
            exists().where(*_meets(case)),
            exists().where(
                Arrangement.case_id == case.id,
                Arrangement.partner_contact != "",
                Arrangement.ended_on.is_(None),
            ),
        )
    ).one()
    letters = ("record_delivery", "send_letter_again")
    names = (
        *("withdraw_third_party", *letters, "lift_hold", "owed_action_done"),
        *("complaint_step", "correct_evidence", "change_meeting", _PARTNER_APPEAL),
    )
    acts = {name for name, is_there in zip(names, found, strict=True) if is_there}
    if case.deleted_on:
        return set()
    if case.customer_id:
        acts.add(_ASKS)
    acts |= {"place_hold", "ombudsman_report", "outside_event", _DISAGREES}
    if case.closed_on:
        return acts
    classed = {"class_evidence"} if "correct_evidence" in acts else set()
    known = {"change_customer", "customer_moved", "add_third_party"} if case.customer_id else set()
    return acts | classed | known | {"log_contact", "add_evidence"}


def _meets(case: CaseFile) -> tuple[ColumnElement[bool], ...]:
    """Give the condition under which a meeting of the case is arranged and not recorded yet."""
    return (
        Stage.case_id == case.id,
        Stage.kind == "formal",
        Stage.meeting_on.is_not(None),
        Stage.outcome.is_(None),
        Stage.closed_on.is_(None),
    )


def _doors(look: Reading, case: CaseFile) -> list[CaseAction]:
    """Give the messages from outside that a process of this case waits for."""
    rows = look.session.execute(
        select(Subscription.name, Subscription.key)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(ProcessInstance.case_id == case.id, Subscription.name.in_(DOORS))
        .order_by(Subscription.id)
    )
    return [
        CaseAction(name, "", is_door=True, refs={"case_id": case.id, **_refs(key)})
        for name, key in rows
    ]


def _refs(key: str) -> dict[str, int]:
    about, _, number = key.partition(":")
    return {f"{about}_id": int(number)} if number.isdecimal() else {}


def _roles_for(name: str) -> frozenset[str]:
    return DOORS[name].roles if name in DOORS else ACTIONS.get(name, frozenset())
