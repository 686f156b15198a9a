"""Agreements that allow sharing with a partner: which one is in date, who is reminded (R-099)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import audit, outgoing, people
from engine.casework.context import Context
from engine.casework.outgoing import Mail
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.partners import SharingAgreement
from engine.tables.people import User

#: The control variable that says which agreement a run is about: ``agreement:3``.
_REF = "agreement_ref"
_PAGE = "/partner"


def in_date(context: Context, on: dt.date) -> SharingAgreement | None:
    """Give the agreement with the policy's partner that runs on a day; None when none does."""
    return context.session.scalars(
        _of_partner(context)
        .where(SharingAgreement.from_on <= on, SharingAgreement.until_on >= on)
        .limit(1)
    ).first()


def latest(context: Context) -> SharingAgreement | None:
    """Give the agreement with the policy's partner that ends last; None when none is recorded."""
    return context.session.scalars(_of_partner(context).limit(1)).first()


def missing(context: Context) -> str:
    """Say what stands in the way of sharing today, and what to do; "" when nothing does (R-099)."""
    if in_date(context, context.today) is not None:
        return ""
    found, partner = latest(context), context.policy("partner.name")
    what = f"but none with {partner} is recorded"
    if found is not None and found.from_on > context.today:
        what = f"but {found.reference} only begins on {said(found.from_on)}"
    elif found is not None:
        what = f"but {found.reference} ended on {said(found.until_on)}"
    return (
        f"Expected a sharing agreement that is in date, {what}. Record the agreement that runs "
        "now under “Partner”, then try again."
    )


def sharing_agreement_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an agreement that ends before it begins, or is over already (R-099)."""
    begins, ends = (
        dt.date.fromisoformat(values[name]) for name in ("agreement_from", "agreement_until")
    )
    if ends < begins:
        return [
            Problem(
                "agreement_until",
                f"Expected a last day on or after {said(begins)}, when it begins, but it is before "
                "it. Check both dates.",
            )
        ]
    if ends < context.today:
        return [
            Problem(
                "agreement_until",
                "Expected an agreement that still runs, but its last day is over. Record the one "
                "that follows it.",
            )
        ]
    return []


def sharing_agreement(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep an agreement; its run reminds before it ends (R-099)."""
    agreement = SharingAgreement(
        partner=context.policy("partner.name"),
        reference=values["agreement_reference"],
        from_on=dt.date.fromisoformat(values["agreement_from"]),
        until_on=dt.date.fromisoformat(values["agreement_until"]),
        recorded_by=context.actor,
        recorded_at=context.now,
    )
    context.session.add(agreement)
    context.session.flush()
    context.payload[_REF] = f"agreement:{agreement.id}"
    audit.Chain.of_administration(context.session).add(
        audit.Entry(
            "sharing_agreement_recorded",
            "sharing_agreement",
            agreement.id,
            actor=context.actor,
            old=None,
            new={"reference": agreement.reference, "until_on": values["agreement_until"]},
        ),
        at=context.now,
    )


def agreement_until(context: Context) -> dt.date:
    """Give the last day of the agreement a run is about."""
    return _of_run(context).until_on


def agreement_warn_on(context: Context) -> dt.date:
    """Give the day on which the end of the agreement is so near that it must be renewed."""
    days = context.policy("partner.agreement_warn")
    return context.calendar.calendar_days(agreement_until(context), -days).on


def remind(context: Context, about: str) -> int:
    """Tell the Data Management Officers that an agreement ends soon, or has ended.

    about: ``near`` or ``over``. Nobody is told where another agreement goes on after it; gives
    how many were told.
    """
    agreement = _of_run(context)
    after = agreement.until_on + dt.timedelta(days=1)
    if in_date(context, after) is not None:
        return 0
    sentence = _SENTENCES[about]
    names = people.holders_of(context.session, "dmo", context.today)
    rows = list(context.session.scalars(select(User).where(User.name.in_(names))))
    context.session.add_all(
        outgoing.staff_mail(
            Mail(
                to=user.email,
                subject=sentence,
                text=f"{sentence} Open “Partner” to record the agreement that follows it.",
                path=_PAGE,
                about=f"agreement_{about}:{agreement.id}:{user.name}",
            ),
            None,
            context.now,
        )
        for user in rows
    )
    return len(rows)


_SENTENCES = {
    "near": "The sharing agreement with the partner ends soon.",
    "over": "The sharing agreement with the partner has ended: nothing can be shared.",
}


def _of_partner(context: Context) -> Any:
    return (
        select(SharingAgreement)
        .where(SharingAgreement.partner == context.policy("partner.name"))
        .order_by(SharingAgreement.until_on.desc(), SharingAgreement.id.desc())
    )


def _of_run(context: Context) -> SharingAgreement:
    return row_of_run(context, SharingAgreement, _REF, "a sharing agreement to work on")
