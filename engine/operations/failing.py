"""Failures on purpose: a scenario or a test says which operation fails the next time."""

from __future__ import annotations

from contextvars import ContextVar

_planned: ContextVar[dict[str, tuple[int, str]] | None] = ContextVar("failing", default=None)


class PlannedFailure(Exception):
    """The operation was told to fail."""


def fail_next(operation: str, times: int, reason: str) -> None:
    """Let `operation` fail that many times in this context, with this reason."""
    planned = dict(_planned.get() or {})
    planned[operation] = (times, reason)
    _planned.set(planned)


def still_planned() -> list[str]:
    """Name the operations of which a failure is planned that has not happened."""
    return sorted(_planned.get() or {})


def forget_planned() -> None:
    """Let nothing fail any more."""
    _planned.set(None)


def fail_if_planned(operation: str) -> None:
    """Raise PlannedFailure when a failure of this operation is still planned."""
    planned = _planned.get()
    if not planned or operation not in planned:
        return
    times, reason = planned[operation]
    rest = {name: plan for name, plan in planned.items() if name != operation}
    if times > 1:
        rest[operation] = (times - 1, reason)
    _planned.set(rest)
    raise PlannedFailure(reason)
