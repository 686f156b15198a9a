"""What the cells of one row of a register say: answers, exceptions, questions and refusals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.calendar import said
from engine.casework import own_words
from engine.casework.old_letters import NOT_RECORDED
from engine.imports.registers.columns import heading_of
from engine.imports.registers.dates import read_date, says_none

_YES = frozenset({"yes", "y", "true", "1", "x", "full", "included", "given", "complete"})
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("", "tenant", "sole tenant", "secure tenant"), "tenant"),
    **dict.fromkeys(("joint tenant", "joint", "joint tenants"), "joint_tenant"),
    **dict.fromkeys(("leaseholder", "lease holder", "shared owner"), "leaseholder"),
    **dict.fromkeys(("representative", "advocate"), "representative"),
    **dict.fromkeys(("staff", "staff tenant", "tenant who works here"), "staff_tenant"),
}
_METHODS: Mapping[str, str] = {
    **dict.fromkeys(("email", "e mail", "email only", "by email"), "email"),
    **dict.fromkeys(("telephone", "phone", "tel", "call", "phone only", "by phone"), "telephone"),
    **dict.fromkeys(("letter", "post", "in writing", "by post"), "letter"),
    **dict.fromkeys(("in person", "visit", "face to face", "office"), "in_person"),
}
_ENDED = frozenset(
    {
        *("ended", "closed", "ceased", "cancelled", "expired", "withdrawn", "removed", "lifted"),
        *("no longer in place", "not active", "inactive", "no", "stopped", "archived"),
    }
)
_NOT_YET = frozenset({"draft", "proposed", "pending", "awaiting approval", "requested"})
_NO_RESTRICTION = "No restriction"
_MISTAKES = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"})
_FORMULA = ("=", "+", "-", "@")
_DAYS = re.compile(r"(\d{1,2})(?:\.0+)?(?: ?(?:working |wd|w/?)? ?(?:days?|d)?)?", re.I | re.A)
_NATIONAL = re.compile(r"[1237]\d{9}", re.A)
_SHOWN = 40
_NOT_SET = frozenset({"no", "not set", "not flagged", "false", "0", "removed"})


@dataclass
class Told:
    """What a row says, as far as it can be read."""

    #: Question of the form -> its answer; people are still names.
    answers: dict[str, Any] = field(default_factory=dict)
    #: What is not as the policy wants it, though the row is taken over: column and sentence.
    exceptions: list[list[str]] = field(default_factory=list)
    #: Why the row cannot be taken over: column and sentence.
    problems: list[list[str]] = field(default_factory=list)
    #: The row waits for a date of its review.
    wants_review: str = ""

    def except_(self, column: str, sentence: str) -> None:
        """Keep that something is not as the policy wants it."""
        self.exceptions.append([heading_of(column), sentence])

    def refuse(self, column: str, sentence: str) -> None:
        """Keep why the row cannot be taken over."""
        self.problems.append([heading_of(column), sentence])


def read_row(cells: Mapping[str, str], today: dt.date, latest_review: dt.date) -> Told:
    """Read everything of a row but who its people are; every problem of it at once.

    latest_review: the last day a review may be on by the policy.
    """
    told = Told()
    for column, text in cells.items():
        if text.casefold() in _MISTAKES:
            told.refuse(column, f"Expected what the register says, but it is the error “{text}”.")
    _customer(told, cells)
    _decision(told, cells, today)
    _contact(told, cells)
    _dates(told, cells, today, latest_review)
    return told


def claimed(text: str, systems: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the systems that a cell says show a flag, and the names in it that are none of them."""
    if says_none(text) or _plain(text) in _NOT_SET:
        return [], []
    if _plain(text) in _YES:
        return list(systems), []
    found, unknown = [], []
    for name in filter(None, (part.strip() for part in re.split(r"[;,/&\n]|\band\b", text))):
        said = [one for one in systems if set(_plain(name).split()) <= set(_plain(one).split())]
        found += said
        unknown += [] if said else [name]
    return [one for one in systems if one in found], unknown


def _customer(told: Told, cells: Mapping[str, str]) -> None:
    for column in ("customer_name", "tenancy_reference", "address", "other_tenants", "needs"):
        told.answers[column] = cells.get(column, "")
    if told.answers["customer_name"].startswith(_FORMULA):
        told.refuse(
            "customer_name", "Expected a name, but it begins like a formula. Type the name."
        )
    kind = _KINDS.get(_plain(cells.get("customer_kind", "")))
    if kind is None:
        told.except_(
            "customer_kind",
            f"{_it_is(cells['customer_kind'])} means nothing here: taken as tenant.",
        )
    told.answers["customer_kind"] = kind or "tenant"
    told.answers["email"] = cells.get("email", "") if "@" in cells.get("email", "") else ""
    told.answers["phone"] = _phone(cells.get("phone", ""))


def _decision(told: Told, cells: Mapping[str, str], today: dt.date) -> None:
    begins = _date(told, cells, "from_on")
    decided = _date(told, cells, "decided_on")
    letter = _date(told, cells, "letter_on")
    if decided is None and not _is_wrong(told, "decided_on"):
        told.except_(
            "decided_on", "The day of the decision is not recorded: start or letter stand for it."
        )
        decided = min((day for day in (begins, letter, today) if day), default=None)
    told.answers["decided_on"] = decided.isoformat() if decided else ""
    reasons = cells.get("reasons", "")
    if own_words.says_nothing(reasons):
        told.except_("reasons", "No reasons are recorded (R-046).")
        reasons = NOT_RECORDED
    told.answers["reasons"] = reasons
    is_told = _plain(cells.get("letter_complete", "")) in _YES
    if letter is None:
        told.answers["letter_complete"] = "none"
        if not _is_wrong(told, "letter_on"):
            told.except_(
                "letter_on",
                "No letter is recorded: the time to appeal has not begun (K-10). Send the letter.",
            )
        return
    told.answers["letter_on"] = letter.isoformat()
    told.answers["letter_complete"] = "yes" if is_told else "no"
    if not is_told:
        told.except_(
            "letter_complete",
            "The letter did not say how to appeal: the time to appeal has not begun (K-10). Send "
            "one that does.",
        )


def _contact(told: Told, cells: Mapping[str, str]) -> None:
    address = cells.get("contact_address", "")
    text = cells.get("contact_method", "")
    method = _METHODS.get(_plain(text)) or _by_address(text, address)
    if method:
        told.answers["contact_method"] = method
    else:
        told.refuse(
            "contact_method",
            f"Expected e-mail, telephone, letter or in person, but {_it_is(text, of='it is ')}.",
        )
    told.answers["contact_address"] = address if "@" in address else _phone(address)
    visiting = cells.get("visiting", "")
    if not visiting:
        told.except_(
            "visiting", "Nothing is recorded about visits: taken as no restriction (R-060)."
        )
    told.answers["visiting"] = visiting or _NO_RESTRICTION
    _answer_within(told, cells.get("response_days", ""))
    limit = cells.get("restrictions", "")
    row = {"kind": "other", "limit": limit, "reason": told.answers["reasons"][:1000]}
    told.answers["restrictions"] = [row] if limit and not says_none(limit) else []


def _answer_within(told: Told, text: str) -> None:
    if not text:
        return
    found = _DAYS.fullmatch(text)
    if found is None:
        told.except_(
            "response_days", f"{_it_is(text)} is no number of working days: the policy's is taken."
        )
    else:
        told.answers["response_days"] = found[1]


def _dates(told: Told, cells: Mapping[str, str], today: dt.date, latest_review: dt.date) -> None:
    begins = _date(told, cells, "from_on", again=True)
    if begins is None and not _is_wrong(told, "from_on"):
        told.refuse("from_on", "Expected the day it began to apply, but there is none.")
    told.answers["from_on"] = begins.isoformat() if begins else ""
    _review(told, cells, today, latest_review)
    _end(told, cells, begins, today)
    status = _plain(cells.get("status", ""))
    if status in _ENDED:
        told.refuse(
            "status",
            "Expected an arrangement in force, but it has ended. It stays in the old register.",
        )
    elif status in _NOT_YET:
        told.refuse(
            "status",
            "Expected an arrangement in force, but it is not decided yet. Raise a concern instead.",
        )


def _review(told: Told, cells: Mapping[str, str], today: dt.date, latest: dt.date) -> None:
    review = _date(told, cells, "next_review_on")
    if review is None:
        if not _is_wrong(told, "next_review_on"):
            told.wants_review = "No review date is recorded (R-062)."
        return
    told.answers["next_review_on"] = review.isoformat()
    if review > latest:
        told.wants_review = (
            f"The review of {said(review)} is later than the policy lets it be, {said(latest)} "
            "(R-062)."
        )
    elif review < today:
        told.except_(
            "next_review_on", f"The review of {said(review)} is late: it is opened at once (R-062)."
        )


def _end(told: Told, cells: Mapping[str, str], begins: dt.date | None, today: dt.date) -> None:
    ends = _date(told, cells, "end_on")
    if ends is None:
        return
    if begins and ends < begins:
        told.refuse(
            "end_on",
            f"Expected an end after the start on {said(begins)}, but it is {said(ends)}. "
            "Check both.",
        )
    elif ends <= today:
        told.refuse(
            "end_on",
            f"Expected an arrangement in force, but it ended on {said(ends)}. It stays in the old "
            "register.",
        )
    else:
        told.except_(
            "end_on",
            f"The old register ends it on {said(ends)}: the next review decides that (R-064).",
        )


def _date(
    told: Told, cells: Mapping[str, str], column: str, *, again: bool = False
) -> dt.date | None:
    text = cells.get(column, "")
    if says_none(text):
        return None
    found = read_date(text)
    if found is None and not again and not _is_wrong(told, column):
        told.refuse(column, f"Expected a day such as 20/02/2026, but {_it_is(text, of='it is ')}.")
    return found


def _is_wrong(told: Told, column: str) -> bool:
    return any(name == heading_of(column) for name, _ in told.problems)


def _by_address(method: str, address: str) -> str:
    """Tell the way by the address when the row does not name it."""
    if method:
        return ""
    if "@" in address:
        return "email"
    return "telephone" if sum(map(str.isdigit, address)) > len(address) // 2 else ""


def _phone(text: str) -> str:
    """Mend a number that a spreadsheet has cut or given a point: 7700900123.0 is 07700 900123."""
    plain = text.removesuffix(".0")
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d{1,2}", plain, re.I | re.A):
        plain = str(int(float(plain)))
    return f"0{plain}" if _NATIONAL.fullmatch(plain) else plain


def _plain(text: str) -> str:
    signs = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return " ".join(signs.split())


def _it_is(text: str, of: str = "") -> str:
    if not text:
        return f"{of}empty"
    return f"{of}“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
