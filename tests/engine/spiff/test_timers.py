"""Facts F9 and section 2: timers by one clock, due once, in London; event gateways with one way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.errors import ElementFailed, Rejected
from engine.spiff import Run
from tests.engine.spiff import stock
from tests.engine.spiff.acting import MONDAY, Play, Stage, definitions
from tests.engine.spiff.drawing import boundary, catch, draw, end, first, start, sub, user, xor

TWO_TIMERS = draw(
    "p",
    start(),
    first("g"),
    catch("month", duration="'P28D'"),
    catch("days", duration="'P3D'"),
    catch("m", message="msg"),
    user("a"),
    user("b"),
    user("c"),
    xor("x"),
    end(),
    flows="s->g; g->month->a->x; g->days->b->x; g->m->c->x; x->e",
)


def waiting(timer: str, **variables: Any) -> Run:
    """Start a process that waits for one moment."""
    drawn = draw("p", start(), catch("t", timer=timer), end(), flows="s->t->e")
    return Run.start(definitions(drawn), "p", Stage(), variables=variables)


def test_the_library_looks_at_one_of_two_timers_of_an_event_gateway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workflow = stock.started(TWO_TIMERS)
    with stock.days_later(monkeypatch, 4):
        workflow.do_engine_steps()
    assert stock.ready(workflow) == []


def test_the_earliest_timer_of_an_event_gateway_goes_its_way() -> None:
    play = Play(TWO_TIMERS)
    play.wait(days=4)
    assert play.open == ["b"]


def test_an_overdue_timer_and_a_late_message_never_both_go_on() -> None:
    play = Play(TWO_TIMERS)
    (message,) = play.run.waiting_messages
    play.stage.time += dt.timedelta(days=40)
    with pytest.raises(Rejected):
        play.run.deliver(message.task_id, {})
    assert [task.element.id for task in play.run.waiting_tasks] == ["b"]


def test_a_message_in_time_ends_the_timers_beside_it() -> None:
    play = Play(TWO_TIMERS)
    play.get("m")
    assert play.run.waiting_timers == []
    play.wait(days=60)
    assert play.open == ["c"]


def test_each_branch_of_an_event_gateway_is_addressed_by_itself() -> None:
    drawn = draw(
        "p",
        start(),
        first("g"),
        catch("one", message="msg", key="'k:' + str(n)"),
        catch("two", message="msg", key="case.ref"),
        xor("x"),
        end(),
        flows="s->g; g->one->x; g->two->x; x->e",
    )
    play = Play(drawn, n=7)
    found = {wait.element.id: wait for wait in play.run.waiting_messages}
    assert {name: wait.key for name, wait in found.items()} == {"one": "k:7", "two": "case:12"}
    play.get("two", heard="yes")
    assert play.run.variables["heard"] == "yes"
    assert [id_ for id_, what in play.happened if what == "left"] == ["s", "g", "two", "x", "e"]


@pytest.mark.parametrize(
    ("timer", "due"),
    [
        ("on('2026-03-10')", "2026-03-10T00:00+00:00"),
        ("after('2026-03-28')", "2026-03-29T00:00+00:00"),
        ("on('2026-03-30')", "2026-03-29T23:00+00:00"),
        ("'2026-04-01'", "2026-03-31T23:00+00:00"),
        ("2026-04-01", "2026-03-31T23:00+00:00"),
        ("2026-04-01T09:30:00", "2026-04-01T08:30+00:00"),
        ("2026-04-01T09:30:00Z", "2026-04-01T09:30+00:00"),
        ("P28D", "2026-03-30T08:00+00:00"),
        ("'P28D'", "2026-03-30T08:00+00:00"),
        ("period", "2026-09-02T08:00+00:00"),
        ("PT36H", "2026-03-03T21:00+00:00"),
        ("days(2)", "2026-03-04T09:00+00:00"),
        ("today()", "2026-03-02T00:00+00:00"),
        ("case.due", "2026-05-04T23:00+00:00"),
    ],
)
def test_a_timer_is_due_at_one_moment_of_london_time(timer: str, due: str) -> None:
    class Due:
        on = dt.date(2026, 5, 5)
        __expression_value__ = True

    stage = Stage(due=Due())
    stage.time = MONDAY
    drawn = draw(
        "p", start(), user("u"), boundary("t", "u", timer=timer), end(), flows="s->u->e; t->e"
    )
    run = Run.start(definitions(drawn), "p", stage, variables={"period": "P6M"})
    moments = [wait.due_at for wait in run.waiting_timers]
    moments += [MONDAY.replace(hour=0)] if run.ended else []
    assert moments == [dt.datetime.fromisoformat(due)]


@pytest.mark.parametrize(
    ("begun", "period", "due"),
    [
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2026-08-31", "P6M", "2027-02-28"),
        ("2026-03-31", "P1Y6M", "2027-09-30"),
        ("2026-02-27", "P1W2D", "2026-03-08"),
    ],
)
def test_months_are_calendar_months(begun: str, period: str, due: str) -> None:
    stage = Stage()
    stage.time = dt.datetime.fromisoformat(f"{begun}T12:00+00:00")
    drawn = draw("p", start(), catch("t", duration=period), end(), flows="s->t->e")
    run = Run.start(definitions(drawn), "p", stage)
    assert run.next_due_at is not None
    assert run.next_due_at.date().isoformat() == due


def test_the_moment_is_fixed_when_the_timer_is_reached() -> None:
    play = Play(
        draw("p", start(), catch("t", timer="on(case.day)"), end(), flows="s->t->e"),
        stage=Stage(day="2026-03-10"),
    )
    play.stage.facts["day"] = "2026-03-04"
    play.wait(days=3)
    assert play.ended is None
    play.wait(days=6)
    assert play.ended == ["e"]


def test_rearming_tells_the_old_and_the_new_moment_and_keeps_durations() -> None:
    drawn = draw(
        "p",
        start(),
        first("g"),
        catch("day", timer="on(case.day)"),
        catch("later", duration="P9D"),
        xor("x"),
        end(),
        flows="s->g; g->day->x; g->later->x; x->e",
    )
    play = Play(drawn, stage=Stage(day="2026-03-10"))
    play.wait(days=2)
    play.stage.facts["day"] = "2026-03-20"
    (moved,) = play.run.rearm()
    assert (moved.element.id, str(moved.old.date()), str(moved.new.date())) == (
        "day",
        "2026-03-10",
        "2026-03-20",
    )
    play.keep()
    assert play.run.rearm() == []
    assert str(play.run.next_due_at) == "2026-03-11 09:00:00+00:00"


@pytest.mark.parametrize("timer", ["case.nothing", "3", "'soon'", "P99999Y", "'P1X'"])
def test_a_timer_that_gives_no_moment_names_its_element(timer: str) -> None:
    drawn = draw("p", start(), catch("t", timer=timer), end(), flows="s->t->e")
    with pytest.raises(ElementFailed) as failure:
        Run.start(definitions(drawn), "p", Stage(nothing=None))
    assert failure.value.element_id == "t"


def test_a_date_that_is_past_when_it_is_reached_fires_at_once_and_the_task_opens() -> None:
    drawn = draw(
        "p",
        start(),
        user("u"),
        boundary("late", "u", goes_on=True, timer="on('2026-01-01')"),
        user("chase"),
        end(),
        end("e2"),
        flows="s->u->e; late->chase->e2",
    )
    assert Play(drawn).open == ["chase", "u"]


def test_of_two_timers_that_are_due_the_earlier_one_comes_first() -> None:
    drawn = draw(
        "p",
        start(),
        sub(
            "ph",
            start("s1"),
            user("u"),
            boundary("inner", "u", timer="on('2026-03-05')"),
            user("v"),
            end("e1"),
            flows="s1->u->e1; inner->v->e1",
        ),
        boundary("outer", "ph", timer="on('2026-03-04')"),
        end(),
        end("e2"),
        flows="s->ph->e; outer->e2",
    )
    play = Play(drawn)
    play.wait(days=30)
    assert play.ended == ["e2"]
    assert ("inner", "entered") not in play.happened


def test_an_event_gateway_in_a_loop_beside_a_side_path_goes_on_round_after_round() -> None:
    drawn = draw(
        "p",
        start(),
        sub(
            "ph",
            start("s1"),
            xor("m"),
            first("g"),
            catch("day", timer="today() + days(30)"),
            catch("asked", message="asked"),
            user("look"),
            boundary("slow", "look", goes_on=True, timer="today() + days(5)"),
            user("remind"),
            xor("x"),
            end("e1"),
            end("e2", terminate=""),
            flows="s1->m->g; g->day->look; g->asked->look; look->x; x->m [again]; x=>e2;"
            "slow->remind->e1",
        ),
        end(),
        flows="s->ph->e",
    )
    play = Play(drawn)
    for _ in range(3):
        play.get("asked")
        play.wait(days=6)
        assert play.open[0] == "look"
        play.do("look", again=True)
    assert play.open == ["remind"] * 3
    play.wait(days=31)
    play.do("look", again=False)
    assert play.ended == ["e"]
