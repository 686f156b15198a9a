"""Long lists page by page: every row once, from either end, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from engine.queries import COUNTED_TO, END, TaskFilter, TaskList, task_list
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.engine.queries.landlord import NOW, Pen, person

#: So many have a date, six on a day; the others have none.
DATED, UNDATED = 66, 47
VIEWS = ("mine", "team", "all", "done")


def write(house: Database) -> None:
    """Write tasks of each tab in one case of Amina's, and in one she may not see."""
    with house.writing() as session:
        pen = Pen(session)
        hers, other = pen.instance(pen.case()), pen.instance(pen.case(owner="carl"))
        for number in range(DATED + UNDATED):
            day = 1 + number * 7 % 11
            due = {"due_on": NOW.date().replace(day=day) if number < DATED else None}
            done = {"completed_at": NOW.replace(minute=day), "completed_by": "amina"}
            pen.item(hers, name="Hers", assignee="amina", **due)
            pen.item(hers, name="Done", assignee="amina", **done, **due)
            pen.item(hers, name="Gone", assignee="amina", cancelled_at=NOW, **due)
            pen.item(hers, name="Colleague's", assignee="carl", **due)
            pen.item(other, name="Anybody's", **due)
            pen.item(other, name="Not hers to see", assignee="carl", **due)


def look(house: Database, view: str, after: str = "", before: str = "") -> TaskList:
    return task_list(house, person("amina"), TaskFilter(view, after=after, before=before))


def forwards(house: Database, view: str) -> Iterator[TaskList]:
    page = look(house, view)
    yield page
    while page.on:
        page = look(house, view, after=page.on)
        yield page


def backwards(house: Database, view: str) -> Iterator[TaskList]:
    page = look(house, view, before=END)
    yield page
    while page.back:
        page = look(house, view, before=page.back)
        yield page


def ids(pages: Iterator[TaskList]) -> list[int]:
    return [row.id for page in pages for row in page.items]


@pytest.mark.parametrize("view", VIEWS)
def test_every_task_is_on_one_page_from_either_end(both_houses: Database, view: str) -> None:
    write(both_houses)
    there = list(forwards(both_houses, view))
    back = [row.id for page in backwards(both_houses, view) for row in reversed(page.items)]
    found = [row.id for page in there for row in page.items]
    assert len(found) == len(set(found)) == there[0].total == there[0].counts[view]
    assert found == back[::-1]
    assert {len(page.items) for page in there[:-1]} == {25}
    rows = [row for page in there for row in page.items]
    if view != "done":
        assert found == [
            row.id for row in sorted(rows, key=lambda r: (r.due_on is None, r.due_on, r.id))
        ]


def test_the_tabs_hold_what_they_say(house: Database) -> None:
    write(house)
    names = {view: {row.name for p in forwards(house, view) for row in p.items} for view in VIEWS}
    assert names == {
        "mine": {"Hers"},
        "team": {"Colleague's", "Anybody's"},
        "all": {"Hers", "Colleague's", "Anybody's"},
        "done": {"Done"},
    }


def test_a_page_leads_back_to_the_one_before_it(house: Database) -> None:
    write(house)
    first = look(house, "mine")
    second = look(house, "mine", after=first.on)
    assert look(house, "mine", before=second.back).items == first.items
    assert (first.back, bool(first.on), bool(second.back)) == ("", True, True)


def test_tasks_completed_between_two_pages_hide_none_of_the_others(house: Database) -> None:
    """Whoever counts from the start, as page numbers do, jumps over as many as have gone."""
    write(house)
    first = look(house, "all")
    complete(house, [row.id for row in first.items])
    rest, page = [], look(house, "all", after=first.on)
    while True:
        rest += [row.id for row in page.items]
        if not page.on:
            break
        complete(house, [row.id for row in page.items[::2]])
        page = look(house, "all", after=page.on)
    assert len(rest) == len(set(rest)) == first.total - 25


def test_what_was_left_behind_and_is_gone_leads_to_the_nearest_page(house: Database) -> None:
    write(house)
    pages = list(forwards(house, "mine"))
    complete(house, [row.id for row in pages[-1].items])
    assert look(house, "mine", after=pages[-2].on).items == look(house, "mine", before=END).items
    complete(house, [row.id for row in pages[0].items])
    assert look(house, "mine", before=pages[1].back).items == look(house, "mine").items


def test_a_place_that_is_none_is_the_first_page(house: Database) -> None:
    write(house)
    first = look(house, "mine").items
    for odd in (
        *("banana", "0", "0~", "0~2026-04-10", "0~2026-13-45~7", "1~x", "1~1~1", "7~1", "-1~1"),
        *("1~99999999999999999999", "0~2026-04-10~-1", "0~~1", "~", "end", "1~\u0663"),
    ):
        assert look(house, "mine", after=odd).items == first, odd
        if odd != "end":
            assert look(house, "mine", before=odd).items == first, odd
    done = look(house, "done").items
    for odd in ("0~0001-01-01T00:00:00+14:00~1", "0~9999-12-31T23:59:00-14:00~1", "0~noon~1"):
        assert look(house, "done", after=odd).items == done, odd


def test_nothing_waits_for_somebody_without_a_role(house: Database) -> None:
    write(house)
    nobody = task_list(house, person("tom"), TaskFilter("team"))
    assert (nobody.items, nobody.total, nobody.back, nobody.on) == ((), 0, "", "")


def test_counts_go_no_further_than_they_are_shown(both_houses: Database) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        first = pen.item(instance, assignee="amina", due_on=NOW.date().replace(day=1))
        values = {c.key: getattr(first, c.key) for c in WorkItem.__table__.columns if c.key != "id"}
        session.execute(insert(WorkItem), [values] * COUNTED_TO)
    assert set(counts(both_houses)) == {"mine", "all", "late"}
    with both_houses.writing() as session:
        session.execute(update(WorkItem).where(WorkItem.id < 3).values(assignee="carl"))
    assert counts(both_houses) == {"all": COUNTED_TO + 1}


def counts(house: Database) -> dict[str, int]:
    """Give the counts that went beyond what is counted."""
    found = look(house, "mine").counts
    return {name: count for name, count in found.items() if count > COUNTED_TO and name != "shown"}


def complete(house: Database, done: list[int]) -> None:
    with house.writing() as session:
        over = {"completed_at": NOW, "completed_by": "carl"}
        session.execute(update(WorkItem).where(WorkItem.id.in_(done)).values(**over))
