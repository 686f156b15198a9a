"""Everything that runs, in a list: each filter, each order, each page, and for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.queries import RunningFilter, RunningPage, RunningRow, running
from engine.queries.reading import reading
from engine.queries.run_filter import fitting
from engine.tables.database import Database
from engine.tables.process import ElementInstance, Incident
from tests.engine.queries.landlord import NOW, PEOPLE, TODAY, Pen, person

MAY_LOOK = ("colin", "dorothy", "lee", "mark")
BY_DAY = {"late": -3, "today": 0, "soon": 4, "later": 20}


def fill(house: Database) -> None:
    """Five cases: one late with Amina, one today, one soon, one stuck, one that waits."""
    with house.writing() as session:
        pen = Pen(session)
        names = ("Ada Ash", "bo birch", "Cy Cedar", "Di Dogwood", "Ed Elder")
        cases = [pen.case(name, stage=stage) for name, stage in zip(names, _STAGES, strict=True)]
        for case, (about, days) in zip(cases, BY_DAY.items(), strict=False):
            instance = pen.instance(case)
            pen.place(instance, "hear", is_container=True, task_id="hear")
            item = pen.item(
                instance,
                due_on=TODAY + dt.timedelta(days=days),
                assignee="amina" if about == "late" else None,
                role="team_leader" if about != "soon" else "dmo",
                task_id=about,
            )
            pen.place(
                instance,
                "hear/decide",
                item,
                entered_at=NOW - dt.timedelta(days=days),
                name=f"Decide: {about}",
            )
        incident = pen.add(
            Incident(
                instance_id=1,
                process_id="hearing",
                element_id="work_out",
                reason="There is no such figure.",
                opened_at=NOW,
            )
        )
        last = pen.instance(cases[4])
        pen.place(last, "work_out", incident_id=incident.id)
        pen.place(last, "write", is_container=True)
        pen.place(last, "write/letter:issue", fires_at=dt.datetime(2026, 9, 30, 23, tzinfo=dt.UTC))
        pen.place(last, "write/letter:wanted", name="Letter is wanted")


_STAGES = ("informal", "informal", "warning", "formal", "in_force")


def _names(page: Sequence[RunningRow] | RunningPage) -> list[str]:
    return [row.customer.split()[0].lower() for row in page]


def _ask(house: Database, page: int = 1, size: int | None = None, **wanted: Any) -> RunningPage:
    return running(house, person("mark"), RunningFilter(**wanted), page, size=size)


def test_it_exists_for_managers_and_those_who_watch_over_cases(both_houses: Database) -> None:
    fill(both_houses)
    for name in PEOPLE:
        if name in MAY_LOOK:
            assert running(both_houses, person(name), RunningFilter()).total == 7
            continue
        with pytest.raises(NotFound):
            running(both_houses, person(name), RunningFilter())


def test_each_row_says_who_where_since_and_by_when(both_houses: Database) -> None:
    fill(both_houses)
    first = _ask(both_houses).items[0]
    assert first == RunningRow(
        instance_id=1,
        case_id=1,
        case_reference="SP-2026-001",
        customer="Ada Ash",
        process_id="hearing",
        process="Hearing",
        stage="informal",
        element_id="decide",
        place="Decide: late",
        state="late",
        held_by="Amina Diallo",
        holder="amina",
        since=NOW + dt.timedelta(days=3),
        due_on=dt.date(2026, 4, 10),
        due_words="late by 1 working day",
        is_late=True,
        late_by=1,
        waits_for="",
        release_number=1,
        work_item_id=1,
    )


def test_what_is_no_task_says_what_it_waits_for(both_houses: Database) -> None:
    fill(both_houses)
    rows = {row.element_id: row for row in _ask(both_houses, search="elder")}
    assert {row.held_by for row in rows.values()} == {""}
    assert (rows["work_out"].state, rows["work_out"].waits_for) == (
        "stuck",
        "There is no such figure.",
    )
    assert (rows["issue"].state, rows["issue"].waits_for) == ("waits", "until Thu 1 Oct 2026")
    assert (rows["wanted"].state, rows["wanted"].waits_for) == ("waits", "to be told")
    assert rows["issue"].process == "Letter"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"search": "BIRCH"}, ["bo"]),
        ({"search": "2026-003"}, ["cy"]),
        ({"search": "100%"}, []),
        ({"stage": "informal"}, ["ada", "bo"]),
        ({"held_by": "amina"}, ["ada"]),
        ({"held_by": "team_leader"}, ["bo", "di"]),
        ({"held_by": "dmo"}, ["cy"]),
        ({"due": "late"}, ["ada"]),
        ({"due": "today"}, ["bo"]),
        ({"due": "week"}, ["bo", "cy"]),
        ({"due": "later"}, ["di"]),
        ({"due": "none"}, ["ed", "ed", "ed"]),
        ({"due": "stuck"}, ["ed"]),
        ({"process": "letter"}, ["ed", "ed"]),
        ({"process": "hearing", "element": "hear"}, ["ada", "bo", "cy", "di"]),
        ({"process": "hearing", "element": "write"}, ["ed", "ed"]),
        ({"process": "hearing", "element": "hea"}, []),
        ({"process": "letter", "element": "write"}, []),
        ({"element": "decide"}, []),
        ({"release": 1, "stage": "warning"}, ["cy"]),
        ({"release": 2}, []),
        ({"process": "hear"}, []),
        ({"stage": "informal", "due": "late", "held_by": "amina", "search": "ada"}, ["ada"]),
    ],
)
def test_each_filter_narrows_and_they_hold_together(
    both_houses: Database, wanted: dict[str, Any], found: list[str]
) -> None:
    fill(both_houses)
    page = _ask(both_houses, **wanted)
    assert _names(page) == found
    assert (page.total, page.cases) == (len(found), len(set(found)))


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("due", "ada bo cy di ed ed ed"),
        ("-due", "di cy bo ada ed ed ed"),
        ("since", "di cy bo ed ed ed ada"),
        ("-since", "ada ed ed ed bo cy di"),
        ("customer", "ada bo cy di ed ed ed"),
        ("-customer", "ed ed ed di cy bo ada"),
        ("process", "ada bo cy di ed ed ed"),
        ("-process", "ed ed ada bo cy di ed"),
        ("place", "ada di cy bo ed ed ed"),
        ("held_by", "ada cy bo di ed ed ed"),
        ("-held_by", "bo di cy ada ed ed ed"),
        ("-late", "ada bo cy di ed ed ed"),
        ("late", "ada bo cy di ed ed ed"),
        ("nonsense", "ada bo cy di ed ed ed"),
    ],
)
def test_each_order_is_the_same_on_every_page_and_ends_with_what_has_none(
    both_houses: Database, sort: str, found: str
) -> None:
    fill(both_houses)
    whole = _ask(both_houses, sort=sort)
    assert _names(whole) == found.split()
    pages = [_ask(both_houses, number, 2, sort=sort) for number in (1, 2, 3, 4, 5)]
    assert [row for page in pages for row in page] == list(whole)
    assert [(page.pages, page.total) for page in pages] == [(4, 7)] * 5
    assert {(page.late, page.cases) for page in pages} == {(1, 5)}


def test_of_what_is_late_the_longest_comes_first_or_last(both_houses: Database) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        for name, days in (("Ada", 2), ("Bo", 9), ("Cy", -3), ("Di", 5)):
            instance = pen.instance(pen.case(name))
            due_on = TODAY - dt.timedelta(days=days)
            pen.place(instance, "hear/decide", pen.item(instance, due_on=due_on))
    assert _names(_ask(both_houses, sort="-late")) == ["bo", "di", "ada", "cy"]
    assert _names(_ask(both_houses, sort="late")) == ["ada", "di", "bo", "cy"]


def test_it_takes_four_statements_however_many_there_are(
    both_houses: Database, statements: list[str]
) -> None:
    fill(both_houses)
    _ask(both_houses)
    counts = set()
    everything: dict[str, Any] = {
        "search": "a",
        "process": "hearing",
        "element": "hear",
        "due": "late",
    }
    for wanted in ({}, everything, {"sort": "-held_by", "stage": "formal"}):
        statements.clear()
        _ask(both_houses, **wanted)
        counts.add(len(statements))
    assert counts == {4}


def test_a_page_is_never_longer_than_is_good_for_anybody(house: Database) -> None:
    fill(house)
    assert _ask(house, size=1_000_000).pages == 1
    assert len(_ask(house, size=0)) == 7
    assert _ask(house, 99).items == ()
    assert _ask(house, -1).page == 1


def test_what_a_person_does_not_see_is_neither_listed_nor_counted(both_houses: Database) -> None:
    """The condition of the list itself, for somebody the pages do not exist for today."""
    fill(both_houses)
    seen = {}
    for name in ("amina", "carl", "mark", "olga"):
        with reading(both_houses, person(name)) as look:
            counted = select(func.count(ElementInstance.id)).where(*fitting(look, RunningFilter()))
            seen[name] = look.session.scalar(counted)
    assert seen == {"amina": 7, "carl": 0, "mark": 7, "olga": 0}
