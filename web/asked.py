"""What was typed into a page of a few fields: days and texts, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import engine
from web import meanwhile

_PARTS = ("year", "month", "day")
_NO_DAY = "Enter a day, a month and a year that exist, like 27 3 2027"


@dataclass
class Asked:
    """What was typed into one page, and what is wrong with it: field -> sentence."""

    sent: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def day(self, name: str = "day") -> dt.date:
        """Give the day that was typed; the first there is when it is none, which is a problem."""
        try:
            return dt.date(*(int(self.sent.get(f"{name}-{part}", "")) for part in _PARTS))
        except (ValueError, OverflowError):
            self.problems[f"{name}-day"] = _NO_DAY
            return dt.date.min

    def day_if_any(self, name: str) -> dt.date | None:
        """Give the day that was typed, None when every box of it is empty."""
        if not any(self.sent.get(f"{name}-{part}", "").strip() for part in _PARTS):
            return None
        return self.day(name)

    def text(self, name: str, missing: str, longest: int = 500) -> str:
        """Give a text that must be there and not too long."""
        said = self.sent.get(name, "").strip()
        if not said:
            self.problems[name] = missing
        elif len(said) > longest:
            self.problems[name] = f"Shorten it to {longest} characters; it has {len(said)}"
        return said

    def take_over(self, now: Mapping[str, str]) -> None:
        """Keep what somebody else changed since the page was opened; both at once is a problem."""
        self.sent, problems = meanwhile.of_fields(self.sent, now)
        self.problems.update(problems)

    def add(self, problems: Iterable[engine.Problem]) -> None:
        """Take over what the engine says is wrong, the first sentence for each field."""
        for problem in problems:
            self.problems.setdefault(problem.question, problem.message)
