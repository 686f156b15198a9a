"""Whether a letter may leave: every part said, nothing left open, no impossible date (R-046)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.calendar import said
from engine.casework import (
    arrangements,
    customers,
    health_words,
    letter_dates,
    letter_ways,
    letters,
    limits,
    own_words,
    promises,
    sendings,
    terms,
    word_lists,
)
from engine.casework.context import Context
from engine.casework.letters import Preview
from engine.errors import Problem
from engine.tables.people import User
from forms import Gap, LetterTemplate, dummy_in

_VAGUE = re.compile(r"as soon as|shortly|soon\b|in due course|when(ever)? possible", re.I)
_HOLDS_NUMBER = re.compile(
    r"\d|\b(?:same|next|one|two|three|four|five|six|seven|ten|fifteen|twenty)\b", re.I
)
_FEWEST_DIGITS = 6
_TAG = re.compile(r"<[^>]*>")
_INSTEAD = "Enter what it really is."
#: The parts of a letter that name the date of the next review.
_REVIEW_PARTS = ("duration_and_review", "review_timescale")
#: Answers of other forms that a letter prints later as they were given.
_PRINTED_LATER = (
    "reasons",
    "findings",
    "what_changes",
    "change_required",
    "gaps",
    "contact_address",
    "visiting",
    "support",
    "working_hours",
    "restrictions",
    "stopped",
)
#: The cells of their rows that a letter prints.
_PRINTED_CELLS = ("reason", "limit", "enquiry")
#: Of these, what a customer must be able to follow: “N/A” is no answer there (R-031, R-046).
_TO_BE_FOLLOWED = frozenset(
    {"reasons", "what_changes", "change_required", "restrictions", "stopped"}
)
_SAYS_NOTHING = (
    "“{}” says nothing, and a letter will say this. Say it so that the customer can follow it."
)


def words_are_ready(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell which answer a letter will print holds words that stand for the real ones, or for none.

    It is asked where the answer is given: once recorded it cannot be put right, and no letter
    could leave with it (R-031, R-046).
    """
    found = []
    for question in _PRINTED_LATER:
        for name, text in _texts(question, values.get(question)):
            if dummy := dummy_in(text):
                sentence = f"“{dummy}” only holds a place, and a letter will say this. {_INSTEAD}"
                found.append(Problem(name, sentence))
            elif text and question in _TO_BE_FOLLOWED and own_words.says_nothing(text):
                found.append(Problem(name, _SAYS_NOTHING.format(text.strip())))
    return found


def letter_is_complete(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell everything that keeps the letter from being issued; [] when it may leave.

    values: the answers to the letter's own questions and to how it is sent.
    """
    template = letters.template_of(context)
    made = letters.preview(context, template, values)
    return [
        *(_of_gap(gap, template) for gap in made.missing),
        *_dates(context, template, made, values),
        *_routes(context, made),
        *_ways_shut(template, values),
        *_says_nothing(template, values),
        *letter_ways.problems(context, template, letters.decision_told(context, template)),
        *_format_needed(context, values),
        *_sending(context, values),
        *_health_in_copy(context, made, values),
        *promises.in_letter(context, template, made.issued_on, values),
    ]


def _texts(question: str, answer: Any) -> Iterator[tuple[str, str]]:
    """Give each text of an answer with the name of its place: ``restrictions.0.limit``."""
    if isinstance(answer, str):
        yield question, answer
    for number, row in enumerate(answer if isinstance(answer, list) else ()):
        for cell in _PRINTED_CELLS:
            if isinstance(row, dict) and cell in row:
                yield f"{question}.{number}.{cell}", row[cell]


def _of_gap(gap: Gap, template: LetterTemplate) -> Problem:
    asked = {question.id for question in template.asks}
    if gap.placeholder in asked:
        stop = "" if gap.sentence.endswith("?") else "."
        sentence = f"{gap.sentence}{stop} Fill it in before the letter leaves."
        return Problem(gap.placeholder, sentence)
    part = next((block.title for block in template.blocks if block.id == gap.block), "")
    place = f", in “{part}”" if part else ""
    return Problem("", f"{gap.sentence}{place} ({gap.source}). Complete it on the case first.")


def _dates(
    context: Context, template: LetterTemplate, made: Preview, values: Mapping[str, Any]
) -> Iterator[Problem]:
    yield from _day_it_leaves(context, template, made)
    review_on = made.facts.get("review_on")
    names_review = any(block.id in _REVIEW_PARTS for block in template.blocks)
    if _says_it_is_late(template):
        names_review = False
    if names_review and isinstance(review_on, dt.date) and review_on <= made.issued_on:
        asked = any(question.id == "review_on" for question in template.asks)
        yield Problem(
            "review_on" if asked else "",
            f"Expected a review after the letter of {said(made.issued_on)}, but it is set for "
            f"{said(review_on)}. Give a later date.",
        )
    elif template.makes_decision == "warning" and isinstance(review_on, dt.date):
        yield from limits.review_of_warning(
            context, "review_on", review_on, letter_on=made.issued_on
        )
    if letter_dates.is_appealable(context, template) and made.appeal_until is None:
        yield Problem(
            "",
            "Expected a last day to appeal, but none could be worked out (R-051). Tell the "
            "Data Management Officer.",
        )
    yield from _evidence_period(context, made)


def _says_it_is_late(template: LetterTemplate) -> bool:
    """Tell whether a letter has words of its own for a review that is late (R-062)."""
    return any(block.when == "old_review_code" for block in template.blocks)


def _day_it_leaves(context: Context, template: LetterTemplate, made: Preview) -> Iterator[Problem]:
    """Refuse a day on which there was nothing to send yet: the time to appeal runs from it."""
    decision, wanted = letters.decision_told(context, template), letter_dates.wanted_on(context)
    if decision is not None and made.issued_on < decision.decided_on:
        since = f"the decision of {said(decision.decided_on)}"
    elif wanted is not None and made.issued_on < wanted:
        since = f"{said(wanted)}, when it was asked for"
    else:
        return
    yield Problem(
        "sent_on",
        f"Expected the letter to leave no earlier than {since}, but this date is before it. "
        "Check the date.",
    )


def _evidence_period(context: Context, made: Preview) -> Iterator[Problem]:
    """Refuse a period of evidence outside the time the review looks back on (R-054, X-8)."""
    first, last = made.facts.get("evidence_from"), made.facts.get("evidence_to")
    if not (isinstance(first, dt.date) and isinstance(last, dt.date)):
        return
    arrangement = arrangements.find(context)
    began = (arrangement.in_force_on or arrangement.from_on) if arrangement else None
    if first > last or last > made.issued_on or (began is not None and first < began):
        since = f" after the arrangement began on {said(began)}" if began else ""
        yield Problem(
            "",
            f"Expected the period looked at to lie{since} and before this letter, but it runs from "
            f"{said(first)} to {said(last)}. Correct it in the review.",
        )


def _routes(context: Context, made: Preview) -> Iterator[Problem]:
    """Refuse an emergency route to the SPOC, and an answer without a time (C-08, C-11)."""
    emergency = str(made.facts.get("emergency_route", ""))
    arrangement = arrangements.find(context)
    for name in (arrangement.spoc, arrangement.cover) if arrangement else ():
        person = context.session.get(User, name) if name else None
        if person is not None and _leads_to(emergency, person):
            yield Problem(
                "",
                f"Expected an emergency route that works at any time, but it is the number or "
                f"address of {person.full_name} (R-048). Put it right in the register.",
            )
    response = str(made.facts.get("response_time", ""))
    if response and (_VAGUE.search(response) or not _HOLDS_NUMBER.search(response)):
        yield Problem(
            "",
            f"Expected a time within which the customer gets an answer, such as 5 working days, "
            f"but it says “{response}” (R-049). Put it right in the register.",
        )


def _ways_shut(template: LetterTemplate, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse words of the author that shut every way to us: the law keeps some open (R-052)."""
    for question in template.asks:
        text = values.get(question.id)
        if isinstance(text, str) and (found := terms.leaves_no_way(text)):
            yield Problem(
                question.id,
                f"Expected words that leave emergencies, repairs and complaints open, but "
                f"“{found}” leaves nothing. Say what is limited.",
            )


def _says_nothing(template: LetterTemplate, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse “N/A” where the author tells the customer something in their own words (R-023)."""
    for question in template.asks:
        text = values.get(question.id)
        if not isinstance(text, str) or not text or dummy_in(text):
            continue
        if own_words.says_nothing(text):
            yield Problem(question.id, _SAYS_NOTHING.format(text.strip()))


def _format_needed(context: Context, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse a plain letter to somebody who needs another format or language (R-056)."""
    customer = customers.of_case(context)
    needed = customers.formats_of(customer) if customer else []
    if needed and not values.get("format"):
        yield Problem(
            "format",
            f"Expected a letter this customer can use, which needs {', '.join(needed)}, but this "
            "is left empty. Say in which format or language it goes.",
        )


def _leads_to(route: str, person: User) -> bool:
    digits = re.sub(r"\D", "", person.phone)
    by_phone = len(digits) >= _FEWEST_DIGITS and digits in re.sub(r"\D", "", route)
    return by_phone or (bool(person.email) and person.email.lower() in route.lower())


def _sending(context: Context, values: Mapping[str, Any]) -> Iterator[Problem]:
    yield from sendings.sending_problems(context, values)
    for name in ("sent_to", "proof"):
        if dummy := dummy_in(str(values.get(name, ""))):
            yield Problem(name, f"“{dummy}” only holds a place. {_INSTEAD}")
    if values.get("copy_to_third_party") == "yes" and letters.third_party_of(context) is None:
        yield Problem(
            "copy_to_third_party",
            "Expected somebody who speaks for the customer with authority, but nobody does now "
            "(R-056). Choose no, or record their authority first.",
        )


def _health_in_copy(
    context: Context, made: Preview, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Refuse a copy for somebody else of a letter that names an illness or an addiction (R-109)."""
    if values.get("copy_to_third_party") != "yes":
        return
    listed = word_lists.named(context, health_words.LIST)
    found = next(iter(word_lists.hits(listed, _TAG.sub(" ", made.html))), None)
    if found is not None:
        yield Problem(
            "copy_to_third_party",
            f"Expected a copy that says nothing about health, because somebody else reads it, but "
            f"the letter says “{found.group()}”. Choose no, or take it out of the letter.",
        )
