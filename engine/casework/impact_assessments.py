"""The impact assessment of a version: written, sent back or signed, then never changed (R-115)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine.calendar import said
from engine.casework import impact_rules, own_words
from engine.casework.context import Context
from engine.casework.policy_reviews import of_run
from engine.casework.policy_versions import note
from engine.errors import NotFound, Problem
from engine.tables.policy_control import ImpactAssessment, PolicyVersion
from forms import Choice

_KIND = "impact_assessment"
#: Why an author alone does not sign, and what to do.
ONLY_AUTHOR = "you are the only one who wrote it. Have another person review it."
#: What a new assessment does not take over from the last one: it is said anew.
_ANEW = ("assessed_on", "front_next_review_on", "relabelled_because")


def impact_is_assessed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with an assessment that is handed to its reviewer (R-116 to R-121).

    A row that was negative when it was sent back and is not any more needs a reason.
    """
    row = _open_of(context)
    count = context.session.scalar(select(func.count(PolicyVersion.id))) or 0
    found = impact_rules.problems_of(values, is_first_version=count <= 1)
    if row is not None and row.sent_back:
        found += impact_rules.relabelled(values, row.sent_back[-1]["negatives"])
    return found


def keep_assessment(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep an assessment as it is handed in; the first time, what it begins from as well."""
    review, row = of_run(context), _open_of(context)
    if row is None:
        last = _last_signed(context)
        row = ImpactAssessment(
            version_id=review.version_id,
            review_id=review.id,
            based_on_id=last.id if last else None,
            written_by=[],
            sent_back=[],
            begun_on=context.today,
        )
        context.session.add(row)
    row.answers = dict(values)
    row.written_by = [*dict.fromkeys([*row.written_by, context.actor])]
    context.session.flush()
    new = {"negative": impact_rules.negatives(values)}
    note(context, "impact_assessment_handed_in", _KIND, row.id, new)


def impact_so_far(context: Context) -> Mapping[str, Any]:
    """Give the answers to begin with: as they were sent back, else those of the last signed."""
    row = _open_of(context)
    if row is not None:
        return dict(row.answers)
    last = _last_signed(context)
    return {name: said for name, said in last.answers.items() if name not in _ANEW} if last else {}


def impact_at_hand(context: Context) -> list[Choice]:
    """Show the reviewer in short what the assessment at hand says, and what is open."""
    row = _at_hand(context)
    rows = [impact_rules.ROWS[name] for name in impact_rules.negatives(row.answers)]
    negative = f"Negative: {', '.join(rows)}." if rows else "No negative impact."
    lacking = impact_rules.unaddressed(row.answers)
    open_ = [f"It cannot be signed yet, so send it back. {' '.join(lacking)}"] if lacking else []
    if is_only_author(row, context.actor):
        open_.append(f"You cannot sign it: {ONLY_AUTHOR}")
    return [Choice(str(row.id), negative, " ".join(open_) or "Each has mitigation and action.")]


def impact_can_be_signed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell why an assessment cannot be signed, naming each row (R-121, R-122)."""
    row = _at_hand(context)
    if values["assessment_result"] != "signed":
        return own_words.problems(values, ("comments",))
    found = [
        Problem(
            "assessment_result", f"{one} It cannot be signed before that is mended; send it back."
        )
        for one in impact_rules.unaddressed(row.answers)
    ]
    if is_only_author(row, context.actor):
        sentence = f"Expected somebody else to sign, because {ONLY_AUTHOR}"
        found.append(Problem("assessment_result", sentence))
    front, given = row.answers.get("front_next_review_on"), values["next_review_on"]
    if front and front != given:
        dates = f"the front page says {_said(front)} and you say {_said(given)}"
        sentence = f"Expected one date for the next review, but {dates}. Agree on one."
        found.append(Problem("next_review_on", sentence))
    return [*found, *own_words.problems(values, ("comments", "directorate"))]


def review_assessment(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the signature, or that it was sent back, why, and which rows were negative then."""
    row = _at_hand(context)
    if values["assessment_result"] == "signed":
        row.signed_on, row.signed_by = context.today, context.actor
        row.comments, row.directorate = values["comments"], values["directorate"]
        row.next_review_on = dt.date.fromisoformat(values["next_review_on"])
        new = {"next_review_on": values["next_review_on"]}
        note(context, "impact_assessment_signed", _KIND, row.id, new)
        return
    told = {
        "on": context.today.isoformat(),
        "by": context.actor,
        "why": values["comments"],
        "negatives": impact_rules.negatives(row.answers),
    }
    row.sent_back = [*row.sent_back, told]
    note(context, "impact_assessment_sent_back", _KIND, row.id, {"negative": told["negatives"]})


def is_only_author(row: ImpactAssessment, name: str) -> bool:
    """Tell whether nobody else had a part in writing it: then that person does not sign (R-122)."""
    return _authors(row) == {name}


def _open_of(context: Context) -> ImpactAssessment | None:
    """Give the unsigned assessment of the review at hand; None before it is handed in."""
    theirs = select(ImpactAssessment).where(
        ImpactAssessment.review_id == of_run(context).id, ImpactAssessment.signed_on.is_(None)
    )
    return context.session.scalars(theirs.order_by(ImpactAssessment.id.desc()).limit(1)).first()


def _at_hand(context: Context) -> ImpactAssessment:
    row = _open_of(context)
    if row is None:
        raise NotFound("Expected an assessment to review, but there is none.")
    return row


def _last_signed(context: Context) -> ImpactAssessment | None:
    signed = select(ImpactAssessment).where(ImpactAssessment.signed_on.is_not(None))
    return context.session.scalars(signed.order_by(ImpactAssessment.id.desc()).limit(1)).first()


def _authors(row: ImpactAssessment) -> set[str]:
    """Give everybody who had a part in writing it."""
    named = [row.answers.get("lead"), *(row.answers.get("staff_involved") or [])]
    return {*row.written_by, *(name for name in named if name)}


def _said(day: str) -> str:
    return said(dt.date.fromisoformat(day))
