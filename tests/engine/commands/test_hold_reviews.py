"""Holds say why they stand, and are reviewed, so that none lasts for ever."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from engine import commands, publishing
from engine.errors import InvalidAnswers
from engine.releases import read_folder
from engine.scenario import Scenario
from engine.tables.casefile import LegalHold
from engine.tables.process import Incident, Message, WorkItem
from engine.worker.periodic import periodics
from tests.engine.commands.conftest import ROOT, TAKEN_OVER

CLAIM = {"hold_kind": "claim", "hold_reason": "Letter of claim of 30 March, with Legal."}
OLD = {
    path: content
    for path, content in read_folder(ROOT).items()
    if path not in ("bpmn/hold_review.bpmn", "forms/definitions/look_at_hold.yaml")
    and not path.startswith("bpmn/scenarios/")
}


def test_a_hold_says_why_and_is_reviewed(landlord: Scenario) -> None:
    """R-108: no hold without a reason, none without an end: it is a task after three months."""
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with pytest.raises(InvalidAnswers) as refused:
        landlord.act("place_hold", by="dorothy", answers={"hold_kind": "claim"})
    assert [one.question for one in refused.value.problems] == ["hold_reason"]
    landlord.act("place_hold", by="dorothy", answers=CLAIM)
    assert _hold(landlord).review_on == dt.date(2026, 7, 1)
    landlord.at(dt.datetime(2026, 7, 1, 10, 0))
    answers = {"hold": ["read"], "hold_result": "needed"}
    with pytest.raises(InvalidAnswers) as refused:
        landlord.complete("look_at_hold", by="dorothy", answers=answers)
    assert [one.question for one in refused.value.problems] == ["hold_still"]
    still = {**answers, "hold_still": "The claim is before the court."}
    landlord.complete("look_at_hold", by="dorothy", answers=still)
    assert _hold(landlord).review_on == dt.date(2026, 10, 1)


def test_a_hold_from_an_older_version_is_reviewed_once_a_newer_one_is_published(
    landlord: Scenario,
) -> None:
    """R-108: nothing gets stuck without the process, and no hold is left without a review."""
    publishing.publish(landlord.db, OLD, by="test", note="From before")
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    landlord.act("place_hold", by="dorothy", answers=CLAIM)
    landlord.act("place_hold", by="dorothy", answers={**CLAIM, "hold_kind": "complaint"})
    with landlord.db.writing() as session:
        # As an older version kept it.
        session.get_one(LegalHold, 1).review_on = None
        assert session.scalars(select(Incident)).all() == []
    landlord.act("lift_hold", by="dorothy", answers={"hold": "2", "lifted_because": "Settled."})
    assert _messages(landlord, "hold_placed", "hold_lifted") == []
    assert commands.begin_hold_reviews(landlord.db) == 0
    publishing.publish(landlord.db, read_folder(ROOT), by="test", note="Of today")
    assert len(_messages(landlord, "hold_placed")) == 0
    next(one for one in periodics() if one.name == "reviews of holds").try_on(landlord.db)
    assert len(_messages(landlord, "hold_placed")) == 1
    assert commands.begin_hold_reviews(landlord.db) == 0
    landlord.at(dt.datetime(2026, 7, 1, 10, 0))
    with landlord.db.reading() as session:
        due = session.scalars(
            select(WorkItem.due_on).where(WorkItem.element_id == "look_at_hold")
        ).all()
        assert due == [dt.date(2026, 7, 1)]
        assert session.scalars(select(Incident)).all() == []
    landlord.act("lift_hold", by="dorothy", answers={"hold": "1", "lifted_because": "Settled."})
    with landlord.db.reading() as session:
        assert session.scalars(select(WorkItem.cancelled_at)).all()[-1] is not None


def _messages(landlord: Scenario, *names: str) -> list[Message]:
    with landlord.db.reading() as session:
        return list(session.scalars(select(Message).where(Message.name.in_(names))))


def _hold(landlord: Scenario) -> LegalHold:
    with landlord.db.reading() as session:
        return session.get_one(LegalHold, 1)
