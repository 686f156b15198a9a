"""Every way the engine says no, and the finding that says what is wrong with an edited file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer, said to the person who gave it."""

    #: Question id as in the form file; "" when the whole form is meant.
    question: str
    message: str


@dataclass(frozen=True)
class Finding:
    """What is wrong with an edited file: where it is, what was expected, and whose rule it is."""

    file: str
    element_id: str
    #: Counts from 1; 0 when the place is not a line.
    line: int
    message: str
    #: A short name of the rule, such as ``reserved_id``.
    rule: str
    source: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line} {self.element_id}".rstrip()
        source = f", {self.source}" if self.source else ""
        return f"{place}: {self.message} ({self.rule}{source})"


class EngineError(Exception):
    """The engine could not do what was asked."""

    def __str__(self) -> str:
        said = super().__str__()
        return said or (self.__doc__ or "").split("\n", maxsplit=1)[0]


class Unavailable(Exception):
    """The database does not answer, or has no room for more. Nothing that was said to be kept is
    lost; try again in a minute.

    Not an ``EngineError``: it says nothing about a run or a case, and opens no incident.
    """

    def __str__(self) -> str:
        return super().__str__() or " ".join((type(self).__doc__ or "").split("\n\n")[0].split())


class NotFound(EngineError):
    """This does not exist, or it is not for you to see."""


class NotAllowed(EngineError):
    """You may see this, but it is somebody else's to do."""


class Rejected(EngineError):
    """Somebody or something was quicker; nothing was changed."""

    def __init__(self, *said: str, by_you: bool = False) -> None:
        """Keep what is said, and whether the same person did it before."""
        self.by_you = by_you
        super().__init__(*said)


class Overtaken(Rejected):
    """Somebody else saved first; nothing was changed."""

    def __init__(self, message: str, *, saved_by: str, saved_at: dt.datetime, version: int) -> None:
        """Keep who saved (a full name), when, and the version that is the newest now."""
        self.saved_by = saved_by
        self.saved_at = saved_at
        self.version = version
        super().__init__(message)


class InvalidAnswers(EngineError):
    """Some answers need another look."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem, so that one page can show them all."""
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


class InvalidRelease(EngineError):
    """The edited files cannot be published as they are."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep every finding, each with its file, element and line."""
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class InvalidDiagram(InvalidRelease):
    """A diagram or decision table cannot be run as it is drawn."""


class ElementFailed(EngineError):
    """An element of a running instance failed; it becomes an incident."""

    def __init__(self, process_id: str, element_id: str, reason: str) -> None:
        """Name the element as it is drawn, "" for one unknown, and the reason in plain words."""
        self.process_id = process_id
        self.element_id = element_id
        self.reason = reason
        where = ", element ".join(name for name in (process_id, element_id) if name)
        super().__init__(f"{where}: {reason}" if where else reason)
