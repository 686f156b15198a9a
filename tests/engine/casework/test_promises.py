"""Promises of a letter: found while it is written, given to an owner, kept or not (R-058)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import promises
from engine.tables.database import Database
from engine.tables.decisions import Promise
from engine.tables.people import User
from engine.tables.process import Message
from tests.engine.casework.letter_desk import WARNED, at, issue, problems, sent
from tests.engine.casework.new_case import Landlord, at_work

ON = "2026-02-16"
PROMISING = "Call once a day. We will ring you each Friday."
RING = {"what": "Ring each Friday", "owner": "priya", "due_on": "2026-02-20"}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.warn()
        yield found


def warning(**changed: Any) -> dict[str, Any]:
    return {**WARNED, **sent(ON), "expected_behaviour": PROMISING, **changed}


def test_a_sentence_that_promises_wants_somebody_who_sees_to_it(landlord: Landlord) -> None:
    context = at(landlord, "fair_treatment", ON, "amina")
    found = problems(context, warning())
    assert found["promises"].startswith("“We will ring you each Friday.” reads like a promise")
    assert problems(context, warning(promises=[RING])) == {}
    assert problems(context, warning(nothing_else_promised="yes")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "We\u2019ll ring you each Friday.",
        "We'll ring you each Friday.",
        "From now on we\nwill ring you each Friday.",
        "We  will ring you each Friday.",
    ],
)
def test_a_promise_is_found_however_it_is_typed(landlord: Landlord, text: str) -> None:
    context = at(landlord, "fair_treatment", ON, "amina")
    assert "promises" in problems(context, warning(expected_behaviour=text)), text


def test_a_well_is_no_promise(landlord: Landlord) -> None:
    context = at(landlord, "fair_treatment", ON, "amina")
    text = "Call once a day.\nWell spoken calls are answered. You will be heard."
    assert "promises" not in problems(context, warning(expected_behaviour=text))


@pytest.mark.parametrize("lacking", ["owner", "due_on", "what"])
def test_a_promise_needs_what_who_and_when(landlord: Landlord, lacking: str) -> None:
    row = {name: value for name, value in RING.items() if name != lacking}
    found = problems(at(landlord, "fair_treatment", ON, "amina"), warning(promises=[row]))
    assert f"promises.0.{lacking}" in found


def kept(landlord: Landlord) -> tuple[Promise, Any]:
    context = at(landlord, "fair_treatment", ON, "amina")
    issue(context, warning(promises=[RING]))
    assert promises.open_promises(context) == 1
    landlord.session.flush()
    [message] = [one for one in landlord.rows(Message) if one.name == "promise_made"]
    [promise] = landlord.rows(Promise)
    assert message.payload == {"promise_ref": f"promise:{promise.id}"}
    return promise, landlord.context("2026-02-20", "priya", variables=message.payload)


def test_each_promise_begins_a_run_of_its_own(landlord: Landlord) -> None:
    promise, context = kept(landlord)
    assert promises.promise_due(context).on == promise.due_on == dt.date(2026, 2, 20)
    assert promises.promise_owner(context).user == "priya"
    [choice] = promises.promise_at_hand(context)
    assert choice.label == "Ring each Friday"
    assert "Fair Treatment Letter" in choice.hint


def test_when_its_owner_leaves_it_falls_to_who_carries_the_case(landlord: Landlord) -> None:
    _promise, context = kept(landlord)
    landlord.session.get_one(User, "priya").left_on = dt.date(2026, 2, 18)
    landlord.session.flush()
    assert promises.promise_owner(context).user == "amina"


def test_it_is_kept_or_the_customer_is_told_that_it_will_not_be(landlord: Landlord) -> None:
    promise, context = kept(landlord)
    early = {"promise_result": "kept", "kept_on": "2026-02-15"}
    assert promises.promise_was_made(context, early)[0].question == "kept_on"
    promises.promise_ended(context, {"promise_result": "kept", "kept_on": "2026-02-20"}, {})
    assert promise.kept_on == dt.date(2026, 2, 20)


def test_a_promise_taken_back_says_why_and_when_the_customer_was_told(landlord: Landlord) -> None:
    promise, context = kept(landlord)
    values = {
        "promise_result": "withdrawn",
        "withdrawn_because": "She asked us not to ring.",
        "customer_told_on": "2026-02-19",
    }
    promises.promise_ended(context, values, {})
    assert (promise.kept_on, promise.withdrawn_on) == (None, dt.date(2026, 2, 19))
    assert not landlord.session.query(Promise).filter(promises.is_open()).count()
