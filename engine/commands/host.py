"""What a running instance may ask for: facts of its case, functions, operations, the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import spiff
from engine.calendar import Calendar
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.clock import LONDON
from engine.commands.faults import is_nobodys
from engine.errors import ElementFailed, InvalidAnswers
from engine.operations import REGISTRY, functions_of
from engine.operations.failing import fail_if_planned
from engine.own_values import figure_here
from engine.releases import Bundle

#: Prefix of a holder or fact that belongs to the case.
CASE = "case."
#: The lane of a called process that leaves the choice to the one who calls.
CALLED_AUTHOR = "call.author"


class CaseHost:
    """One instance's window on its case; the engine calls it, it calls the casework."""

    def __init__(self, context: Context, bundle: Bundle) -> None:
        """Serve one unit of work; the context is shared by every call of it."""
        self.context = context
        self.bundle = bundle
        self.variables_known = bundle.variables
        self.functions: Mapping[str, Callable[..., Any]] = functions_of(
            context.calendar, context.policy
        )

    def now(self) -> dt.datetime:
        """Give the moment of this unit of work."""
        return self.context.now

    def fact(
        self,
        name: str,
        element: spiff.Element | None,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        """Give one fact of the case by its registered name."""
        find = REGISTRY.facts.get(name)
        if find is None:
            raise ValueError(f"Expected a fact of the case, but case.{name} is not one.")
        return find(self.at(element, calling, variables))

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        at: spiff.Element,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        """Run one operation of the registry; what it wrote is undone when it fails.

        Raises ElementFailed, and what is no fault of the step as it is: a lost race goes back to
        the whole unit of work, which is done again.
        """
        run = REGISTRY.operations.get(operation)
        if run is None:
            raise ElementFailed(at.process_id, at.id, f"There is no operation named {operation}.")
        context = self.at(at, calling, variables)
        with context.session.begin_nested():
            try:
                fail_if_planned(operation)
                return run(context, **parameters)
            except (ElementFailed, InvalidAnswers):
                raise
            except Exception as error:
                if is_nobodys(error):
                    raise
                # The words of the database hold the statement and with it what was to be written.
                of_database = isinstance(error, SQLAlchemyError)
                said = "the database refused what it wrote." if of_database else error
                reason = f"The operation {operation} failed: {said}"
                raise ElementFailed(at.process_id, at.id, reason) from error

    def holder(
        self, element: spiff.Element, calling: Mapping[str, str], variables: Mapping[str, Any]
    ) -> Holder:
        """Tell who gets a user task: a role, and the person when the lane names one."""
        held_by = held_by_of(element, calling)
        find = REGISTRY.holders.get(held_by)
        if find is not None:
            return find(self.at(element, calling, variables))
        if not held_by or held_by.startswith(CASE):
            raise ElementFailed(
                element.process_id,
                element.id,
                f"Expected the lane to be held by a role or a person of the case, but "
                f"{held_by or 'nobody'} is neither.",
            )
        return Holder(role=held_by, user=None)

    def at(
        self,
        element: spiff.Element | None,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Context:
        """Give the context as it is at one element."""
        self.context.process_id = element.process_id if element else ""
        self.context.element_id = element.id if element else ""
        self.context.calling = calling
        self.context.variables = variables
        return self.context


def held_by_of(element: spiff.Element, calling: Mapping[str, str]) -> str:
    """Name who holds a user task: its lane's holder, or the author that the call names."""
    held_by = element.held_by or ""
    return calling.get("author", "") if held_by == CALLED_AUTHOR else held_by


def make_context(
    session: Session,
    *,
    actor: str,
    now: dt.datetime,
    calendar_: Calendar,
    bundle: Bundle,
    **ids: Any,
) -> Context:
    """Make the context of one transaction; `ids` name the case and what it works on."""
    parameter_set = ids.pop("parameter_set")
    figures = bundle.figures.get(parameter_set, {})
    settings: Mapping[str, str] = ids.get("settings", {})

    def policy(name: str) -> Any:
        if name not in figures:
            raise ValueError(
                f"Expected the policy to have a figure named {name} in the set {parameter_set}, "
                "but it has none. Add a row to the table of figures."
            )
        return figure_here(settings, name, figures[name].value)

    return Context(
        session=session,
        actor=actor,
        now=now,
        today=now.astimezone(LONDON).date(),
        calendar=calendar_,
        policy=policy,
        parameter_set=parameter_set,
        release_id=bundle.release_id,
        letters=bundle.letters,
        begins=lambda message: bundle.starts(message) is not None,
        **ids,
    )
