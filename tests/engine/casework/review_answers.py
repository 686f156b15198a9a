"""What a decision meeting answers when a review lets an arrangement go on."""

from __future__ import annotations

from typing import Any

DECIDED: dict[str, Any] = {
    "findings": "Fewer calls; two of our answers were late.",
    "new_evidence": "yes",
    "cites": [1],
    "review_outcome": "continue",
    "reasons": "It works for both sides.",
    "proportionality": "A warning alone did not help.",
    "adjustments": "Large print.",
    "equality_link": "Looked at for disability and age; no link was found.",
    "support_offered": "yes",
    "next_review_on": "2027-03-26",
}
