"""What comes while contact is refused: confirmed, read and sorted the same day (R-095)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import letter_words
from engine.casework.context import Context
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.casefile import Contact
from engine.tables.decisions import Arrangement
from forms import Choice

#: The sorting of what nobody has read yet.
TO_BE_READ = "to_be_read"
#: The message that begins the reading of one contact, and the control variable that says which.
MESSAGE = "contact_to_be_read"
REF = "contact_ref"
#: The message that ends it when the record was corrected before anybody read it.
_CORRECTED = "contact_was_corrected"
_INCOMING = "in"
#: When the customer was told that a message came.
_TODAY = "today"
_SAME_DAY = "same_day"
#: Once help is on its way, nobody waits for a confirmation first.
_HELP_FIRST = ("emergency", "safeguarding")


def is_refused(context: Context) -> bool:
    """Tell whether further contact with the customer of the case is refused today."""
    found = select(Arrangement.id).where(
        Arrangement.case_id == context.case_id,
        Arrangement.refused_on.is_not(None),
        Arrangement.ended_on.is_(None),
    )
    return context.session.scalar(found.limit(1)) is not None


def contact_is_sorted(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a contact that is filed unread, or not confirmed while contact is refused (R-095)."""
    theirs = values["direction"] == _INCOMING and is_refused(context)
    if values["triage"] == TO_BE_READ and not theirs:
        return [
            Problem(
                "triage",
                "Expected somebody to have read it, because contact with this customer is not "
                "refused. Read it and choose what it calls for.",
            )
        ]
    needs_it = theirs and values["triage"] not in (TO_BE_READ, *_HELP_FIRST)
    if needs_it and not values.get("confirmed"):
        return [
            Problem(
                "confirmed",
                "Expected you to have confirmed to the customer that it came, because contact is "
                "refused and everything is confirmed all the same. Confirm it, then log it.",
            )
        ]
    return []


def confirmations(context: Context) -> list[Choice]:
    """Offer when the customer was told that it came; nothing while contact is not refused."""
    if not is_refused(context):
        return []
    return [Choice(_TODAY, "Yes, today"), Choice(_SAME_DAY, "Yes, on the day it came")]


def confirmed_on(context: Context, answer: str | None, came_on: dt.date) -> dt.date | None:
    """Give the day the customer was told that it came; None while nobody told them."""
    return {_TODAY: context.today, _SAME_DAY: came_on}.get(answer or "")


def wants_reading(context: Context, contact: Contact) -> None:
    """Give a contact that nobody has read to whoever is on duty; nothing for one that was."""
    if contact.triage == TO_BE_READ:
        context.send(MESSAGE, payload={REF: _ref_of(contact)})


def wants_no_reading(context: Context, contact: Contact) -> None:
    """Let nobody read a record that is wrong (R-105); nothing for one that was read before."""
    if contact.triage == TO_BE_READ:
        context.send(_CORRECTED, key=_ref_of(contact))


def contact_ref(context: Context) -> str:
    """Give how messages address the contact this run is about: ``contact:12``."""
    return _ref_of(_of_run(context))


def contact_read_by(context: Context) -> Due:
    """Give by when a contact is read: the policy's working days from the day it came (R-095; K-9).

    What came on a day nobody works is read on the next working day.
    """
    came_on = _of_run(context).on
    days = int(context.policy("refusal.triage_within"))
    rest = 0 if context.calendar.is_working_day(came_on) else 1
    return context.calendar.working_days(came_on, days + rest)


def contact_at_hand(context: Context) -> list[Choice]:
    """Show the contact that is to be read: when and how it came, and what was noted."""
    contact = _of_run(context)
    at = f" at {contact.at_time}" if contact.at_time else ""
    return [
        Choice(
            "contact",
            f"{said(contact.on)}{at}, {letter_words.CHANNELS[contact.channel]}",
            contact.note,
        )
    ]


def contact_was_read(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse to leave a contact unconfirmed; where somebody is in danger, help comes first."""
    if values.get("confirmed") or values["read_triage"] in _HELP_FIRST:
        return []
    return [
        Problem(
            "confirmed",
            "Expected you to have confirmed to the customer that it came. Confirm it, then "
            "complete this task.",
        )
    ]


def sort_contact(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what a contact calls for, now that it was read, and when the customer was told."""
    contact = _of_run(context)
    contact.triage = values["read_triage"]
    contact.acknowledged_on = confirmed_on(context, values.get("confirmed"), contact.on)
    done = values.get("done_about_it")
    contact.note = f"{contact.note}\nDone about it: {done}".strip() if done else contact.note
    context.audit(
        "contact_sorted",
        "contact",
        contact.id,
        old={"triage": TO_BE_READ},
        new={"triage": contact.triage, "confirmed": values.get("confirmed")},
    )


def _ref_of(contact: Contact) -> str:
    return f"contact:{contact.id}"


def _of_run(context: Context) -> Contact:
    return row_of_run(context, Contact, REF, "a contact to read")
