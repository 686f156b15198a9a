"""The task list: views, order, filters, words for dates, and how little it asks a database."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.queries import TaskFilter, TaskRow, case, task, task_list
from engine.tables.database import Database
from engine.tables.decisions import Promise
from engine.tables.people import Holiday
from tests.engine.queries.landlord import NOW, Pen, full_case, morning, person

GOOD_FRIDAY, EASTER_MONDAY = dt.date(2026, 4, 3), dt.date(2026, 4, 6)


def write(house: Database, *dues: str | None) -> None:
    """Write a task of Amina's with each due date, all in one case of hers."""
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        for due in dues:
            on = dt.date.fromisoformat(due) if due else None
            pen.item(instance, assignee="amina", due_on=on, due_reason="Because.", name=f"By {due}")


def rows(house: Database, name: str = "amina", **wanted: object) -> list[TaskRow]:
    return list(task_list(house, person(name), TaskFilter(**wanted)).items)  # type: ignore[arg-type]


def test_the_most_urgent_task_comes_first_and_those_without_a_date_last(house: Database) -> None:
    write(house, "2026-04-20", None, "2026-04-08", "2026-04-13")
    assert [row.name for row in rows(house)] == [
        "By 2026-04-08",
        "By 2026-04-13",
        "By 2026-04-20",
        "By None",
    ]


@pytest.mark.parametrize(
    ("due", "said", "late_by", "days_left"),
    [
        ("2026-04-08", "late by 3 working days", 3, None),
        ("2026-04-10", "late by 1 working day", 1, None),
        ("2026-04-12", "late by 1 working day", 1, None),
        ("2026-04-13", "today", 0, 0),
        ("2026-04-14", "tomorrow", 0, 1),
        ("2026-04-16", "in 3 working days", 0, 3),
        ("2026-04-20", "in 5 working days", 0, 5),
    ],
)
def test_a_date_is_said_in_working_days(
    house: Database, due: str, said: str, late_by: int, days_left: int | None
) -> None:
    write(house, due)
    (row,) = rows(house)
    assert (row.due_words, row.late_by, row.days_left) == (said, late_by, days_left)


def test_a_date_passed_over_a_weekend_is_late_although_nobody_worked_since(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house, "2026-04-10")
    saturday = morning("2026-04-11")
    monkeypatch.setattr("engine.clock.now", lambda: saturday)
    (row,) = rows(house)
    assert (row.is_late, row.late_by, row.due_words) == (True, 0, "late by 1 day")


def test_bank_holidays_do_not_count(house: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.writing() as session:
        session.add_all(Holiday(on=on, name="Easter") for on in (GOOD_FRIDAY, EASTER_MONDAY))
    write(house, "2026-04-10")
    wednesday = morning("2026-04-01")
    monkeypatch.setattr("engine.clock.now", lambda: wednesday)
    assert rows(house)[0].days_left == 5


def test_each_view_shows_whose_tasks_it_says(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        mine = pen.instance(pen.case())
        pen.item(mine, name="Mine", assignee="amina")
        pen.item(mine, name="For anybody")
        pen.item(mine, name="Colleague has it", assignee="carl")
        pen.item(mine, name="Another team", role="dmo")
        pen.item(mine, name="Done", completed_at=NOW, completed_by="amina", assignee="amina")
        pen.item(mine, name="Gone", cancelled_at=NOW, assignee="amina")
    seen = {view: {row.name for row in rows(house, view=view)} for view in VIEWS}
    assert seen == {
        "mine": {"Mine"},
        "team": {"For anybody", "Colleague has it"},
        "done": {"Done"},
        "all": {"Mine", "For anybody", "Colleague has it", "Another team"},
    }
    counts = task_list(house, person("amina")).counts
    assert {view: counts[view] for view in VIEWS} == {view: len(seen[view]) for view in VIEWS}


VIEWS = ("mine", "team", "done", "all")


def test_the_figures_say_what_is_late_and_what_is_soon(house: Database) -> None:
    write(house, "2026-04-09", "2026-04-10", "2026-04-13", "2026-04-14", "2026-04-15")
    counts = task_list(house, person("amina")).counts
    assert (counts["late"], counts["soon"], counts["mine"]) == (2, 2, 5)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"due": "late"}, {"By 2026-04-10"}),
        ({"due": "soon"}, {"By 2026-04-13"}),
        ({"due": "week"}, {"By 2026-04-13", "By 2026-04-20"}),
        ({"due": "later"}, {"By 2026-05-20", "By None"}),
        ({"search": "carter", "due": "late"}, {"By 2026-04-10"}),
        ({"search": "2045/"}, ALL := {f"By {d}" for d in ("2026-04-10", "2026-04-13")}),
        ({"search": "sp-2026-001"}, ALL),
        ({"search": "100%"}, set()),
        ({"stage": "informal", "due": "late"}, {"By 2026-04-10"}),
        ({"stage": "formal"}, set()),
        ({"form": "other"}, set()),
        ({"process": "hearing", "due": "late"}, {"By 2026-04-10"}),
        ({"held_by": "amina", "due": "late"}, {"By 2026-04-10"}),
        ({"held_by": "carl"}, set()),
    ],
)
def test_the_address_is_the_filter(
    house: Database, wanted: dict[str, str], found: set[str]
) -> None:
    write(house, "2026-04-10", "2026-04-13", "2026-04-20", "2026-05-20", None)
    names = {row.name for row in rows(house, **wanted)}
    assert names >= found
    assert found or not names
    assert "search" in wanted or names == found


def test_a_row_names_the_customer_and_says_what_may_be_done(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.item(instance, name="Free")
        pen.item(instance, name="Mine", assignee="amina")
        pen.item(instance, name="Theirs", assignee="carl")
    seen = {row.name: row for row in rows(house, view="all")}
    assert {n: (r.can_start, r.can_open) for n, r in seen.items()} == {
        "Free": (True, True),
        "Mine": (False, True),
        "Theirs": (False, False),
    }
    row = seen["Theirs"]
    assert (row.customer, row.case_reference, row.assignee_name, row.process_name) == (
        "Jo Carter",
        "SP-2026-001",
        "Carl Boyd",
        "Hearing",
    )


def test_a_task_before_its_case_exists_has_no_customer_yet(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.item(instance, case_id=None, assignee="amina")
    (row,) = rows(house)
    assert (row.customer, row.case_id) == ("", None)
    assert task(house, row.id, person("amina")).case is None


def test_a_list_asks_the_same_few_things_whatever_its_length(
    both_houses: Database, statements: list[str]
) -> None:
    asked = []
    for count in (10, 190):
        write(both_houses, *["2026-04-10"] * count)
        task_list(both_houses, person("amina"), TaskFilter(view="all"))
        statements.clear()
        found = task_list(both_houses, person("amina"), TaskFilter(view="all"))
        asked.append(len(statements))
    assert max(asked) <= 6
    assert (found.total, len(found.items), found.back) == (200, 25, "")


def test_a_task_page_tells_the_case_the_reason_and_what_we_owe(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = full_case(pen)
        due = dt.date(2026, 4, 15)
        pen.add(Promise(case_id=row.id, what="Answer by e-mail", owner="priya", due_on=due))
    page = task(house, 1, person("ann"))
    assert page.documentation == "What decide is for (R-076)."
    assert [p.what for p in page.promises] == ["Answer by e-mail"]
    assert page.case is not None
    assert page.case.reference == "SP-2026-001"
    assert page.diagram is not None
    assert [step.name for step in page.diagram.now] == ["Hear it", "Decide"]
    assert page.row.is_open
    assert page.submission_id is None


def test_a_completed_task_leads_to_what_was_answered(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        done = {"completed_at": NOW, "completed_by": "amina", "assignee": "amina"}
        item = pen.item(pen.instance(row), **done)
        given = pen.submission(row, work_item_id=item.id).id
    page = task(house, 1, person("amina"))
    assert (page.submission_id, page.completed_by, page.row.is_open) == (
        given,
        "Amina Diallo",
        False,
    )


def test_a_task_page_asks_a_bounded_number_of_things(
    house: Database, statements: list[str]
) -> None:
    with house.writing() as session:
        full_case(Pen(session))
    task(house, 1, person("dorothy"))
    statements.clear()
    task(house, 1, person("dorothy"))
    assert len(statements) <= 17


def test_a_task_that_is_not_there_is_not_found(house: Database) -> None:
    with pytest.raises(NotFound):
        task(house, 99, person("dorothy"))


def test_two_tasks_of_a_name_say_what_each_is_about(house: Database, statements: list[str]) -> None:
    """R-007, R-058: cut short; for who has the task or sees that part of the case (R-102)."""
    due = dt.date(2026, 4, 15)
    with house.writing() as session:
        pen = Pen(session)
        case_file = pen.case()
        run = pen.instance(case_file)
        for what in ("Ring about the fence", "Write about the  " + "roof or " * 12):
            made = pen.add(Promise(case_id=case_file.id, what=what, owner="priya", due_on=due))
            refs = {"promise_ref": f"promise:{made.id}"}
            pen.item(run, assignee="priya", role="officer", variables=refs)
        away = pen.add(Promise(case_id=pen.case("Al").id, what="No", owner="priya", due_on=due))
        pen.item(run, assignee="priya", variables={"promise_ref": f"promise:{away.id}"})
        case_id = case_file.id
    task_list(house, person("priya"))
    statements.clear()
    short, cut, other = (row.matter for row in rows(house, "priya"))
    assert len(statements) <= 7
    assert short == "Ring about the fence"
    assert (len(cut) <= 80, cut[:20], cut[-1]) == (True, "Write about the roof", "…")
    assert other == ""
    assert [row.matter for row in case(house, case_id, person("dorothy")).tasks] == [
        short,
        cut,
        "",
    ]
    managers = rows(house, "mark", view="all")
    assert managers
    assert {row.matter for row in managers} == {""}
