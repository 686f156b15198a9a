"""Records of evidence as they are kept: of which class, with a fingerprint of what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework.context import Context
from engine.clock import LONDON
from engine.tables.casefile import Evidence

#: Classes a decision may rest on; the others are kept and shown.
ADMISSIBLE = ("first_hand", "trusted_third_party")
#: All four are ticked before a record is kept.
ATTESTATIONS = ("relevant", "factual", "substantiated", "no_personal_comment")
#: What each class is, in words; of the others why no decision may rest on it.
WHAT_IT_IS = {
    "first_hand": "First-hand",
    "trusted_third_party": "Reported by an organisation we trust",
    "hearsay": "It is hearsay, and no decision may rest on hearsay.",
    "opinion": "It is an opinion, and no decision may rest on an opinion.",
}
_OWN_VIEW = "The customer says"
_LONGEST_LABEL = 100
#: What the fingerprint of a record is made of: all that it says and how we know.
_SAID = (
    *("on", "at_time", "author", "witness", "channel", "duration_minutes", "text"),
    *("behaviour_kind", "evidence_class", "attested"),
)


def of_case(context: Context) -> list[Evidence]:
    """Give every record of the case, oldest first."""
    return list(
        context.session.scalars(
            select(Evidence)
            .where(Evidence.case_id == context.case_id)
            .order_by(Evidence.on, Evidence.id)
        )
    )


def keep_record(context: Context, record: Evidence, **more: Any) -> None:
    """Add a record with the fingerprint of what it says, by which a later change is seen."""
    context.session.add(record)
    context.session.flush()
    new = {"class": record.evidence_class, "sha256": fingerprint(record), **more}
    context.audit("evidence_added", "evidence", record.id, new=new)


def fingerprint(record: Evidence | Mapping[str, Any]) -> str:
    """Give the SHA-256 of what a record says and how we know, from its object or its columns."""
    if isinstance(record, Mapping):
        said_all = [record[name] for name in _SAID]
    else:
        said_all = [getattr(record, name) for name in _SAID]
    text = json.dumps(said_all, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def why_not(record: Evidence) -> str | None:
    """Say why no decision may rest on a record, None when one may (R-027, R-105)."""
    if record.corrected_at is not None:
        return (
            f"It was corrected on {said(record.corrected_at.astimezone(LONDON).date())}, and no "
            f"decision may rest on what was there before: {record.correction_reason}"
        )
    if record.evidence_class not in ADMISSIBLE:
        return WHAT_IT_IS[record.evidence_class]
    return None


def own_view_of(record: Evidence) -> str:
    """Give what the customer says of a record that stays as it is, in their words; "" for none."""
    return f" {_OWN_VIEW}: {record.own_view}" if record.own_view else ""


def label_of(record: Evidence) -> str:
    """Give the day of a record and how its text begins."""
    text = " ".join(record.text.split())
    if len(text) > _LONGEST_LABEL:
        text = f"{text[:_LONGEST_LABEL].rsplit(' ', 1)[0]}…"
    return f"{said(record.on)}: {text}"
