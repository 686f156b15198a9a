"""The decisions of a case: what was decided, on what, and how long it can be appealed (R-073)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import Evidence
from engine.tables.decisions import Appeal, Decision, Letter

#: The kind of decision that answers an appeal; what was appealed once is not appealed again.
_ANSWER = "appeal"


@dataclass(frozen=True)
class AppealRow:
    """One appeal against one decision."""

    id: int
    received_on: dt.date
    received_by: str
    grounds: str
    #: Full name; "" before it is allocated.
    director: str
    answer_due_on: dt.date | None
    #: Why that date.
    answer_due_reason: str
    decided_on: dt.date | None
    withdrawn_on: dt.date | None
    #: Outcome and effect in words; "" while it is open.
    outcome: str
    effect: str
    reasons: str
    #: How it stands in one sentence, with how late it is or was.
    standing: str


@dataclass(frozen=True)
class CitedEvidence:
    """A record of evidence that the reasons of a decision rest on."""

    id: int
    on: dt.date
    text: str
    #: It turned out to be wrong after it was cited (R-105).
    is_corrected: bool = False
    #: When, and why; "" for a record nobody corrected.
    corrected_words: str = ""
    #: What the customer says of it, who asked for a correction and did not get it.
    own_view: str = ""


@dataclass(frozen=True)
class DecisionRow:
    """One decision about a customer, with what became of it."""

    id: int
    #: What was decided, in words, an appeal with its outcome.
    name: str
    reasons: str
    decided_on: dt.date
    decided_by: str
    #: Everybody who took part, as one text; "" for nobody else.
    took_part: str
    cites: tuple[CitedEvidence, ...]
    letter_id: int | None
    letter_title: str
    appeal_until: dt.date | None
    #: How long it can be appealed, in a sentence.
    appeal_words: str
    #: Why until then, also when more time was agreed (R-079); "" before a letter started it.
    appeal_reason: str
    appeals: tuple[AppealRow, ...]


def decisions_of_case(look: Reading, case_id: int) -> tuple[DecisionRow, ...]:
    """Give the decisions of a case, newest first, with their appeals; five statements."""
    decisions = look.session.scalars(
        select(Decision)
        .where(Decision.case_id == case_id)
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
    ).all()
    appeals = _appeals(look, case_id)
    titles = look.session.execute(select(Letter.id, Letter.title).where(Letter.case_id == case_id))
    letters = dict(titles.all())
    cited = _cited(look, case_id, {number for row in decisions for number in row.cites})
    return tuple(_row(look, row, appeals.get(row.id, []), letters, cited) for row in decisions)


def decision_name(decision: Decision) -> str:
    """Say what was decided; of the answer to an appeal its outcome too."""
    name = words.name_of("decision", decision.kind)
    if decision.kind != _ANSWER:
        return name
    return f"{name}: {words.lower_first(words.name_of('outcome', decision.outcome))}"


def appeal_words(decision: Decision, appeals: list[Appeal], look: Reading) -> str:
    """Say how long a decision can be appealed (K-10: no complete letter, no last day)."""
    if decision.kind == _ANSWER:
        return "This is the answer to an appeal and cannot be appealed again."
    if any(appeal.withdrawn_on is None for appeal in appeals):
        return "It has been appealed."
    until = decision.appeal_until
    if until is None:
        return "The time to appeal has not begun, so an appeal is never late."
    if until < look.today:
        return f"The time to appeal ended on {said(until)}; a director may still take an appeal."
    return f"Can be appealed until {said(until)}, {look.due_words(until)}."


def appeal_standing(look: Reading, appeal: Appeal) -> str:
    """Say how an appeal stands: when its answer is due, or how long it took."""
    if appeal.withdrawn_on:
        return f"Withdrawn on {said(appeal.withdrawn_on)}"
    if appeal.decided_on is None:
        if appeal.answer_due_on is None:
            return "Received"
        return f"Answer due {said(appeal.answer_due_on)}, {look.due_words(appeal.answer_due_on)}"
    outcome = words.name_of("outcome", appeal.outcome)
    text = f"{outcome}, decided on {said(appeal.decided_on)}"
    if appeal.working_days_taken is not None:
        text += f", on working day {appeal.working_days_taken}"
    late = 0
    if appeal.answer_due_on:
        late = look.calendar.count_working_days(appeal.answer_due_on, appeal.decided_on)
    return f"{text}, late by {words.counted(late, 'working day')}" if late else text


def _appeals(look: Reading, case_id: int) -> dict[int, list[Appeal]]:
    found: dict[int, list[Appeal]] = {}
    rows = select(Appeal).where(Appeal.case_id == case_id).order_by(Appeal.id.desc())
    for appeal in look.session.scalars(rows):
        found.setdefault(appeal.decision_id, []).append(appeal)
    return found


def _cited(look: Reading, case_id: int, numbers: set[int]) -> dict[int, CitedEvidence]:
    rows = look.session.scalars(
        select(Evidence).where(Evidence.case_id == case_id, Evidence.id.in_(numbers))
    )
    return {
        row.id: CitedEvidence(
            row.id,
            row.on,
            row.text,
            row.corrected_at is not None,
            _corrected(row),
            row.own_view or "",
        )
        for row in rows
    }


def _corrected(row: Evidence) -> str:
    if row.corrected_at is None:
        return ""
    return f"{said(words.local_date(row.corrected_at))}: {row.correction_reason}"


def _row(
    look: Reading,
    row: Decision,
    appeals: list[Appeal],
    letters: Mapping[int, str],
    cited: Mapping[int, CitedEvidence],
) -> DecisionRow:
    return DecisionRow(
        id=row.id,
        name=decision_name(row),
        reasons=row.reasons,
        decided_on=row.decided_on,
        decided_by=look.full_name(row.decided_by),
        took_part=look.people([name for name in row.took_part if name != row.decided_by]),
        cites=tuple(cited[number] for number in row.cites if number in cited),
        letter_id=row.letter_id if row.letter_id in letters else None,
        letter_title=letters.get(row.letter_id or 0, ""),
        appeal_until=row.appeal_until,
        appeal_words=appeal_words(row, appeals, look),
        appeal_reason=row.appeal_reason or "",
        appeals=tuple(_appeal(look, appeal) for appeal in appeals),
    )


def _appeal(look: Reading, appeal: Appeal) -> AppealRow:
    return AppealRow(
        id=appeal.id,
        received_on=appeal.received_on,
        received_by=look.full_name(appeal.received_by),
        grounds=appeal.grounds,
        director=look.full_name(appeal.director),
        answer_due_on=appeal.answer_due_on,
        answer_due_reason=appeal.answer_due_reason or "",
        decided_on=appeal.decided_on,
        withdrawn_on=appeal.withdrawn_on,
        outcome=words.name_of("outcome", appeal.outcome),
        effect=words.name_of("effect", appeal.effect),
        reasons=appeal.reasons,
        standing=appeal_standing(look, appeal),
    )
