"""The judge of the long tests sees what it is there to see: every kind of loss and doubling."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import engine
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Message,
    ProcessInstance,
    WorkItem,
)
from tests.long.chaos.ground import Size, build, set_ahead
from tests.long.chaos.ledger import Attempt, Ledger
from tests.long.chaos.oracle import Before, Verdict

MARK = "mark 1 of 1."


@dataclass
class Played:
    """A landlord that was never killed: one day and one lap have passed, one note is written."""

    db: Database
    before: Before
    ledger: Ledger

    def findings(self) -> list[str]:
        return Verdict(self.db, self.before, self.ledger).findings()


@pytest.fixture(scope="module")
def peaceful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Before, Attempt]:
    """The file of such a landlord."""
    file = tmp_path_factory.mktemp("judge") / "peaceful.sqlite"
    db = Database(f"sqlite:///{file}")
    build(db, Size(vigils=2, arrangements=1))
    before = Before.of(db)
    set_ahead(db, dt.timedelta(hours=26))
    while engine.run_due(db):
        continue
    with db.reading() as session:
        item = session.scalars(select(WorkItem.id).where(WorkItem.form == "chaos_note")).all()[0]
    engine.complete(db, item, {"note": MARK}, by="dorothy")
    db.close()
    return file, before, Attempt(item, "dorothy", "chaos_note", MARK, "taken")


@pytest.fixture
def played(peaceful: tuple[Path, Before, Attempt], tmp_path: Path) -> Iterator[Played]:
    file, before, attempt = peaceful
    db = Database(f"sqlite:///{shutil.copyfile(file, tmp_path / 'copy.sqlite')}")
    played = Played(db, before, Ledger([attempt]))
    assert played.findings() == []
    yield played
    db.close()


def _fire_twice(session: Session) -> None:
    fired = session.scalars(
        select(ElementHistory).where(
            ElementHistory.element_id == "day_1", ElementHistory.what == "left"
        )
    ).all()[0]
    session.add(
        ElementHistory(
            **{
                column.name: getattr(fired, column.name)
                for column in ElementHistory.__table__.columns
                if column.name != "id"
            }
        )
    )


def _forget_a_firing(session: Session) -> None:
    session.execute(
        delete(ElementHistory).where(
            ElementHistory.element_id == "day_1",
            ElementHistory.what == "left",
            ElementHistory.instance_id == 1,
        )
    )


def _forget_answers(session: Session) -> None:
    session.execute(delete(Submission).where(Submission.form == "chaos_note"))


def _open_again(session: Session) -> None:
    item = session.scalars(select(WorkItem).where(WorkItem.completed_at.is_not(None))).one()
    item.completed_at = None


def _move_a_row(session: Session) -> None:
    place = session.scalars(select(ElementInstance).where(ElementInstance.instance_id == 1)).all()
    session.delete(place[0])


def _begin_twice(session: Session) -> None:
    begun = session.scalars(select(Message).where(Message.key.is_(None))).all()
    begun[1].delivered_to = begun[0].delivered_to


def _oversleep(session: Session) -> None:
    session.get_one(ProcessInstance, 1).next_due_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_fire_twice, "day 1 was ['entered', 'left', 'left']"),
        (_forget_a_firing, "day 1 was ['entered'], not"),
        (_forget_answers, "is half done: completed True, answers 0"),
        (_open_again, "is half done: completed False"),
        (_move_a_row, "only the state knows"),
        (_begin_twice, "was begun 2 times"),
        (_oversleep, "and was not run"),
    ],
)
def test_each_harm_is_found(played: Played, harm: Callable[[Session], None], said: str) -> None:
    with played.db.writing() as session:
        harm(session)
    assert any(said in finding for finding in played.findings()), played.findings()


def test_what_was_acknowledged_and_is_not_there_is_found(played: Played) -> None:
    with played.db.reading() as session:
        still_open = session.scalars(
            select(WorkItem.id).where(
                WorkItem.form == "chaos_note", WorkItem.completed_at.is_(None)
            )
        ).all()[0]
    played.ledger.note(Attempt(still_open, "dorothy", "chaos_note", "another", "taken"))
    assert played.findings() == [f"completions: task {still_open} was acknowledged and is not done"]
