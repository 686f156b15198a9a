"""Records of what happened, and which of them a decision may rest on (R-024, R-027 to R-029)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from engine.calendar import said
from engine.casework import opinion_words, stages
from engine.casework.context import Context
from engine.casework.evidence_records import (
    ADMISSIBLE,
    ATTESTATIONS,
    WHAT_IT_IS,
    keep_record,
    label_of,
    of_case,
    own_view_of,
    why_not,
)
from engine.clock import LONDON
from engine.errors import Problem
from engine.tables.casefile import Evidence
from forms import Choice


def citable(context: Context) -> list[Choice]:
    """Offer every record of the case, oldest first; those no decision may rest on say why."""
    return [_choice(context, record) for record in of_case(context)]


def problems_with(context: Context, question: str, ids: Iterable[int]) -> list[Problem]:
    """Say which of these records a decision may not rest on, and why (R-027, R-039)."""
    records = {record.id: record for record in of_case(context)}
    return list(_problems(question, ids, records))


def evidence_counts(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Judge every record a form cites, in ``cites`` and in each of its ``reasons``."""
    reasons = values.get("reasons")
    rows = reasons if isinstance(reasons, list) else []
    cited = {
        f"reasons.{number}.evidence": row.get("evidence", []) for number, row in enumerate(rows)
    }
    cited["cites"] = values.get("cites", [])
    return [
        problem
        for question, ids in cited.items()
        if ids
        for problem in problems_with(context, question, ids)
    ]


def any_after(context: Context, ids: Iterable[int], date: dt.date) -> bool:
    """Tell whether a decision may rest on one of these and it is later than the date."""
    return any(
        record.on > date and why_not(record) is None
        for record in of_case(context)
        if record.id in set(ids)
    )


def record_is_fair(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a record lies in the future, is not attested or sounds like an opinion.

    What no decision may rest on may say what somebody thinks (R-027 to R-029).
    """
    problems = list(_words(context, "what_happened", values))
    if is_ahead(context, values.get("happened_on"), values.get("at_time")):
        problems.append(
            Problem(
                "at_time",
                "Expected a time that has passed, but it is still to come. Check day and time.",
            )
        )
    if set(values.get("attested", [])) != set(ATTESTATIONS):
        problems.append(
            Problem(
                "attested",
                "Expected all four boxes to be ticked, but some are not. Change the text until "
                "you can tick them.",
            )
        )
    return problems


def is_ahead(context: Context, date: str | None, time: str | None) -> bool:
    """Tell whether a date, with its time of day if there is one, lies in the future."""
    if not date:
        return False
    now = context.now.astimezone(LONDON)
    moment = (date, time or "00:00")
    return moment > (now.date().isoformat(), now.strftime("%H:%M"))


def add_evidence(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a record of what happened; the person acting is its author (R-028)."""
    record = Evidence(
        case_id=context.case().id,
        on=dt.date.fromisoformat(values["happened_on"]),
        at_time=values.get("at_time"),
        author=context.actor,
        witness=values["witness"],
        channel=values["channel"],
        duration_minutes=values.get("duration_minutes"),
        text=values["what_happened"],
        behaviour_kind=values["behaviour_kind"],
        evidence_class=values["evidence_class"],
        attested=values["attested"],
        recorded_at=context.now,
    )
    kept = opinion_words.pointed_at(context, record.text) if values.get("words_meant") else {}
    keep_record(context, record, words_kept=len(kept))


def start_log(context: Context) -> None:
    """Begin to collect evidence under the warning: from the day of its first letter (R-024)."""
    stage = stages.need(context, "warning")
    if stage.evidence_from is None:
        stage.evidence_from = stage.warned_on or context.today
        context.audit(
            "evidence_log_started",
            "stage",
            stage.id,
            new={"from": stage.evidence_from.isoformat()},
        )


def _choice(context: Context, record: Evidence) -> Choice:
    barred = why_not(record)
    known = WHAT_IT_IS[record.evidence_class]
    hint = barred or f"{known}, seen or heard by {record.witness}."
    hint += own_view_of(record)
    return Choice(str(record.id), label_of(record), hint, disabled=bool(barred))


def _words(context: Context, question: str, values: dict[str, Any]) -> Iterator[Problem]:
    if values.get("evidence_class") in ADMISSIBLE:
        text = str(values.get(question) or "")
        keeps = bool(values.get("words_meant"))
        yield from opinion_words.problems_with(context, question, text, keeps=keeps)


def _problems(question: str, ids: Iterable[int], records: dict[int, Evidence]) -> Iterator[Problem]:
    for cited in ids:
        record = records.get(cited)
        if record is None:
            yield Problem(
                question,
                f"Expected a record of this case, but there is none with the number {cited}. "
                "Choose from the list.",
            )
        elif (barred := why_not(record)) is not None:
            yield Problem(
                question,
                f"Expected records a decision may rest on, but one of {said(record.on)} is not. "
                f"{barred} Choose another.",
            )
