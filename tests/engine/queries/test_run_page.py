"""One run: its diagrams, its history in words, what is stuck; now, or as it was on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.queries import RunPage, run_page
from engine.queries.run_history import MOST_EVENTS
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.process import ElementHistory, Incident, ProcessInstance
from tests.engine.queries.landlord import NOW, PEOPLE, Pen, morning, person

MONDAY, WEDNESDAY = dt.date(2026, 4, 6), dt.date(2026, 4, 8)


def fill(house: Database) -> None:
    """A hearing that began on Tuesday 7 April and was decided on Thursday; the letter is open."""
    with house.writing() as session:
        pen = Pen(session)
        case = pen.case()
        instance = pen.instance(case, started_by="amina")
        instance.started_at = morning("2026-04-07")
        decide = pen.item(
            instance,
            assignee="ann",
            due_on=dt.date(2026, 4, 7),
            opened_at=morning("2026-04-07"),
            completed_at=morning("2026-04-09"),
            completed_by="ann",
        )
        for day, *lines in _HISTORY:
            for line in lines:
                _happened(pen, instance, day, line, decide.id)
        pen.submission(case, by="ann", work_item_id=decide.id, instance_id=instance.id)
        issue = pen.item(
            instance,
            process_id="letter",
            element_id="issue",
            name="Issue the letter",
            opened_at=morning("2026-04-09"),
            due_on=dt.date(2026, 4, 16),
        )
        pen.place(instance, "write/letter:issue", issue)


_HISTORY = (
    (
        "2026-04-07",
        *("came_in entered", "came_in left", "work_out entered", "work_out left", "hear entered"),
        *("hearing_began entered", "hearing_began left", "decide entered"),
    ),
    ("2026-04-08", "too_late entered", "too_late left", "explain entered"),
    (
        "2026-04-09",
        *("decide left ann", "explain cancelled", "heard entered", "heard left", "hear left"),
        *("upheld entered", "upheld left", "write entered", "letter:wanted entered"),
        *("letter:wanted left", "letter:issue entered"),
    ),
)


def _happened(pen: Pen, instance: ProcessInstance, day: str, line: str, item_id: int) -> None:
    place, what, *by = line.split()
    process_id, _, element_id = place.rpartition(":")
    pen.add(
        ElementHistory(
            instance_id=instance.id,
            case_id=instance.case_id,
            process_id=process_id or "hearing",
            element_id=element_id,
            what=what,
            at=morning(day),
            by=by[0] if by else "the system",
            work_item_id=item_id if by else None,
        )
    )


def _marks(page: RunPage, process_id: str = "hearing") -> dict[str, str]:
    drawn = {state.process_id: state for state in page.diagrams}
    return {element: mark for element, (mark, _) in drawn[process_id].elements.items()}


def test_it_says_what_runs_since_when_and_begun_by_whom(both_houses: Database) -> None:
    fill(both_houses)
    page = run_page(both_houses, 1, person("mark"))
    assert (page.process, page.customer, page.release_number) == ("Hearing", "Jo Carter", 1)
    assert (page.started_by, page.started_at) == ("Amina Diallo", morning("2026-04-07"))
    assert [state.process_id for state in page.diagrams] == ["letter", "hearing"]
    assert (page.is_stuck, page.is_cut, page.ended_at) == (False, False, None)
    assert _marks(page) == {
        **dict.fromkeys(("came_in", "work_out", "hear", "hearing_began", "decide"), "done"),
        **dict.fromkeys(("heard", "too_late", "upheld"), "done"),
        "write": "now",
    }


def test_the_history_tells_people_from_the_system_in_words(house: Database) -> None:
    fill(house)
    page = run_page(house, 1, person("mark"))
    told = [
        (event.name, event.what_words, event.who) for event in page.history if not event.is_routine
    ]
    assert told == [
        ("Hear it", "Began", ""),
        ("Decide", "Task opened", ""),
        ("Time has passed", "Happened", ""),
        ("Explain the delay", "Task opened", ""),
        ("Decide", "Done", "Ann Abbot"),
        ("Explain the delay", "Task no longer needed", ""),
        ("Write the letter", "Began", ""),
        ("Issue the letter", "Task opened", ""),
    ]
    routine = [(event.kind, event.what_words) for event in page.history if event.is_routine]
    assert ("Question", "Answered") in routine
    assert ("Done by the system", "Done by the system") in routine


def test_what_was_answered_is_offered_to_those_who_may_read_it(both_houses: Database) -> None:
    fill(both_houses)
    page = run_page(both_houses, 1, person("colin"))
    offered = {event.element_id: event.submission_id for event in page.history if event.who}
    assert offered == {"decide": 1}
    assert {event.submission_id for event in page.history if not event.who} == {None}


def test_at_the_end_of_a_day_nothing_later_has_happened(both_houses: Database) -> None:
    fill(both_houses)
    page = run_page(both_houses, 1, person("mark"), WEDNESDAY)
    assert page.history[-1].element_id == "explain"
    assert [state.process_id for state in page.diagrams] == ["hearing"]
    marks = _marks(page)
    assert (marks["decide"], marks["hear"], marks["explain"]) == ("late", "now", "now")
    assert "write" not in marks
    decide = next(step for step in page.diagrams[0].steps if step.element_id == "decide")
    assert decide.text == "With Ann Abbot, due Tue 7 Apr 2026, late by 1 working day"


def test_before_it_began_there_was_nothing_and_today_is_now(house: Database) -> None:
    fill(house)
    before = run_page(house, 1, person("mark"), MONDAY)
    assert (before.diagrams, before.history) == ((), ())
    assert before.started_at == morning("2026-04-07")
    now = run_page(house, 1, person("mark"))
    assert run_page(house, 1, person("mark"), NOW.date()) == now
    assert run_page(house, 1, person("mark"), dt.date(2030, 1, 1)) == now


def test_a_run_that_is_over_was_running_on_an_earlier_day(house: Database) -> None:
    fill(house)
    with house.writing() as session:
        session.get_one(ProcessInstance, 1).ended_at = morning("2026-04-10")
    assert run_page(house, 1, person("mark")).ended_at == morning("2026-04-10")
    assert not any(state.is_running for state in run_page(house, 1, person("mark")).diagrams)
    then = run_page(house, 1, person("mark"), WEDNESDAY)
    assert then.ended_at is None
    assert then.diagrams[0].is_running


def test_what_is_stuck_is_told_with_its_reason_while_it_is(both_houses: Database) -> None:
    fill(both_houses)
    with both_houses.writing() as session:
        Pen(session).add(
            Incident(
                instance_id=1,
                case_id=1,
                process_id="hearing",
                element_id="work_out",
                reason="There is no such figure.",
                opened_at=morning("2026-04-07"),
                resolved_at=morning("2026-04-09"),
            )
        )
    assert run_page(both_houses, 1, person("mark")).stuck == ()
    page = run_page(both_houses, 1, person("mark"), WEDNESDAY)
    assert page.is_stuck
    [step] = page.stuck
    assert (step.step, step.process, step.reason) == (
        "Work out the dates",
        "Hearing",
        "There is no such figure.",
    )


def test_it_exists_for_those_who_see_where_its_case_is(both_houses: Database) -> None:
    fill(both_houses)
    for name in PEOPLE:
        if name in {"amina", "mark", "dorothy", "colin", "lee"}:
            assert run_page(both_houses, 1, person(name)).history
            continue
        with pytest.raises(NotFound):
            run_page(both_houses, 1, person(name))
    with pytest.raises(NotFound):
        run_page(both_houses, 99, person("mark"))


def test_a_run_without_a_case_is_for_those_who_see_every_case(both_houses: Database) -> None:
    fill(both_houses)
    with both_houses.writing() as session:
        session.get_one(ProcessInstance, 1).case_id = None
    assert run_page(both_houses, 1, person("mark")).case_id is None
    with pytest.raises(NotFound):
        run_page(both_houses, 1, person("amina"))


def test_a_very_long_run_shows_its_newest_events_and_its_whole_diagram(
    house: Database, statements: list[str]
) -> None:
    fill(house)
    with house.writing() as session:
        session.add_all(
            ElementHistory(
                instance_id=1,
                case_id=1,
                process_id="letter",
                element_id="issue",
                what=what,
                at=NOW,
                by="the system",
            )
            for _ in range(MOST_EVENTS // 2)
            for what in ("left", "entered")
        )
    run_page(house, 1, person("mark"))
    statements.clear()
    page = run_page(house, 1, person("mark"))
    assert len(statements) == 8
    assert (page.is_cut, len(page.history)) == (True, MOST_EVENTS)
    assert {event.element_id for event in page.history} == {"issue"}
    assert _marks(page)["decide"] == "done"


def test_it_takes_seven_statements(both_houses: Database, statements: list[str]) -> None:
    fill(both_houses)
    run_page(both_houses, 1, person("mark"))
    for as_of in (None, WEDNESDAY):
        statements.clear()
        run_page(both_houses, 1, person("mark"), as_of)
        assert len(statements) <= 7
    with both_houses.reading() as session:
        assert session.query(Submission).count() == 1
