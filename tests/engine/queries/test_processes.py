"""The published processes: what begins each, who does what, and only for those they exist for."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.queries import process, processes
from engine.tables.database import Database
from tests.engine.queries.landlord import person


def test_the_list_says_what_begins_each_and_what_it_is_part_of(house: Database) -> None:
    hearing, letter = processes(house, person("olga"))
    assert (hearing.name, hearing.begins, hearing.called_by) == ("Hearing", ("It came in",), ())
    assert letter.called_by == ("Hearing",)


def test_a_process_lists_its_steps_in_order_with_what_each_is_for(house: Database) -> None:
    page = process(house, "hearing", person("olga"))
    assert page.brief.process_id == "hearing"
    assert [(step.name, step.kind, step.depth) for step in page.steps][:4] == [
        ("It came in", "Beginning", 0),
        ("Work out the dates", "Done by the system", 0),
        ("Hear it", "Phase", 0),
        ("Hearing began", "Beginning", 1),
    ]
    decide = next(step for step in page.steps if step.element_id == "decide")
    assert (decide.form, decide.documentation) == ("Decide", "What decide is for (R-076).")


@pytest.mark.parametrize("name", ["olga", "mark", "dorothy", "colin", "lee"])
def test_they_exist_for_those_who_keep_the_policy(house: Database, name: str) -> None:
    assert processes(house, person(name))


@pytest.mark.parametrize("name", ["amina", "ann", "sia", "cora", "priya"])
def test_they_do_not_exist_for_others(house: Database, name: str) -> None:
    with pytest.raises(NotFound):
        processes(house, person(name))
    with pytest.raises(NotFound):
        process(house, "hearing", person(name))


def test_a_process_that_is_not_there_is_not_found(house: Database) -> None:
    with pytest.raises(NotFound):
        process(house, "nothing", person("olga"))
