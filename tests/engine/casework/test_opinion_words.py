"""Words that say what somebody thinks or heard are pointed at, and only those (R-027, R-029)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.casework import opinion_words
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from tests.engine.casework.new_case import RECORD, Landlord, at_work

DAY = "2026-02-11"


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def record(text: str, **more: Any) -> dict[str, Any]:
    kind = {"evidence_class": "first_hand"}
    return {**RECORD, **kind, "happened_on": "2026-02-10", "what_happened": text, **more}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Neighbours say he shouts at night.", {"Neighbours say": "hearsay"}),
        ("Always rude on the telephone.", {"Always": "an opinion", "rude": "an opinion"}),
        ("A typical troublemaker.", {"typical": "an opinion", "troublemaker": "an opinion"}),
        ("I was\n  told that she rang twice.", {"I was\n  told": "hearsay"}),
        ("Called the officer “always rude” and hung up.", {}),
        ('Said: "You never answer", then hung up.', {}),
        ("Called the officer \u2018always rude\u2019 and hung up.", {}),
        ("She\u2019s a nuisance, isn\u2019t she.", {"nuisance": "an opinion"}),
        ("An attention-seeking call.", {"attention-seeking": "an opinion"}),
        (
            "Two trouble-makers and TIME WASTERS.",
            {"trouble-makers": "an opinion", "TIME WASTERS": "an opinion"},
        ),
        ("Struck the desk at 10:40. The nevermind shop was shut.", {}),
    ],
)
def test_the_words_of_the_lists_are_found_outside_quotation_marks(
    landlord: Landlord, text: str, words: dict[str, str]
) -> None:
    assert opinion_words.pointed_at(landlord.context(DAY), text) == words


def test_an_apostrophe_is_found_however_it_is_typed(landlord: Landlord) -> None:
    name = "evidence.opinion_words"
    listed = dataclasses.replace(landlord.figures[name], text="doesn't care")
    landlord.figures[name] = listed
    for text in ("Doesn't care.", "Doesn\u2019t care.", "Doesn\u02bct  care!"):
        assert opinion_words.pointed_at(landlord.context(DAY), text), text


def test_a_record_with_such_words_is_sent_back_with_what_to_do(landlord: Landlord) -> None:
    found = landlord.problems("add_evidence", DAY, record("Always rude."))
    assert found == {
        "what_happened": "Expected what was seen and heard, but “Always” sounds like an opinion, "
        "“rude” sounds like an opinion. Say what was done or said, put what somebody said in "
        "quotation marks, or tick below that the words are meant."
    }


def test_words_that_are_meant_are_kept_and_counted_in_the_log(landlord: Landlord) -> None:
    meant = record("The tap always drips, said the log.", words_meant=["kept"])
    landlord.answer("add_evidence", DAY, meant)
    query = select(AuditDetail.new).join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
    [new] = landlord.session.scalars(query.where(AuditEvent.action == "evidence_added"))
    assert new["words_kept"] == 1


def test_what_no_decision_may_rest_on_may_say_what_somebody_thinks(landlord: Landlord) -> None:
    for kind in ("hearsay", "opinion"):
        said = record("Neighbours say he is always rude.", evidence_class=kind)
        assert landlord.problems("add_evidence", DAY, said) == {}


def test_a_release_without_the_lists_points_at_nothing(landlord: Landlord) -> None:
    for name in ("evidence.opinion_words", "evidence.hearsay_words"):
        del landlord.figures[name]
    assert opinion_words.pointed_at(landlord.context(DAY), "Always rude.") == {}
