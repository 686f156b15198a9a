"""Years of one arrangement: review after review costs the same, and nothing piles up."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from engine import clock
from engine.calendar import Calendar
from engine.scenario import Scenario
from engine.tables.process import Incident, ProcessInstance, WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, sqlite_landlord

__all__ = ["sqlite_landlord"]

#: Reviews at full size, about seven years of them, and in the sample.
MANY, FEW = 40, 3


@pytest.fixture
def years(sqlite_landlord: Scenario) -> Scenario:
    sqlite_landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    return sqlite_landlord


def test_the_state_of_the_last_review_is_as_small_as_that_of_the_second(
    years: Scenario, full: bool
) -> None:
    sizes = []
    for _ in range(MANY if full else FEW):
        _review(years)
        sizes.append(_size(years))
    assert sizes[-1] <= sizes[1] * 1.1
    assert sizes[-1] < 4000
    with years.db.reading() as session:
        assert session.scalars(select(Incident)).all() == []


def _review(landlord: Scenario) -> None:
    """Let the next review open, report, pack, decide to go on for three months, write."""
    with landlord.db.reading() as session:
        due = session.scalars(
            select(ProcessInstance.next_due_at).where(ProcessInstance.process_id == "arrangement")
        ).one()
    assert due is not None
    day = (due + dt.timedelta(days=1)).astimezone(clock.LONDON).date()
    landlord.at(dt.datetime.combine(day, dt.time(10)))
    landlord.complete("report_on_arrangement", by="priya", answers=REPORT)
    landlord.complete(
        "complete_review_pack", by="dorothy", answers={**PACK, "asked_on": day.isoformat()}
    )
    following = Calendar({}).months(day, 3).on + dt.timedelta(days=7)
    landlord.complete(
        "decide_review",
        by="mo",
        answers={**DECISION, "next_review_on": following.isoformat()},
    )
    landlord.complete("issue_letter", by="dorothy", answers={**SENT, "sent_on": day.isoformat()})
    for about in ("JADU", "Open Housing"):
        landlord.complete(
            "confirm_flag",
            by="sam",
            about=about,
            answers={"shows": "all", "done_on": day.isoformat(), "reference": "Note"},
        )


def _size(landlord: Scenario) -> int:
    with landlord.db.reading() as session:
        state = session.scalars(
            select(ProcessInstance.state).where(ProcessInstance.process_id == "arrangement")
        ).one()
        assert session.scalars(select(WorkItem.id)).first() is not None
    return len(state or b"")


REPORT = {
    "went": "The customer writes once a week and politely.",
    "kept_to_it": "mostly",
    "answered_on_time": "always",
    "cover_given": "always",
    "open_issues": "Nothing is open.",
    "support_offered": "yes",
    "support_agreed": "no",
    "suggestion": "continue",
    "suggestion_why": "It works as it is.",
}
PACK = {
    "figures_seen": "all",
    "gaps": "Calls to mobile telephones are not counted.",
    "asked_customer": "no_answer",
    "own_part": "Every message was answered within five working days.",
}
DECISION = {
    "findings": "Contact is calm; nothing was missed on our side.",
    "new_evidence": "no",
    "review_outcome": "continue",
    "reasons": "The arrangement keeps contact calm.",
    "proportionality": "Only the way in is limited.",
    "adjustments": "E-mail stays open to the customer.",
    "support_offered": "yes",
}
SENT = {"channel": "letter", "proof": "Certificate of posting 1"}
