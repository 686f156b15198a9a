"""The run of a message nobody has read: given to whoever is on duty, sorted or let go (R-095)."""

from __future__ import annotations

from typing import Any

from engine.calendar import Due, said
from engine.casework import letter_words, refused_contacts
from engine.casework.context import Context
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.casefile import Contact
from forms import Choice

#: The message that begins the reading of one contact, and the control variable that says which.
MESSAGE = "contact_to_be_read"
REF = "contact_ref"
#: The message that ends it when the record was corrected before anybody read it.
_CORRECTED = "contact_was_corrected"


def wants_reading(context: Context, contact: Contact) -> None:
    """Give a contact that nobody has read to whoever is on duty; nothing for one that was."""
    if contact.triage == refused_contacts.TO_BE_READ:
        context.send(MESSAGE, payload={REF: _ref_of(contact)})


def wants_no_reading(context: Context, contact: Contact) -> None:
    """Let nobody read a record that is wrong (R-105); nothing for one that was read before."""
    if contact.triage == refused_contacts.TO_BE_READ:
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
    if values.get("confirmed") or values["read_triage"] in refused_contacts.HELP_FIRST:
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
    told = values.get("confirmed")
    contact.acknowledged_on = refused_contacts.confirmed_on(context, told, contact.on)
    done = values.get("done_about_it")
    contact.note = f"{contact.note}\nDone about it: {done}".strip() if done else contact.note
    context.audit(
        "contact_sorted",
        "contact",
        contact.id,
        old={"triage": refused_contacts.TO_BE_READ},
        new={"triage": contact.triage, "confirmed": told},
    )


def _ref_of(contact: Contact) -> str:
    return f"contact:{contact.id}"


def _of_run(context: Context) -> Contact:
    return row_of_run(context, Contact, REF, "a contact to read")
