"""A run: what waits, what happened, what an operation is told, what failed, where limits lie."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine.errors import ElementFailed, NotFound, Rejected
from engine.spiff import Run, evaluator, work
from tests.engine.spiff.acting import Play, Stage, definitions
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    draw,
    each,
    end,
    node,
    script,
    service,
    start,
    sub,
    user,
    xor,
)

INNER = draw(
    "inner",
    start("begun"),
    service("open", "letters.open", result="letter_ref", template="call.letter", of="case.ref"),
    user("write"),
    boundary("late", "write", goes_on=True, timer="on('2026-03-04')"),
    user("chase"),
    end("sent", terminate=""),
    end("chased"),
    flows="begun->open->write->sent; late->chase->chased",
)
OUTER = draw(
    "outer",
    start(),
    sub(
        "ph",
        start("s1"),
        call("c", "inner", letter="warning", author="dmo"),
        end("e1"),
        flows="s1->c->e1",
    ),
    boundary("stop", "ph", message="stop"),
    user("after"),
    end(),
    flows="s->ph->after->e; stop->after",
)


def letters() -> Stage:
    stage = Stage()
    stage.operations["letters.open"] = lambda template, of: f"letter:{template}"
    return stage


def test_a_called_process_sees_the_properties_of_the_call_and_gives_its_variables_back() -> None:
    play = Play(OUTER, INNER, stage=letters(), n=1)
    called = {"letter": "warning", "author": "dmo"}
    assert play.stage.called == [
        ("letters.open", {"template": "warning", "of": "case:12"}, "open", called)
    ]
    (task,) = play.run.waiting_tasks
    assert (task.element.id, task.element.process_id, task.calling) == ("write", "inner", called)
    assert task.variables == {"n": 1, "letter_ref": "letter:warning"}
    play.do("write", outcome="sent")
    assert play.open == ["after"]
    assert play.run.waiting_tasks[0].calling == {}
    assert play.run.variables == {"n": 1, "letter_ref": "letter:warning", "outcome": "sent"}


def test_the_innermost_call_wins() -> None:
    middle = draw("middle", start(), call("c2", "inner", letter="notice"), end(), flows="s->c2->e")
    outer = draw(
        "outer",
        start(),
        call("c1", "middle", letter="warning", author="dmo"),
        end(),
        flows="s->c1->e",
    )
    play = Play(outer, middle, INNER, stage=letters())
    assert play.run.waiting_tasks[0].calling == {"letter": "notice", "author": "dmo"}


def test_what_happened_is_told_in_order_with_nested_elements() -> None:
    play = Play(OUTER, INNER, stage=letters())
    play.wait(days=3)
    play.do("write")
    assert [f"{what} {id_}" for id_, what in play.happened] == [
        "entered s", "left s", "entered ph", "entered s1", "left s1", "entered c",
        "entered begun", "left begun", "entered open", "left open", "entered write",
        "entered late", "left late", "entered chase", "left write", "entered sent",
        "left sent", "cancelled chase", "left c", "entered e1", "left e1", "left ph",
        "entered after",
    ]  # fmt: skip


def test_a_terminate_end_clears_a_side_path_and_the_caller_goes_on() -> None:
    play = Play(OUTER, INNER, stage=letters())
    play.wait(days=3)
    assert play.open == ["chase", "write"]
    play.do("write")
    assert play.open == ["after"]
    assert play.run.waiting_timers == []


def test_a_message_takes_a_called_process_away_with_all_that_is_open_in_it() -> None:
    play = Play(OUTER, INNER, stage=letters())
    play.wait(days=3)
    play.get("stop")
    assert play.open == ["after"]
    cancelled = {id_ for id_, what in play.happened if what == "cancelled"}
    assert cancelled == {"ph", "c", "write", "chase"}
    play.do("after")
    assert play.ended == ["e"]


def test_an_event_that_never_happened_is_not_told() -> None:
    play = Play(OUTER, INNER, stage=letters())
    play.do("write")
    play.do("after")
    assert not {"late", "stop"} & {id_ for id_, _ in play.happened}


PEOPLE = draw(
    "p",
    start(),
    xor("m"),
    node("userTask", "ask", each("who", "person")),
    boundary("stop", "ask", message="stop"),
    user("after"),
    xor("g"),
    end(),
    flows="s->m->ask->after->g; g->m [again]; g=>e; stop->after",
)


def test_there_is_one_task_an_item_in_every_round() -> None:
    play = Play(PEOPLE, who=["ann", "bob", "cy"], seen=0)
    people = [task.variables["person"] for task in play.run.waiting_tasks]
    assert people == ["ann", "bob", "cy"]
    play.do("ask", at=1, seen=5)
    play.do("ask", at=0)
    play.do("ask", at=0, note="last")
    assert play.run.variables == {"who": ["ann", "bob", "cy"], "seen": 5, "note": "last"}
    play.do("after", again=True, who=["dee"])
    assert [task.variables["person"] for task in play.run.waiting_tasks] == ["dee"]
    play.do("ask")
    play.do("after", again=True, who=[])
    assert play.open == ["after"]


def test_open_items_go_when_the_activity_is_interrupted() -> None:
    play = Play(PEOPLE, who=["ann", "bob"])
    play.do("ask", at=0)
    play.get("stop")
    assert play.open == ["after"]
    assert play.happened.count(("ask", "cancelled")) == 1
    assert play.happened.count(("ask", "left")) == 1


def test_a_number_of_tasks_one_after_the_other_can_end_early() -> None:
    loop = each(count="n + 1", in_turn=True).replace(
        "</bpmn:multi", "<bpmn:completionCondition>done</bpmn:completionCondition></bpmn:multi"
    )
    drawn = draw("p", start(), node("userTask", "ask", loop), end(), flows="s->ask->e")
    play = Play(drawn, n=3, done=False)
    play.do("ask")
    assert play.open == ["ask"]
    play.do("ask", done=True)
    assert play.ended == ["e"]


def test_called_processes_run_one_an_item_and_are_taken_away_together() -> None:
    inner = draw(
        "inner",
        start(),
        user("u"),
        catch("w", message="told", key="person"),
        end(),
        flows="s->u->w->e",
    )
    calls = call("c", "inner").replace("</bpmn:call", each("who", "person") + "</bpmn:call")
    outer = draw(
        "outer",
        start(),
        calls,
        boundary("stop", "c", message="stop"),
        user("z"),
        end(),
        flows="s->c->z->e; stop->z",
    )
    play = Play(outer, inner, who=["ann", "bob"])
    play.do("u", at=0)
    play.do("u", at=0)
    keys = sorted(str(wait.key) for wait in play.run.waiting_messages)
    assert keys == ["None", "ann", "bob"]
    play.get("stop")
    assert (play.open, play.run.waiting_messages) == (["z"], [])


@pytest.mark.parametrize("variables", [{}, {"who": 5}, {"who": list(range(300))}, {"who": "ab"}])
def test_items_that_are_no_list_name_the_element(variables: dict[str, Any]) -> None:
    with pytest.raises(ElementFailed) as failure:
        Run.start(definitions(PEOPLE), "p", Stage(), variables=variables)
    assert failure.value.element_id == "ask"


def test_results_of_several_instances_are_collected_anew_in_each_round() -> None:
    loop = each("who", "person").replace(
        "</bpmn:multi",
        "<bpmn:loopDataOutputRef>votes</bpmn:loopDataOutputRef>"
        '<bpmn:outputDataItem id="vote"/></bpmn:multi',
    )
    drawn = draw(
        "p",
        start(),
        xor("m"),
        node("userTask", "ask", loop),
        user("z"),
        xor("g"),
        end(),
        flows="s->m->ask->z->g; g->m [again]; g=>e",
    )
    play = Play(drawn, who=["ann", "bob"])
    play.do("ask", at=1, vote=2)
    play.do("ask", at=0, vote=1)
    assert play.run.variables["votes"] == [1, 2]
    play.do("z", again=True, who=["cy"])
    play.do("ask", vote=9)
    assert play.run.variables == {"who": ["cy"], "votes": [9], "again": True}


def test_a_loop_of_one_task_goes_on_while_its_condition_holds() -> None:
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="5"><bpmn:loopCondition>not done'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    play = Play(draw("p", start(), node("userTask", "u", loop), end(), flows="s->u->e"), done=False)
    play.do("u", n=1)
    play.do("u", done=True)
    assert play.ended == ["e"]
    assert play.run.variables == {"done": True, "n": 1}


def test_a_data_object_is_kept_and_read_one_level_below() -> None:
    association = (
        "<bpmn:data{0}Association id='{0}'><bpmn:{1}>ref</bpmn:{1}></bpmn:data{0}Association>"
    )
    inside = sub(
        "ph",
        start("s1"),
        node("userTask", "read", association.format("Input", "sourceRef")),
        end("e1"),
        flows="s1->read->e1",
    )
    held = '<bpmn:dataObject id="obj"/><bpmn:dataObjectReference id="ref" dataObjectRef="obj"/>'
    play = Play(
        draw(
            "p",
            start(),
            node("userTask", "write", association.format("Output", "targetRef")),
            inside,
            end(),
            held,
            flows="s->write->ph->e",
        )
    )
    play.do("write", obj=5)
    assert play.run.waiting_tasks[0].variables == {"obj": 5}
    play.do("read")
    assert play.run.variables == {}


FAILING = draw(
    "p",
    start(),
    user("u"),
    service("do", "thing.do", result="it", n="n"),
    user("v"),
    end(),
    flows="s->u->do->v->e",
)


def test_an_operation_that_fails_keeps_its_token_until_it_is_tried_again() -> None:
    stage = Stage()
    stage.operations["thing.do"] = lambda n: 1 // n
    play = Play(FAILING, stage=stage)
    play.run.complete(play.run.waiting_tasks[0].task_id, {"n": 0})
    (failure,) = play.run.failed
    assert (failure.process_id, failure.element_id) == ("p", "do")
    assert "ZeroDivisionError" in failure.reason
    play.keep()
    play.wait(days=1)
    assert (play.open, play.run.failed) == ([], [])
    play.run.retry()
    assert len(play.run.failed) == 1
    stage.operations["thing.do"] = lambda n: {"ok": n}
    play.run.retry()
    assert play.run.failed == []
    assert play.run.variables == {"n": 0, "it": {"ok": 0}}


def test_an_answer_of_the_product_that_refuses_passes_unchanged() -> None:
    def refuse(n: int) -> None:
        raise NotFound("no such letter")

    stage = Stage()
    stage.operations["thing.do"] = refuse
    run = Run.start(definitions(FAILING), "p", stage)
    with pytest.raises(NotFound, match="no such letter"):
        run.complete(run.waiting_tasks[0].task_id, {"n": 1})


def test_a_gateway_whose_condition_cannot_be_evaluated_is_stuck_with_its_reason() -> None:
    drawn = draw(
        "p",
        start(),
        user("u"),
        xor("g"),
        user("a"),
        end(),
        flows="s->u->g; g->a [n > 1]; g=>e; a->e",
    )
    play = Play(drawn)
    play.run.complete(play.run.waiting_tasks[0].task_id, {"n": None})
    assert "not set" in play.run.failed[0].reason


def test_a_task_is_completed_once() -> None:
    play = Play(FAILING)
    (task,) = play.run.waiting_tasks
    play.do("u", n=1)
    for address in (task.task_id, "nonsense", ""):
        with pytest.raises(Rejected):
            play.run.complete(address, {})


def test_a_due_date_of_a_task_is_worked_out_in_its_place() -> None:
    play = Play(draw("p", start(), user("u", due="days(n)"), end(), flows="s->u->e"), n=5)
    (task,) = play.run.waiting_tasks
    assert play.run.value(task.task_id, task.element.properties["due"]).days == 5


def test_work_that_never_comes_to_a_wait_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST_STEPS", 20)
    parts = [script(f"x{n}", f"n = {n}") for n in range(30)]
    chain = "->".join(f"x{n}" for n in range(30))
    drawn = draw("p", start(), user("u"), *parts, end(), flows=f"s->u->{chain}->e")
    run = Run.start(definitions(drawn), "p", Stage())
    with pytest.raises(ElementFailed, match="20 automatic steps") as failure:
        run.complete(run.waiting_tasks[0].task_id, {})
    assert failure.value.element_id.startswith("x")


def test_an_operation_that_takes_its_time_is_not_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "MOST_SECONDS", 0.1)
    stage = Stage()
    stage.operations["letters.print"] = lambda: _work(0.2)
    parts = service("print", "letters.print"), script("x", "n = 1")
    drawn = draw("p", start(), *parts, user("u"), end(), flows="s->print->x->u->e")
    assert len(Run.start(definitions(drawn), "p", stage).waiting_tasks) == 1


def test_expressions_that_take_too_long_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "MOST_SECONDS", 0.1)
    stage = Stage()
    stage.functions = {"slow": lambda: _work(0.2)}
    parts = script("x", "n = slow()"), script("y", "n = 1")
    drawn = draw("p", start(), *parts, user("u"), end(), flows="s->x->y->u->e")
    with pytest.raises(ElementFailed, match=r"0\.1 seconds") as failure:
        Run.start(definitions(drawn), "p", stage)
    assert failure.value.element_id == "y"


def test_an_instance_that_nothing_can_move_any_more_is_not_left_open() -> None:
    both_ways = draw(
        "p",
        start(),
        xor("x"),
        user("a"),
        user("b"),
        node("parallelGateway", "j"),
        end(),
        flows="s->x; x->a [n > 1]; x=>b; a->j; b->j; j->e",
    )
    run = Run.start(definitions(both_ways), "p", Stage(), variables={"n": 1})
    with pytest.raises(ElementFailed) as failure:
        run.complete(run.waiting_tasks[0].task_id, {})
    assert failure.value.element_id == "j"


def _work(seconds: float) -> int:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
    return 1
