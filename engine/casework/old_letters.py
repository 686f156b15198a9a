"""What an old register left open: the letter it owes, and flags it only claims (K-10, R-065)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from engine.calendar import Due
from engine.casework import arrangements
from engine.casework.context import Context
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Appeal, Arrangement, Decision

#: What the decision of an arrangement taken over keeps of flags that are said to be set.
CLAIMED = "flags_claimed"
#: What the decision of an arrangement taken over keeps of its old letter: yes, no or none.
OLD_LETTER = "old_letter"
_COMPLETE = "yes"
#: What stands for reasons that the old register did not hold; no letter says it.
NOT_RECORDED = "Not recorded in the old register."


def appeal_is_told(context: Context) -> str:
    """Tell whether the customer knows how to appeal: ``yes``, or ``no`` while a letter is owed.

    Only an arrangement taken over can owe one; who has appealed knows how (K-10).
    """
    arrangement = arrangements.find(context)
    if arrangement is None or not arrangement.taken_over:
        return "yes"
    decision = context.session.get(Decision, arrangement.decision_id or 0)
    if decision is None or decision.appeal_until is not None:
        return "yes"
    appealed = select(Appeal.id).where(Appeal.decision_id == decision.id).limit(1)
    return "yes" if context.session.scalar(appealed) is not None else "no"


def old_letter_from(context: Context) -> dt.date | Due:
    """Give the day from which the days to write the letter count: that of the take-over.

    Later where the policy says how many such letters are due on one day, for those that were
    taken over on the same day before this one fill the earlier days.
    """
    taken_over_on = context.case().opened_on
    a_day = int(context.policy("take_over.letters_a_day"))
    if a_day == 0:
        return taken_over_on
    full_days = _owed_before(context, taken_over_on) // a_day
    return context.calendar.working_days(taken_over_on, full_days) if full_days else taken_over_on


def claimed_flags(context: Context, arrangement: Arrangement) -> list[str]:
    """Give the systems that the old register says show a flag; nobody here has looked (R-065)."""
    decision = context.session.get(Decision, arrangement.decision_id or 0)
    if not arrangement.taken_over or decision is None:
        return []
    return list(decision.details.get(CLAIMED, []))


def decision_reasons(context: Context) -> str | None:
    """Offer the reasons of the arrangement's decision; None where the old register held none."""
    arrangement = arrangements.find(context)
    decision = context.session.get(Decision, (arrangement and arrangement.decision_id) or 0)
    return decision.reasons if decision and decision.reasons != NOT_RECORDED else None


def _owed_before(context: Context, on: dt.date) -> int:
    """Count the letters owed to arrangements taken over on a day before this one."""
    mine = arrangements.current(context).id
    owed = (
        select(func.count())
        .select_from(Arrangement)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .join(Decision, Decision.id == Arrangement.decision_id)
        .where(
            Arrangement.taken_over.is_(True),
            Arrangement.id < mine,
            CaseFile.opened_on == on,
            Decision.details[OLD_LETTER].as_string() != _COMPLETE,
        )
    )
    return context.session.scalar(owed) or 0
