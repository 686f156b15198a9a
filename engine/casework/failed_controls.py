"""Which safeguards were not kept by what happened outside: worked out by rule, never typed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.calendar import said
from engine.tables.outside import OutsideEvent

#: What a customer is told with a decision; a call or an answer to a complaint begins nothing.
TELLING = frozenset({"letter", "told", "arrangement", "ground_rules"})
#: The parts that say how to have it looked at again: one of them ends "never told".
_HOW_TO_APPEAL = ("appeal", "how_to_ask_for_a_review")
_NOT_A_LETTER = {
    "complaint_reply": "in the answer to a complaint",
    "telephone": "in a call",
    "in_person": "in person",
    "not_told": "not at all",
}
#: Part of a letter -> the safeguard it keeps. What is not here is one of the rest, R-046.
_PARTS = {
    "formal_statement_and_date": "C-03",
    "meaning": "C-04",
    "duration_and_review": "C-05",
    "appeal": "C-06",
    "emergency": "C-08",
    "spoc_absent": "C-08",
    "response_time": "C-11",
    "who_sees_your_messages": "C-12",
}
_WHY = {
    "C-03": "Nothing says that it is formal and from when it applies",
    "C-04": "Nothing says what it means for the customer",
    "C-05": "Nothing says how long it lasts",
    "C-08": "Nothing says what to do in an emergency and while the contact is away",
    "C-11": "Nothing says how soon the customer gets an answer",
    "C-12": "Nothing says who reads what the customer sends",
    "R-046": "Other parts of a letter are missing",
}


@dataclass(frozen=True)
class Known:
    """What a rule looks at: the event, and what the case held by then."""

    event: OutsideEvent
    #: The verbal warning and the first day after the time to change; None when there was none.
    warned_on: dt.date | None = None
    change_until: dt.date | None = None
    #: The Fair Treatment Letter; None when there was none.
    letter_on: dt.date | None = None
    #: The first decision of a meeting; None when there was none.
    decided_on: dt.date | None = None
    #: The first time the customer was told how to appeal, by a letter of ours or outside.
    appeal_told_on: dt.date | None = None

    @property
    def acts(self) -> bool:
        """Tell whether an arrangement was begun or changed by it."""
        event = self.event
        return event.kind in TELLING and (
            event.kind == "ground_rules"
            or event.details.get("changed_what") in ("began", "changed")
        )

    @property
    def begins(self) -> bool:
        """Tell whether an arrangement was begun by it."""
        return self.event.details.get("changed_what") == "began"

    def earlier(self, day: dt.date | None) -> bool:
        """Tell whether this was so before the event."""
        return day is not None and day <= self.event.happened_on


@dataclass(frozen=True)
class Failure:
    """One safeguard that was not kept, and why that is so."""

    number: str
    why: str


def failures(known: Known) -> tuple[Failure, ...]:
    """Give every safeguard the event did not keep, each once, in the order of its rules."""
    found: dict[str, str] = {}
    for rule in _RULES:
        for number, why in rule(known):
            found.setdefault(number, why)
    return tuple(Failure(number, why) for number, why in found.items())


_Found = Iterator[tuple[str, str]]


def _stages(known: Known) -> _Found:
    """An arrangement follows a warning, time to change and a decision (R-002)."""
    if not known.begins:
        return
    if not known.earlier(known.warned_on):
        yield "C-01", "No verbal warning is on file before it"
    if not known.earlier(known.change_until) or not known.earlier(known.letter_on):
        yield "C-02", "No time to change lay between a warning and it"
    if not known.earlier(known.decided_on):
        yield "R-040", "No meeting had weighed the seven factors"


def _telling(known: Known) -> _Found:
    """A decision is told by a letter with all its parts, and with proof (R-045 to R-057)."""
    event = known.event
    if not known.acts:
        return
    how = _NOT_A_LETTER.get(str(event.details.get("told_how")))
    if how is not None:
        yield "C-03", f"The customer was told {how}, which can begin nothing"
    for part in event.lacked:
        number = _PARTS.get(part, "R-046")
        yield number, _never_told(known) if number == "C-06" else _WHY[number]
    if not event.proof:
        yield "C-19", "Nothing proves that and when the customer was told"
    if event.lacked and "appeal" in event.lacked:
        yield "K-10", "An appeal is never late until a complete letter has left"


def _never_told(known: Known) -> str:
    told, on = known.appeal_told_on, known.event.happened_on
    if told is None or told <= on:
        return "Nothing says how to appeal, and nothing has said so since"
    return f"Nothing said how to appeal until {said(told)}, {(told - on).days} days later"


def _own_process(known: Known) -> _Found:
    if known.acts and not known.earlier(known.decided_on):
        yield "C-15", "It was done without the steps that our own policy sets"


def _absence(known: Known) -> _Found:
    event = known.event
    if event.kind != "away":
        return
    until = f" to {said(event.until_on)}" if event.until_on else ""
    days = f"from {said(event.happened_on)}{until}"
    yield "C-10", f"The contact was away {days} and nobody stood in"
    if event.details.get("emergency_told") != "yes":
        yield "C-08", "The customer did not know whom to call in an emergency on these days"
    if event.details.get("absence_told") != "yes":
        yield "R-071", "The customer was not told before"


def _dates(known: Known) -> _Found:
    event = known.event
    if event.kind != "two_dates" or event.other_on is None:
        return
    both = f"{said(event.happened_on)} and {said(event.other_on)} were given for it"
    about = event.details.get("dates_about")
    if about == "telling":
        yield "C-19", f"{both}, and nothing proves either"
    elif about == "decision":
        yield "C-17", f"One decision, two dates: {both}"
    else:
        yield "R-063", both


def _counted(known: Known) -> _Found:
    event = known.event
    if event.kind == "counted" and event.details.get("gaps"):
        yield "C-20", f"Missing from the count: {event.details['gaps']}"


def _answers(known: Known) -> _Found:
    """What a customer asks for is answered by a day that was named, and with a reason."""
    event, details = known.event, known.event.details
    if event.kind == "review" and details.get("answer_date_given") == "no":
        yield "C-14", "The customer was not told by when the answer would come"
    if event.kind == "wish" and details.get("wish_answer") == "none":
        yield "R-010", f"Nothing was answered to this: {event.what}"


def _mixed(known: Known) -> _Found:
    event = known.event
    if event.kind == "two_classes":
        yield "C-21", "The same matter was called a review and a complaint"
    elif event.kind == "complaint" and event.details.get("called_review") == "unsaid":
        yield "C-21", "It was treated as a review too, and the customer was not told so"


def _held_against(known: Known) -> _Found:
    if known.event.kind == "held_against" and not known.earlier(known.appeal_told_on):
        yield "C-07", "No complete letter had told the customer of the rules, so none was broken"


def _others(known: Known) -> _Found:
    event = known.event
    if event.kind == "rarely_there":
        yield "C-18", "Working times were not looked at before the contact was chosen"
    elif event.kind == "passed_on" and event.details.get("passing_on_told") != "yes":
        yield "C-12", "The customer did not know who reads the messages"
    elif event.kind == "staff_contact":
        yield "C-13", "Nothing says whether staff may do so; no fault was found in it"
    elif event.kind == "more_time" and event.until_on is not None:
        yield "R-079", f"An appeal was allowed until {said(event.until_on)}"


_RULES: tuple[Callable[[Known], _Found], ...] = (
    _stages,
    _telling,
    _own_process,
    _absence,
    _dates,
    _counted,
    _answers,
    _mixed,
    _held_against,
    _others,
)


def tells_how_to_appeal(event: OutsideEvent) -> bool:
    """Tell whether the customer heard by this event how to have the decision looked at again."""
    told = event.details.get("told_parts", [])
    return any(part in told for part in _HOW_TO_APPEAL)
