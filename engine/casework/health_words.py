"""Illness and addiction named where an answer is not sealed (R-016, R-109)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.casework import word_lists
from engine.casework.context import Context
from engine.errors import Problem

#: The list of the policy.
LIST = "record.health_words"
#: Answers that more people read than those who may read of health (R-109), by question.
_OPEN = (
    "concern",
    "needs",
    "behaviour",
    "change_expected",
    "what_may_follow",
    "root_cause_text",
    "adjustments",
    "what_happened",
    "refused_because",
    "right_text",
    "note",
    "equality_conclusion",
    "method_adjustment",
    "pass_what",
    "answered_how",
    "not_needed_because",
    "later_because",
    "findings",
    *("severity", "instances", "breadth_and_frequency", "why_difficult", "ways_to_mend"),
    *("less_restrictive", "proportionality", "reasons", "what_changes", "change_required"),
    *("why_formal", "what_settled", "end_reason"),
    *("customer_view", "gaps", "support", "despite_advice"),
    *("went", "late_answers", "open_issues", "suggestion_why", "own_part"),
)
#: The same in the rows of a table: the table and its column.
_OPEN_IN_ROWS = (
    ("items", "right_text"),
    ("reasons", "reason"),
    ("history", "what"),
    ("restrictions", "limit"),
    ("restrictions", "reason"),
    ("owed", "what"),
)
#: What is known at once keeps people safe; nobody looks for other words then.
_URGENT = {"emergency", "safeguarding"}


def health_stays_sealed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell which answer names an illness or an addiction although it is not sealed (R-016, R-109).

    The words are a list of the policy, ``record.health_words``. A contact that is an emergency
    says what it must.
    """
    if values.get("triage") in _URGENT:
        return []
    return list(_named(context, values))


def _named(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    for question, text in _open_texts(values):
        found = next(iter(word_lists.hits(word_lists.named(context, LIST), text)), None)
        if found is not None:
            yield Problem(
                question,
                f"Expected nothing about health here, because this answer is not sealed, but "
                f"“{found.group()}” is. Write what was done or what to do without it; the detail "
                "belongs in a sealed question of the talk, the meeting or the review.",
            )


def _open_texts(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each answer that is not sealed with where it stands."""
    found = [(question, values.get(question)) for question in _OPEN]
    for table, column in _OPEN_IN_ROWS:
        rows = values.get(table)
        found += [
            (f"{table}.{at}.{column}", row.get(column))
            for at, row in enumerate(rows if isinstance(rows, list) else ())
            if isinstance(row, dict)
        ]
    yield from ((at, text) for at, text in found if isinstance(text, str))
