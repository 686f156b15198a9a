"""Letters as they were issued: kept with their proof, what they set in motion, never changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from engine.casework import (
    arrangements,
    letter_pdf,
    letter_records,
    letters,
    outgoing,
    promises,
    sendings,
    stages,
)
from engine.casework.context import Context
from engine.casework.letters import Preview
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.tables.casefile import Submission
from engine.tables.decisions import Decision, Letter
from forms import LetterTemplate

#: The one form with which every letter is written and issued.
FORM = "issue_letter"
#: What may still be noted about a letter after it was issued.
_MAY_CHANGE = {"delivered_on"}
#: Decisions whose letter lets an arrangement begin (R-045).
_BEGIN_ARRANGEMENT = ("agreed", "other_action")


class LetterIsIssued(Rejected):
    """An issued letter is kept as it is; write another letter instead."""


def issue(context: Context) -> int:
    """Keep the letter that was just completed as it was issued, and give its id (R-057).

    Starts the time to appeal (K-10) and keeps what the letter says: the review date of a
    warning, the letter of an arrangement, its promises. Raises InvalidAnswers when the letter
    is not complete after all.
    """
    submission = _submitted(context)
    context = dataclasses.replace(context, actor=submission.by)
    template = letters.template_of(context)
    answers = submission.answers
    made = letters.preview(context, template, answers)
    if made.missing:
        raise InvalidAnswers([Problem("", f"{gap.sentence}.") for gap in made.missing])
    decision = letters.decision_told(context, template)
    if template.makes_decision:
        decision = _decide(context, template, made, answers)
    letter = _keep(context, made, decision, answers)
    if decision is not None:
        _tell(decision, letter, made)
        _begin(context, decision, made)
    promises.keep(context, letter.id, answers.get("promises", []))
    sendings.record(context, letter, answers)
    context.audit(
        "letter_issued",
        "letter",
        letter.id,
        new={
            "template": letter.template,
            "sha256": letter.sha256,
            letter_records.RECORD: letter_records.of_letter(letter, letter.pdf),
            "issued_on": letter.issued_on.isoformat(),
            "decision_id": letter.decision_id,
            "appeal_until": made.appeal_until.on.isoformat() if made.appeal_until else None,
        },
    )
    outgoing.announce(context, "letter.issued", letter_id=letter.id)
    return letter.id


def is_unchanged(letter: Letter) -> bool:
    """Tell whether a letter's text is still the one that was issued, by its fingerprint."""
    return letter.sha256 == fingerprint(letter.html)


def _submitted(context: Context) -> Submission:
    """Give the answers with which this letter was completed: the newest of this instance."""
    submission = context.session.scalars(
        select(Submission)
        .where(Submission.instance_id == context.instance_id, Submission.form == FORM)
        .order_by(Submission.id.desc())
        .limit(1)
    ).one_or_none()
    if submission is None:
        raise NotFound("Expected the answers with which the letter was issued, but there are none.")
    return submission


def _decide(
    context: Context, template: LetterTemplate, made: Preview, answers: Mapping[str, Any]
) -> Decision:
    """Make the decision that this letter is itself: the warning of the case (R-022, R-073)."""
    stage = stages.need(context, template.makes_decision)
    asked = {question.id: answers[question.id] for question in template.asks}
    decision = Decision(
        case_id=context.case().id,
        kind=template.makes_decision,
        outcome=None,
        reasons=str(answers.get("what_happened", "")),
        decided_on=made.issued_on,
        decided_by=context.actor,
        took_part=[context.actor],
        cites=[],
        owner_kind="stage",
        owner_id=stage.id,
        details=asked,
    )
    context.session.add(decision)
    context.session.flush()
    if "review_on" in asked:
        review_on = dt.date.fromisoformat(asked["review_on"])
        stages.warning_was_issued(context, made.issued_on, review_on)
    return decision


def _keep(
    context: Context, made: Preview, decision: Decision | None, answers: Mapping[str, Any]
) -> Letter:
    letter = Letter(
        case_id=context.case().id,
        decision_id=decision.id if decision else None,
        template=made.template,
        release_id=context.release_id,
        title=made.title,
        html=made.html,
        pdf=letter_pdf.as_pdf(made.html, made.title),
        sha256=fingerprint(made.html),
        issued_on=made.issued_on,
        issued_at=context.now,
        issued_by=context.actor,
        channel=answers["channel"],
        sent_to=answers["sent_to"],
        proof=sendings.proof_of(answers),
    )
    context.session.add(letter)
    context.session.flush()
    return letter


def _tell(decision: Decision, letter: Letter, made: Preview) -> None:
    """Note with the decision that it was told; the time to appeal begins with the letter."""
    decision.letter_id = letter.id
    if made.appeal_until is not None:
        decision.appeal_until = made.appeal_until.on
        decision.appeal_reason = made.appeal_until.reason


def _begin(context: Context, decision: Decision, made: Preview) -> None:
    """Note the letter of an arrangement, without which it cannot be put in force (R-045)."""
    if decision.kind not in _BEGIN_ARRANGEMENT:
        return
    arrangement = arrangements.find(context)
    if arrangement is not None and arrangement.letter_issued_on is None:
        arrangement.letter_issued_on = made.issued_on


def fingerprint(text: str) -> str:
    """Give what tells one letter's text from another."""
    return hashlib.sha256(text.encode()).hexdigest()


@event.listens_for(Letter, "before_update")
def _refuse_change(mapper: Mapper[Letter], connection: Connection, letter: Letter) -> None:
    """Refuse any change of an issued letter except the note that it arrived (R-057)."""
    state = inspect(letter)
    changed = {
        attribute.key for attribute in state.attrs if attribute.history.has_changes()
    } - _MAY_CHANGE
    if changed:
        raise LetterIsIssued(
            f"Expected letter {letter.id} to stay as it was issued, but something would change its "
            f"{', '.join(sorted(changed))}. Write another letter instead."
        )
