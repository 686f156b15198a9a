"""Holds say why they stand, and are reviewed, so that none lasts for ever."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import InvalidAnswers
from engine.scenario import Scenario
from engine.tables.casefile import LegalHold
from tests.engine.commands.conftest import TAKEN_OVER


def test_a_hold_says_why_and_is_reviewed(landlord: Scenario) -> None:
    """R-108: no hold without a reason, none without an end: it is a task after three months."""
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with pytest.raises(InvalidAnswers) as refused:
        landlord.act("place_hold", by="dorothy", answers={"hold_kind": "claim"})
    assert [one.question for one in refused.value.problems] == ["hold_reason"]
    placed = {"hold_kind": "claim", "hold_reason": "Letter of claim of 30 March, with Legal."}
    landlord.act("place_hold", by="dorothy", answers=placed)
    assert _hold(landlord).review_on == dt.date(2026, 7, 1)
    landlord.at(dt.datetime(2026, 7, 1, 10, 0))
    answers = {"hold": ["read"], "hold_result": "needed"}
    with pytest.raises(InvalidAnswers) as refused:
        landlord.complete("look_at_hold", by="dorothy", answers=answers)
    assert [one.question for one in refused.value.problems] == ["hold_still"]
    still = {**answers, "hold_still": "The claim is before the court."}
    landlord.complete("look_at_hold", by="dorothy", answers=still)
    assert _hold(landlord).review_on == dt.date(2026, 10, 1)


def _hold(landlord: Scenario) -> LegalHold:
    with landlord.db.reading() as session:
        return session.get_one(LegalHold, 1)
