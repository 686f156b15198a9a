"""What happened outside this system: kept as it was told, with no effect on the case (K-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import promises
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.outside import OutsideEvent
from forms import Choice

#: The letter that begins an arrangement: what it must say, an outside one must say too.
_LETTER = "introduction"
#: Answers that have a column of their own, or are only asked to come to one.
_KEPT_ELSEWHERE = frozenset(
    {
        *("event_kind", "happened_on", "until_on", "other_on", "what_happened", "done_by"),
        *("known_how", "known_on", "proved", "proof", "promises"),
    }
)


def parts_of_a_letter(context: Context) -> list[Choice]:
    """Offer what a letter with such a decision must say, in its order; each part once."""
    parts = {block.id: block.title for block in reversed(context.letters[_LETTER].blocks)}
    ordered = dict.fromkeys(block.id for block in context.letters[_LETTER].blocks)
    return [
        Choice(name, parts[name])
        for name in ordered
        if name in context.letters[_LETTER].required_blocks
    ]


def outside_event_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse dates that cannot be, parts nobody was told, and what is on file already."""
    return [
        *_impossible_dates(context, values),
        *_told_nothing(values),
        *_on_file(context, values),
    ]


def outside_event(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what happened, and give each promise made by it to whoever sees to it (R-058).

    Nothing is put in force, no time to appeal begins and nothing is held against the customer.
    """
    event = OutsideEvent(
        case_id=context.case().id,
        kind=values["event_kind"],
        happened_on=_date(values["happened_on"]),
        until_on=_date(values.get("until_on")),
        other_on=_date(values.get("other_on")),
        what=values["what_happened"],
        done_by=values["done_by"],
        known_how=values["known_how"],
        known_on=_date(values["known_on"]),
        proof=values.get("proof", ""),
        lacked=_lacked(context, values),
        details={name: one for name, one in values.items() if name not in _KEPT_ELSEWHERE},
        recorded_by=context.actor,
        recorded_on=context.today,
    )
    context.session.add(event)
    context.session.flush()
    promises.made_outside(context, event.id, values.get("promises", []))
    context.audit("outside_event_recorded", "outside_event", event.id, new={"kind": event.kind})


def _lacked(context: Context, values: Mapping[str, Any]) -> list[str]:
    """Name the parts of a letter that were not told; none where nothing was to be told by it."""
    is_decision = values["event_kind"] == "ground_rules" or values.get("changed_what") in (
        "began",
        "changed",
    )
    if not is_decision:
        return []
    told = values.get("told_parts", [])
    return [part.value for part in parts_of_a_letter(context) if part.value not in told]


def _impossible_dates(context: Context, values: Mapping[str, Any]) -> Iterator[Problem]:
    happened = dt.date.fromisoformat(values["happened_on"])
    began = context.case().concern_on or context.case().opened_on
    first = context.calendar.months(began, -int(context.policy("outside.look_back"))).on
    if happened < first:
        yield Problem(
            "happened_on",
            f"Expected a day from {said(first)} on, since the case began on {said(began)}, but "
            f"this is {said(happened)}. Check the year.",
        )
    if dt.date.fromisoformat(values["known_on"]) < happened:
        yield Problem(
            "known_on",
            f"Expected a day on or after {said(happened)}, when it happened, but it is before it. "
            "Check both.",
        )
    until = _date(values.get("until_on"))
    if until is not None and until < happened:
        yield Problem(
            "until_on",
            f"Expected a last day on or after {said(happened)}, but it is before it. Check both.",
        )
    if values.get("other_on") == values["happened_on"]:
        yield Problem(
            "other_on", "Expected two different days, but it is the same one. Enter the other day."
        )
    yield from _of_details(values, happened)


def _of_details(values: Mapping[str, Any], happened: dt.date) -> Iterator[Problem]:
    """Refuse a count that ends before it begins, and answers from before their question."""
    asked, confirmed = _date(values.get("asked_on")), _date(values.get("confirmed_on"))
    for name, day in (("asked_on", asked), ("confirmed_on", confirmed)):
        if day is not None and day > happened:
            yield Problem(
                name,
                f"Expected a day on or before {said(happened)}, when the arrangement was looked "
                "at, but it is after it. Check both.",
            )
    if asked is not None and confirmed is not None and confirmed < asked:
        yield Problem(
            "confirmed_on",
            f"Expected a day on or after {said(asked)}, when the customer asked, but it is before "
            "it. Check both.",
        )
    counted_from = _date(values.get("counted_from"))
    if counted_from is not None and counted_from >= happened:
        yield Problem(
            "counted_from",
            f"Expected a day before {said(happened)}, the last one counted, but it is not. "
            "Check both.",
        )
    for number, row in enumerate(values.get("promises", [])):
        if dt.date.fromisoformat(row["due_on"]) < happened:
            yield Problem(
                f"promises.{number}.due_on",
                f"Expected a day on or after {said(happened)}, when it was promised, but it is "
                "before it. Check both.",
            )


def _told_nothing(values: Mapping[str, Any]) -> Iterator[Problem]:
    if values.get("told_how") == "not_told" and values.get("told_parts"):
        yield Problem(
            "told_parts",
            "Expected nothing ticked, since the customer was not told at all. Untick it, or say "
            "how the customer was told.",
        )


def _on_file(context: Context, values: Mapping[str, Any]) -> Iterator[Problem]:
    same = context.session.scalars(
        select(OutsideEvent).where(
            OutsideEvent.case_id == context.case_id,
            OutsideEvent.kind == values["event_kind"],
            OutsideEvent.happened_on == dt.date.fromisoformat(values["happened_on"]),
            OutsideEvent.what == values["what_happened"],
        )
    ).first()
    if same is not None:
        yield Problem(
            "what_happened",
            f"Expected something that is not on file, but this was recorded on "
            f"{said(same.recorded_on)}. Look at the decisions of the case.",
        )


def _date(text: Any) -> Any:
    return dt.date.fromisoformat(text) if text else None
