"""Where a case stands, in one sentence, from the rows of its stages, arrangement and appeals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile, Stage
from engine.tables.decisions import Appeal, Arrangement


@dataclass
class Rows:
    """What the sentence of one case is made from."""

    stages: dict[str, Stage] = field(default_factory=dict)
    #: The newest one.
    arrangement: Arrangement | None = None
    #: Received and neither answered nor withdrawn, oldest first.
    open_appeals: list[Appeal] = field(default_factory=list)


def rows_of(look: Reading, case_ids: Collection[int]) -> dict[int, Rows]:
    """Read what the sentences of these cases need: three statements, however many there are."""
    found = {case_id: Rows() for case_id in case_ids}
    if not found:
        return found
    for stage in look.session.scalars(select(Stage).where(Stage.case_id.in_(found))):
        found[stage.case_id].stages[stage.kind] = stage
    newest = select(Arrangement).where(Arrangement.case_id.in_(found)).order_by(Arrangement.id)
    for arrangement in look.session.scalars(newest):
        found[arrangement.case_id].arrangement = arrangement
    for appeal in look.session.scalars(
        select(Appeal).where(Appeal.case_id.in_(found), *is_open()).order_by(Appeal.received_on)
    ):
        found[appeal.case_id].open_appeals.append(appeal)
    return found


def is_open() -> tuple[Any, ...]:
    """Give the conditions under which an appeal still waits for its answer."""
    return (
        Appeal.answered_on.is_(None),
        Appeal.withdrawn_on.is_(None),
        Appeal.decided_on.is_(None),
    )


def sentence(look: Reading, case: CaseFile, rows: Rows) -> str:
    """Say where the case stands: ``In force until the review on Thu 1 Oct 2026``."""
    over = _over(case, look.today)
    if over:
        return over
    stands = of_arrangement(rows.arrangement, look.today) or _of_stages(look, case, rows.stages)
    appeal = rows.open_appeals[0] if rows.open_appeals else None
    if appeal is None:
        return stands
    if appeal.answer_due_on is None:
        return f"{stands}; under appeal"
    late = look.due_words(appeal.answer_due_on)
    return f"{stands}; under appeal, answer due {said(appeal.answer_due_on)}, {late}"


def of_arrangement(arrangement: Arrangement | None, today: dt.date) -> str:
    """Say how an arrangement stands; "" when there is none yet."""
    if arrangement is None:
        return ""
    if arrangement.ended_on:
        why = words.lower_first(words.name_of("ending", arrangement.end_reason))
        why = why.removeprefix("ended ")
        return f"Ended on {said(arrangement.ended_on)}{f': {why}' if why else ''}"
    if arrangement.in_force_on:
        stands = _in_force(arrangement, today)
        until = arrangement.refused_until
        return f"{stands}; contact is refused until {said(until)}" if until else stands
    return _to_come(arrangement, today)


def _to_come(arrangement: Arrangement, today: dt.date) -> str:
    begins = said(arrangement.from_on)
    if arrangement.partner_contact:
        return f"The partner starts it on {begins}"
    if arrangement.letter_issued_on:
        if arrangement.from_on < today:
            return f"Agreed; it was due to begin on {begins}"
        return f"Agreed, in force from {begins}"
    return f"Agreed from {begins}, the letter is not sent yet"


def _in_force(arrangement: Arrangement, today: dt.date) -> str:
    if arrangement.end_on and arrangement.end_on < today:
        return f"In force; it was due to end on {said(arrangement.end_on)}"
    if arrangement.end_on:
        return f"In force until it ends on {said(arrangement.end_on)}"
    review = arrangement.next_review_on
    if review is None:
        return f"In force since {said(arrangement.in_force_on or arrangement.from_on)}"
    if review < today:
        return f"In force; its review is late, it was due on {said(review)}"
    return f"In force until the review on {said(review)}"


def _over(case: CaseFile, today: dt.date) -> str:
    if case.deleted_on:
        return f"Deleted on {said(case.deleted_on)}"
    if not case.closed_on:
        return ""
    reason = words.lower_first(words.name_of("ending", case.closed_reason))
    why = f": {reason}" if reason else ""
    return f"Closed on {said(case.closed_on)}{why}{_kept(case, today)}"


def _kept(case: CaseFile, today: dt.date) -> str:
    if case.delete_after is None:
        return ""
    if case.delete_after < today:
        return f"; it was due to be deleted on {said(case.delete_after)}"
    return f"; kept until {said(case.delete_after)}"


def _of_stages(look: Reading, case: CaseFile, stages: dict[str, Stage]) -> str:
    formal, warning, informal = (stages.get(kind) for kind in ("formal", "warning", "informal"))
    if formal and not formal.closed_on:
        return _formal(look, formal)
    if warning and not warning.closed_on:
        return _warning(look, warning)
    if informal and not informal.closed_on:
        return _informal(look, informal)
    if case.customer_id is None:
        return f"Opened on {said(case.opened_on)}; the concern is not written down yet"
    return f"Open since {said(case.opened_on)}"


def _informal(look: Reading, informal: Stage) -> str:
    ends = informal.look_on
    if ends is None:
        return f"Informal stage since {said(informal.opened_on)}"
    if ends > look.today:
        return f"Informal stage: time to change until {said(ends)}"
    return f"Informal stage: time to change was over on {said(ends)}; how it ended is to be decided"


def _warning(look: Reading, warning: Stage) -> str:
    looked_at = warning.look_on
    if looked_at is None:
        return "Warning stage: the letter is being written"
    if looked_at > look.today:
        return f"Warned in writing; contact is looked at again on {said(looked_at)}"
    return f"Warned in writing; contact is to be compared since {said(looked_at)}"


def _formal(look: Reading, formal: Stage) -> str:
    if formal.outcome == "not_agreed" and formal.look_on:
        again = (
            "it is looked at again on" if formal.look_on > look.today else "a new look is due since"
        )
        return f"Formal action was not agreed; {again} {said(formal.look_on)}"
    if formal.meeting_on and formal.meeting_on >= look.today:
        return f"Formal stage: decision meeting on {said(formal.meeting_on)}"
    if formal.meeting_on:
        return f"Formal stage: the meeting of {said(formal.meeting_on)} is not written down yet"
    if formal.referred_on:
        return f"Formal stage: referred on {said(formal.referred_on)}, no meeting is arranged yet"
    return f"Formal stage since {said(formal.opened_on)}: the referral is being written"
