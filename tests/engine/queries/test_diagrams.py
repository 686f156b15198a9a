"""Where a case is on its diagrams, from rows alone: the marks, the list, the sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.queries import DiagramState, case, diagram_state, diagram_xml
from engine.queries.flow_order import in_reading_order, shapes
from engine.releases import bundle
from engine.tables.database import Database
from engine.tables.process import Incident
from tests.engine.queries.landlord import NOW, Pen, drawn, person

BEGUN = ("came_in entered", "came_in left", "work_out entered", "work_out left", "hear entered")
HEARING = (*BEGUN, "hearing_began entered", "hearing_began left", "decide entered")
HEARD = (*HEARING, "decide left ann", "heard entered", "heard left", "hear left")
OVER = (*HEARD, "upheld entered", "upheld left", "refuse entered", "refuse left")


def write(house: Database, *history: str, **item: object) -> DiagramState:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        instance = pen.instance(row, ended_at=NOW if history == OVER else None)
        pen.happened(instance, *history)
        if item:
            pen.item(instance, **item)
    (state,) = case(house, 1, person("dorothy"), ["where"]).processes
    return state


def states(state: DiagramState) -> dict[str, str]:
    return {step.element_id: step.state for step in state.steps}


def test_the_list_follows_the_flow_and_what_may_happen_meanwhile_comes_after(
    house: Database,
) -> None:
    with house.reading() as session:
        diagram = bundle(session, 1).definitions.diagram("hearing")
    assert [(element.id, depth) for element, depth in in_reading_order(diagram)] == [
        ("came_in", 0),
        ("work_out", 0),
        ("hear", 0),
        ("hearing_began", 1),
        ("decide", 1),
        ("heard", 1),
        ("upheld", 0),
        ("write", 0),
        ("refuse", 0),
        ("told", 0),
        ("too_late", 0),
        ("explain", 0),
        ("explained", 0),
    ]


def test_what_is_done_where_it_is_and_what_is_ahead(house: Database) -> None:
    state = write(house, *HEARING, assignee="ann", due_on=dt.date(2026, 4, 15))
    assert states(state) == {
        "came_in": "done",
        "work_out": "done",
        "hear": "now",
        "hearing_began": "done",
        "decide": "now",
        "heard": "ahead",
        "upheld": "ahead",
        "write": "ahead",
        "refuse": "ahead",
        "told": "ahead",
        "too_late": "ahead",
        "explain": "ahead",
        "explained": "ahead",
    }
    step = next(step for step in state.steps if step.element_id == "decide")
    assert step.text == "With Ann Abbot, due Wed 15 Apr 2026, in 2 working days"
    assert state.elements["decide"] == ("now", "in 2 working days")
    assert state.elements["came_in"] == ("done", "")
    assert "heard" not in state.elements
    assert state.summary == (
        "Hearing is now at: Decide (with Ann Abbot, due Wed 15 Apr 2026, in 2 working days)."
    )


def test_a_phase_drawn_closed_is_marked_and_one_drawn_open_is_left_to_what_is_inside() -> None:
    closed, opened = (
        shapes(drawn()),
        shapes(drawn().replace(b'"hear">', b'"hear" isExpanded="true">')),
    )
    assert closed.open == frozenset()
    assert opened.open == {"hear"}
    assert closed.places == opened.places


def test_a_task_past_its_date_is_late_and_says_by_how_much(house: Database) -> None:
    state = write(house, *HEARING, due_on=dt.date(2026, 4, 10))
    assert state.elements["decide"] == ("late", "late by 1 working day")
    assert [step.element_id for step in state.now] == ["hear", "decide"]
    assert state.now[1].text == "With Team leader, due Fri 10 Apr 2026, late by 1 working day"


def test_what_cannot_be_reached_any_more_is_not_said_to_be_ahead(house: Database) -> None:
    state = write(house, *HEARD, "upheld entered", "upheld left", "write entered")
    assert states(state)["write"] == "now"
    assert states(state)["told"] == "ahead"
    assert {states(state)[e] for e in ("refuse", "too_late", "explain")} == {"skipped"}
    done = next(step for step in state.steps if step.element_id == "decide")
    assert done.text == "Done on Mon 13 Apr 2026, 10:00 by Ann Abbot"


def test_a_run_that_is_over_says_how_it_ended(house: Database) -> None:
    state = write(house, *OVER)
    assert not state.is_running
    assert set(states(state).values()) == {"done", "skipped"}
    assert state.summary == "Hearing is over: it is refused."


def test_a_date_that_came_meanwhile_shows_beside_what_still_runs(house: Database) -> None:
    fired = ("too_late entered", "too_late left", "explain entered")
    state = write(house, *HEARING, *fired, element_id="explain", name="Explain the delay")
    assert states(state)["too_late"] == "done"
    assert [step.element_id for step in state.now] == ["hear", "decide", "explain"]


def test_a_date_that_merely_waits_is_not_where_the_case_is(house: Database) -> None:
    state = write(house, *HEARING, "too_late entered")
    assert states(state)["too_late"] == "ahead"


def test_a_stuck_step_says_why(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.happened(instance, "came_in entered", "came_in left")
        pen.add(
            Incident(
                instance_id=instance.id,
                case_id=1,
                process_id="hearing",
                element_id="work_out",
                reason="There is no figure named appeal.sla.",
                opened_at=NOW,
            )
        )
    (state,) = case(house, 1, person("dorothy"), ["where"]).processes
    (step,) = state.now
    assert step.text == "Stuck: There is no figure named appeal.sla."
    assert state.elements["work_out"] == ("stuck", "stuck")


def test_a_called_process_has_a_diagram_of_its_own_and_shows_its_latest_run(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.happened(instance, *HEARD, "upheld entered", "upheld left", "write entered")
        first = ("wanted entered", "wanted left", "issue entered", "issue left", "issued entered")
        for line in (*first, "issued left", "wanted entered", "wanted left", "issue entered"):
            pen.happened(instance, line, process_id="letter")
    found = {s.process_id: s for s in case(house, 1, person("dorothy"), ["where"]).processes}
    assert {state.instance_id for state in found.values()} == {1}
    assert states(found["letter"]) == {"wanted": "done", "issue": "now", "issued": "ahead"}
    assert states(found["hearing"])["write"] == "now"


def test_one_diagram_is_read_alone_and_exists_for_those_who_see_the_case(house: Database) -> None:
    write(house, *HEARING)
    state = diagram_state(house, 1, 1, "hearing", person("amina"))
    assert (state.name, state.release_id) == ("Hearing", 1)
    for name in ("carl", "priya", "olga"):
        with pytest.raises(NotFound):
            diagram_state(house, 1, 1, "hearing", person(name))
    with pytest.raises(NotFound):
        diagram_state(house, 1, 1, "letter", person("amina"))
    with pytest.raises(NotFound):
        diagram_state(house, 1, 9, "hearing", person("amina"))


def test_a_published_diagram_is_given_as_it_was_drawn(house: Database) -> None:
    assert diagram_xml(house, 1, "hearing") == drawn()
    with pytest.raises(NotFound):
        diagram_xml(house, 1, "nothing")
    with pytest.raises(NotFound):
        diagram_xml(house, 9, "hearing")


def test_a_long_history_is_read_with_as_few_statements_and_rows_as_a_short_one(
    both_houses: Database, statements: list[str]
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        pen.happened(instance, *HEARING)
    case(both_houses, 1, person("dorothy"), ["where"])
    asked = []
    for _ in range(2):
        statements.clear()
        (state,) = case(both_houses, 1, person("dorothy"), ["where"]).processes
        asked.append(len(statements))
        with both_houses.writing() as session:
            again = session.get_one(type(instance), 1)
            for _ in range(40):
                Pen(session).happened(again, "decide left ann", "decide entered")
    assert asked[0] == asked[1]
    assert states(state)["decide"] == "now"
