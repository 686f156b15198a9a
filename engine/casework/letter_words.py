"""The words letters use for what the case file keeps as codes, dates and numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine.tables.decisions import Restriction

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

#: How a customer should get in touch.
CONTACT_METHODS: Mapping[str, str] = {
    "email": "by e-mail",
    "telephone": "by telephone",
    "letter": "by letter",
    "in_person": "in person",
}
#: How a contact came -> how a sentence says it.
CHANNELS: Mapping[str, str] = {
    "telephone": "by telephone",
    "email": "by e-mail",
    "letter": "by letter",
    "visit": "on a visit",
    "office": "at an office",
    "online": "online",
}
#: Kind of restriction -> what people call it (R-004); the forms offer the same words.
RESTRICTIONS: Mapping[str, str] = {
    "subject": "By subject",
    "named_staff": "Only with named staff",
    "channel": "Only in one way",
    "times": "Only at certain times",
    "number_of_contacts": "How often in a week or month",
    "number_of_issues": "How many matters at a time",
    "new_evidence_only": "Only with something new",
    "no_investigation": "No further investigation of a matter",
    "no_repeat_complaints": "No complaint about a matter already decided",
    "building_access": "Access to buildings",
    "other": "Another limit",
}
#: Kind of decision -> what it was, after “our decision of Thursday 26 March 2026”.
DECISIONS: Mapping[str, str] = {
    "matter_settled": "to treat the matter as settled",
    "warning": "to warn you in writing",
    "no_further_action": "to take no further action",
    "not_agreed": "not to take formal action for now",
    "closed": "to close the matter",
    "agreed": "to give you a single point of contact",
    "other_action": "to limit how you get in touch with us",
    "review": "that the arrangement for your contact with us goes on",
    "variation": "to change the arrangement for your contact with us",
    "cease": "to end the arrangement for your contact with us",
    "request": "not to review the arrangement for your contact with us early",
    "refusal": "not to answer further messages from you",
}


def date(value: dt.date) -> str:
    """Write a date for a customer: ``Friday 24 April 2026``."""
    return f"{value:%A} {value.day} {value:%B %Y}"


def count(number: int, unit: str) -> str:
    """Write a number with its unit: ``5 working days``, ``1 month``."""
    return f"{number} {unit if number == 1 else unit + 's'}"


def sentence(text: str) -> str:
    """Give a text with a capital at its start and a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def restrictions(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write each restriction with its reason, as the register has it (R-004, R-055)."""
    said = [
        f"{_kind(row['kind'])}: {sentence(row['limit'])} Why: {sentence(row['reason'])}"
        for row in rows
    ]
    return said or ["No limits apply beyond the way to get in touch described above."]


def _kind(kind: str) -> str:
    return RESTRICTIONS.get(kind) or kind.replace("_", " ").capitalize()


def as_row(restriction: Restriction) -> dict[str, str]:
    """Give a kept restriction as the form has it."""
    return {
        "kind": restriction.kind,
        "limit": restriction.limit,
        "reason": restriction.reason,
    }


def of_detail(value: Any) -> str | list[str] | dt.date | None:
    """Give one kept answer as a letter can say it; None for what no letter can."""
    if isinstance(value, str):
        return dt.date.fromisoformat(value) if _ISO_DATE.fullmatch(value) else value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    return None
