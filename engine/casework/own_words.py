"""Whether an answer says something of its own: not nothing, not a copy, not only that it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.decisions import Decision

#: What people write where they have nothing to say.
_EMPTY_WORDS = {
    "",
    "na",
    "none",
    "no",
    "nil",
    "nothing",
    "asabove",
    "seeabove",
    "same",
    "ditto",
    "tbc",
}
#: That a talk took place, and nothing of what was said in it.
_ONLY_TALKED = re.compile(
    r"(?:i |we )?(?:spoke|talked|chatted|rang|called|phoned|telephoned|visited|met|saw)"
    r"(?: to| with)?(?: the)?(?: tenant| customer| resident| leaseholder| her| him| them)?"
    r"(?: about (?:it|this|behaviou?r|the behaviou?r))?(?: today)?",
    re.I,
)
#: That the calendar does not ask for it, and nothing of what the customer says.
_ONLY_NOT_DUE = re.compile(
    r"(?:it |this |(?:the |a |the next )?review )?(?:is |was )?not (?:yet )?due(?: yet)?"
    r"(?: until .{1,40})?",
    re.I,
)
_SAID_IN_THE_TALK = ("behaviour", "change_expected", "what_may_follow")
_WEIGHED_IN_A_REVIEW = ("findings", "proportionality", "adjustments", "equality_link")
_SIGNS = " .!\n\t"


def problems(values: dict[str, Any], questions: Iterable[str]) -> list[Problem]:
    """Tell which of these answers says nothing, or repeats another of them (R-005, R-006, R-040).

    Questions that were not answered are left to the form.
    """
    found = []
    seen: dict[str, str] = {}
    for question in questions:
        if question not in values:
            continue
        plain = _plain(values[question])
        if plain in _EMPTY_WORDS:
            sentence = "Expected an answer of its own, but this says nothing. Say what you found."
            found.append(Problem(question, sentence))
        elif plain in seen:
            sentence = (
                "Expected an answer of its own, but it repeats another. Say what is different."
            )
            found.append(Problem(question, sentence))
        seen.setdefault(plain, question)
    return found


def says_nothing(text: str) -> bool:
    """Tell whether a text is only what people write where they have nothing to say: “N/A”."""
    return _plain(text) in _EMPTY_WORDS


def conversation_says_enough(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell which of three things said in the talk is missing, or says only that there was one."""
    only_talked = [
        Problem(
            question,
            "Expected what you said to the customer, but this says only that you talked. Write it "
            "as you told it to them.",
        )
        for question in _SAID_IN_THE_TALK
        if _ONLY_TALKED.fullmatch(str(values.get(question, "")).strip(_SIGNS))
    ]
    return only_talked or problems(values, _SAID_IN_THE_TALK)


def review_says_enough(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what a review or a refusal was to weigh and did not: a word for nothing, a repetition.

    Source: R-005, R-006.
    """
    return problems(values, _WEIGHED_IN_A_REVIEW)


def request_is_weighed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a request is turned down because no review is due, and for nothing else (R-086)."""
    reasons = str(values.get("reasons", "")).strip(_SIGNS)
    if values.get("request_outcome") != "nothing" or not _ONLY_NOT_DUE.fullmatch(reasons):
        return []
    return [
        Problem(
            "reasons",
            "Expected an answer to what the customer says, but this says only that no review is "
            "due; they may ask at any time. Say why what they write changes nothing, or open the "
            "review now.",
        )
    ]


def statement_is_its_own(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the words on why it is fair are those of another case, word for word (R-005).

    Which case that is, is not said: whoever decides here need not see the other one.
    """
    text = values.get("proportionality")
    if not text:
        return []
    copied = context.session.scalar(
        select(Decision.id)
        .where(
            Decision.details["proportionality"].as_string() == text,
            Decision.case_id != context.case_id,
        )
        .limit(1)
    )
    if copied is None:
        return []
    return [
        Problem(
            "proportionality",
            "Expected words about this customer, but another case says the same, word for word. "
            "Say why it is fair and no more than is needed here.",
        )
    ]


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
