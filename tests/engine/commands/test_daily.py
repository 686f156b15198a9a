"""A comment, a task handed over with a note, a task put off: kept, and seen by whom it is for."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from engine import clock, commands
from engine.daily import LONGEST_COMMENT, comment, handing_over, put_off, reassign
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Rejected
from engine.queries import TaskFilter, case, person, task, task_list
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail
from engine.tables.casefile import CaseFile
from engine.tables.comments import Comment
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import acknowledged
from tests.engine.commands.test_complete import open_item

SECRET = "She cried on the telephone."
TUESDAY = dt.date(2026, 4, 7)


def ids(appeal: Scenario) -> int:
    assert appeal.case_id is not None
    return appeal.case_id


def on_list(appeal: Scenario, name: str, view: str = "mine") -> list[str]:
    found = task_list(appeal.db, person(appeal.db, name), TaskFilter(view=view))
    assert found.total == len(found.items) == found.counts[view]
    return [row.form for row in found.items]


def test_a_comment_is_read_by_who_sees_the_whole_case_and_nobody_else(appeal: Scenario) -> None:
    case_id = ids(appeal)
    comment(appeal.db, case_id, f"  {SECRET}\r\n\r\nRing back.  ", by="amina")
    comment(appeal.db, case_id, f"{SECRET}\n\nRing back.", by="amina")
    (row,) = case(appeal.db, case_id, person(appeal.db, "dorothy")).comments
    assert (row.text, row.by, row.task) == (f"{SECRET}\n\nRing back.", "Amina", "")
    for name in ("priya", "tom"):
        assert SECRET not in str(case(appeal.db, case_id, person(appeal.db, name)))
        with pytest.raises(NotFound):
            comment(appeal.db, case_id, "Hello", by=name)
    for name in ("sam", "olive", "ann", "nobody"):
        with pytest.raises(NotFound):
            comment(appeal.db, case_id, "Hello", by=name)
    with appeal.db.reading() as session:
        kept = [str((one.old, one.new)) for one in session.scalars(select(AuditDetail))]
    assert not any(SECRET in one for one in kept)
    assert all(state.broken_at is None for state in commands.verify_chains(appeal.db))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n ", "Enter what your colleagues should know"),
        ("x" * (LONGEST_COMMENT + 1), "at most 2,000 characters, but it has 2,001"),
    ],
)
def test_a_comment_says_something_and_not_too_much(appeal: Scenario, text: str, said: str) -> None:
    with pytest.raises(InvalidAnswers, match=said):
        comment(appeal.db, ids(appeal), text, by="dorothy")


def test_a_comment_on_a_task_stands_beside_it(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    comment(appeal.db, ids(appeal), "By second post.", by="amina", work_item_id=item.id)
    page = task(appeal.db, item.id, person(appeal.db, "dorothy"))
    assert [one.text for one in page.comments] == ["By second post."]
    with pytest.raises(NotFound):
        comment(appeal.db, ids(appeal), "Hello", by="amina", work_item_id=item.id + 1000)


def test_a_note_reaches_who_is_handed_the_task(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    commands.claim(appeal.db, item.id, by="dorothy")
    found = handing_over(appeal.db, item.id, person(appeal.db, "dorothy"))
    assert [name for name, _, _ in found.people] == ["daniel"]
    reassign(appeal.db, item.id, "daniel", by="dorothy", note="I am away from Thursday.")
    page = task(appeal.db, item.id, person(appeal.db, "daniel"))
    (note,) = page.comments
    assert (note.text, note.by, note.handed_to) == (
        "I am away from Thursday.",
        "Dorothy",
        "Daniel",
    )
    with appeal.db.reading() as session:
        assert session.scalars(select(Comment.handed_to)).one() == "daniel"


def test_a_note_is_read_by_who_sees_no_more_than_the_task(appeal: Scenario) -> None:
    """The systems team sees the card alone: what came with the task, and no other comment."""
    item = flag_task(appeal)
    comment(appeal.db, ids(appeal), SECRET, by="amina", work_item_id=item.id)
    commands.claim(appeal.db, item.id, by="sam")
    reassign(appeal.db, item.id, "sue", by="sam", note="The form of the system has moved.")
    theirs = task(appeal.db, item.id, person(appeal.db, "sue"))
    assert [one.text for one in theirs.comments] == ["The form of the system has moved."]
    assert not theirs.can_be_commented
    assert len(task(appeal.db, item.id, person(appeal.db, "amina")).comments) == 2


def flag_task(appeal: Scenario) -> WorkItem:
    with appeal.db.reading() as session:
        found = session.scalars(
            select(WorkItem).where(WorkItem.role == "systems_team", WorkItem.completed_at.is_(None))
        ).first()
    assert found is not None
    return found


def test_nobody_complained_about_is_handed_a_task(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    with appeal.db.writing() as session:
        session.get_one(CaseFile, ids(appeal)).allegation_against = ["daniel"]
    assert handing_over(appeal.db, item.id, person(appeal.db, "dorothy")).people[0][0] == "dorothy"
    with pytest.raises(InvalidAnswers, match=r"Daniel is one of those\. Choose another"):
        reassign(appeal.db, item.id, "daniel", by="mo")


def test_a_task_of_a_person_by_name_is_not_handed_over(appeal: Scenario) -> None:
    acknowledged(appeal)
    appeal.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    item = open_item(appeal, "decide_appeal")
    with pytest.raises(NotAllowed):
        handing_over(appeal.db, item.id, person(appeal.db, "mo"))
    with pytest.raises(NotFound):
        handing_over(appeal.db, item.id, person(appeal.db, "sam"))


def test_what_is_put_off_comes_back_on_its_day_and_stays_due(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    due_on = item.due_on
    assert due_on is not None
    commands.claim(appeal.db, item.id, by="dorothy")
    put_off(appeal.db, item.id, due_on, by="dorothy")
    assert on_list(appeal, "dorothy") == []
    assert on_list(appeal, "dorothy", "put_off") == ["issue_letter"]
    assert on_list(appeal, "mo", "all") == on_list(appeal, "dorothy", "all")
    row = task(appeal.db, item.id, person(appeal.db, "dorothy")).row
    assert (row.due_on, row.put_off_until) == (due_on, due_on)
    clock.hold(dt.datetime.combine(due_on, dt.time(9)))
    assert on_list(appeal, "dorothy") == ["issue_letter"]
    assert on_list(appeal, "dorothy", "put_off") == []
    assert task(appeal.db, item.id, person(appeal.db, "dorothy")).row.put_off_until is None


def test_what_is_put_off_is_taken_back_or_comes_with_a_new_holder(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    commands.claim(appeal.db, item.id, by="dorothy")
    put_off(appeal.db, item.id, item.due_on, by="dorothy")
    put_off(appeal.db, item.id, None, by="dorothy")
    assert on_list(appeal, "dorothy") == ["issue_letter"]
    put_off(appeal.db, item.id, item.due_on, by="dorothy")
    reassign(appeal.db, item.id, "daniel", by="dorothy")
    assert on_list(appeal, "daniel") == ["issue_letter"]


def test_a_day_to_put_off_to_is_after_today_and_not_after_the_date(appeal: Scenario) -> None:
    item = open_item(appeal, "issue_letter")
    assert item.due_on is not None
    with pytest.raises(NotAllowed, match="Start it first"):
        put_off(appeal.db, item.id, item.due_on, by="dorothy")
    commands.claim(appeal.db, item.id, by="dorothy")
    with pytest.raises(InvalidAnswers, match="Expected a day after today"):
        put_off(appeal.db, item.id, dt.date(2026, 4, 1), by="dorothy")
    late = item.due_on + dt.timedelta(days=1)
    with pytest.raises(InvalidAnswers, match="putting it off does not move its date"):
        put_off(appeal.db, item.id, late, by="dorothy")
    for name, refused in (("daniel", (NotAllowed, NotFound)), ("olive", (NotFound,))):
        with pytest.raises(refused):
            put_off(appeal.db, item.id, item.due_on, by=name)
    appeal.complete(
        "issue_letter",
        by="dorothy",
        answers={"channel": "letter", "sent_on": "2026-04-01", "proof": "Posting 1"},
    )
    with pytest.raises(Rejected):
        put_off(appeal.db, item.id, TUESDAY, by="dorothy")
