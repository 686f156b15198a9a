"""A multiplied case goes on as a driven one does: both play the happy path to its very end."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.casework.audit import Chain
from engine.commands import verify_chains
from engine.demo import multiply
from engine.scenario import Scenario, Script, Step
from engine.scenario.script import DOING, moment
from engine.tables.casefile import CaseFile, Customer, Evidence, OwedAction, Submission, ThirdParty
from engine.tables.database import Database
from engine.tables.process import Incident, ProcessInstance, WorkItem
from tests.engine.demo.conftest import script, story

__all__ = ["script", "story"]

#: Before which step of the script the case is copied: in each stage, in force, in its review.
CUTS = {
    "before it is described": dt.datetime(2026, 1, 15, 14),
    "in the informal stage": dt.datetime(2026, 2, 3, 11),
    "in the warning stage": dt.datetime(2026, 3, 16, 9),
    "before the meeting": dt.datetime(2026, 3, 26, 15),
    "before its flags are set": dt.datetime(2026, 3, 30, 11),
    "in its review": dt.datetime(2026, 9, 14, 10),
    "before it is deleted": dt.datetime(2027, 4, 1, 23, 59),
}
SAMPLE = "before the meeting"
#: Answers of the script that name rows by their number within the case.
NUMBERED: dict[str, Any] = {
    "cites": Evidence,
    "evidence": Evidence,
    "owed_action": OwedAction,
    "owed_actions_weighed": OwedAction,
    "third_party": ThirdParty,
}


def _cut(script: Script, when: dt.datetime) -> int:
    return next(
        index
        for index, step in enumerate(script.steps)
        if step.verb == "at" and moment(step.arguments) == when
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take one cut as a sample, at full size every one."""
    names = list(CUTS) if metafunc.config.getoption("--full") else [SAMPLE]
    if "when" in metafunc.fixturenames:
        metafunc.parametrize("when", [CUTS[name] for name in names], ids=names)


def test_a_copy_and_its_original_play_the_rest_alike(
    story: Scenario, script: Script, when: dt.datetime
) -> None:
    cut = _cut(script, when)
    story.play(dataclasses.replace(script, steps=script.steps[:cut]))
    assert multiply(story.db, 2, lambda *_: None, most_days=0) == 2
    original, copy, untouched = _cases(story.db)
    before = _rows(story.db, untouched)
    for step in script.steps[cut:]:
        for case_id in (original, copy):
            if step.verb != "at" or case_id == original:
                Scenario(story.db, case_id).play(_only(script, _said(story.db, case_id, step)))
    assert _way(story.db, copy) == _way(story.db, original)
    after = _rows(story.db, untouched)
    assert after["customer"] == before["customer"] == 1
    assert after["submission"] >= before["submission"] > 0
    with story.db.reading() as session:
        assert session.scalars(select(Incident.reason)).all() == []
        for case_id in (original, copy):
            assert session.get_one(CaseFile, case_id).deleted_on == dt.date(2027, 4, 2)
    assert {state.broken_at for state in verify_chains(story.db)} == {None}


def _only(script: Script, step: Step) -> Script:
    return dataclasses.replace(script, steps=(step,))


def _cases(db: Database) -> list[int]:
    with db.reading() as session:
        return list(session.scalars(select(CaseFile.id).order_by(CaseFile.id)))


def _rows(db: Database, case_id: int) -> dict[str, int]:
    with db.reading() as session:
        case = session.get_one(CaseFile, case_id)
        answers = select(func.count()).where(Submission.case_id == case_id)
        return {
            "customer": len(
                session.scalars(select(Customer).where(Customer.id == case.customer_id)).all()
            ),
            "submission": session.scalar(answers) or 0,
        }


def _way(db: Database, case_id: int) -> dict[str, Any]:
    """Give what became of a case, without ids, names and dates."""
    with db.reading() as session:
        case = session.get_one(CaseFile, case_id)
        runs = session.execute(
            select(ProcessInstance.process_id, ProcessInstance.ended_with, ProcessInstance.version)
            .where(ProcessInstance.case_id == case_id)
            .order_by(ProcessInstance.id)
        ).all()
        items = session.execute(
            select(WorkItem.name, WorkItem.due_on, WorkItem.completed_at, WorkItem.cancelled_at)
            .where(WorkItem.case_id == case_id)
            .order_by(WorkItem.id)
        ).all()
        links = Chain.of_case(session, case).length()
    return {"runs": runs, "items": items, "links": links, "stage": case.stage}


def _said(db: Database, case_id: int, step: Step) -> Step:
    """Name rows by the ids they have in this case."""
    if step.verb not in {*DOING, "expect_rejected"}:
        return step
    return dataclasses.replace(step, arguments=_with_ids(db, case_id, step.arguments, ""))


def _with_ids(db: Database, case_id: int, value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_ids(db, case_id, inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_ids(db, case_id, inner, name) for inner in value]
    if name == "proportionality":
        return f"{value} So it is for case {case_id}."  # nobody's may be copied
    if name not in NUMBERED or not str(value).isdigit():
        return value
    table = NUMBERED[name]
    with db.reading() as session:
        ids = session.scalars(
            select(table.id).where(table.case_id == case_id).order_by(table.id)
        ).all()
    return type(value)(ids[int(value) - 1])
