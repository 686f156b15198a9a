"""What the partner tells us of arrangements of its own: taken in, recorded, answered (R-100)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import agreements, arrangements, customers, people
from engine.casework.context import Context
from engine.casework.references import next_reference
from engine.casework.run_rows import row_of_run
from engine.errors import NotFound, Problem
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement
from engine.tables.partners import PartnerNotice
from forms import Choice

#: The control variable that says which notice a run answers: ``notice:12``.
NOTICE_REF = "notice_ref"
_START, _CHANGE, _REVIEW, _END = "start", "change", "review", "end"
#: Kind of notice -> the message that tells the run of the arrangement.
_MESSAGES = {
    _CHANGE: "partner_changed",
    _REVIEW: "partner_reviewed",
    _END: "partner_ended",
}
_KINDS = {
    _START: "It starts an arrangement",
    _CHANGE: "It changes an arrangement",
    _REVIEW: "It has reviewed an arrangement, which goes on",
    _END: "It ends an arrangement",
}
_TERMS = ("partner_contact", "contact_method", "contact_address")


def is_theirs(arrangement: Arrangement | None) -> bool:
    """Tell whether the partner decided an arrangement, so that nothing of it is decided here."""
    return arrangement is not None and bool(arrangement.partner_contact)


def taken_before(context: Context, reference: str) -> PartnerNotice | None:
    """Give the notice of the partner with this reference; None when it is a new one (R-098)."""
    return context.session.scalars(
        select(PartnerNotice).where(
            PartnerNotice.partner == context.policy("partner.name"),
            PartnerNotice.reference == reference,
        )
    ).one_or_none()


def partner_notice_can_be_taken(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse what is out of scope, not covered by an agreement, known, or about nothing (R-099)."""
    partner = context.policy("partner.name")
    if context.policy("partner.share") == "no":
        said_no = "Expected no notice, because this policy shares with no partner. Send it back."
        return [Problem("partner_scope", said_no)]
    if values["partner_scope"] == "no":
        return [
            Problem(
                "partner_scope",
                "Expected a notice about housing that we run together, but this one is about "
                f"something else, such as council tax. Send it back to {partner}: we keep nothing "
                "of it.",
            )
        ]
    if reason := agreements.missing(context):
        return [Problem("partner_scope", reason)]
    if known := taken_before(context, values["notice_reference"]):
        return [
            Problem(
                "notice_reference",
                "Expected a notice that we do not have yet, but this one was taken in on "
                f"{said(known.received_on)}. There is nothing left to do.",
            )
        ]
    if values["notice_kind"] == _START:
        return list(_start_problems(context, values))
    return list(_later_problems(context, values))


def partner_notice(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record a notice; what it says holds at once, and somebody answers it (R-098, R-100).

    One about a customer with an open case of ours is linked to it: no second case is made.
    """
    arrangement, is_linked = _recorded(context, values)
    agreement = agreements.in_date(context, context.today)
    if agreement is None:
        raise NotFound("Expected a sharing agreement that is in date, but there is none.")
    notice = PartnerNotice(
        case_id=context.case().id,
        arrangement_id=arrangement.id if arrangement else None,
        partner=context.policy("partner.name"),
        reference=values["notice_reference"],
        arrangement_reference=values["arrangement_reference"],
        kind=values["notice_kind"],
        agreement_id=agreement.id,
        received_on=_date(values["received_on"]),
        effective_on=_date(values["effective_on"]),
        is_linked=is_linked,
        logged_by=context.actor,
        logged_at=context.now,
    )
    context.session.add(notice)
    context.session.flush()
    context.audit(
        "partner_notice_taken",
        "partner_notice",
        notice.id,
        new={"kind": notice.kind, "effective_on": values["effective_on"], "linked": is_linked},
    )
    refs = {"arrangement_id": arrangement.id} if arrangement else {}
    if notice.kind == _START and not is_linked:
        context.send("partner_started", refs=refs)
    elif not is_linked and arrangement is not None:
        context.send(_MESSAGES[notice.kind], key=f"arrangement:{arrangement.id}", refs=refs)
    context.send("partner_answer_wanted", refs=refs, payload={NOTICE_REF: f"notice:{notice.id}"})


def notice_received_on(context: Context) -> dt.date:
    """Give the day on which the notice of a run was received; its answer is counted from it."""
    return _of_run(context).received_on


def partner_notice_at_hand(context: Context) -> list[Choice]:
    """Show the notice to answer: what it says, its references, and from when it holds."""
    notice = _of_run(context)
    case = context.case().reference
    linked = f" It is linked to our own case {case}." if notice.is_linked else ""
    text = f"{notice.partner}: {_KINDS[notice.kind]}, from {said(notice.effective_on)}."
    references = f"Their references: {notice.reference}, {notice.arrangement_reference}.{linked}"
    return [Choice("read", text, references)]


def partner_notice_can_be_answered(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an answer from before the notice, and sending back what began nothing (R-099)."""
    notice = _of_run(context)
    if _date(values["answered_on"]) < notice.received_on:
        return [
            Problem(
                "answered_on",
                f"Expected a day on or after {said(notice.received_on)}, when we received the "
                "notice, but it is before it. Check the date.",
            )
        ]
    began = notice.kind == _START and not notice.is_linked
    if values["notice_answer"] == "sent_back" and not began:
        return [
            Problem(
                "notice_answer",
                "Expected an acknowledgement: only a notice that began an arrangement of the "
                "partner can be sent back. Acknowledge it.",
            )
        ]
    return []


def answer_partner_notice(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep when the partner was answered; what is sent back ends here as well (R-098, R-099)."""
    notice = _of_run(context)
    notice.answered_on, notice.answered_by = _date(values["answered_on"]), context.actor
    notice.sent_back_because = values.get("sent_back_because")
    if notice.sent_back_because and notice.arrangement_id:
        theirs = context.session.get_one(Arrangement, notice.arrangement_id)
        theirs.end_on, theirs.end_reason = context.today, "sent_back"
    context.audit(
        "partner_notice_answered",
        "partner_notice",
        notice.id,
        new={"answer": values["notice_answer"], "answered_on": values["answered_on"]},
    )


def put_in_force(context: Context) -> None:
    """Put the partner's arrangement in force on its day, once, as the partner decided (R-100)."""
    arrangement = arrangements.current(context)
    if arrangement.in_force_on is not None or arrangement.ended_on is not None:
        return
    arrangement.in_force_on = arrangement.from_on
    context.audit(
        "arrangement_put_in_force",
        "arrangement",
        arrangement.id,
        new={"in_force_on": arrangement.from_on.isoformat()},
    )


def end(context: Context) -> None:
    """End the partner's arrangement on the day it said, or because its notice was sent back."""
    arrangement = arrangements.current(context)
    ended_on, reason = arrangement.end_on, arrangement.end_reason or "ended_by_partner"
    arrangements.end(context, reason)
    arrangement.ended_on = ended_on or arrangement.ended_on


def _recorded(context: Context, values: dict[str, Any]) -> tuple[Arrangement | None, bool]:
    """Give the arrangement a notice is about, as it stands now, and whether it is ours (linked)."""
    if values["notice_kind"] == _START:
        own = _own_case(context, values)
        if own is None:
            return _new_arrangement(context, values), False
        context.case_id = own.id
        return arrangements.find(context), True
    first = _began(context, values)
    if first is None:
        raise NotFound("Expected an arrangement of the partner, but there is none.")
    context.case_id = first.case_id
    arrangement = context.session.get(Arrangement, first.arrangement_id or 0)
    if arrangement is None or first.is_linked:
        return arrangement, first.is_linked
    context.arrangement_id = arrangement.id
    _apply(context, arrangement, values)
    return arrangement, False


def _apply(context: Context, arrangement: Arrangement, values: dict[str, Any]) -> None:
    if values["notice_kind"] == _END:
        arrangement.end_on = _date(values["effective_on"])
        return
    old = {name: getattr(arrangement, name) for name in _TERMS}
    for name in _TERMS:
        if name in values:
            setattr(arrangement, name, values[name])
    if values.get("next_review_on"):
        arrangement.next_review_on = _date(values["next_review_on"])
    new = {name: getattr(arrangement, name) for name in _TERMS}
    if new != old:
        context.audit("terms_changed", "arrangement", arrangement.id, old=old, new=new)


def _new_arrangement(context: Context, values: dict[str, Any]) -> Arrangement:
    customer = customers.keep(context, values)
    owners = people.holders_of(context.session, "dmo", context.today)
    case = CaseFile(
        reference=next_reference(context.session, context.today),
        parameter_set=context.parameter_set,
        customer_id=customer.id,
        opened_on=context.today,
        opened_by=context.actor,
        owner=owners[0] if owners else context.actor,
        stage="in_force",
    )
    context.session.add(case)
    context.session.flush()
    context.case_id = case.id
    arrangement = Arrangement(
        case_id=case.id,
        kind="spoc",
        partner_contact=values["partner_contact"],
        contact_method=values["contact_method"],
        contact_address=values["contact_address"],
        emergency_route=context.policy("emergency.route"),
        owner_organisation=context.policy("partner.name"),
        from_on=_date(values["effective_on"]),
        next_review_on=_date(values["next_review_on"]) if values.get("next_review_on") else None,
    )
    context.session.add(arrangement)
    context.session.flush()
    context.arrangement_id = arrangement.id
    return arrangement


def _start_problems(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    yield from customers.tenancy_reference_fits(context, values)
    if _began(context, values) is not None:
        yield Problem(
            "arrangement_reference",
            "Expected an arrangement that we do not know yet, but this one has begun already. "
            "Choose “It changes one”, or check the reference.",
        )
        return
    theirs = [one for one in _live_cases(context, values) if _runs_theirs(context, one)]
    if theirs:
        yield Problem(
            "customer_name",
            f"Expected a customer without an arrangement of the partner, but {theirs[0].reference} "
            "holds one. Ask the partner which of the two holds.",
        )


def _later_problems(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    first = _began(context, values)
    arrangement = context.session.get(Arrangement, (first and first.arrangement_id) or 0)
    if first is None:
        yield Problem(
            "arrangement_reference",
            "Expected an arrangement the partner has told us of, but we know none by this "
            "reference. Check it, or enter the notice that starts it first.",
        )
    elif arrangement is not None and not first.is_linked and _is_over(arrangement):
        yield Problem(
            "arrangement_reference",
            "Expected an arrangement that goes on, but the partner has ended this one. Ask the "
            "partner which one it means.",
        )
    elif _date(values["effective_on"]) < first.effective_on:
        yield Problem(
            "effective_on",
            f"Expected a day on or after {said(first.effective_on)}, when the arrangement began, "
            "but it is before it. Check the date.",
        )
    elif values["notice_kind"] == _END and _date(values["effective_on"]) > context.today:
        yield Problem(
            "effective_on",
            "Expected an end that has come, but its day lies ahead. Enter the notice on that day; "
            "until then the arrangement holds.",
        )


def _is_over(arrangement: Arrangement) -> bool:
    return arrangement.ended_on is not None or arrangement.end_on is not None


def _began(context: Context, values: dict[str, Any]) -> PartnerNotice | None:
    """Give the notice that began the arrangement a notice is about; None when none did."""
    return context.session.scalars(
        select(PartnerNotice)
        .where(
            PartnerNotice.partner == context.policy("partner.name"),
            PartnerNotice.arrangement_reference == values["arrangement_reference"],
            PartnerNotice.kind == _START,
        )
        .limit(1)
    ).one_or_none()


def _own_case(context: Context, values: dict[str, Any]) -> CaseFile | None:
    """Give the open case of ours with this customer; None when there is none."""
    live = _live_cases(context, values)
    return next((one for one in live if not _runs_theirs(context, one)), None)


def _live_cases(context: Context, values: dict[str, Any]) -> list[CaseFile]:
    customer: Customer | None = customers.find(
        context, values["customer_name"], values["tenancy_reference"]
    )
    if customer is None:
        return []
    found = select(CaseFile).where(
        CaseFile.customer_id == customer.id,
        CaseFile.closed_on.is_(None),
        CaseFile.deleted_on.is_(None),
    )
    return list(context.session.scalars(found.order_by(CaseFile.id.desc())))


def _runs_theirs(context: Context, case: CaseFile) -> bool:
    found = select(Arrangement).where(Arrangement.case_id == case.id)
    return any(is_theirs(one) for one in context.session.scalars(found))


def _of_run(context: Context) -> PartnerNotice:
    return row_of_run(context, PartnerNotice, NOTICE_REF, "a notice of the partner to answer")


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
