"""Records of what happened, and which of them a decision may rest on (R-024, R-027 to R-029)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import stages
from engine.casework.context import Context
from engine.clock import LONDON
from engine.errors import Problem
from engine.tables.casefile import Evidence
from forms import Choice

#: Classes a decision may rest on; the others are kept and shown.
ADMISSIBLE = ("first_hand", "trusted_third_party")
#: All four are ticked before a record is kept.
ATTESTATIONS = ("relevant", "factual", "substantiated", "no_personal_comment")
_WHAT_IT_IS = {
    "first_hand": "First-hand",
    "trusted_third_party": "Reported by an organisation we trust",
    "hearsay": "It is hearsay, and no decision may rest on hearsay.",
    "opinion": "It is an opinion, and no decision may rest on an opinion.",
}
_CORRECTED = "It was corrected, and no decision may rest on what was there before."
_LONGEST_LABEL = 100


def citable(context: Context) -> list[Choice]:
    """Offer every record of the case, oldest first; those no decision may rest on say why."""
    return [_choice(context, record) for record in _of_case(context)]


def problems_with(context: Context, question: str, ids: Iterable[int]) -> list[Problem]:
    """Say which of these records a decision may not rest on, and why (R-027, R-039)."""
    records = {record.id: record for record in _of_case(context)}
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
        record.on > date and _why_not(record) is None
        for record in _of_case(context)
        if record.id in set(ids)
    )


def record_is_fair(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a record lies in the future or is not attested in all four ways (R-028, R-029)."""
    problems = []
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
    context.session.add(record)
    context.session.flush()
    context.audit("evidence_added", "evidence", record.id, new={"class": record.evidence_class})


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


def _of_case(context: Context) -> list[Evidence]:
    return list(
        context.session.scalars(
            select(Evidence)
            .where(Evidence.case_id == context.case_id)
            .order_by(Evidence.on, Evidence.id)
        )
    )


def _why_not(record: Evidence) -> str | None:
    """Say why no decision may rest on a record, None when one may."""
    if record.corrected_at is not None:
        return _CORRECTED
    if record.evidence_class not in ADMISSIBLE:
        return _WHAT_IT_IS[record.evidence_class]
    return None


def _choice(context: Context, record: Evidence) -> Choice:
    text = " ".join(record.text.split())
    if len(text) > _LONGEST_LABEL:
        text = f"{text[:_LONGEST_LABEL].rsplit(' ', 1)[0]}…"
    why_not = _why_not(record)
    known = _WHAT_IT_IS[record.evidence_class]
    hint = why_not or f"{known}, seen or heard by {record.witness}"
    return Choice(str(record.id), f"{said(record.on)}: {text}", hint, disabled=bool(why_not))


def _problems(question: str, ids: Iterable[int], records: dict[int, Evidence]) -> Iterator[Problem]:
    for cited in ids:
        record = records.get(cited)
        if record is None:
            yield Problem(
                question,
                f"Expected a record of this case, but there is none with the number {cited}. "
                "Choose from the list.",
            )
        elif (why_not := _why_not(record)) is not None:
            yield Problem(
                question,
                f"Expected records a decision may rest on, but one of {said(record.on)} is not. "
                f"{why_not} Choose another.",
            )
