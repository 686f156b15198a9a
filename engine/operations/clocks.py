"""Whose clock a date is: what may become of it when it is worked out again (K-8, R-079)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

#: The property of a step that says it where its expression does not.
PROPERTY = "clock"
#: An answer or a review we owe the customer: it is never moved later.
LANDLORD = "landlord"
#: Time the customer was given: it is never moved earlier.
CUSTOMER = "customer"

#: Facts that are, or are counted to, a date by which the customer hears from us (R-062, R-076).
OURS = frozenset(
    {
        *("appeal_due", "appeal_received_on", "end_on", "holding_letter_due", "letter_due"),
        *("look_again_on", "look_received_on", "review_due", "review_late_notice_due"),
        *("data_request_due", "data_request_forward_due", "data_request_warn_on"),
        *("review_opens_on", "review_warn_on", "warning_review_on"),
    }
)
#: Facts that end the customer's time, or begin what limits the customer (R-014, R-045).
THEIRS = frozenset({"start_on", "time_to_change_ends_on"})

_FACT = re.compile(r"\bcase\.([a-z_]+)", re.ASCII)


def clock_of(expression: str, properties: Mapping[str, str]) -> str:
    """Tell whose clock a date is: ``landlord``, ``customer``, or "" for work among ourselves.

    Ours wins when an expression reads both; what the step itself says wins over that.
    """
    said = properties.get(PROPERTY, "")
    if said in (LANDLORD, CUSTOMER):
        return said
    facts = set(_FACT.findall(expression))
    if facts & OURS:
        return LANDLORD
    return CUSTOMER if facts & THEIRS else ""


def may_move(whose: str, old: dt.date | None, new: dt.date | None) -> bool:
    """Tell whether a date of that clock may go from the old to the new one.

    Both dates or both moments; no date at all is later than any.
    """
    if whose == "" or old == new:
        return True
    is_later = old is not None and (new is None or new > old)
    return not is_later if whose == LANDLORD else is_later


def why_kept(whose: str) -> str:
    """Say why a date of that clock stays where it is."""
    if whose == LANDLORD:
        return "What we owe the customer by a date is never moved later."
    return "The time a customer was given is never made shorter."
