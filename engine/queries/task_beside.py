"""The pages a task is worked on beside its form: what it is about is read or made there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.flag_comparisons import TASK as COMPARE_FLAGS
from engine.casework.visibility import Part, opens
from engine.queries.reading import Reading
from engine.tables.policy_control import ImpactAssessment, PolicyReview
from engine.tables.process import WorkItem

#: Ends the names of variables that say what a run is about, as ``data_request:12``.
_REF = "_ref"


@dataclass(frozen=True)
class Beside:
    """One page to open beside a task."""

    #: data_request, impact_assessment, policy_review, flags
    kind: str
    #: Of what it shows; 0 where that is one page for everything.
    id: int


def beside(look: Reading, item: WorkItem, parts: frozenset[Part]) -> tuple[Beside, ...]:
    """Give the pages beside a task that exist for the one who looks; () for most tasks."""
    if item.element_id == COMPARE_FLAGS and opens(look.viewer, "flags"):
        return (Beside("flags", 0),)
    return tuple(
        found
        for name, value in item.variables.items()
        if name.endswith(_REF)
        for found in _pages(look, str(value), parts)
    )


def _pages(look: Reading, about: str, parts: frozenset[Part]) -> Iterator[Beside]:
    kind, _, number = about.partition(":")
    if not number.isdecimal():
        return
    if kind == "data_request" and {Part.RETENTION, Part.RESTRICTED} <= parts:
        yield Beside("data_request", int(number))
    if kind == "policy_review":
        yield from _of_review(look, int(number))


def _of_review(look: Reading, review_id: int) -> Iterator[Beside]:
    """What was found and assessed, also for those the page of the policy does not exist for."""
    review = look.session.get(PolicyReview, review_id)
    if review is None:
        return
    if opens(look.viewer, "policy") or look.viewer.name in (review.reviewer, review.approver):
        yield Beside("policy_review", review_id)
        of_it = select(ImpactAssessment.id).where(ImpactAssessment.review_id == review_id)
        newest = look.session.scalar(of_it.order_by(ImpactAssessment.id.desc()).limit(1))
        if newest is not None:
            yield Beside("impact_assessment", newest)
