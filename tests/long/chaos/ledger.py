"""What was asked of the landlord and what it answered: all that a judge may rely on afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

#: Answered with 303; refused with a sentence; or the answer never came.
Answer = Literal["taken", "refused", "unknown"]


@dataclass(frozen=True)
class Attempt:
    """One form that one person sent once; the mark in one of its answers is unlike any other."""

    work_item_id: int
    person: str
    form: str
    mark: str
    answer: Answer


@dataclass(frozen=True)
class Kill:
    """One process that was killed, and when (``time.monotonic``)."""

    process: str
    at: float


@dataclass
class Ledger:
    """Everything that happened from outside, written by many threads."""

    attempts: list[Attempt] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    #: When the clock of the installation was put forward: what was claimed is free again then.
    moves: list[float] = field(default_factory=list)
    #: Answers nobody expected, such as a page that says 500.
    strange: list[str] = field(default_factory=list)
    #: How often a page said that the database is away or full.
    away: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, attempt: Attempt) -> None:
        """Keep one attempt."""
        with self._lock:
            self.attempts.append(attempt)

    def killed(self, process: str) -> None:
        """Keep that a process was killed now."""
        with self._lock:
            self.kills.append(Kill(process, time.monotonic()))

    def moved(self) -> None:
        """Keep that the clock was put forward now."""
        with self._lock:
            self.moves.append(time.monotonic())

    @property
    def troubles(self) -> list[float]:
        """Give every moment after which something may rightly be sent once more."""
        return [*(kill.at for kill in self.kills), *self.moves]

    def wonder(self, what: str) -> None:
        """Keep an answer that nobody expected."""
        with self._lock:
            self.strange.append(what)

    def told_away(self) -> None:
        """Keep that a page said the database is away."""
        with self._lock:
            self.away += 1

    def count(self) -> Counter[Answer]:
        """Count the attempts by how they were answered."""
        with self._lock:
            return Counter(attempt.answer for attempt in self.attempts)
