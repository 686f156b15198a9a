"""Corrections somebody asked for: decided one by one, traced, passed on to others (R-105)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import (
    data_request_steps,
    data_requests,
    moves,
    owed_action_runs,
    owed_actions,
    unread_contacts,
)
from engine.casework.appeal_receipts import DECISION_NAMES
from engine.casework.context import Context
from engine.casework.evidence_records import keep_record
from engine.errors import Problem
from engine.tables.casefile import Contact, Evidence, Submission, ThirdParty
from engine.tables.data_requests import DataRequest
from engine.tables.decisions import Decision
from engine.tables.leaving import Sending

_FORM = "decide_corrections"
_CHANGES = frozenset({"corrected", "erased"})
_NEEDS_WORDS = frozenset({"corrected", "statement"})
#: Column of an entry -> what it names.
_THINGS: Mapping[str, type[Evidence] | type[Contact]] = {"record": Evidence, "contact": Contact}


def corrections_are_decided(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an item without right words, a record twice, or a reason that is none (R-105)."""
    if values["request_step"] != "answer":
        return data_request_steps.more_time_is_lawful(context, values)
    return list(_wrong_items(context, values.get("items", [])))


def decide_corrections(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep what was decided of each item; what was wrong stays, marked as corrected.

    What the person says of a record or contact that stays as it is stands beside it from now on,
    wherever it is shown or offered.
    """
    request = data_request_steps.keep_step(context, values)
    for row in values.get("items", []) if values["request_step"] == "answer" else []:
        thing = _thing(context, row)
        if thing is not None and row["decision"] in _CHANGES:
            _correct(context, thing, row)
        elif thing is not None and row.get("right_text"):
            thing.own_view = row["right_text"]
        context.audit(
            "correction_decided",
            data_requests.KIND,
            request.id,
            new={
                "decision": row["decision"],
                "evidence_id": thing.id if isinstance(thing, Evidence) else None,
                "contact_id": thing.id if isinstance(thing, Contact) else None,
            },
        )


def pass_on(context: Context) -> int:
    """Tell others of what was corrected; gives how many things are owed because of it (Art 19).

    Flags and the partner are asked for an update where the arrangement is known to them. Whoever
    was sent a letter for the customer, and each decision that rested on a record that was
    corrected, becomes something we owe, with an owner and a date.
    """
    request = data_requests.of_run(context)
    changed = [row for row in _decided(context, request) if row["decision"] in _CHANGES]
    if not changed:
        return 0
    moves.tell_others(context)
    owner = context.case().owner or context.actor
    wanted = [*_others_told(context), *_decisions_on(context, changed)]
    for what in wanted:
        owed_action_runs.begin(context, owed_actions.add(context, {"what": what, "owner": owner}))
    context.audit(
        "corrections_passed_on", data_requests.KIND, request.id, new={"owed": len(wanted)}
    )
    return len(wanted)


def said_items(context: Context, request: DataRequest) -> list[str]:
    """Say in a line each what was decided of every item, as the letter does."""
    words = {
        "corrected": "we have put it right",
        "erased": "we have taken it out",
        "kept": "it stays as it is",
        "statement": "it stays, with your own view beside it",
    }
    return [
        f"{row['item']}: {words[row['decision']]}. {row['reason']}"
        for row in _decided(context, request)
    ]


def _wrong_items(context: Context, rows: list[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows):
        at = f"items.{number}"
        yield from data_requests.sends_elsewhere(f"{at}.reason", row["reason"])
        if row["decision"] in _NEEDS_WORDS and not row.get("right_text"):
            yield Problem(
                f"{at}.right_text",
                "Expected the right words, or the person's own view, but this is empty. What "
                "stood there is never overwritten: both are kept. Enter them.",
            )
        if row.get("record") and row.get("contact"):
            yield Problem(
                f"{at}.contact",
                "Expected a record or a contact, but both are named. Make two entries of it.",
            )
        for column in _THINGS:
            if row.get(column):
                yield from _wrong_thing(context, f"{at}.{column}", column, row, seen)
                seen.add((column, str(row[column])))


def _wrong_thing(
    context: Context, at: str, column: str, row: Mapping[str, Any], seen: set[tuple[str, str]]
) -> Iterator[Problem]:
    """Say what is wrong with the record or contact an entry names."""
    if (column, str(row[column])) in seen:
        yield Problem(
            at,
            f"Expected each {column} once, but it was chosen above. Put both into one entry.",
        )
    found = _found(context, column, row)
    if found is None:
        yield Problem(
            at,
            f"Expected a {column} of this case, but {row[column]} is none. The page of the case "
            "shows them with their numbers.",
        )
    elif found.corrected_at is not None:
        yield Problem(
            at, f"Expected a {column} that is not corrected yet, but it is. Choose another."
        )


def _correct(context: Context, wrong: Evidence | Contact, row: Mapping[str, Any]) -> None:
    """Mark something as wrong: nothing rests on it any more, and what is right stands beside."""
    wrong.corrected_at, wrong.corrected_by = context.now, context.actor
    wrong.correction_reason = row["reason"]
    kind = "evidence" if isinstance(wrong, Evidence) else "contact"
    if isinstance(wrong, Contact):
        unread_contacts.wants_no_reading(context, wrong)
    if row["decision"] == "corrected":
        day = row.get("right_day")
        on = dt.date.fromisoformat(day) if day else wrong.on
        if isinstance(wrong, Evidence):
            _right_record(context, wrong, row["right_text"], on)
        else:
            _right_contact(context, wrong, row["right_text"], on)
    new = {"correction": row["decision"], "asked_for": True}
    context.audit(f"{kind}_corrected", kind, wrong.id, new=new)


def _right_record(context: Context, wrong: Evidence, text: str, on: dt.date) -> None:
    columns = ("case_id", "at_time", "witness", "channel", "duration_minutes")
    more = ("behaviour_kind", "evidence_class", "attested")
    right = Evidence(
        **{name: getattr(wrong, name) for name in (*columns, *more)},
        on=on,
        author=context.actor,
        text=text,
        recorded_at=context.now,
        corrects_id=wrong.id,
    )
    keep_record(context, right, corrects=wrong.id)


def _right_contact(context: Context, wrong: Contact, text: str, on: dt.date) -> None:
    columns = ("case_id", "at_time", "channel", "direction", "triage", "acknowledged_on")
    right = Contact(
        **{name: getattr(wrong, name) for name in columns},
        on=on,
        note=text,
        logged_by=context.actor,
        logged_at=context.now,
        corrects_contact_id=wrong.id,
    )
    context.session.add(right)
    context.session.flush()
    context.audit("contact_logged", "contact", right.id, new={"corrects": wrong.id})
    unread_contacts.wants_reading(context, right)


def _decided(context: Context, request: DataRequest) -> list[dict[str, Any]]:
    """Give the items of the newest answer to this request."""
    answers = context.session.scalars(
        select(Submission.answers)
        .where(
            Submission.case_id == request.case_id,
            Submission.form == _FORM,
            Submission.instance_id == context.instance_id,
        )
        .order_by(Submission.id.desc())
    ).first()
    return list((answers or {}).get("items", []))


def _others_told(context: Context) -> Iterator[str]:
    """Name whoever was sent a copy of a letter for the customer."""
    names = context.session.scalars(
        select(ThirdParty.name)
        .join(Sending, Sending.third_party_id == ThirdParty.id)
        .where(Sending.case_id == context.case_id)
        .distinct()
    )
    for name in sorted(names):
        yield f"Tell {name}, who was sent letters, what was corrected"


def _decisions_on(context: Context, changed: list[dict[str, Any]]) -> Iterator[str]:
    """Name each decision that rested on a record that was corrected, for another look."""
    records = {int(row["record"]) for row in changed if row.get("record")}
    for one in context.session.scalars(
        select(Decision).where(Decision.case_id == context.case_id).order_by(Decision.id)
    ):
        if records.intersection(one.cites):
            name = DECISION_NAMES.get(one.kind, one.kind)
            yield (
                f"Look again at the decision of {said(one.decided_on)} ({name}), which rested on a "
                "record that was corrected"
            )


def _thing(context: Context, row: Mapping[str, Any]) -> Evidence | Contact | None:
    """Give the record or the contact an entry is about; None for anything else."""
    return _found(context, "record", row) or _found(context, "contact", row)


def _found(context: Context, column: str, row: Mapping[str, Any]) -> Evidence | Contact | None:
    number = str(row.get(column) or "")
    if not number.isdecimal():
        return None
    found = context.session.get(_THINGS[column], int(number))
    if not isinstance(found, Evidence | Contact) or found.case_id != context.case_id:
        return None
    return found
