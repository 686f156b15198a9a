"""A copy of an instance is another instance: it lives on as its original would."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from engine.spiff import Run, copied_state, copied_task_id
from tests.engine.spiff.acting import Play, Stage, definitions
from tests.engine.spiff.drawing import boundary, catch, draw, each, end, first, node, start
from tests.engine.spiff.test_state import INNER, LIFE, Pair, seen

MARK = uuid.uuid4().int
WAITING = draw(
    "p",
    start(),
    first("which"),
    catch("told", message="msg", key="'case:12'"),
    catch("late", timer="P5D"),
    node("userTask", "ask", each("who", "person")),
    boundary("stop", "ask", message="halt", key="'case:12'"),
    end(),
    end("e2"),
    end("e3"),
    flows="s->which; which->told->ask; which->late->e2; ask->e; stop->e3",
)


class Copied(Pair):
    """An instance beside one that is copied from its state after every act."""

    def save(self) -> None:
        before = self.saved.waiting_tasks
        state = copied_state(self.saved.save(), lambda value: value, mark=MARK)
        ids = [copied_task_id(task.task_id, mark=MARK) for task in before]
        self.saved = Run.load(self.definitions, state, self.stage)
        assert [task.task_id for task in self.saved.waiting_tasks] == ids


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_lives_on_as_its_original_does(seed: int) -> None:
    shared = definitions(LIFE, INNER)
    pair = Copied(seed, shared)
    for step in range(40):
        if pair.kept.ended:
            break
        pair.act(going_on=step < 20)
        assert seen(pair.saved) == seen(pair.kept)


def _moved(value: Any) -> Any:
    """Turn case 12 into case 13 and March into February."""
    if isinstance(value, dict):
        return {name: _moved(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner) for inner in value]
    if isinstance(value, str):
        return value.replace("case:12", "case:13").replace("2026-03", "2026-02")
    return value


def test_keys_moments_and_variables_are_those_of_the_copy() -> None:
    play = Play(WAITING, who=["case:12", "nobody"])
    original = play.run
    state = copied_state(play.state, _moved, mark=MARK)
    earlier = Stage()
    earlier.time -= dt.timedelta(days=28)
    copy = Run.load(play.definitions, state, earlier)
    assert [message.key for message in copy.waiting_messages] == ["case:13"]
    assert [m.task_id for m in copy.waiting_messages] == [
        copied_task_id(message.task_id, mark=MARK) for message in original.waiting_messages
    ]
    [mine], [theirs] = original.waiting_timers, copy.waiting_timers
    assert (mine.due_at - theirs.due_at).days == 28
    copy.deliver(copy.waiting_messages[0].task_id, {})
    assert [task.variables["person"] for task in copy.waiting_tasks] == ["case:13", "nobody"]
    assert copy.variables["who"] == ["case:13", "nobody"]
    assert original.variables["who"] == ["case:12", "nobody"]


def test_a_task_id_can_be_turned_back_and_keeps_its_branch() -> None:
    task_id = str(uuid.uuid4())
    assert copied_task_id(task_id, mark=MARK) != task_id
    assert copied_task_id(copied_task_id(task_id, mark=MARK), mark=MARK) == task_id
    assert copied_task_id(f"{task_id}/told", mark=MARK).endswith("/told")
