"""Fact F6: an instance is moved to other diagrams and goes on there with the dates it had."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.spiff import Definitions, Run
from engine.spiff.moving import Moved, move
from tests.engine.spiff.acting import Play, Stage, definitions
from tests.engine.spiff.drawing import (
    both,
    boundary,
    call,
    catch,
    draw,
    each,
    end,
    first,
    node,
    start,
    sub,
    user,
    xor,
)
from tests.engine.spiff.test_state import INNER, LIFE, Pair, seen

DAY = dt.timedelta(days=1)
#: A day that ends in summer time has an hour less.
SUMMER = dt.timedelta(hours=1)
OLD = draw("p", start(), user("a"), user("b"), end(), flows="s->a->b->e")


def moved(play: Play, *files: bytes, **renames: str) -> Moved:
    """Move what a play stands at to other diagrams."""
    return move(play.definitions, definitions(*files), play.state, play.stage, {"p": renames})


def run_of(found: Moved) -> Run:
    assert found.blocked == []
    assert found.run is not None
    return found.run


def doing(run: Run) -> list[str]:
    return sorted(task.element.id for task in run.waiting_tasks)


def play_on(run: Run, *names: str, **values: Any) -> list[str]:
    """Complete these tasks in turn, saving in between; gives what happened."""
    happened = []
    for name in names:
        (task,) = [task for task in run.waiting_tasks if task.element.id == name]
        run.complete(task.task_id, values)
        happened += [one.element_id for one in run.happened if one.what == "left"]
        if not run.ended:
            run = Run.load(run.definitions, run.save(), Stage())
    assert run.ended
    return happened


def why(found: Moved) -> list[tuple[str, str]]:
    assert found.run is None
    return [(one.element.id, one.why) for one in found.blocked]


def test_a_step_inserted_ahead_is_come_to_and_one_inserted_behind_is_not() -> None:
    ahead = draw("p", start(), user("a"), user("n"), user("b"), end(), flows="s->a->n->b->e")
    play = Play(OLD)
    assert play_on(run_of(moved(play, ahead)), "a", "n", "b") == ["a", "n", "b", "e"]
    play.do("a")
    assert play_on(run_of(moved(play, ahead)), "b") == ["b", "e"]


def test_a_step_removed_ahead_is_passed_over_and_one_behind_is_forgotten() -> None:
    short = draw("p", start(), user("a"), end(), flows="s->a->e")
    assert play_on(run_of(moved(Play(OLD), short)), "a") == ["a", "e"]
    late = draw("p", start(), user("b"), end(), flows="s->b->e")
    play = Play(OLD)
    assert why(moved(play, late)) == [("a", "gone")]
    play.do("a")
    assert play_on(run_of(moved(play, late)), "b") == ["b", "e"]


def test_a_step_that_is_called_otherwise_is_found_by_the_owners_word() -> None:
    other = draw("p", start(), user("x"), user("b"), end(), flows="s->x->b->e")
    play = Play(OLD)
    task_id = play.run.waiting_tasks[0].task_id
    assert why(moved(play, other)) == [("a", "gone")]
    run = run_of(moved(play, other, a="x"))
    assert [(one.element.id, one.task_id) for one in run.waiting_tasks] == [("x", task_id)]
    assert play_on(run, "x", "b") == ["x", "b", "e"]


def test_a_step_of_another_kind_is_not_the_same_step() -> None:
    other = draw("p", start(), catch("a", message="m", key="'k'"), user("b"), end(),
                 flows="s->a->b->e")  # fmt: skip
    assert why(moved(Play(OLD), other)) == [("a", "another_kind")]


WATCHED = draw("p", start(), user("a"), boundary("t", "a", goes_on=True, duration="P28D"),
               user("late"), end("e2"), user("b"), end(),
               flows="s->a->b->e; t->late->e2")  # fmt: skip


def test_a_date_that_is_waited_for_stays_when_the_diagram_says_another() -> None:
    play = Play(WATCHED)
    due = play.run.next_due_at
    play.stage.time += 20 * DAY
    run = run_of(moved(play, WATCHED.replace(b"P28D", b"P5D")))
    assert run.next_due_at == due
    assert due is not None
    play.stage.time = due
    run.settle()
    assert doing(run) == ["a", "late"]


def test_a_date_drawn_anew_at_a_step_begins_with_the_move() -> None:
    play = Play(OLD)
    play.stage.time += 20 * DAY
    found = moved(play, WATCHED)
    run = run_of(found)
    assert [wait.due_at for wait in run.waiting_timers] == [play.stage.time + 28 * DAY - SUMMER]
    assert found.begun == [run.waiting_timers[0].task_id]
    play.stage.time += 28 * DAY
    run.settle()
    assert doing(run) == ["a", "late"]
    run = Run.load(run.definitions, run.save(), play.stage)
    assert "e" in play_on(run, "late", "a", "b")


def test_a_date_whose_drawing_is_gone_is_not_waited_for_any_more() -> None:
    found = moved(Play(WATCHED), OLD)
    run = run_of(found)
    assert [one.id for one in found.dropped] == ["t"]
    assert run.next_due_at is None
    assert play_on(run, "a", "b") == ["a", "b", "e"]


def test_a_path_that_a_vanished_event_began_must_be_over_first() -> None:
    play = Play(WATCHED)
    play.stage.time += 28 * DAY
    play.run.settle()
    play.keep()
    assert ("t", "event_gone") in why(moved(play, OLD))
    found = moved(play, WATCHED.replace(b'"t"', b'"other"').replace(b"t_to", b"other_to"))
    assert why(found) == [("t", "event_gone")]
    play.do("late")
    run = run_of(moved(play, OLD))
    assert play_on(run, "a", "b") == ["a", "b", "e"]


def test_an_event_that_waits_for_something_else_begins_anew() -> None:
    told = WATCHED.replace(
        b"<bpmn:timerEventDefinition><bpmn:timeDuration>P28D</bpmn:timeDuration>"
        b"</bpmn:timerEventDefinition>",
        b'<bpmn:messageEventDefinition messageRef="m_hi"/>',
    ).replace(b"<bpmn:process ", b'<bpmn:message id="m_hi" name="hi"/><bpmn:process ')
    found = moved(Play(WATCHED), told)
    run = run_of(found)
    assert [one.id for one in found.dropped] == ["t"]
    assert [one.element.id for one in run.waiting_messages] == ["t"]
    assert found.begun == [run.waiting_messages[0].task_id]


BLOCK = draw("p", start(), both("f"), user("a"), user("b"), both("j"), user("z"), end(),
             flows="s->f; f->a->j; f->b->j; j->z->e")  # fmt: skip


def test_a_join_whose_flows_are_others_now_must_be_passed_first() -> None:
    third = draw("p", start(), both("f"), user("a"), user("b"), user("c"), both("j"), user("z"),
                 end(), flows="s->f; f->a->j; f->b->j; f->c->j; j->z->e")  # fmt: skip
    longer = draw("p", start(), both("f"), user("a"), user("n"), user("b"), both("j"), user("z"),
                  end(), flows="s->f; f->a->n->j; f->b->j; j->z->e")  # fmt: skip
    play = Play(BLOCK)
    assert why(moved(play, third)) == [("j", "starved")]
    assert doing(run_of(moved(play, longer))) == ["a", "b"]
    play.do("a")
    assert why(moved(play, longer)) == [("j", "starved")]
    play.do("b")
    for files in (third, longer):
        assert play_on(run_of(moved(play, files)), "z") == ["z", "e"]


def test_a_step_put_beside_another_waits_for_neither() -> None:
    play = Play(draw("p", start(), user("a"), user("z"), end(), flows="s->a->z->e"))
    assert why(moved(play, BLOCK)) == [("j", "starved")]


def test_a_phase_a_call_and_one_task_an_item_go_on_inside() -> None:
    inner = draw("inner", start("is"), user("ia"), user("ib"), end("ie"), flows="is->ia->ib->ie")
    said = (start(), sub("ph", start("ps"), user("pa"), call("c", "inner"), end("pe"),
                         flows="ps->pa->c->pe"), node("userTask", "mi", each("who", "person")),
            user("z"), end())  # fmt: skip
    old = draw("p", *said, flows="s->ph->mi->z->e")
    new = draw("p", *said, user("n"), flows="s->ph->n->mi->z->e")
    inside = inner.replace(b'"ib"', b'"ix"').replace(b"_ib", b"_ix").replace(b"ib_", b"ix_")
    play = Play(old, inner, who=["x", "y"])
    play.do("pa")
    run = run_of(moved(play, new, inside))
    assert doing(run) == ["ia"]
    play.do("ia")
    assert why(moved(play, new, inside)) == [("ib", "gone")]
    assert doing(run_of(moved(play, new, inner))) == ["ib"]
    play.do("ib")
    play.do("mi", at=0)
    (left,) = play.run.waiting_tasks
    run = run_of(moved(play, new, inner))
    (same,) = run.waiting_tasks
    assert (same.task_id, same.variables) == (left.task_id, left.variables)
    assert play_on(run, "mi", "z")[-1] == "e"
    called = old.replace(b'calledElement="inner"', b'calledElement="other"')
    other = inner.replace(b'"inner"', b'"other"')
    play = Play(old, inner, who=[])
    play.do("pa")
    assert ("c", "calls_another") in why(moved(play, called, other))


def test_what_stands_behind_a_choice_of_events_comes_and_goes() -> None:
    wait = (start(), first("g"), catch("t", duration="P9D"), catch("m", message="m", key="'k'"),
            xor("x"), end())  # fmt: skip
    old = draw("p", *wait, flows="s->g; g->t->x; g->m->x; x->e")
    new = draw("p", *(one for one in wait if 'id="m"' not in one),
               catch("n", message="n", key="'k'"), catch("t2", duration="P3D"),
               flows="s->g; g->t->x; g->n->x; g->t2->x; x->e")  # fmt: skip
    play = Play(old)
    due = play.run.next_due_at
    play.stage.time += 8 * DAY
    found = moved(play, new)
    run = run_of(found)
    assert [one.id for one in found.dropped] == ["m"]
    assert {wait.element.id: wait.due_at for wait in run.waiting_timers} == {
        "t": due,
        "t2": play.stage.time + 3 * DAY,
    }
    assert [wait.element.id for wait in run.waiting_messages] == ["n"]
    assert len(found.begun) == 2
    play.stage.time += DAY
    run.settle()
    assert run.ended


def test_a_message_is_waited_for_under_the_key_the_diagram_says_now() -> None:
    old = draw("p", start(), catch("m", message="m", key="'old'"), end(), flows="s->m->e")
    found = moved(Play(old), old.replace(b"&#x27;old&#x27;", b"'new'").replace(b"'old'", b"'new'"))
    (wait,) = run_of(found).waiting_messages
    assert wait.key == "new"
    assert [one.id for one in found.keyed_anew] == ["m"]


def test_a_process_that_is_gone_and_moving_back() -> None:
    play = Play(OLD)
    other = draw("q", start(), user("a"), end(), flows="s->a->e")
    assert why(moved(play, other)) == [("a", "gone")]
    again = move(play.definitions, play.definitions, play.state, play.stage).run
    assert again is not None
    assert again.save() == play.state


@pytest.mark.parametrize("seed", range(6))
def test_a_life_moved_to_the_very_same_diagrams_is_the_same_life(seed: int) -> None:
    pair = Pair(seed)
    for step in range(130):
        assert seen(pair.kept) == seen(pair.saved)
        if pair.kept.ended:
            break
        pair.act(going_on=step < 90)
        if not pair.saved.ended:
            again: Definitions = definitions(LIFE, INNER) if step % 20 == 0 else pair.definitions
            run = move(pair.definitions, again, pair.saved.save(), pair.stage).run
            assert run is not None
            pair.saved, pair.definitions = run, again
