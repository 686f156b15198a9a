"""Holds say why they stand, and are reviewed, so that none lasts for ever."""

from __future__ import annotations

import datetime as dt

import pytest

from engine import clock
from engine.errors import InvalidAnswers
from engine.scenario import Scenario
from engine.tables.casefile import LegalHold
from tests.engine.commands.conftest import TAKEN_OVER


def test_a_hold_says_why_and_is_reviewed(landlord: Scenario) -> None:
    """R-108: no hold without a reason, none without an end: it is reviewed after three months."""
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with pytest.raises(InvalidAnswers) as refused:
        landlord.act("place_hold", by="dorothy", answers={"hold_kind": "claim"})
    assert [one.question for one in refused.value.problems] == ["hold_reason"]
    placed = {"hold_kind": "claim", "hold_reason": "Letter of claim of 30 March, with Legal."}
    landlord.act("place_hold", by="dorothy", answers=placed)
    assert _hold(landlord).review_on == dt.date(2026, 7, 1)
    clock.hold(dt.datetime(2026, 6, 30, 10, 0))
    with pytest.raises(InvalidAnswers) as refused:
        landlord.act("review_hold", by="dorothy", answers={"hold": "1"})
    assert [one.question for one in refused.value.problems] == ["hold_still"]
    still = {"hold": "1", "hold_still": "The claim is before the court."}
    landlord.act("review_hold", by="dorothy", answers=still)
    assert _hold(landlord).review_on == dt.date(2026, 9, 30)


def _hold(landlord: Scenario) -> LegalHold:
    with landlord.db.reading() as session:
        return session.get_one(LegalHold, 1)
