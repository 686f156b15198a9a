"""The verbs of a scenario: do what a person would do, move the clock, expect what must be so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from engine import clock, commands, errors
from engine.operations import DOORS, REGISTRY, failing
from engine.scenario import expectations, expected_exceptions, lookback
from engine.scenario.expectations import Unexpected
from engine.scenario.script import DOING, Script, Step, moment
from engine.tables.database import Database
from engine.tables.process import Incident, WorkItem

#: Instead of a list of ticked lines: every line that is offered.
EVERYTHING = "all"
#: Instead of one line of a list: the first that is offered.
FIRST = "first"
#: An action only scenarios have: a person starts the stuck step again.
RETRY = "retry_stuck_step"


class Scenario:
    """One run of one script against one database; each verb commits and starts afresh."""

    def __init__(self, db: Database, case_id: int | None = None) -> None:
        """Play on a database whose clock is held; `case_id` is the case verbs speak of."""
        self.db = db
        self.case_id = case_id

    def play(self, script: Script) -> None:
        """Do every step; Unexpected or an engine error at the first that goes wrong."""
        for step in script.steps:
            try:
                self.do(step)
            except (Unexpected, errors.EngineError, ValueError, KeyError) as error:
                history = lookback.history_of(self.db, self.case_id)
                raise Unexpected(
                    f"line {step.line}, {step.verb}: {_told(error)}\n{history}"
                ) from error
        if left := failing.still_planned():
            raise Unexpected(f"Expected {', '.join(left)} to fail as planned, but it never ran.")

    def do(self, step: Step) -> None:
        """Do one step by the name of its verb."""
        arguments = step.arguments
        if step.verb in DOING:
            self._do(step.verb, arguments)
        elif step.verb == "at":
            self.at(moment(arguments))
        elif step.verb == "expect_rejected":
            self.expect_rejected(arguments)
        else:
            getattr(self, step.verb)(arguments)

    def _do(self, verb: str, arguments: Mapping[str, Any]) -> None:
        given = {name: value for name, value in arguments.items() if name != "as"}
        getattr(self, verb)(by=arguments["as"], **given)

    def start(self, process: str, *, by: str) -> None:
        """Begin a process that starts with a task; its case is the one later verbs speak of."""
        self._follow(commands.start(self.db, process, by=by))

    def complete(
        self, task: str, *, by: str, answers: Mapping[str, Any] | None = None, about: str = ""
    ) -> None:
        """Complete the open task with that element id; `about` tells apart tasks of one element."""
        item_id = self._open_item(task, about, by)
        view = partial(commands.form_of_task, self.db, item_id, by=by)
        self._follow(commands.complete(self.db, item_id, _filled(view, answers), by=by))

    def act(
        self,
        action: str,
        *,
        by: str,
        answers: Mapping[str, Any] | None = None,
        case: int | None = None,
    ) -> None:
        """Do an action of the case page, or start a stuck step again.

        case: which one, counted as they were begun; without it the one verbs speak of.
        """
        if action == RETRY:
            commands.retry(self.db, self._open_incident(), by=by)
        else:
            case_id = case or self.case_id or 0
            view = partial(commands.form_of_action, self.db, action, case_id, by=by)
            commands.act(self.db, action, case_id, _filled(view, answers), by=by)

    def receive(
        self,
        message: str,
        *,
        by: str,
        answers: Mapping[str, Any] | None = None,
        refs: Mapping[str, int] | None = None,
    ) -> None:
        """Take in a message from outside with the answers to its form."""
        refs = dict(refs or self._refs(message))
        view = partial(commands.form_of_message, self.db, message, by=by, refs=refs)
        raw = _filled(view, answers)
        self._follow(commands.receive(self.db, message, raw, by=by, refs=refs))

    def at(self, when: dt.datetime) -> None:
        """Move the clock forwards; every timer on the way fires at its own moment."""
        if clock.at_local(when) < clock.now():
            raise ValueError(f"Expected a time after {clock.now():%d %b %Y %H:%M} UTC.")
        commands.pass_time(self.db, when, clock.hold)

    def wait(self, arguments: Mapping[str, int] | int) -> None:
        """Let days pass: ``wait: 3`` or ``wait: {working_days: 3}``; the hour stays."""
        given = arguments if isinstance(arguments, Mapping) else {"days": arguments}
        local = clock.now().astimezone(clock.LONDON).replace(tzinfo=None)
        target = local + dt.timedelta(days=int(given.get("days", 0)))
        if "working_days" in given:
            calendar = lookback.calendar(self.db)
            due = calendar.working_days(target.date(), int(given["working_days"]))
            target = dt.datetime.combine(due.on, target.time())
        self.at(target)

    def fail_job(self, arguments: Mapping[str, Any]) -> None:
        """Let an operation fail the next time (or ``times``) it is called."""
        if arguments["operation"] not in REGISTRY.operations:
            raise ValueError(f"Expected an operation, but {arguments['operation']} is not one.")
        failing.fail_next(
            arguments["operation"],
            int(arguments.get("times", 1)),
            str(arguments.get("reason", "The other system did not answer.")),
        )

    def expect_open(self, tasks: list[str] | str) -> None:
        """Expect each of these tasks to be open now; others may be too."""
        expectations.open_tasks(self.db, self.case_id, _listed(tasks), wanted=True)

    def expect_not_open(self, tasks: list[str] | str) -> None:
        """Expect none of these tasks to be open now."""
        self._check_drawn(_listed(tasks))
        expectations.open_tasks(self.db, self.case_id, _listed(tasks), wanted=False)

    def expect_due(self, tasks: Mapping[str, Any]) -> None:
        """Expect each open task to be due on its date."""
        expectations.due(self.db, self.case_id, tasks)

    def expect_history(self, elements: list[Any]) -> None:
        """Expect each element to have been passed; ``{id: times}`` or ``{id: date}`` says more."""
        self._check_drawn(
            name for one in _listed(elements) for name in (one if isinstance(one, dict) else [one])
        )
        expectations.history(self.db, self.case_id, _listed(elements))

    def expect_letter(self, wanted: Mapping[str, Any]) -> None:
        """Expect an issued letter: template, and any of on, appeal_until, contains, count."""
        expectations.letter(self.db, self.case_id, wanted)

    def expect_register(self, wanted: Mapping[str, Any]) -> None:
        """Expect the case's entry in the register to say this."""
        expectations.register(self.db, self.case_id, wanted)

    def expect_flag(self, wanted: Mapping[str, str]) -> None:
        """Expect each system's flag to be requested, set, update_requested, ... or removed."""
        expectations.flag(self.db, self.case_id, wanted)

    def expect_decision(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """Expect the newest decision of each kind to have these fields."""
        expectations.decision(self.db, self.case_id, wanted)

    def expect_ended(self, ends: list[str] | str) -> None:
        """Expect an instance of the case to have ended with each of these end events."""
        expectations.ended(self.db, self.case_id, _listed(ends))

    def expect_absence(self, wanted: Mapping[str, Any]) -> None:
        """Expect the newest absence of a person to have come to these figures."""
        expectations.absence(self.db, wanted)

    def expect_exceptions(self, wanted: Mapping[str, Any]) -> None:
        """Expect the exceptions report to name these numbers, or to say these words."""
        expected_exceptions.check(self.db, wanted)

    def expect_rejected(self, arguments: Mapping[str, Any]) -> None:
        """Expect one doing verb to be refused, and nothing to have changed."""
        ((verb, given),) = ((n, a) for n, a in arguments.items() if n in DOING)
        because = getattr(errors, str(arguments["because"]), None)
        if because is None:
            raise ValueError(f"Expected an error of the engine, not {arguments['because']}.")
        before = lookback.fingerprint(self.db)
        try:
            self._do(verb, given)
        except because as refusal:
            expectations.says(refusal, arguments)
        except errors.EngineError as other:
            raise Unexpected(
                f"Expected {arguments['because']}, but got {type(other).__name__}: {other}"
            ) from other
        else:
            raise Unexpected(f"Expected {verb} to be refused, but it was done.")
        if lookback.fingerprint(self.db) != before:
            raise Unexpected("Expected nothing to change by a refusal, but something did.")

    def _check_drawn(self, names: Iterable[str]) -> None:
        """Refuse a name that stands in no diagram: what it names could never be there."""
        if unknown := lookback.unknown_elements(self.db, names):
            raise Unexpected(f"Expected ids of the diagrams, but none has {', '.join(unknown)}.")

    def _follow(self, outcome: commands.Outcome) -> None:
        self.case_id = outcome.case_id or self.case_id
        if outcome.stuck:
            return

    def _open_item(self, task: str, about: str, by: str) -> int:
        with self.db.reading() as session:
            items = session.scalars(
                select(WorkItem)
                .where(
                    WorkItem.element_id == task,
                    WorkItem.case_id == self.case_id,
                    WorkItem.completed_at.is_(None),
                    WorkItem.cancelled_at.is_(None),
                )
                .order_by(WorkItem.id)
            ).all()
            fitting = [item for item in items if about.lower() in item.name.lower()]
            mine = [item for item in fitting if item.assignee == by] or fitting
            if mine:
                return mine[0].id
            closed = session.scalar(
                select(WorkItem.id)
                .where(WorkItem.element_id == task, WorkItem.case_id == self.case_id)
                .order_by(WorkItem.id.desc())
            )
        if closed is not None:
            return closed
        raise errors.NotFound(f"Expected the task {task} to be open, but it never was.")

    def _open_incident(self) -> int:
        with self.db.reading() as session:
            found = session.scalar(
                select(Incident.id).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
            )
        if found is None:
            raise Unexpected("Expected a stuck step, but there is none.")
        return found

    def _refs(self, message: str) -> dict[str, int]:
        """Name what a message is about when the scenario has only one of it."""
        if self.case_id is None or message not in DOORS:
            return {}
        return {"case_id": self.case_id, **lookback.newest_refs(self.db, self.case_id)}


def _filled(
    view: Callable[[], commands.FormView], answers: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Answer as a person would on the page: what it offers stands unless it is changed.

    ``all`` ticks every line of a list that can be ticked, ``first`` chooses the first of them.
    """
    given = dict(answers or {})
    try:
        page = view()
    except errors.EngineError:
        return given
    _check_asked(page.form.questions, given)
    return {**page.defaults, **_chosen(page, page.form.questions, given)}


def _check_asked(questions: Sequence[Any], given: Mapping[str, Any]) -> None:
    """Refuse an answer to what is not asked: a person could not give it."""
    asked = {question.id: getattr(question, "columns", ()) for question in questions}
    if unknown := sorted(set(given) - set(asked)):
        raise Unexpected(
            f"Expected answers to {', '.join(asked)}, but nobody asks {', '.join(unknown)}."
        )
    for name, answer in given.items():
        for row in answer if asked[name] and isinstance(answer, list) else ():
            _check_asked(asked[name], row)


def _chosen(
    page: commands.FormView, questions: Sequence[Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Put the lines a form offers where answers say ``all`` or ``first``, in its rows too."""
    chosen = dict(given)
    for question in questions:
        answer = given.get(question.id)
        columns = getattr(question, "columns", ())
        if columns and isinstance(answer, list):
            chosen[question.id] = [_chosen(page, columns, row) for row in answer]
        offered = page.choices.get(getattr(question, "choices", ""), ())
        lines = [choice.value for choice in offered if not choice.disabled]
        if answer == EVERYTHING and lines:
            chosen[question.id] = lines
        elif answer == FIRST and lines:
            chosen[question.id] = lines[0]
    return chosen


def _told(error: Exception) -> str:
    if isinstance(error, errors.InvalidAnswers):
        return "; ".join(f"{p.question}: {p.message}" for p in error.problems)
    return f"{type(error).__name__}: {error}" if not isinstance(error, Unexpected) else str(error)


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]
