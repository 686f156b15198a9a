"""What a kind of batch is: which subjects it has, what it would do with each, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Planned:
    """What a look at one subject found; nothing was changed."""

    outcome: Literal["as_is", "changes", "cannot"]
    #: The name of the subject: the process of a run.
    title: str
    #: What changes, or why it cannot and what to do about it; a sentence each, no personal data.
    says: tuple[str, ...] = ()
    #: What the kind wants to find again when it does it; JSON.
    details: Mapping[str, Any] = field(default_factory=dict)
    case_id: int | None = None
    #: The run a page leads to.
    instance_id: int | None = None


@dataclass(frozen=True)
class Done:
    """What became of one subject."""

    #: ``left_out`` when it needs nothing any more.
    status: Literal["done", "left_out"] = "done"
    #: What happened, a sentence each, no personal data.
    says: tuple[str, ...] = ()
    #: What it takes to undo it, sealed; None when that is not offered.
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Item:
    """One subject as it is handed to ``apply``: what the look at it found."""

    id: int
    batch_id: int
    subject_id: int
    outcome: str
    #: ``Planned.details``.
    details: Mapping[str, Any]


class Kind(Protocol):
    """One kind of batch; one object for all batches of the kind, so it keeps nothing."""

    #: Short and for ever: it stands in the table.
    name: str
    #: Roles that see its batches and may begin, stop and resume them.
    may: frozenset[str]
    #: False: it begins as soon as every subject was looked at; its reason is given at the start.
    needs_preview: bool
    #: Name of the kind that takes it back, wanting ``{"batch": id}``; "" when nothing does.
    undone_by: str
    #: What the button says before how many: ``Move``; and the past of it: ``Moved``.
    do: str
    done: str
    #: One subject: ``run``, ``stuck step``.
    thing: str

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say what the batch does, for lists and headings.

        Raises an EngineError when `wanted` makes no sense.
        """

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the query of the ids of all subjects, one column."""

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Look at one subject; the session cannot write, so lock nothing.

        An EngineError that is raised becomes the reason why it cannot.
        """

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Do it to one subject, in a unit of work that the batch opens and commits.

        That the subject is done is kept by the same commit, so it is never done twice. Look again
        whether it still applies: raise Rejected when the subject went on meanwhile, and it is
        left out with that reason; any other EngineError makes it failed. Either way nothing of
        it is kept, and the batch goes on to the next.
        """
