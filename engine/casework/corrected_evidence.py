"""Records that were wrong are corrected, never overwritten; a cited one keeps its class (R-105)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.casework import evidence, opinion_words
from engine.casework.context import Context
from engine.casework.evidence_records import (
    ADMISSIBLE,
    ATTESTATIONS,
    fingerprint,
    keep_record,
    label_of,
    of_case,
)
from engine.errors import Problem
from engine.tables.casefile import Evidence, Submission
from engine.tables.decisions import Decision
from forms import Choice

#: Answers that hold the ids of records they rest on.
_CITES = frozenset({"cites", "evidence"})
_IS_CITED = "A decision or a referral rests on it, so how we know it stays as it was then."
_REPLACED = "replaced"


def cited(context: Context) -> set[int]:
    """Give the ids of the records that a decision or an answer given in the case rests on."""
    decisions = context.session.scalars(
        select(Decision.cites).where(Decision.case_id == context.case_id)
    )
    answers = context.session.scalars(
        select(Submission.answers).where(Submission.case_id == context.case_id)
    )
    found = {number for cites in decisions for number in cites}
    return found | {number for given in answers for number in _named_in(given)}


def to_correct(context: Context) -> list[Choice]:
    """Offer every record of the case that was not corrected yet, the newest first."""
    return [
        Choice(str(record.id), label_of(record))
        for record in reversed(of_case(context))
        if record.corrected_at is None
    ]


def to_class(context: Context) -> list[Choice]:
    """Offer the records whose class could change; those that are cited say why it cannot."""
    fixed = cited(context)
    return [
        Choice(
            str(record.id),
            label_of(record),
            _IS_CITED if record.id in fixed else "",
            disabled=record.id in fixed,
        )
        for record in reversed(of_case(context))
        if record.corrected_at is None
    ]


def correction_is_fair(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when what takes a record's place is not attested, or sounds like an opinion (R-105)."""
    record = _record(context, values)
    if record is None or record.corrected_at is not None:
        return [_gone("record")]
    if values.get("correction") != _REPLACED:
        return []
    problems = []
    on = values.get("right_day") or record.on.isoformat()
    if evidence.is_ahead(context, on, values.get("right_time")):
        sentence = "Expected a time that has passed, but it is still to come. Check day and time."
        problems.append(Problem("right_time", sentence))
    if set(values.get("attested", [])) != set(ATTESTATIONS):
        problems.append(
            Problem(
                "attested",
                "Expected all four boxes to be ticked, but some are not. Change the text until "
                "you can tick them.",
            )
        )
    if record.evidence_class in ADMISSIBLE:
        keeps = bool(values.get("words_meant"))
        text = str(values.get("right_text") or "")
        problems += opinion_words.problems_with(context, "right_text", text, keeps=keeps)
    return problems


def correct_evidence(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Mark a record as wrong, and keep what takes its place as a record of its own (R-105)."""
    record = _need(context, values)
    record.corrected_at, record.corrected_by = context.now, context.actor
    record.correction_reason = values["wrong_because"]
    if values["correction"] == _REPLACED:
        _replace(context, record, values)
    context.audit(
        "evidence_corrected",
        "evidence",
        record.id,
        new={"correction": values["correction"], "was_cited": record.id in cited(context)},
    )


def class_can_change(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a record's class may not change: cited, corrected, or of that class (R-027)."""
    return list(_why_class_stays(context, values))


def class_evidence(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Change how we know what a record says; the log keeps the class before and the reason."""
    record = _need(context, values)
    old, record.evidence_class = record.evidence_class, values["evidence_class"]
    context.audit(
        "evidence_class_changed",
        "evidence",
        record.id,
        old={"class": old},
        new={
            "class": record.evidence_class,
            "sha256": fingerprint(record),
            "reason": values["class_because"],
        },
    )


def _replace(context: Context, record: Evidence, values: dict[str, Any]) -> None:
    on = values.get("right_day")
    keep_record(
        context,
        Evidence(
            case_id=record.case_id,
            on=dt.date.fromisoformat(on) if on else record.on,
            at_time=values.get("right_time") or (None if on else record.at_time),
            author=context.actor,
            witness=values.get("right_witness") or record.witness,
            channel=record.channel,
            duration_minutes=record.duration_minutes,
            text=values["right_text"],
            behaviour_kind=record.behaviour_kind,
            evidence_class=record.evidence_class,
            attested=values["attested"],
            recorded_at=context.now,
            corrects_id=record.id,
        ),
        corrects=record.id,
    )


def _why_class_stays(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    record = _record(context, values)
    if record is None or record.corrected_at is not None:
        yield _gone("record")
    elif record.id in cited(context):
        yield Problem(
            "record",
            "Expected a record that nothing rests on yet, but a decision or a referral cites this "
            "one. If it is wrong, correct it: then nothing further can rest on it.",
        )
    elif record.evidence_class == values.get("evidence_class"):
        yield Problem(
            "evidence_class",
            "Expected another way of knowing than before, but it is the same. Choose another, or "
            "leave the record as it is.",
        )
    elif values.get("evidence_class") in ADMISSIBLE:
        # What was only kept may say what somebody thinks; what a decision rests on may not.
        keeps = bool(values.get("words_meant"))
        yield from opinion_words.problems_with(context, "evidence_class", record.text, keeps=keeps)


def _named_in(value: Any, name: str = "") -> Iterator[int]:
    """Give the ids of records that answers name, also those inside rows."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from _named_in(each, inner)
    elif isinstance(value, list):
        for each in value:
            if name in _CITES and isinstance(each, int):
                yield each
            elif isinstance(each, dict):
                yield from _named_in(each)


def _record(context: Context, values: dict[str, Any]) -> Evidence | None:
    number = str(values.get("record") or "")
    found = context.session.get(Evidence, int(number)) if number.isdecimal() else None
    return found if found is not None and found.case_id == context.case_id else None


def _need(context: Context, values: dict[str, Any]) -> Evidence:
    """Give the record that the checks found."""
    record = _record(context, values)
    assert record is not None, "the form's check refused it before"
    return record


def _gone(question: str) -> Problem:
    return Problem(
        question,
        "Expected a record of this case that is not corrected yet, but it is not. "
        "Choose from the list.",
    )
