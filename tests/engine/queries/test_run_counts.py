"""How much runs and is late on a diagram: each count is the length of the list behind it."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.queries import ProcessRuns, RunningFilter, process_runs, running, runs_by_process
from engine.releases import install
from engine.tables.database import Database
from engine.tables.process import Incident
from tests.engine.queries.landlord import (
    FORM,
    NOW,
    PEOPLE,
    POLICY,
    TODAY,
    Pen,
    drawn,
    figures,
    letter_drawn,
    person,
)


def fill(house: Database) -> None:
    """Two runs on version 1, one on version 2: late inside a phase, inside a called process."""
    with house.writing() as session:
        files = {
            "bpmn/hearing.bpmn": drawn(),
            "bpmn/letter.bpmn": letter_drawn(),
            "forms/definitions/decide.yaml": FORM,
            POLICY: figures(),
        }
        install(session, files, at=NOW, by="olga", note="Again")
        pen = Pen(session)
        late = TODAY - dt.timedelta(days=2)
        case = pen.case()
        hearing = pen.instance(case)
        pen.place(hearing, "hear", is_container=True)
        pen.place(hearing, "hear/decide", pen.item(hearing, due_on=late))
        pen.place(hearing, "explain", pen.item(hearing, element_id="explain"))
        other = pen.instance(case)
        pen.place(other, "write", is_container=True)
        pen.place(other, "write/letter:issue", pen.item(other, process_id="letter", due_on=late))
        newer = Pen(session, release_id=2).instance(case)
        incident = pen.add(
            Incident(
                instance_id=newer.id,
                process_id="hearing",
                element_id="work_out",
                reason="x",
                opened_at=NOW,
            )
        )
        pen.place(newer, "work_out", incident_id=incident.id)


def _counts(page: ProcessRuns) -> dict[str, tuple[int, int, int]]:
    return {place.element_id: (place.running, place.late, place.stuck) for place in page.places}


def test_a_phase_and_a_call_count_what_is_inside_however_deep(both_houses: Database) -> None:
    fill(both_houses)
    page = process_runs(both_houses, "hearing", person("mark"), 1)
    assert _counts(page) == {
        "hear": (1, 1, 0),
        "decide": (1, 1, 0),
        "explain": (1, 0, 0),
        "write": (1, 1, 0),
    }
    assert (page.runs, page.total, page.late, page.stuck) == (2, 3, 2, 0)
    assert page.places[0].name == "Hear it"
    assert page.versions == ((2, 1), (1, 2))


def test_without_a_version_the_newest_that_draws_it_is_shown(both_houses: Database) -> None:
    fill(both_houses)
    page = process_runs(both_houses, "hearing", person("mark"))
    assert (page.release_number, _counts(page)) == (2, {"work_out": (1, 0, 1)})
    letter = process_runs(both_houses, "letter", person("mark"))
    assert (letter.release_number, letter.runs, letter.versions) == (2, 0, ((2, 0), (1, 1)))


@pytest.mark.parametrize("process_id", ["hearing", "letter"])
@pytest.mark.parametrize("release", [1, 2])
def test_each_count_is_the_length_of_its_list(
    both_houses: Database, process_id: str, release: int
) -> None:
    fill(both_houses)
    mark = person("mark")
    page = process_runs(both_houses, process_id, mark, release)
    whole = RunningFilter(process=process_id, release=release)
    assert page.total == running(both_houses, mark, whole).total
    for place in page.places:
        for due, count in (("", place.running), ("late", place.late), ("stuck", place.stuck)):
            wanted = RunningFilter(
                process=process_id, element=place.element_id, release=release, due=due
            )
            assert running(both_houses, mark, wanted).total == count


def test_runs_are_counted_by_process_for_whoever_reads_the_processes(
    both_houses: Database,
) -> None:
    fill(both_houses)
    for name, (_, roles) in PEOPLE.items():
        if set(roles) & {"process_owner", "manager", "dmo", "complaints_manager", "legal"}:
            counts = runs_by_process(both_houses, person(name))
            assert counts == {"hearing": (3, 2), "letter": (1, 1)}
            continue
        with pytest.raises(NotFound):
            runs_by_process(both_houses, person(name))


def test_what_no_version_draws_and_what_is_for_others_does_not_exist(house: Database) -> None:
    fill(house)
    mark = person("mark")
    for process_id, release in (("nothing", None), ("hearing", 3), ("hearing", 0)):
        with pytest.raises(NotFound):
            process_runs(house, process_id, mark, release)
    for name in ("amina", "olga", "cora"):
        with pytest.raises(NotFound):
            process_runs(house, "hearing", person(name))


def test_a_diagram_takes_five_statements(both_houses: Database, statements: list[str]) -> None:
    fill(both_houses)
    process_runs(both_houses, "hearing", person("mark"))
    statements.clear()
    process_runs(both_houses, "hearing", person("mark"))
    assert len(statements) <= 5
    statements.clear()
    runs_by_process(both_houses, person("olga"))
    assert len(statements) <= 3
