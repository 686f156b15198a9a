"""The referral: what goes with it by itself, what it must hold, and its check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import referral
from engine.tables.audit import AuditDetail
from engine.tables.casefile import Stage
from engine.tables.database import Database
from tests.engine.casework.new_case import COMPARED, REFERRED, Landlord, at_work, form_named


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.warn()
        yield found


def compared(landlord: Landlord) -> list[int]:
    cited = [landlord.evidence("2026-03-10")]
    landlord.answer("compare_contact", "2026-03-16", {**COMPARED, "cites": cited})
    return cited


def problems(landlord: Landlord, actor: str = "amina", **changed: Any) -> dict[str, str]:
    return landlord.problems("referral", "2026-03-17", {**REFERRED, **changed}, actor)


def test_the_customer_and_both_stages_go_with_it_untyped(landlord: Landlord) -> None:
    compared(landlord)
    offered = referral.on_file(landlord.context("2026-03-17"))
    assert [(choice.value, choice.label) for choice in offered] == [
        ("customer", "Jo Carter, 4 Elm Court, Northfield, tenancy 204518/02"),
        (
            "informal",
            "Informal stage: verbal warning Thu 15 Jan 2026, time to change until Thu 29 Jan 2026",
        ),
        ("warning", "Warning stage: Fair Treatment Letter Mon 16 Feb 2026"),
    ]
    asked = {question.id for question in form_named("referral").questions}
    assert not asked & {"customer_name", "address", "tenancy_reference", "warned_on"}


def test_the_referral_links_the_stages_and_starts_the_days_for_the_meeting(
    landlord: Landlord,
) -> None:
    cited = compared(landlord)
    landlord.answer("referral", "2026-03-17", {**REFERRED, "cites": cited})
    informal, warning, formal = landlord.rows(Stage)
    assert (formal.referred_on, formal.referred_by) == (dt.date(2026, 3, 17), "amina")
    assert (formal.proposed_spoc, formal.proposed_cover) == ("priya", "tom")
    assert formal.discussed_with == "maya"
    kept = next(
        row.new for row in landlord.session.query(AuditDetail) if "stage_ids" in str(row.new)
    )
    assert (kept["stage_ids"], kept["cites"]) == ([informal.id, warning.id], cited)


def test_a_case_is_not_referred_before_both_stages_are_over(landlord: Landlord) -> None:
    cited = [landlord.evidence("2026-03-10")]
    found = problems(landlord, cites=cited)
    assert "Expected the warning stage to have been gone through" in found["on_file"]


def test_every_line_on_file_is_looked_at(landlord: Landlord) -> None:
    cited = compared(landlord)
    found = problems(landlord, cites=cited, on_file=["customer", "warning"])
    assert set(found) == {"on_file"}


def test_a_referral_cites_at_least_one_record_that_counts(landlord: Landlord) -> None:
    compared(landlord)
    assert problems(landlord)["cites"] == "Choose at least one record that shows this"
    heard = landlord.evidence("2026-03-11", "hearsay")
    assert "no decision may rest on hearsay" in problems(landlord, cites=[heard])["cites"]


@pytest.mark.parametrize(
    ("changed", "question"),
    [
        ({"cover": "priya"}, "cover"),
        ({"cover": ""}, "cover"),
        ({"spoc": "the team"}, "spoc"),
        ({"discussed_with": "amina"}, "discussed_with"),
        ({"discussed_with": ""}, "discussed_with"),
        ({"meet_by": "2026-03-16"}, "meet_by"),
        ({"history": []}, "history"),
        ({"restrictions": [{"kind": "channel", "limit": "E-mail"}]}, "restrictions.0.reason"),
    ],
)
def test_what_a_referral_must_not_lack(
    landlord: Landlord, changed: dict[str, Any], question: str
) -> None:
    cited = compared(landlord)
    assert set(problems(landlord, cites=cited, **changed)) == {question}


def test_a_history_does_not_end_before_it_begins(landlord: Landlord) -> None:
    cited = compared(landlord)
    history = [{**REFERRED["history"][0], "last_on": "2026-01-08"}]
    found = problems(landlord, cites=cited, history=history)
    assert "Fri 9 Jan 2026" in found["history.0.last_on"]


def test_a_manager_discusses_it_with_somebody_else(landlord: Landlord) -> None:
    cited = compared(landlord)
    found = problems(landlord, "maya", cites=cited)
    assert "other than yourself" in found["discussed_with"]


def test_a_referral_sent_back_says_what_is_missing_and_keeps_its_day(landlord: Landlord) -> None:
    cited = compared(landlord)
    landlord.answer("referral", "2026-03-17", {**REFERRED, "cites": cited})
    back = {"referral_complete": "no", "missing": "Dates of the calls in March"}
    landlord.answer("check_referral", "2026-03-18", back, "dorothy")
    assert referral.missing(landlord.context("2026-03-18")) == "Dates of the calls in March"
    landlord.answer("referral", "2026-03-19", {**REFERRED, "cites": cited})
    formal = landlord.rows(Stage)[2]
    assert (formal.referred_on, formal.sent_back_because) == (dt.date(2026, 3, 17), None)


def test_nothing_is_missing_before_there_is_a_formal_stage(landlord: Landlord) -> None:
    assert referral.missing(landlord.context("2026-02-20")) is None
