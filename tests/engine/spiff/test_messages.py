"""Messages reach one place by its address, and what is thrown is collected, never routed."""

from __future__ import annotations

import pytest

from engine.errors import ElementFailed, NotFound, Rejected
from engine.spiff import Run
from tests.engine.spiff.acting import Play, Stage, definitions
from tests.engine.spiff.drawing import (
    both,
    boundary,
    call,
    catch,
    draw,
    end,
    event,
    node,
    properties,
    start,
    sub,
    throw,
    user,
    xor,
)

TWO_STARTS = draw(
    "p",
    start("asked"),
    start("told", message="told"),
    start("heard", message="heard"),
    user("a"),
    user("b"),
    user("c"),
    xor("x"),
    end(),
    flows="asked->a->x; told->b->x; heard->c->x; x->e",
)


def test_only_the_start_event_that_happened_begins_and_the_instance_can_end() -> None:
    for at, opened in ((None, "a"), ("told", "b"), ("heard", "c")):
        play = Play(TWO_STARTS, at=at, ref=1)
        assert play.open == [opened]
        assert play.run.waiting_messages == []
        play.do(opened)
        assert play.ended == ["e"]
        assert play.happened[:2] == [(at or "asked", "entered"), (at or "asked", "left")]


def test_a_start_event_that_is_not_drawn_is_refused() -> None:
    with pytest.raises(NotFound):
        Run.start(definitions(TWO_STARTS), "p", Stage(), start_element="x")
    with pytest.raises(NotFound):
        Run.start(definitions(TWO_STARTS), "q", Stage())
    only = draw("p", start("told", message="told"), end(), flows="told->e")
    with pytest.raises(NotFound):
        Run.start(definitions(only), "p", Stage())


def test_a_diagram_tells_which_messages_start_it() -> None:
    diagram = definitions(TWO_STARTS).diagram("p")
    assert dict(diagram.start_messages) == {"told": "told", "heard": "heard"}


def test_a_called_process_begins_at_its_plain_start() -> None:
    inner = draw(
        "inner",
        start("by_message", message="told"),
        start("by_call"),
        user("a"),
        xor("x"),
        end(),
        flows="by_message->x; by_call->x; x->a->e",
    )
    outer = draw("outer", start(), call("c", "inner"), end(), flows="s->c->e")
    play = Play(outer, inner)
    assert play.open == ["a"]
    play.do("a")
    assert play.ended == ["e"]


def test_what_is_thrown_is_collected_with_keys_and_payload() -> None:
    drawn = draw(
        "p",
        start(),
        throw("out", "told", message_key="case.ref", fallback_key="'all'", payload="{'n': n + 1}"),
        node("sendTask", "send", properties(payload="{'day': today()}"), messageRef="m_told"),
        end("e", message="heard"),
        flows="s->out->send->e",
    )
    play = Play(drawn, n=1)
    told = [(sent.element.id, sent.name, sent.key, sent.fallback_key) for sent in play.sent]
    assert told == [
        ("out", "told", "case:12", "all"),
        ("send", "told", None, None),
        ("e", "heard", None, None),
    ]
    assert [sent.payload for sent in play.sent] == [{"n": 2}, {"day": "2026-03-02"}, {}]
    assert play.ended == ["e"]


def test_a_thrown_message_never_reaches_a_wait_of_the_same_instance() -> None:
    drawn = draw(
        "p",
        start(),
        both("f"),
        catch("wait", message="told"),
        throw("out", "told"),
        both("j"),
        end(),
        flows="s->f; f->wait->j; f->out->j; j->e",
    )
    play = Play(drawn)
    assert [wait.element.id for wait in play.run.waiting_messages] == ["wait"]
    play.get("wait")
    assert play.ended == ["e"]


def test_of_two_waits_for_one_name_only_the_addressed_one_goes_on() -> None:
    drawn = draw(
        "p",
        start(),
        both("f"),
        catch("one", message="told", key="'a'"),
        node("receiveTask", "two", properties(message_key="'b'"), messageRef="m_told"),
        both("j"),
        end(),
        flows="s->f; f->one->j; f->two->j; j->e",
    )
    play = Play(drawn)
    assert {wait.element.id: wait.key for wait in play.run.waiting_messages} == {
        "one": "a",
        "two": "b",
    }
    play.get("two", heard=2)
    assert [wait.element.id for wait in play.run.waiting_messages] == ["one"]
    assert ("two", "left") in play.happened
    assert ("one", "left") not in play.happened


def test_the_key_is_worked_out_when_the_wait_is_reached_and_kept() -> None:
    drawn = draw("p", start(), catch("w", message="told", key="case.ref"), end(), flows="s->w->e")
    play = Play(drawn)
    play.stage.facts["ref"] = "case:99"
    play.wait(days=1)
    assert [wait.key for wait in play.run.waiting_messages] == ["case:12"]


@pytest.mark.parametrize("key", ["case.nothing", "[1]", "''", "true", f"'{'k' * 201}'"])
def test_a_key_that_is_no_text_names_its_element(key: str) -> None:
    drawn = draw(
        "p", start(), user("u"), catch("w", message="told", key=key), end(), flows="s->u->w->e"
    )
    run = Run.start(definitions(drawn), "p", Stage(nothing=None))
    with pytest.raises(ElementFailed) as failure:
        run.complete(run.waiting_tasks[0].task_id, {})
    assert failure.value.element_id == "w"


def test_a_message_nobody_waits_for_any_more_is_rejected() -> None:
    drawn = draw("p", start(), catch("w", message="told"), user("u"), end(), flows="s->w->u->e")
    play = Play(drawn)
    (wait,) = play.run.waiting_messages
    play.get("w")
    for address in (
        wait.task_id,
        "nonsense",
        f"{wait.task_id}/w",
        play.run.waiting_tasks[0].task_id,
    ):
        with pytest.raises(Rejected):
            play.run.deliver(address, {})


def test_an_interrupting_message_ends_a_subprocess_each_time_it_is_entered_again() -> None:
    drawn = draw(
        "p",
        start(),
        xor("m"),
        sub("ph", start("s1"), user("u"), user("v"), end("e1"), flows="s1->u->v->e1"),
        boundary("stop", "ph", message="halt", key="case.ref"),
        user("change"),
        end(),
        flows="s->m->ph->e; stop->change->m",
    )
    play = Play(drawn)
    for _ in range(3):
        play.do("u")
        assert play.open == ["v"]
        play.get("stop", why="appeal")
        assert play.open == ["change"]
        play.do("change")
        assert play.open == ["u"]
    assert play.happened.count(("v", "cancelled")) == 3
    assert play.happened.count(("ph", "cancelled")) == 3
    assert play.happened.count(("stop", "left")) == 3
    play.do("u")
    play.do("v")
    assert play.ended == ["e"]


def test_a_message_that_does_not_interrupt_opens_a_side_path_once() -> None:
    drawn = draw(
        "p",
        start(),
        user("u"),
        boundary("note", "u", goes_on=True, message="note"),
        user("read"),
        end(),
        end("e2"),
        flows="s->u->e; note->read->e2",
    )
    play = Play(drawn)
    play.get("note", text="hello")
    assert play.open == ["read", "u"]
    assert play.run.waiting_messages == []
    assert {t.element.id: t.variables for t in play.run.waiting_tasks} == {
        "read": {"text": "hello"},
        "u": {},
    }
    play.do("u")
    assert play.ended is None
    play.do("read")
    assert play.ended == ["e", "e2"]


def test_signals_escalations_and_errors_stay_inside_the_instance() -> None:
    rest = (
        '<bpmn:error id="err" name="err" errorCode="E1"/>'
        '<bpmn:escalation id="esc" name="esc" escalationCode="X1"/>'
    )
    drawn = draw(
        "p",
        start(),
        sub(
            "ph",
            start("s1"),
            user("u"),
            node("intermediateThrowEvent", "raise", event(escalation="esc")),
            user("v"),
            xor("x"),
            end("bad", error="err"),
            end("good"),
            flows="s1->u->raise->v->x; x->bad [fail]; x=>good",
        ),
        boundary("told", "ph", goes_on=True, escalation="esc"),
        user("manager"),
        end("e2"),
        boundary("failed", "ph", error="err"),
        end("e3"),
        end(),
        flows="s->ph->e; told->manager->e2; failed->e3",
        rest=rest,
    )
    play = Play(drawn)
    play.do("u")
    assert play.open == ["manager", "v"]
    play.do("v", fail=True)
    play.do("manager")
    assert play.ended == ["e3", "e2"]
    assert ("ph", "cancelled") in play.happened
