"""Walks at random through the diagrams we ship, with answers their forms could give."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.calendar import Calendar
from engine.operations import functions_of
from engine.releases import build, read_folder
from engine.spiff import Definitions, Element, Run
from tests.engine.spiff.acting import Stage

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
BUNDLE = build(FILES)
#: Control variable -> what a form, a message or an operation may set it to.
ANSWERS: dict[str, list[Any]] = {
    "absence_over": ["no", "no", "yes"],
    "assess_impact": ["yes", "no"],
    "assessment_result": ["signed", "sent_back"],
    "appeal_effect": ["none", "terms", "cancelled", "look_again"],
    "flag_action": ["add", "update", "end"],
    "flag_systems": [[], ["telephony"], ["telephony", "repairs", "housing"]],
    "formal_outcome": ["agreed", "other_action", "closed", "not_agreed"],
    "holds": [0, 0, 1],
    "hold_result": ["needed", "over"],
    "identity_clear": ["yes", "no"],
    "identity_proved": ["yes", "no"],
    "in_time": ["yes", "no"],
    "informal_outcome": ["continued", "settled"],
    "late_appeal": ["taken", "not_taken"],
    "left_to_do": ["letter", "changes", "nothing"],
    "mediation": ["accepted", "refused"],
    "notice_answer": ["acknowledged", "sent_back"],
    "open_matters": [0, 0, 1],
    "partner_action": ["add", "update", "end"],
    "partner_scope": ["yes", "no"],
    "recommendation_result": ["accepted", "declined"],
    "referral_complete": ["yes", "no"],
    "refusal_outcome": ["refused", "not_refused"],
    "request_step": ["answer", "more_time", "taken_back"],
    "request_outcome": ["review", "refusal", "refused"],
    "review_letter": ["yes", "no"],
    "review_outcome": ["continue", "end"],
    "source": ["case"],
    "spoc_accepts": ["yes", "no"],
    "verbal_warning": ["yes", "no"],
    "warning_outcome": ["acceptable", "longer", "refer"],
}
#: What a result of an operation is called -> the operation.
RESULTS = {
    "absences.plan": "absence_over",
    "cases.find_open_matters": "open_matters",
    "flags.request": "flag_systems",
    "appeals.work_out_dates": "in_time",
    "refusals.end": "left_to_do",
    "retention.find_holds": "holds",
}
#: What ends a life that otherwise goes round for ever.
TO_THE_END = {
    "absence_over": "yes",
    "assess_impact": "no", "assessment_result": "signed",
    "appeal_effect": "none", "formal_outcome": "closed", "holds": 0, "in_time": "yes",
    "informal_outcome": "settled", "late_appeal": "taken", "open_matters": 0,
    "partner_scope": "no", "referral_complete": "yes", "review_outcome": "end",
    "hold_result": "over", "identity_clear": "yes", "request_step": "answer",
    "warning_outcome": "acceptable", "request_outcome": "review", "spoc_accepts": "yes",
}  # fmt: skip
#: Facts that are no dates.
_WORDS = {
    "order_kind": ["order", "recommendation"],
    "appeal_is_told": ["yes", "no"],
    "stand_in_is_named": ["yes", "no"],
    "data_request_kind": ["copy", "correction"],
    "policy_review_about": ["it"],
    "flag_comparison_of": ["telephony"],
}
_FIGURES = next(iter(BUNDLE.figures.values()))


class Ground(Stage):
    """A host whose facts are dates around now, and whose operations say what chance wants."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.variables_known = BUNDLE.variables
        self.functions = functions_of(
            Calendar({dt.date(2030, 12, 25): "Christmas Day"}), lambda name: _FIGURES[name].value
        )
        self.seed = seed
        self.is_ending = False

    def fact(
        self,
        name: str,
        element: Element | None,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        if name.endswith(("_ref", "owner")) or name == "ref":
            return f"{name}:1"
        dice = random.Random(f"{self.seed} {name} {self.time:%Y-%m-%d}")
        if name in _WORDS:
            return dice.choice(_WORDS[name])
        return self.time.date() + dt.timedelta(days=dice.randrange(1, 40))

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        at: Element,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        name = RESULTS.get(operation)
        return (
            answer(name, random.Random(f"{self.seed} {self.time}"), self.is_ending)
            if name
            else None
        )


def answer(name: str, dice: random.Random, is_ending: bool) -> Any:
    """Give one value of a control variable."""
    if is_ending and name in TO_THE_END:
        return TO_THE_END[name]
    return dice.choice(ANSWERS[name])


def answers(dice: random.Random, is_ending: bool) -> dict[str, Any]:
    """Give a value of each control variable that answers set."""
    held = {*RESULTS.values(), "source", "flag_action", "partner_action"}
    return {name: answer(name, dice, is_ending) for name in ANSWERS if name not in held}


def started(definitions: Definitions, process_id: str, ground: Ground) -> Run:
    """Begin a process as a message or a call would."""
    diagram = definitions.diagram(process_id)
    begins = next(iter(diagram.start_messages.values()), None)
    dice = random.Random(f"{ground.seed} begins")
    values = {"flag_action": "add", "partner_action": "add", "source": "case"}
    values["flag_action"] = dice.choice(ANSWERS["flag_action"])
    return Run.start(definitions, process_id, ground, start_element=begins, variables=values)


Act = tuple[str, str, dict[str, Any]]


def chosen(run: Run, dice: random.Random, is_ending: bool) -> Act | None:
    """Choose what happens next: a task, a message, or time; None when nothing can."""
    acts = [("do", task.element.id) for task in run.waiting_tasks] * 3
    acts += [("get", message.element.id) for message in run.waiting_messages]
    acts += [("wait", "")] if run.next_due_at else []
    if not acts:
        return None
    what, name = dice.choice(sorted(acts))
    return what, name, answers(dice, is_ending)


def act(run: Run, ground: Stage, chosen_: Act) -> None:
    """Let something happen in a run."""
    what, name, values = chosen_
    if what == "do":
        found = [task for task in run.waiting_tasks if task.element.id == name]
        found.sort(key=lambda task: str(sorted(map(str, task.variables.items()))))
        run.complete(found[0].task_id, values)
    elif what == "get":
        run.deliver(next(m.task_id for m in run.waiting_messages if m.element.id == name), {})
    else:
        assert run.next_due_at is not None
        ground.time = max(ground.time, run.next_due_at)
        run.settle()
