"""What our letters promised: found as they are written, given to its owner, kept (R-058)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from engine.calendar import Due, said
from engine.casework import holders, letters
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.decisions import Letter, Promise
from engine.tables.outside import OutsideEvent
from forms import Choice, LetterTemplate

#: The message that begins the process of one promise.
_MADE = "promise_made"
#: The control variable that says which promise a run is about: ``promise:12``.
_REF = "promise_ref"
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_LINE_END = re.compile(r"(?<![.!?\s])[ \t]*\r?\n(?=\S)")
_SHORT = re.compile(r"['\u2019\u02bc]ll\b", re.IGNORECASE)
_LONGEST = 90


def keep(context: Context, letter_id: int | None, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep each promise of a letter, with who sees to it and by when."""
    context.session.add_all(
        Promise(
            case_id=context.case().id,
            letter_id=letter_id,
            what=row["what"],
            owner=row["owner"],
            due_on=dt.date.fromisoformat(row["due_on"]),
        )
        for row in rows
    )


def made_outside(context: Context, event_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep promises that no letter of ours made, and begin the run of each (R-058)."""
    kept = [
        Promise(
            case_id=context.case().id,
            outside_event_id=event_id,
            what=row["what"],
            owner=row["owner"],
            due_on=dt.date.fromisoformat(row["due_on"]),
        )
        for row in rows
    ]
    context.session.add_all(kept)
    context.session.flush()
    for promise in kept:
        context.send(_MADE, payload={_REF: f"promise:{promise.id}"})


def in_letter(
    context: Context, template: LetterTemplate, issued_on: dt.date, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Tell what is wrong with the promises of a letter, and which one nobody would see to.

    The words that make a sentence a promise are a figure of the policy, ``letter.promise_words``;
    only what the author wrote is looked through, since the template's own promises are drawn.
    """
    rows = values.get("promises", [])
    for number, row in enumerate(rows):
        if dt.date.fromisoformat(row["due_on"]) < issued_on:
            yield Problem(
                f"promises.{number}.due_on",
                "Expected a promise to be kept after the letter, but this date is before it. "
                "Give a later date.",
            )
    found = list(_sentences(context, template, values))
    if len(found) > len(rows) and values.get("nothing_else_promised") != "yes":
        yield Problem(
            "promises",
            f"“{found[len(rows)]}” reads like a promise, but nobody sees to it. Add it here with "
            "who sees to it and by when, or confirm below that it is none.",
        )


def open_promises(context: Context) -> int:
    """Give each promise of the letter just issued to whoever sees to it; returns how many."""
    template = letters.template_of(context)
    newest = (
        select(Letter.id)
        .where(Letter.case_id == context.case_id, Letter.template == template.name)
        .order_by(Letter.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    made = context.session.scalars(
        select(Promise.id)
        .where(Promise.case_id == context.case_id, Promise.letter_id == newest)
        .order_by(Promise.id)
    ).all()
    for promise_id in made:
        context.send(_MADE, payload={_REF: f"promise:{promise_id}"})
    return len(made)


def is_open() -> ColumnElement[bool]:
    """Give the condition under which a promise is still to be kept."""
    return and_(Promise.kept_on.is_(None), Promise.withdrawn_on.is_(None))


def promise_due(context: Context) -> Due:
    """Give the day by which the promise this run is about is to be kept, with who was told it."""
    promise = _of_run(context)
    letter = context.session.get(Letter, promise.letter_id or 0)
    if letter:
        return Due(promise.due_on, why_that_day(letter.title, letter.issued_on))
    event = context.session.get(OutsideEvent, promise.outside_event_id or 0)
    return Due(promise.due_on, why_that_day(None, event.happened_on if event else None))


def promise_owner(context: Context) -> Holder:
    """Give who sees to the promise; whoever carries the case once that person has left."""
    return holders.named_or_case_owner(context, _of_run(context).owner)


def promise_at_hand(context: Context) -> list[Choice]:
    """Show the promise this run is about, in the words of the letter."""
    promise = _of_run(context)
    letter = context.session.get(Letter, promise.letter_id or 0)
    where = f"In “{letter.title}” of {said(letter.issued_on)}. " if letter else ""
    return [Choice("promise", promise.what, f"{where}By {said(promise.due_on)}.")]


def promise_was_made(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a promise is said to have been kept before the letter that made it."""
    letter = context.session.get(Letter, _of_run(context).letter_id or 0)
    kept_on = values.get("kept_on")
    if letter and kept_on and dt.date.fromisoformat(kept_on) < letter.issued_on:
        return [
            Problem(
                "kept_on",
                f"Expected a date from {said(letter.issued_on)} on, when the letter made the "
                "promise, but it is before it. Check the date.",
            )
        ]
    return []


def promise_ended(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that a promise was kept, or is no longer to be kept and why the customer was told."""
    promise = _of_run(context)
    if values["promise_result"] == "kept":
        promise.kept_on = dt.date.fromisoformat(values["kept_on"])
    else:
        promise.withdrawn_on = dt.date.fromisoformat(values["customer_told_on"])
        promise.withdrawn_because = values["withdrawn_because"]
    context.audit(
        "promise_ended",
        "promise",
        promise.id,
        new={"result": values["promise_result"], "kept_on": values.get("kept_on")},
    )


def why_that_day(title: str | None, made_on: dt.date | None) -> str:
    """Say where the day of a promise comes from (R-058).

    title: of the letter that made it; None without one. made_on: the day it was made, if known.
    """
    if title and made_on:
        return f"The day we promised in our letter “{title}” of {said(made_on)}."
    if made_on:
        return f"The day the customer was promised on {said(made_on)}, without a letter."
    return "The day the customer was promised."


def _sentences(
    context: Context, template: LetterTemplate, values: Mapping[str, Any]
) -> Iterator[str]:
    words = _words(context)
    if not words:
        return
    promises = re.compile(rf"\b(?:{'|'.join(map(_typed, words))})\b", re.IGNORECASE)
    for question in template.asks:
        text = values.get(question.id)
        if isinstance(text, str):
            # A line of a text box ends where its width does, not where a sentence ends.
            lines = _LINE_END.sub(" ", text)
            yield from (
                sentence.strip()[:_LONGEST]
                for sentence in _SENTENCE.findall(lines)
                if promises.search(_in_full(sentence))
            )


def _typed(words: str) -> str:
    """Give the pattern of words as people type them, with any blanks between."""
    return r"\s+".join(map(re.escape, words.split()))


def _in_full(sentence: str) -> str:
    """Give a sentence without short forms: we'll is we will."""
    return _SHORT.sub(" will", sentence)


def _words(context: Context) -> list[str]:
    """Give the words that make a promise; none where the policy of an older version has no row."""
    try:
        found = context.policy("letter.promise_words")
    except ValueError:
        return []
    return found if isinstance(found, list) else [str(found)]


def _of_run(context: Context) -> Promise:
    return row_of_run(context, Promise, _REF, "a promise to work on")
