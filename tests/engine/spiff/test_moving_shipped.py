"""The diagrams we ship, moved at every state of random walks to versions with a change in them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import pytest

from engine.spiff import Definitions, Run, parse
from engine.spiff.moving import Moved, move
from tests.engine.spiff import variants
from tests.engine.spiff.wandering import BUNDLE, FILES, Act, Ground, act, chosen, started

PROCESSES = BUNDLE.definitions.process_ids
_DRAWN = {path: data for path, data in FILES.items() if path.startswith("bpmn/")}
_DRAWN = {path: data for path, data in _DRAWN.items() if path.endswith((".bpmn", ".dmn"))}
_DRAWN.pop("bpmn/decisions/policy.dmn")
_CHANGES: dict[str, Callable[[bytes, str], bytes]] = {
    "inserted": variants.inserted,
    "removed": variants.removed,
    "watched": variants.watched,
}
STEPS = 40
#: A run that goes on for longer is taken to go round for ever.
MOST = 400
#: How many steps two runs are held against each other after a move.
SIDE_BY_SIDE = 6


@cache
def _definitions(process_id: str, how: str, step: str) -> Definitions:
    """Give all diagrams with one change in one of them."""
    path = BUNDLE.definitions.diagram(process_id).file
    if how == "dated":
        return parse({**_DRAWN, path: variants.dated(_DRAWN[path])})
    return parse({**_DRAWN, path: _CHANGES[how](_DRAWN[path], step)})


def _tasks(process_id: str) -> list[str]:
    return variants.tasks_of(_DRAWN[BUNDLE.definitions.diagram(process_id).file])


def _changes(process_id: str, dice: random.Random) -> list[tuple[str, str]]:
    path = BUNDLE.definitions.diagram(process_id).file
    steps = variants.plain_tasks_of(_DRAWN[path])
    tasks = variants.tasks_of(_DRAWN[path])
    found = [("dated", "")]
    found += [("removed", dice.choice(steps))] if len(steps) > 1 else []
    found += [(how, dice.choice(tasks)) for how in ("inserted", "watched") if tasks]
    return found


def _standing(run: Run) -> dict[str, list[str]]:
    return {
        "tasks": sorted(one.element.id for one in run.waiting_tasks),
        "messages": sorted(one.element.id for one in run.waiting_messages),
        "timers": sorted(
            one.element.id for one in run.waiting_timers if one.element.id != "new_watch"
        ),
    }


def _held(before: Run, found: Moved, how: str, step: str) -> None:
    """Nothing that is waited for is lost, no date moves, and what may not go is said to be."""
    if found.run is None:
        assert how == "removed", (how, step, found.blocked)
        assert [one.element.id for one in found.blocked] == [step]
        return
    after = found.run
    assert _standing(after) == _standing(before)
    assert {one.task_id: one.variables for one in after.waiting_tasks} == {
        one.task_id: one.variables for one in before.waiting_tasks
    }
    dates = {one.task_id: one.due_at for one in after.waiting_timers}
    assert {task_id: dates.pop(task_id) for task_id in found.begun} == {
        task_id: after_at
        for one in after.waiting_timers
        if (task_id := one.task_id) in found.begun and (after_at := one.due_at)
    }
    assert dates == {one.task_id: one.due_at for one in before.waiting_timers}


def _to_the_end(run: Run, ground: Ground, dice: random.Random) -> None:
    """Play until it ends, saving after every act; fails when it does not."""
    for _ in range(MOST):
        if run.ended:
            return
        run = Run.load(run.definitions, run.save(), ground)
        next_ = chosen(run, dice, is_ending=True)
        assert next_ is not None, "nothing can happen any more"
        act(run, ground, next_)
        assert run.failed == []
    pytest.fail(f"Expected {run.process_id} to end, but it does not: {_standing(run)}")


@pytest.mark.parametrize("process_id", PROCESSES)
def test_a_walk_is_moved_at_every_state_and_each_goes_on_to_its_end(process_id: str) -> None:
    moves = 0
    # Three walks, and more where those were over at once.
    for seed in range(20):
        if seed > 2 and moves > 3:
            break
        dice = random.Random(f"{process_id} {seed}")
        ground = Ground(seed)
        run = started(BUNDLE.definitions, process_id, ground)
        for _ in range(STEPS):
            if run.ended:
                break
            state = run.save()
            for how, step in _changes(process_id, dice):
                new = _definitions(process_id, how, step)
                found = move(BUNDLE.definitions, new, state, ground)
                _held(run, found, how, step)
                moves += 1
                if found.run is not None and dice.random() < 0.3:
                    later = Ground(seed)
                    later.time, later.is_ending = ground.time, True
                    again = move(BUNDLE.definitions, new, state, later).run
                    assert again is not None
                    _to_the_end(again, later, random.Random(seed))
            run = Run.load(run.definitions, state, ground)
            next_ = chosen(run, dice, is_ending=False)
            if next_ is None:
                break
            act(run, ground, next_)
            assert run.failed == []
    assert moves > 3


@pytest.mark.parametrize("process_id", [one for one in PROCESSES if len(_tasks(one)) > 1])
def test_one_that_was_moved_goes_on_like_one_that_was_there_all_along(process_id: str) -> None:
    """Where a step was put ahead and not come to, the two cannot be told apart."""
    compared = 0
    for seed in range(4):
        dice = random.Random(f"side by side {process_id} {seed}")
        ground, other_ground = Ground(seed), Ground(seed)
        step = dice.choice(_tasks(process_id))
        new = _definitions(process_id, "inserted", step)
        run = started(BUNDLE.definitions, process_id, ground)
        other = started(new, process_id, other_ground)
        for _ in range(STEPS):
            if run.ended or any(one.element.id == "new_step" for one in other.waiting_tasks):
                break
            _beside(run, other, ground, seed)
            compared += 1
            next_ = chosen(run, dice, is_ending=False)
            if next_ is None:
                break
            _both(run, other, ground, other_ground, next_)
    assert compared or process_id == "flags"


def _both(run: Run, other: Run, ground: Ground, other_ground: Ground, next_: Act) -> None:
    act(run, ground, next_)
    act(other, other_ground, next_)
    other_ground.time = ground.time


def _beside(run: Run, other: Run, ground: Ground, seed: int) -> None:
    """Move a copy of a run, and let it and a copy of the other do the same for a while."""
    here, there = Ground(seed), Ground(seed)
    here.time = there.time = ground.time
    found = move(run.definitions, other.definitions, run.save(), here).run
    assert found is not None
    same = Run.load(other.definitions, other.save(), there)
    dice = random.Random(seed)
    for _ in range(SIDE_BY_SIDE):
        assert _standing(found) == _standing(same)
        assert found.ended == same.ended
        next_ = None if found.ended else chosen(found, dice, is_ending=False)
        if next_ is None:
            return
        _both(found, same, here, there, next_)
