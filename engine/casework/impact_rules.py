"""What an impact assessment must say, row by row, and when it can be signed (R-116 to R-122)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.casework import own_words
from engine.errors import Problem

#: The nine protected characteristics (R-118), then well-being (R-119), then the place (R-120).
CHARACTERISTICS: Mapping[str, str] = {
    "age": "Age",
    "disability": "Disability",
    "gender_reassignment": "Gender reassignment",
    "marriage": "Marriage and civil partnership",
    "pregnancy": "Pregnancy and maternity",
    "race": "Race",
    "religion": "Religion or belief",
    "sex": "Sex",
    "orientation": "Sexual orientation",
}
WELL_BEING: Mapping[str, str] = {
    "mental_health": "Mental health",
    "lifestyles": "Healthy lifestyles",
    "falls": "Accidents and falls",
    "access": "Access to services",
    "independence": "Independent living",
    "safeguarding": "Safeguarding",
    "well_being_other": "Other well-being",
}
PLACE: Mapping[str, str] = {
    "economy": "Economy",
    "environment": "Environment",
    "communities": "Localities and communities",
    "place_other": "Other matters of the place",
}
ROWS: Mapping[str, str] = {**CHARACTERISTICS, **WELL_BEING, **PLACE}
#: So many characteristics said not to be affected want an evidence base (R-118).
_ALMOST_ALL = len(CHARACTERISTICS) - 1
_TEXTS = ("reason", "mitigation", "evidence")
_ALSO_TEXTS = ("purpose", "engagement", "evidence_base")

Answers = Mapping[str, Any]


def negatives(answers: Answers) -> list[str]:
    """Give the rows with a negative impact, in their order."""
    return [row for row in ROWS if answers.get(f"{row}_impact") == "negative"]


def problems_of(answers: Answers, *, is_first_version: bool) -> list[Problem]:
    """Give what is wrong with an assessment as it is handed to its reviewer (R-116 to R-120)."""
    return [
        *_status(answers, is_first_version=is_first_version),
        *_words(answers),
        *_unaffected(answers),
        *_without_evidence(answers),
    ]


def relabelled(answers: Answers, before: list[str]) -> list[Problem]:
    """Say which rows were negative when it was sent back and no longer are, without a reason."""
    gone = [ROWS[row] for row in before if row not in negatives(answers)]
    reason = {"relabelled_because": answers.get("relabelled_because") or ""}
    if not gone or not own_words.problems(reason, reason):
        return []
    said = _joined(gone)
    sentence = (
        f"Expected {said} to stay negative, as when the assessment was sent back, but "
        f"{'it is' if len(gone) == 1 else 'they are'} not any more. Say why, or put it back."
    )
    return [Problem("relabelled_because", sentence)]


def unaddressed(answers: Answers) -> list[str]:
    """Give a sentence for each negative impact that lacks its mitigation or its action (R-121).

    An action counts with somebody who does it and a date: the target, or the day it was done.
    """
    found = []
    for row in negatives(answers):
        lacks = [*_lacks_mitigation(answers, row), *_lacks_action(answers, row)]
        if lacks:
            found.append(f"{ROWS[row]}: {' and '.join(lacks)}.")
    return found


def gaps(answers: Answers) -> Mapping[str, str]:
    """Give what stands below the answer at each row that keeps it from being signed (R-121).

    By the id of the question that asks the impact of the row.
    """
    lacking = unaddressed(answers)
    return {
        f"{row}_impact": f"\nIt cannot be signed yet. {said}"
        for row in negatives(answers)
        for said in lacking
        if said.startswith(f"{ROWS[row]}:")
    }


def _lacks_mitigation(answers: Answers, row: str) -> Iterator[str]:
    written = {"mitigation": answers.get(f"{row}_mitigation") or ""}
    if own_words.problems(written, written):
        yield "nothing is said that is done against it"


def _lacks_action(answers: Answers, row: str) -> Iterator[str]:
    actions = [one for one in answers.get("actions") or [] if one["row"] == row]
    if not actions:
        yield "it has no action"
    elif not any(_counts(one) for one in actions):
        nobody = all(not one.get("officer") for one in actions)
        yield "its action has nobody who does it" if nobody else "its action has no date"


def _counts(action: Answers) -> bool:
    return bool(action.get("officer") and (action.get("target_on") or action.get("done_on")))


def _status(answers: Answers, *, is_first_version: bool) -> Iterator[Problem]:
    if answers.get("assessed_status") == "new" and not is_first_version:
        kind = answers.get("assessed_kind", "policy")
        yield Problem(
            "assessed_status",
            f"Expected a revised or current {kind}, because an earlier version is on record, but "
            "this says new. Choose revised or current.",
        )


def _words(answers: Answers) -> Iterator[Problem]:
    """Say which text is a word for nothing, such as “see above” (R-118 to R-120)."""
    for question in (*_ALSO_TEXTS, *(f"{row}_{name}" for row in ROWS for name in _TEXTS)):
        said = answers.get(question)
        for _ in own_words.problems({question: said}, [question]) if said else ():
            row = next((ROWS[row] for row in ROWS if question.startswith(f"{row}_")), "")
            sentence = "Expected an answer of its own, but this says nothing."
            yield Problem(question, f"{row}: {sentence}" if row else sentence)


def _unaffected(answers: Answers) -> Iterator[Problem]:
    """Say where nobody is affected and yet an impact is claimed (R-119)."""
    for row, label in ROWS.items():
        impact = answers.get(f"{row}_impact")
        if answers.get(f"{row}_affected") == "no" and impact not in (None, "neutral"):
            yield Problem(
                f"{row}_impact",
                f"{label}: expected neutral, because nobody is affected, but this says {impact}. "
                "Change one of the two.",
            )


def _without_evidence(answers: Answers) -> Iterator[Problem]:
    """Say when almost nobody is affected and nothing shows it (R-118)."""
    spared = [row for row in CHARACTERISTICS if answers.get(f"{row}_affected") == "no"]
    if len(spared) >= _ALMOST_ALL and not answers.get("evidence_base"):
        yield Problem(
            "evidence_base",
            f"Expected evidence, because {len(spared)} of {len(CHARACTERISTICS)} protected "
            "characteristics are said not to be affected, but there is none. Say what shows it.",
        )


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
