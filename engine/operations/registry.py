"""The registry's shape: what a diagram or a form may name, and what stands behind the name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.casework.context import Context
from engine.casework.people import Holder
from engine.errors import Problem
from forms import Choice

Operation = Callable[..., Any]
Fact = Callable[[Context], Any]
FindHolder = Callable[[Context], Holder]
Check = Callable[[Context, dict[str, Any]], Sequence[Problem]]
Recorder = Callable[[Context, dict[str, Any], dict[str, Any]], None]
OfferChoices = Callable[[Context], Sequence[Choice]]


#: Holders whose task is theirs alone: nobody else of the role may take it (R-043, R-077).
IN_PERSON = frozenset(
    {
        *("case.director", "case.spoc", "case.proposed_spoc", "case.cover_teller"),
        *("case.policy_reviewer", "case.policy_approver", "case.passed_on_taker"),
    }
)


@dataclass(frozen=True)
class Registry:
    """Everything that edited files may name; a name that is not here is refused at the gate."""

    #: Service tasks: ``register.open`` -> function(context, **parameters).
    operations: Mapping[str, Operation]
    #: Expressions: ``case.appeal_due`` -> function(context).
    facts: Mapping[str, Fact]
    #: Lanes: ``case.director`` -> function(context).
    holders: Mapping[str, FindHolder]
    #: Forms: what needs the case to judge.
    checks: Mapping[str, Check]
    #: Forms: what stores the answers where they belong.
    recorders: Mapping[str, Recorder]
    #: Forms: lists that come from the case.
    choices: Mapping[str, OfferChoices]

    def parameters_of(self, operation: str) -> dict[str, bool]:
        """Name the parameters of an operation and whether each must be given."""
        signature = inspect.signature(self.operations[operation])
        return {
            name: parameter.default is inspect.Parameter.empty
            for name, parameter in list(signature.parameters.items())[1:]
        }
