"""The register: status and colour derived, an appeal laid over it, found by who is the contact."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.queries import RegisterEntry, register
from engine.tables.database import Database
from engine.tables.people import User
from tests.engine.queries.landlord import NOW, TODAY, Pen, full_case, person

SET: dict[str, Any] = {"set_on": dt.date(2026, 3, 30)}
ENDED = {"ended_on": TODAY, "end_reason": "ceased"}


def one(house: Database, terms: dict[str, Any], flags: list[dict[str, Any]]) -> RegisterEntry:
    with house.writing() as session:
        pen = Pen(session)
        arrangement = pen.arrangement(pen.case(), **terms)
        for number, flag in enumerate(flags):
            pen.flag(arrangement, f"System {number}", **flag)
    (entry,) = register(house, person("dorothy"), show="all")
    return entry


@pytest.mark.parametrize(
    ("terms", "flags", "status", "colour"),
    [
        ({}, [SET, SET], "In force", "green"),
        ({}, [SET, {}], "In force", "amber"),
        ({}, [], "In force", "amber"),
        ({}, [{**SET, "update_requested_on": TODAY}], "In force", "amber"),
        ({"in_force_on": None}, [SET], "Letter sent", "amber"),
        ({"in_force_on": None, "letter_issued_on": None}, [], "Agreed", "amber"),
        (ENDED, [{**SET, "removed_on": TODAY}], "Ended", "grey"),
        (ENDED, [{**SET, "removal_requested_on": TODAY}], "Ended", "amber"),
        (ENDED, [SET], "Ended", "amber"),
        (ENDED, [], "Ended", "grey"),
    ],
)
def test_status_and_colour_follow_from_what_happened(
    house: Database,
    terms: dict[str, Any],
    flags: list[dict[str, Any]],
    status: str,
    colour: str,
) -> None:
    entry = one(house, terms, flags)
    assert (entry.status, entry.colour) == (status, colour)


def test_an_entry_has_what_a_register_must_hold(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        arrangement = pen.arrangement(row)
        pen.limit(arrangement)
        pen.appeal(pen.decision(row))
    (entry,) = register(house, person("dorothy"))
    card = entry.card
    assert (entry.customer, entry.case_reference) == ("Jo Carter", "SP-2026-001")
    assert (card.spoc, card.cover, card.contact_method) == ("Priya Nair", "Tom Reed", "E-mail")
    assert (card.contact_address, card.visiting) == ("contact@nph.example", "Not limited")
    assert (card.owner_organisation, card.next_review_on) == (
        "Northfield Homes",
        dt.date(2026, 10, 1),
    )
    assert [limit.limit for limit in card.limits] == ["One call on Tuesdays"]
    assert entry.under_appeal == "Appeal, answer due Fri 10 Apr 2026, late by 1 working day"
    assert "SECRET" not in str(entry)


def test_an_arrangement_is_under_review_while_its_review_has_a_task(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.arrangement(row)
        pen.item(pen.instance(row, "periodic_review"), process_id="periodic_review")
    (entry,) = register(house, person("dorothy"))
    assert entry.status == "Under review"


def test_a_late_review_is_said_and_each_part_shows_its_own(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.arrangement(pen.case(name="Late"), next_review_on=dt.date(2026, 4, 10))
        pen.arrangement(pen.case(name="Soon"), next_review_on=dt.date(2026, 5, 13))
        pen.arrangement(pen.case(name="Far"), next_review_on=dt.date(2026, 5, 14))
        other = pen.case(name="Other")
        other.parameter_set = "LIVEWEST_2020"
        pen.arrangement(other, next_review_on=dt.date(2026, 5, 14))
        pen.arrangement(pen.case(name="Over"), **ENDED)
    shown = {
        part: [(e.customer, e.is_review_late) for e in register(house, person("lee"), show=part)]
        for part in ("live", "review", "ended", "all")
    }
    live = [("Late", True), ("Soon", False), ("Far", False), ("Other", False)]
    assert shown == {
        "live": live,
        "review": [*live[:2], live[3]],
        "ended": [("Over", False)],
        "all": [*live, ("Over", False)],
    }


@pytest.mark.parametrize(
    ("terms", "flags", "said"),
    [
        ({}, [SET], ()),
        ({"cover": None}, [SET], ("Nobody is the cover.",)),
        ({"spoc": "gil"}, [SET], ("Gil Gone, the contact, has left.",)),
        (
            {"next_review_on": dt.date(2026, 4, 10)},
            [SET],
            ("The review of Fri 10 Apr 2026 is late by 1 working day.",),
        ),
        (
            {"next_review_on": None, "end_on": dt.date(2026, 4, 10)},
            [SET],
            ("It was to end on Fri 10 Apr 2026, but has not been ended.",),
        ),
        (
            {"next_review_on": None},
            [SET],
            ("It is in force without a review date or an end.",),
        ),
        ({"kind": "other_action", "spoc": None, "cover": None}, [SET], ()),
        (ENDED, [SET, {**SET, "removed_on": TODAY}], ("Ended, but System 0 still shows it.",)),
        (ENDED, [{}], ()),
    ],
)
def test_what_wants_a_person_is_said_and_found(
    both_houses: Database, terms: dict[str, Any], flags: list[dict[str, Any]], said: tuple[str, ...]
) -> None:
    """R-063: the list of exceptions is the entries that say so, no more and no less."""
    with both_houses.writing() as session:
        pen = Pen(session)
        pen.add(User(name="gil", full_name="Gil Gone", email="g", left_on=dt.date(2026, 4, 10)))
        arrangement = pen.arrangement(pen.case(), **terms)
        for number, flag in enumerate(flags):
            pen.flag(arrangement, f"System {number}", **flag)
    (entry,) = register(both_houses, person("dorothy"), show="all")
    assert entry.gaps == said
    assert register(both_houses, person("dorothy"), show="gaps").total == bool(said)


def test_a_flag_task_that_is_late_wants_a_person(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.flag(pen.arrangement(row), "JADU CRM", **SET)
        due_on = dt.date(2026, 4, 10)
        pen.item(pen.instance(row, "flags"), process_id="flags", due_on=due_on)
    (entry,) = register(house, person("dorothy"), show="gaps")
    assert entry.gaps == ("A system has not confirmed in time.",)


def test_an_ended_arrangement_says_why(house: Database) -> None:
    assert one(house, ENDED, []).ended_because == "ended after a review"


@pytest.mark.parametrize(
    ("search", "found"),
    [("carter", 1), ("priya", 1), ("Reed", 1), ("elm", 1), ("SP-2026", 1), ("%", 0), ("ann", 0)],
)
def test_an_arrangement_is_found_by_customer_or_contact(
    both_houses: Database, search: str, found: int
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        pen.arrangement(pen.case())
    assert register(both_houses, person("mark"), search).total == found


def test_the_register_asks_the_same_few_things_at_any_size(
    both_houses: Database, statements: list[str]
) -> None:
    asked = []
    register(both_houses, person("dorothy"))
    for more in (1, 40):
        with both_houses.writing() as session:
            pen = Pen(session)
            for _ in range(more):
                full_case(pen, opened_on=NOW.date())
        statements.clear()
        found = register(both_houses, person("dorothy"))
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 10
    assert (found.total, len(found), found.pages) == (41, 25, 2)
