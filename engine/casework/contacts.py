"""Contacts with the customer, and how many there were before and after a warning (R-024, R-030)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.calendar import said
from engine.casework import (
    evidence,
    letter_words,
    passing_on,
    refused_contacts,
    stages,
    unread_contacts,
)
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.casefile import Contact
from forms import Choice

_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Count:
    """How often the customer got in touch between two days, both included."""

    first: dt.date
    last: dt.date
    #: Channel -> number, only channels that were used.
    by_channel: dict[str, int]
    #: The first day for which this case has any contact; None when it has none.
    logged_from: dt.date | None

    @property
    def total(self) -> int:
        """Give the number over all channels."""
        return sum(self.by_channel.values())

    @property
    def a_week(self) -> float:
        """Give the number a week, to one decimal place."""
        days = (self.last - self.first).days + 1
        return round(self.total * _DAYS_A_WEEK / days, 1) if days > 0 else 0.0

    @property
    def gap(self) -> str:
        """Say which days of the window nothing was logged for; "" when the log reaches back."""
        if self.logged_from is None or self.logged_from > self.last:
            return "No contact was logged for these days."
        if self.logged_from > self.first:
            return f"Contacts were only logged from {said(self.logged_from)}."
        return ""

    @property
    def sentence(self) -> str:
        """Say the count with its window: ``Mon 2 Feb to Sun 15 Feb 2026: 14 contacts (…)``."""
        times = "contact" if self.total == 1 else "contacts"
        channels = ", ".join(
            f"{number} {letter_words.CHANNELS.get(channel, channel)}"
            for channel, number in sorted(self.by_channel.items(), key=lambda item: -item[1])
        )
        of_which = f" ({channels}; {self.a_week} a week)" if channels else ""
        return f"{said(self.first)} to {said(self.last)}: {self.total} {times}{of_which}"


def count(context: Context, first: dt.date, last: dt.date) -> Count:
    """Count how often the customer got in touch in a window; our own contacts do not count."""
    # One that was corrected is counted no more; what took its place is.
    of_case = (Contact.case_id == context.case_id, Contact.corrected_at.is_(None))
    theirs = (*of_case, Contact.direction == "in")
    channels = context.session.scalars(
        select(Contact.channel).where(*theirs, Contact.on >= first, Contact.on <= last)
    )
    logged_from = context.session.scalar(select(func.min(Contact.on)).where(*of_case))
    return Count(first, last, dict(Counter(channels)), logged_from)


def compared_from(context: Context) -> dt.date:
    """Give the day that parts before from after: the first Fair Treatment Letter, else today."""
    stage = stages.find(context, "warning")
    first = (stage.evidence_from or stage.warned_on) if stage else None
    return first or context.today


def before_and_after(context: Context) -> dict[str, Count]:
    """Count contact before and after the first warning letter, over as many days each (R-030).

    The day of the letter counts as before; on that very day there is nothing to compare yet.
    """
    letter_on = compared_from(context)
    days = dt.timedelta(days=max((context.today - letter_on).days, 1))
    one = dt.timedelta(days=1)
    return {
        "before": count(context, letter_on - days + one, letter_on),
        "after": count(context, letter_on + one, letter_on + days),
    }


def counts_to_see(context: Context) -> list[Choice]:
    """Offer both counts to be ticked once somebody looked at them, each with its gap."""
    names = {"before": "Before the warning", "after": "After the warning"}
    return [
        Choice(name, f"{names[name]}, {counted.sentence}", counted.gap)
        for name, counted in before_and_after(context).items()
    ]


def contact_is_not_ahead(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a contact lies in the future."""
    if not evidence.is_ahead(context, values.get("contacted_on"), values.get("at_time")):
        return []
    sentence = "Expected a time that has passed, but it is still to come. Check day and time."
    return [Problem("at_time", sentence)]


def log_contact(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep one contact with what it called for and who answers it by when (R-007, R-030)."""
    done = values.get("done_about_it")
    note = values.get("note", "")
    contact = Contact(
        case_id=context.case().id,
        on=dt.date.fromisoformat(values["contacted_on"]),
        at_time=values.get("at_time"),
        channel=values["channel"],
        direction=values["direction"],
        note=f"{note}\nDone about it: {done}".strip() if done else note,
        triage=values["triage"],
        acknowledged_on=refused_contacts.confirmed_on(
            context, values.get("confirmed"), dt.date.fromisoformat(values["contacted_on"])
        ),
        logged_by=context.actor,
        logged_at=context.now,
    )
    context.session.add(contact)
    context.session.flush()
    context.audit("contact_logged", "contact", contact.id, new={"triage": contact.triage})
    unread_contacts.wants_reading(context, contact)
    passing_on.keep(context, contact, values)
