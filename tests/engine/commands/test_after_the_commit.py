"""What a person did is kept and done once, whatever becomes of the messages it sent."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import commands
from engine.commands import actions, delivery, instances
from engine.errors import EngineError
from engine.installation import Surroundings, read_surroundings
from engine.scenario import Scenario
from engine.tables.casefile import Submission
from engine.tables.database import Collision
from engine.tables.process import Incident, Message
from tests.engine.commands.conftest import TAKEN_OVER
from tests.engine.commands.test_complete import CALL


def _count(landlord: Scenario, row: type) -> int:
    with landlord.db.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def _break_deliveries(monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    """Let every receiver fail, and lose the race to say so a few times."""
    left = [Collision()] * lost

    def fails(*_: object) -> bool:
        raise EngineError("The receiver is stuck.")

    def busy(session: Session) -> Surroundings:
        if left:
            raise left.pop()
        return read_surroundings(session)

    monkeypatch.setattr(delivery, "_deliver_now", fails)
    monkeypatch.setattr(delivery, "read_surroundings", busy)


def test_who_loses_the_race_to_show_a_failure_tries_again(
    landlord: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_deliveries(monkeypatch, lost=2)
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    assert _count(landlord, Incident) == 1


def test_a_failure_that_cannot_be_shown_is_nothing_the_person_hears(
    landlord: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_deliveries(monkeypatch, lost=1_000)
    done = commands.receive(landlord.db, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
    assert "It is recorded and waits" in done.sentence
    assert (_count(landlord, Message), _count(landlord, Submission)) == (1, 1)
    assert _count(landlord, Incident) == 0


def test_what_is_committed_is_not_done_again_for_a_race_lost_afterwards(
    landlord: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    landlord.start("spoc_case", by="amina")
    case_id, before = landlord.case_id or 0, _count(landlord, Submission)

    def lost(*_: object, **_more: object) -> int:
        raise Collision

    for module in (actions, instances):
        monkeypatch.setattr(module, "deliver_messages", lost)
    with pytest.raises(Collision):
        commands.receive(landlord.db, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
    with pytest.raises(Collision):
        commands.act(landlord.db, "log_contact", case_id, CALL, by="amina")
    assert _count(landlord, Submission) == before + 2
    assert _count(landlord, Message) == 1
