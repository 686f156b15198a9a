"""A customer who disagrees: what they say, which ways there are to hear it, what is logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Due
from engine.casework import appeal_receipts, complaints, look_requests
from engine.casework.context import Context
from engine.casework.matrix import PAGES
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement, Decision
from forms import Choice

#: Two ways can be gone beside each other, linked; a third would be the same words once more.
_MOST_WAYS = 2
_APPEAL, _LOOK, _COMPLAINT = "appeal", "look", "complaint"
#: What the customer wants, as far as one can tell -> the way that answers it.
_MEANT = {"decision_wrong": _APPEAL, "things_changed": _LOOK, "badly_treated": _COMPLAINT}
_UNSURE = "unsure"
_LABELS = {_APPEAL: "An appeal", _LOOK: "An earlier review", _COMPLAINT: "A complaint"}
_NEXT = {
    _APPEAL: (
        "A director who took no part in the decision looks at it afresh. The customer gets an "
        "acknowledgement first, then the answer with its reasons."
    ),
    _LOOK: (
        "We look at what is in force before its date. The acknowledgement tells the customer by "
        "when they have the answer."
    ),
    _COMPLAINT: (
        "It goes to the Complaints Manager. It is not a stage of an appeal, and an appeal is no "
        "stage of it: both can run, each with its own dates."
    ),
}


@dataclass(frozen=True)
class Way:
    """One way to hear a customer who disagrees, with its clock (R-081)."""

    #: appeal, look or complaint.
    name: str
    label: str
    is_possible: bool
    is_proposed: bool
    #: Why it is proposed, or why it is not possible; "" for neither.
    why: str
    #: What happens next.
    next: str
    #: What is due and by when, each with its reason, for one that is logged already too; empty
    #: before a day of receipt is known.
    clock: tuple[tuple[str, Due], ...] = ()


def may_be_logged_by(session: Session, case: CaseFile, roles: Collection[str]) -> bool:
    """Tell whether somebody who sees nothing of a case may log that its customer disagrees.

    Any member of staff may (R-073), once something was decided and so told, here or by the partner
    (R-100); until then the case does not exist for them. For those whose roles know no customers
    it never does (R-102).
    """
    if case.deleted_on is not None or not PAGES["customers"] & set(roles):
        return False
    told = select(Decision.id).where(
        Decision.case_id == case.id, Decision.kind.in_(appeal_receipts.DECISION_NAMES)
    )
    theirs = select(Arrangement.id).where(
        Arrangement.case_id == case.id, Arrangement.partner_contact != ""
    )
    return any(session.scalar(found.limit(1)) is not None for found in (told, theirs))


def ways(context: Context, values: Mapping[str, Any]) -> list[Way]:
    """Give the three ways with what speaks for each and its dates, counted from the receipt.

    values: ``meant``, what the customer wants; ``received_on``; both may be missing still. Who is
    unsure is proposed an appeal while one is in time: its time is the shortest (R-073, R-081).
    """
    received_on = _day(values.get("received_on"))
    open_ways = _possible(context, received_on)
    wanted = _proposed(values.get("meant", ()), open_ways)
    return [
        Way(
            name,
            _LABELS[name],
            is_possible=not open_ways[name].closed,
            is_proposed=name in wanted,
            why=open_ways[name].closed or wanted.get(name, ""),
            next=" ".join(filter(None, (open_ways[name].remark, _NEXT[name]))),
            clock=_clock(context, name, received_on),
        )
        for name in _LABELS
    ]


def disagreement_ways(context: Context) -> list[Choice]:
    """Offer the ways of this case; one that is not possible is shown, and why it is not."""
    return [
        Choice(way.name, way.label, way.why, disabled=not way.is_possible)
        for way in ways(context, {})
    ]


def disagreement_can_be_logged(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse more than two ways, and a proposed appeal that is left out without saying why.

    What the appeal or the earlier review itself refuses is refused here too.
    """
    chosen = values["ways"]
    if len(chosen) > _MOST_WAYS:
        return [
            Problem(
                "ways",
                f"Expected one way or two, but {len(chosen)} are ticked. Keep those that answer "
                "what the customer says; another can be logged later.",
            )
        ]
    problems = list(_left_out(context, values))
    if _APPEAL in chosen:
        problems += appeal_receipts.appeal_can_be_logged(context, values)
    if _LOOK in chosen:
        problems += _look_problems(context, values)
    return problems


def log_disagreement(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record what came in on each way that was chosen, linked; each clock runs by itself (R-081).

    An appeal and a request begin what hears them; a complaint is kept with its dates.
    """
    chosen: Collection[str] = values["ways"]
    complaint = complaints.add(context, values) if _COMPLAINT in chosen else None
    reference = complaint.reference if complaint else ""
    if _APPEAL in chosen:
        appeal_receipts.log_appeal(
            context,
            {**values, "grounds": values["said"], "complaint_reference": reference},
            restricted,
        )
        context.send(
            "appeal_received",
            refs=_refs(appeal_id=context.appeal_id, arrangement_id=context.arrangement_id),
        )
        if complaint is not None:
            complaint.appeal_id = context.appeal_id
    if _LOOK in chosen:
        name, key = look_requests.look_message(context)
        answers = {**values, "asked_by": "customer", "why": values["said"]}
        request = look_requests.ask(context, answers)
        context.send(
            name,
            key=key,
            refs=_refs(arrangement_id=request.arrangement_id, stage_id=request.stage_id),
        )
        if complaint is not None:
            complaint.look_request_id = request.id
    context.audit("disagreement_logged", "case_file", context.case().id, new={"ways": [*chosen]})


@dataclass(frozen=True)
class _Open:
    """Whether a way is open: why not, "" when it is; and what is to be known about it."""

    closed: str = ""
    remark: str = ""
    is_late: bool = False


def _possible(context: Context, received_on: dt.date | None) -> dict[str, _Open]:
    return {
        _APPEAL: _appeal_is_open(context, received_on),
        _LOOK: _look_is_open(context),
        _COMPLAINT: _Open(),
    }


def _appeal_is_open(context: Context, received_on: dt.date | None) -> _Open:
    open_for = appeal_receipts.still_appealable(context)
    if not open_for:
        return _Open(
            closed="Nothing of this case can be appealed: either nothing has been decided yet, it "
            "has been appealed before, or the partner decided it and hears the appeal."
        )
    if received_on is None or any(
        one.appeal_until is None or received_on <= one.appeal_until for one in open_for
    ):
        return _Open()
    return _Open(
        remark="The time to appeal is over. Nothing is refused by the calendar: whoever decides "
        "says whether it is heard.",
        is_late=True,
    )


def _look_is_open(context: Context) -> _Open:
    try:
        look_requests.look_message(context)
    except Rejected:
        return _Open(closed="No arrangement is in force, and no refusal waits for a second look.")
    return _Open()


def _proposed(meant: Collection[str], open_ways: Mapping[str, _Open]) -> dict[str, str]:
    """Give the ways that are proposed, at most two, each with why."""
    found: dict[str, str] = {}
    for name, way in _MEANT.items():
        if name in meant and not open_ways[way].closed:
            found[way] = "It answers what the customer says."
    if (_UNSURE in meant or not found) and meant:
        appeal = open_ways[_APPEAL]
        if not appeal.closed and not appeal.is_late:
            found.setdefault(_APPEAL, "Its time is the shortest, and nothing is lost by it.")
        elif not found:
            found[_COMPLAINT] = "There is no decision to appeal in time."
    return dict(list(found.items())[:_MOST_WAYS])


def _left_out(context: Context, values: Mapping[str, Any]) -> list[Problem]:
    """Ask why an appeal that is proposed is not logged: its time runs out meanwhile."""
    if _APPEAL in values["ways"] or values.get("why_no_appeal"):
        return []
    open_ways = _possible(context, _day(values["received_on"]))
    if _APPEAL not in _proposed(values["meant"], open_ways) or open_ways[_APPEAL].is_late:
        return []
    return [
        Problem(
            "why_no_appeal",
            "Expected an appeal, because the customer disagrees with a decision that can still be "
            "appealed in time. Tick “An appeal”, or say why it is none.",
        )
    ]


def _look_problems(context: Context, values: dict[str, Any]) -> list[Problem]:
    try:
        return look_requests.look_can_be_asked(context, values)
    except (Rejected, NotFound) as refused:
        raise InvalidAnswers([Problem("ways", str(refused))]) from refused


def _clock(context: Context, way: str, received_on: dt.date | None) -> tuple[tuple[str, Due], ...]:
    if received_on is None:
        return ()
    if way == _APPEAL:
        days = context.policy("appeal.sla")
        return (("Answer", context.calendar.working_days(received_on, days)),)
    if way == _LOOK:
        days = context.policy("review.request_sla")
        return (("Answer", context.calendar.working_days(received_on, days)),)
    first = complaints.acknowledge_due(context, received_on)
    return (("Confirmed", first), ("Answer", complaints.answer_due(context, first)))


def _refs(**ids: int | None) -> dict[str, int]:
    return {name: number for name, number in ids.items() if number is not None}


def _day(text: Any) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
