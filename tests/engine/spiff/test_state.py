"""Facts F2, F4, F5 and F8: a small state that can always be read back, at one price for years."""

from __future__ import annotations

import json
import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.errors import ElementFailed
from engine.spiff import Definitions, Run, UnreadableState
from engine.spiff.state import FORMAT
from tests.engine.spiff import stock
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
    script,
    service,
    some,
    start,
    sub,
    user,
    xor,
)

INNER = draw(
    "inner",
    start(),
    user("ia"),
    boundary("ib", "ia", goes_on=True, timer="P2D"),
    user("il"),
    end("ie2"),
    xor("ig"),
    end("ie"),
    flows="s->ia->ig; ib->il->ie2; ig->ia [again]; ig=>ie",
)
PHASE = sub(
    "ph",
    start("s1"),
    xor("x1"),
    user("in1"),
    both("ip"),
    user("in2"),
    user("in3"),
    both("iq"),
    xor("x2"),
    end("e_in"),
    boundary("inb", "in1", timer="P5D"),
    call("c", "inner", letter="x"),
    flows="s1->x1->in1->ip; ip->in2->iq; ip->in3->iq; iq->x2; x2->x1 [again]; x2=>e_in; inb->c->x2",
)
LIFE = draw(
    "p", start(), xor("m0"), first("eg"), catch("ct", timer="P1D"),
    catch("cm", message="msg", key="'k'"), xor("m1"), both("ps"), user("a"), user("b"),
    boundary("bt", "b", goes_on=True, timer="P3D"), user("late"), end("e_late"),
    node("userTask", "mi", each("who", "person")), both("pj"), some("os"), user("o1"), user("o2"),
    user("o3"), some("oj"), PHASE, boundary("stop", "ph", message="halt", key="'s'"),
    boundary("ni", "ph", goes_on=True, message="note"), user("noted"), end("e_noted"), xor("m2"),
    user("z"), xor("g"), end(),
    flows="s->m0->eg; eg->ct->m1; eg->cm->m1; m1->ps; ps->a->pj; ps->b->pj; ps->mi->pj; "
    "bt->late->e_late; pj->os; os->o1 [v > 3]; os->o2 [v > 5]; os=>o3; o1->oj; o2->oj; o3->oj; "
    "oj->ph->m2; stop->m2; ni->noted->e_noted; m2->z->g; g->m0 [go]; g=>e",
)  # fmt: skip
REVIEWS = draw(
    "p",
    start(),
    xor("m"),
    user("review"),
    boundary("late", "review", goes_on=True, duration="P5D"),
    end("told"),
    both("fork"),
    user("one"),
    user("other"),
    both("join"),
    call("c", "letter"),
    xor("g"),
    end(),
    flows="s->m->review->fork; late->told; fork->one->join; fork->other->join; join->c->g; "
    "g->m [again]; g=>e",
)
LETTER = draw("letter", start("ls"), user("write"), end("le"), flows="ls->write->le")


def seen(run: Run) -> tuple[Any, ...]:
    """Give all that can be seen of a run, task ids left out."""
    tasks = [(t.element.id, sorted(map(str, t.variables.items()))) for t in run.waiting_tasks]
    messages = [(m.element.id, str(m.key)) for m in run.waiting_messages]
    timers = [(t.element.id, t.due_at) for t in run.waiting_timers]
    final = run.variables if run.ended else None
    return sorted(tasks), sorted(messages), sorted(timers), run.ended_with, final


class Pair:
    """Two lives of one instance: one stays in memory whole, one is pruned and saved every time."""

    def __init__(self, seed: int, shared: Definitions | None = None) -> None:
        self.dice = random.Random(seed)
        self.stage = Stage()
        self.definitions = shared or definitions(LIFE, INNER)
        begin = {"v": 0, "who": ["x", "y"], "n": 0}
        self.kept = Run.start(self.definitions, "p", self.stage, variables=begin)
        self.saved = Run.start(self.definitions, "p", self.stage, variables=begin)
        self.told: list[tuple[str, str]] = []
        self.save()

    def save(self) -> None:
        self.told += [(each.element_id, each.what) for each in self.saved.happened]
        self.saved = Run.load(self.definitions, self.saved.save(), self.stage)

    def act(self, going_on: bool) -> None:
        acts = [("do", task.element.id) for task in self.kept.waiting_tasks] * 3
        acts += [("get", message.element.id) for message in self.kept.waiting_messages]
        acts += [("wait", "")] if self.kept.next_due_at else []
        what, name = self.dice.choice(acts)
        values = {
            "v": self.dice.randrange(10),
            "again": self.dice.random() < 0.5,
            "go": going_on,
            "who": [str(n) for n in range(self.dice.randrange(3))],
        }
        if self.kept.next_due_at and what == "wait":
            self.stage.time = max(self.stage.time, self.kept.next_due_at)
        for run in (self.kept, self.saved):
            self._one(run, what, name, values)
        self.save()

    def _one(self, run: Run, what: str, name: str, values: dict[str, Any]) -> None:
        if what == "do":
            found = [task for task in run.waiting_tasks if task.element.id == name]
            found.sort(key=lambda task: str(task.variables.get("person")))
            run.complete(found[0].task_id, values)
        elif what == "get":
            (address,) = (m.task_id for m in run.waiting_messages if m.element.id == name)
            run.deliver(address, {"n": values["v"]})
        else:
            run.settle()


@pytest.mark.parametrize("seed", range(12))
def test_a_life_that_is_saved_at_every_step_is_the_same_life(seed: int) -> None:
    pair = Pair(seed)
    for step in range(130):
        assert seen(pair.kept) == seen(pair.saved)
        if pair.kept.ended:
            break
        pair.act(going_on=step < 90)
    happened = [(each.element_id, each.what) for each in pair.kept.happened]
    assert pair.told == happened


def test_the_library_grows_with_every_turn() -> None:
    workflow = stock.started(REVIEWS.replace(b"P5D", b"'P5D'"), LETTER)
    sizes = []
    for _ in range(12):
        for name in ("review", "one", "other"):
            stock.do(workflow, name, again=True)
        stock.do(workflow, "write")
        sizes.append(len(workflow.tasks))
    assert sizes[-1] > 3 * sizes[1]


def test_turn_two_hundred_costs_what_turn_five_did() -> None:
    play = Play(REVIEWS, LETTER)
    sizes = {}
    for turn in range(201):
        for name in ("review", "one", "other"):
            play.do(name, again=True)
        sizes[turn] = len(play.state)
        play.do("write")
    assert abs(sizes[200] - sizes[5]) <= sizes[5] // 10
    assert sizes[200] < 1000


def test_the_library_cannot_read_back_a_form_with_a_certain_key() -> None:
    drawn = draw("p", start(), user("u"), user("v"), end(), flows="s->u->v->e")
    workflow = stock.started(drawn)
    stock.do(workflow, "u", answer={"typename": "dict"})
    kept = stock.serializer().serialize_json(workflow)
    with pytest.raises((TypeError, KeyError, AttributeError)):
        stock.serializer().deserialize_json(kept)


def test_a_value_that_could_not_be_read_back_is_refused_before_anything_moves() -> None:
    drawn = draw("p", start(), user("u"), user("v"), end(), flows="s->u->v->e")
    run = Run.start(definitions(drawn), "p", Stage())
    (task,) = run.waiting_tasks
    with pytest.raises(ElementFailed) as failure:
        run.complete(task.task_id, {"answer": {"typename": "dict"}})
    assert failure.value.element_id == "u"


def test_the_library_loses_data_when_the_order_of_keys_changes() -> None:
    drawn = draw("p", start(), user("u"), user("v"), end(), flows="s->u->v->e")
    lost = 0
    for _ in range(12):
        workflow = stock.started(drawn)
        stock.do(workflow, "u", who="Ada")
        kept = json.loads(stock.serializer().serialize_json(workflow))
        shuffled = json.dumps(kept, sort_keys=True)
        again = stock.serializer().deserialize_json(shuffled)
        (task,) = again.get_tasks(spec_name="v")
        lost += task.data != {"who": "Ada"}
    assert lost > 0


def test_our_state_is_bytes_in_an_order_that_does_not_depend_on_keys() -> None:
    play = Play(LIFE, INNER, v=1, who=["x"], n=0)
    play.get("cm", n=4)
    state = play.run.save()
    assert isinstance(state, bytes)
    body = json.loads(zlib.decompress(state[1:]))
    shuffled = FORMAT + zlib.compress(json.dumps(body, sort_keys=True).encode())
    again = Run.load(play.definitions, shuffled, play.stage)
    assert seen(again) == seen(play.run)


def test_a_loaded_instance_evaluates_in_our_language() -> None:
    drawn = draw(
        "p",
        start(),
        user("u"),
        script("x", "n = case.ref"),
        user("v"),
        end(),
        flows="s->u->x->v->e",
    )
    play = Play(drawn)
    play.do("u")
    assert play.run.variables == {"n": "case:12"}


def test_task_ids_stay_the_same_while_a_task_is_open() -> None:
    play = Play(LIFE, INNER, v=1, who=["x", "y"], n=0)
    play.get("cm")
    before = {task.task_id: task.variables for task in play.run.waiting_tasks}
    timers = {wait.task_id for wait in play.run.waiting_timers}
    play.keep()
    play.keep()
    assert {task.task_id: task.variables for task in play.run.waiting_tasks} == before
    assert {wait.task_id for wait in play.run.waiting_timers} == timers


@pytest.mark.parametrize(
    "state", [b"", b"{}", b"\x02abc", FORMAT, FORMAT + b"junk", FORMAT + zlib.compress(b"[]"),
              FORMAT + zlib.compress(b'{"process":"p"}')]
)  # fmt: skip
def test_a_state_of_another_kind_is_refused_with_a_sentence(state: bytes) -> None:
    with pytest.raises(UnreadableState, match="Expected"):
        Run.load(definitions(LIFE, INNER), state, Stage())


def test_a_state_is_loaded_with_the_release_it_was_saved_on() -> None:
    one = draw("p", start(), user("old"), end(), flows="s->old->e")
    two = draw("p", start(), user("new"), end(), flows="s->new->e")
    state = Run.start(definitions(one), "p", Stage()).save()
    with pytest.raises(UnreadableState, match="old"):
        Run.load(definitions(two), state, Stage())
    with pytest.raises(UnreadableState, match="process p"):
        Run.load(definitions(LETTER), state, Stage())


def test_instances_in_many_threads_share_their_definitions() -> None:
    def live(seed: int) -> list[tuple[str, str]]:
        pair = Pair(seed, shared)
        for step in range(60):
            if pair.kept.ended:
                break
            pair.act(going_on=step < 40)
        return pair.told

    shared = definitions(LIFE, INNER)
    alone = [live(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(live, range(8))) == alone


def test_an_effect_whose_result_cannot_be_kept_is_undone_with_all_the_work() -> None:
    drawn = draw(
        "p", start(), user("u"), service("do", "it", result="it"), end(), flows="s->u->do->e"
    )
    stage = Stage()
    stage.operations["it"] = object
    run = Run.start(definitions(drawn), "p", stage)
    with pytest.raises(ElementFailed) as failure:
        run.complete(run.waiting_tasks[0].task_id, {})
    assert failure.value.element_id == "do"
