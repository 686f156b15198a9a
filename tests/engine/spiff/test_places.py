"""Where an instance is: calls and phases with what is inside, branches, items, what is stuck."""

from __future__ import annotations

import datetime as dt

from tests.engine.spiff.acting import MONDAY, Play, Stage
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    draw,
    each,
    end,
    first,
    node,
    properties,
    scope,
    service,
    start,
    sub,
    user,
)


def _where(play: Play) -> list[tuple[str, bool]]:
    return [(place.path, place.is_container) for place in play.run.places]


def test_what_holds_others_comes_before_what_is_inside() -> None:
    letter = draw("letter", start(), user("write"), end(), flows="s -> write -> e")
    phase = sub("hear", start("hs"), call("tell", "letter"), end("he"), flows="hs -> tell -> he")
    play = Play(draw("case", start(), phase, end(), flows="s -> hear -> e"), letter)
    assert _where(play) == [
        ("/case:hear/", True),
        ("/case:hear/case:tell/", True),
        ("/case:hear/case:tell/letter:write/", False),
    ]
    assert [place.element.process_id for place in play.run.places] == ["case", "case", "letter"]
    play.do("write")
    assert _where(play) == []


def test_branches_behind_an_event_gateway_stand_there_and_the_gateway_does_not() -> None:
    play = Play(
        draw(
            "case",
            start(),
            first("wait"),
            catch("told", key="case.ref", message="news"),
            catch("late", timer="on('2026-03-05')"),
            end(),
            flows="s -> wait -> told -> e; wait -> late -> e",
        )
    )
    assert [(place.element.id, place.fires_at) for place in play.run.places] == [
        ("told", None),
        ("late", dt.datetime(2026, 3, 5, tzinfo=dt.UTC)),
    ]
    assert len({place.task_id for place in play.run.places}) == 2
    play.get("told")
    assert _where(play) == []


def test_what_may_happen_meanwhile_at_an_edge_is_no_place() -> None:
    play = Play(
        draw(
            "case",
            start(),
            user("do_it"),
            boundary("remind", "do_it", goes_on=True, timer="on('2026-03-05')"),
            user("call"),
            end(),
            flows="s -> do_it -> e; remind -> call -> e",
        )
    )
    assert _where(play) == [("/case:do_it/", False)]
    play.wait(days=5)
    assert sorted(_where(play)) == [("/case:call/", False), ("/case:do_it/", False)]


def test_each_item_of_several_is_a_place() -> None:
    many = node("userTask", "ask", properties() + each("who", "one"))
    play = Play(draw("case", start(), many, end(), flows="s -> ask -> e"), who=["ann", "ben"])
    assert _where(play) == [("/case:ask/", False)] * 2
    assert len({place.task_id for place in play.run.places}) == 2
    play.do("ask")
    assert _where(play) == [("/case:ask/", False)]


def test_each_called_process_of_several_holds_its_own() -> None:
    letter = draw("letter", start(), user("write"), end(), flows="s -> write -> e")
    many = node("callActivity", "tell", each("who", "one"), calledElement="letter")
    case = draw("case", start(), many, end(), flows="s -> tell -> e")
    play = Play(case, letter, who=["ann", "ben"])
    assert _where(play) == [
        *[("/case:tell/", True)] * 2,
        *[("/case:tell/letter:write/", False)] * 2,
    ]


def test_a_stuck_element_stands_there_until_it_goes_on() -> None:
    def fail() -> None:
        raise ValueError("The disk is full.")

    stage = Stage()
    stage.operations["keep"] = fail
    case = draw("case", start(), service("store", "keep"), user("go_on"), end(), flows=_STORE)
    play = Play(case, stage=stage)
    assert [(place.element.id, place.is_stuck) for place in play.run.places] == [("store", True)]
    del stage.operations["keep"]
    play.run.retry()
    assert [(place.element.id, place.is_stuck) for place in play.run.places] == [("go_on", False)]
    assert play.stage.now() == MONDAY


_STORE = "s -> store -> go_on -> e"


def test_a_phase_within_a_phase_names_both() -> None:
    inner = sub("inner", start("is"), user("do_it"), end("ie"), flows="is -> do_it -> ie")
    outer = node("subProcess", "outer", scope(start("os"), inner, end("oe"), flows=_OUTER))
    play = Play(draw("case", start(), outer, end(), flows="s -> outer -> e"))
    assert [path for path, _ in _where(play)] == [
        "/case:outer/",
        "/case:outer/case:inner/",
        "/case:outer/case:inner/case:do_it/",
    ]


_OUTER = "os -> inner -> oe"
