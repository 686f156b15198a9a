"""Facts F1, F3 and F7: joins in loops, stale variables, prediction of many branches."""

from __future__ import annotations

import time

import pytest

from tests.engine.spiff import stock
from tests.engine.spiff.acting import Play
from tests.engine.spiff.drawing import both, catch, draw, end, first, some, start, sub, user, xor

LOOP = draw(
    "p",
    start(),
    xor("m"),
    both("fork"),
    user("a"),
    user("b"),
    both("join"),
    user("after"),
    xor("g"),
    end(),
    flows="s->m->fork; fork->a->join; fork->b->join; join->after->g; g->m [again]; g=>e",
)
CHOICE_LOOP = draw(
    "p",
    start(),
    xor("m"),
    some("fork"),
    user("a"),
    user("b"),
    user("c"),
    some("join"),
    user("after"),
    xor("g"),
    end(),
    flows="s->m->fork; fork->a [x]; fork->b [y]; fork=>c; a->join; b->join; c->join; "
    "join->after->g; g->m [again]; g=>e",
)
FORK = draw(
    "p",
    start(),
    both("fork"),
    user("a"),
    user("b"),
    both("join"),
    user("after"),
    end(),
    flows="s->fork; fork->a->join; fork->b->join; join->after->e",
)


def test_the_library_goes_on_after_the_first_branch_from_the_second_round() -> None:
    workflow = stock.started(LOOP)
    stock.do(workflow, "a")
    stock.do(workflow, "b")
    stock.do(workflow, "after", again=True)
    stock.do(workflow, "b")
    assert stock.ready(workflow) == ["a", "after"]


@pytest.mark.parametrize("saved", [True, False])
def test_a_parallel_join_waits_for_both_branches_in_every_round(saved: bool) -> None:
    play = Play(LOOP, saved=saved)
    for one, other in ("ab", "ba", "ab", "ba"):
        play.do(one)
        assert play.open == [other]
        play.do(other)
        assert play.open == ["after"]
        play.do("after", again=True)
    assert play.open == ["a", "b"]


@pytest.mark.parametrize("saved", [True, False])
def test_an_inclusive_join_waits_for_what_was_chosen_in_every_round(saved: bool) -> None:
    play = Play(CHOICE_LOOP, saved=saved, x=True, y=True)
    for x, y, opened in ((True, True, ["a", "b"]), (True, False, ["a"]), (False, False, ["c"])):
        assert play.open == opened
        for name in opened:
            assert play.open != ["after"]
            play.do(name)
        assert play.open == ["after"]
        following = {(True, True): (True, False), (True, False): (False, False)}.get((x, y))
        if following:
            play.do("after", again=True, x=following[0], y=following[1])
    play.do("after", again=False)
    assert play.ended == ["e"]


def test_the_library_lets_an_untouched_old_copy_overwrite_what_the_other_branch_wrote() -> None:
    workflow = stock.started(FORK, v=0)
    stock.do(workflow, "a", v="A")
    stock.do(workflow, "b")
    (after,) = workflow.get_tasks(spec_name="after")
    assert after.data["v"] == 0


def test_a_join_keeps_what_each_branch_changed() -> None:
    play = Play(FORK, v=0, w=0, u=0)
    play.do("a", v="A")
    play.do("b", w="B")
    assert play.run.variables == {"v": "A", "w": "B", "u": 0}


def test_of_two_branches_that_write_the_same_variable_the_later_one_counts() -> None:
    for last in ("a", "b"):
        play = Play(FORK, v=0)
        for name in sorted("ab", key=lambda name: name == last):
            play.do(name, v=name)
        assert play.run.variables == {"v": last}


def test_two_ends_of_a_subprocess_hand_on_what_each_path_changed() -> None:
    inside = sub(
        "ph",
        start("s1"),
        both("fork"),
        user("a"),
        user("b"),
        end("e1"),
        end("e2"),
        flows="s1->fork; fork->a->e1; fork->b->e2",
    )
    play = Play(draw("p", start(), inside, user("after"), end(), flows="s->ph->after->e"), v=0, w=0)
    play.do("a", v=1)
    play.do("b", w=2)
    assert play.run.variables == {"v": 1, "w": 2}


def blocks(count: int, branches: int) -> bytes:
    """So many parallel blocks in a row."""
    parts, flows = [start(), end()], ["s->f0"]
    for block in range(count):
        parts += [both(f"f{block}"), both(f"j{block}")]
        after = f"f{block + 1}" if block + 1 < count else "e"
        flows.append(f"j{block}->{after}")
        for branch in range(branches):
            parts.append(user(f"u{block}_{branch}"))
            flows.append(f"f{block}->u{block}_{branch}->j{block}")
    return draw("p", *parts, flows="; ".join(flows))


def test_the_library_predicts_a_power_of_the_branches() -> None:
    small, large = (len(stock.started(blocks(n, 3)).tasks) for n in (4, 6))
    assert large > 8 * small


def test_blocks_in_a_row_cost_their_sum() -> None:
    began = time.process_time()
    play = Play(blocks(10, 3))
    for block in range(10):
        for branch in range(3):
            play.do(f"u{block}_{branch}")
    assert play.ended == ["e"]
    assert time.process_time() - began < 5


def test_an_excess_token_waits_for_its_own_partner() -> None:
    twice = draw(
        "p",
        start(),
        both("fork"),
        user("a"),
        user("b"),
        user("c"),
        xor("meet"),
        both("join"),
        user("after"),
        end(),
        flows="s->fork; fork->a->meet; fork->b->meet; meet->join; fork->c->join; join->after->e",
    )
    play = Play(twice)
    play.do("a")
    play.do("b")
    assert play.open == ["c"]
    play.do("c")
    assert play.open == ["after"]


def test_an_event_gateway_stands_in_a_parallel_block() -> None:
    drawn = draw(
        "p",
        start(),
        both("fork"),
        first("g"),
        catch("m", message="msg"),
        catch("t", timer="P3D"),
        user("a"),
        both("join"),
        xor("x"),
        end(),
        flows="s->fork; fork->g; g->m->x; g->t->x; x->join; fork->a->join; join->e",
    )
    play = Play(drawn)
    play.get("m", heard=True)
    play.do("a", done=True)
    assert play.ended == ["e"]
    assert play.run.variables == {"heard": True, "done": True}
