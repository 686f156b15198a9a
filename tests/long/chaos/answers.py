"""Who fills in which form in the storm, with what, and which answer bears the mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import engine
from tests.engine.commands.conftest import TAKEN_OVER
from tests.long.test_years import DECISION, PACK, REPORT, SENT
from web.questions import hidden_fields

#: Instead of a list of ticked lines: every line that is offered.
_ALL = "all"
_NEXT_REVIEW = dt.timedelta(days=90)
#: The form at the counter by which arrangements come in from an old register.
DOOR = "arrangement_taken_over"
TAKE_OVER = "take_over_arrangement"


@dataclass(frozen=True)
class Job:
    """One form as one person fills it in."""

    person: str
    #: The question whose answer is the mark.
    marked: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    #: Questions that are answered with today, and those with a day in three months.
    today: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    #: Words that no two cases may share: the mark is put behind them.
    own: Mapping[str, str] = field(default_factory=dict)

    def fields(self, view: engine.FormView, mark: str, today: dt.date) -> list[tuple[str, str]]:
        """Give what a browser sends: what the page offers stands unless it is changed."""
        raw = {
            **view.defaults,
            **self.answers,
            **dict.fromkeys(self.today, today.isoformat()),
            **dict.fromkeys(self.later, (today + _NEXT_REVIEW).isoformat()),
            self.marked: mark,
            **{question: f"{words} {mark}" for question, words in self.own.items()},
        }
        for question in view.form.questions:
            if raw.get(question.id) == _ALL:
                offered = view.choices.get(getattr(question, "choices", ""), ())
                raw[question.id] = [one.value for one in offered if not one.disabled]
        return hidden_fields(view.form.questions, raw)


#: By the name of the form.
JOBS: Mapping[str, Job] = {
    "chaos_note": Job("dorothy", "note"),
    "confirm_flag": Job("sam", "reference", {"shows": _ALL}, today=("done_on",)),
    "spoc_report": Job("priya", "went", REPORT),
    "review_pack": Job("dorothy", "gaps", PACK, today=("asked_on",)),
    "decide_review": Job(
        "mo",
        "findings",
        {
            **DECISION,
            "new_evidence": "no",
            "review_outcome": "change",
            "what_changes": "Messages may be longer.",
        },
        later=("next_review_on",),
        own={"proportionality": DECISION["proportionality"]},
    ),
    "issue_letter": Job("dorothy", "proof", SENT, today=("sent_on",)),
    TAKE_OVER: Job("dorothy", "tenancy_reference"),
}


def taken_over(number: int, today: dt.date) -> dict[str, Any]:
    """Give the answers of one arrangement from an old register, its review near."""
    days = {"decided_on": 160, "letter_on": 158, "from_on": 150, "next_review_on": -30}
    return {
        **TAKEN_OVER,
        "customer_name": f"Jordan Carter {number}",
        "tenancy_reference": f"NF-{300_000 + number}",
        **{name: (today - dt.timedelta(days=ago)).isoformat() for name, ago in days.items()},
    }
