"""Letters among what leaves the house: the row that carries one, and what Notify takes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.casework.context import Context
from engine.casework.outgoing import EMAIL, row_to
from engine.tables.leaving import Sending
from engine.tables.process import Outbox

#: The kind and the channel of what leaves through GOV.UK Notify.
NOTIFY = "notify"
#: The setting in which the worker says what GOV.UK Notify takes: ``email,letter``.
NOTIFY_TAKES = "notify"


def letter(context: Context, sending: Sending) -> Outbox:
    """Give the row that carries a letter to somebody; the letter itself is added as it leaves.

    Its subject and text say nothing of what the letter says.
    """
    reference = context.case().reference
    landlord = str(context.policy("landlord.name"))
    return row_to(
        NOTIFY if sending.way == NOTIFY else EMAIL,
        sending.sent_to,
        context.case_id,
        context.now,
        {
            "to": sending.sent_to,
            "subject": f"A letter from {landlord}, our reference {reference}",
            "text": f"Please read the letter that is attached. It is from {landlord}. "
            "If you cannot open it, tell us and we will send it in another way.",
            "letter_id": sending.letter_id,
            **({"by_post": True} if sending.channel == "letter" else {}),
        },
    )


def notify_takes(settings: Mapping[str, str]) -> frozenset[str]:
    """Give which letters GOV.UK Notify sends here: ``email``, ``letter``, both or none."""
    return frozenset(filter(None, settings.get(NOTIFY_TAKES, "").split(",")))
