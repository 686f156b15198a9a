"""What the doors look up: who may be meant, what may be appealed; and people, letters, answers."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete

from engine.errors import NotFound
from engine.queries import (
    case,
    decisions_of,
    find_customer,
    letter,
    letter_pdf,
    people,
    submission,
)
from engine.queries import person as somebody
from engine.tables.absences import Absence
from engine.tables.casefile import OwedAction
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from tests.absent import away
from tests.engine.queries.landlord import FORM, NOW, TODAY, Pen, person


def test_any_member_of_staff_finds_what_a_customer_may_appeal_against(
    both_houses: Database,
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        row = pen.case()
        arrangement = pen.arrangement(row).id
        decision = pen.decision(row, appeal_until=dt.date(2026, 4, 24))
        decision.letter_id = pen.letter(row).id
        pen.decision(row, kind="appeal", outcome="upheld")
    for name in ("cora", "carl", "priya"):
        (found,) = decisions_of(both_houses, person(name), "carter")
        # The contact sees the letters of the case, the others neither these nor what was decided.
        letter_told = "Letter “Your single point of contact”"
        assert found.name == (letter_told if name == "priya" else "A decision")
        assert (found.case_reference, found.arrangement_id) == ("SP-2026-001", arrangement)
        assert found.appeal_words == "Can be appealed until Fri 24 Apr 2026, in 9 working days."
        assert found.can_be_appealed
        assert "SECRET" not in str(found)
    (found,) = decisions_of(both_houses, person("mark"), "carter")
    assert found.name == "Single point of contact agreed"


def test_a_decision_is_appealed_once(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        decision = pen.decision(row)
        pen.appeal(decision, withdrawn_on=TODAY)
    (found,) = decisions_of(house, person("cora"), "carter")
    assert found.can_be_appealed
    assert found.appeal_words == "The time to appeal has not begun, so an appeal is never late."
    with house.writing() as session:
        Pen(session).appeal(session.get_one(type(decision), 1))
    (found,) = decisions_of(house, person("cora"), "carter")
    assert not found.can_be_appealed
    assert found.appeal_words == "It has been appealed."


@pytest.mark.parametrize("search", ["", " ", "ca", "%%%", "nobody at all"])
def test_nobody_leafs_through_the_customers(house: Database, search: str) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.decision(pen.case())
    assert decisions_of(house, person("dorothy"), search) == []
    assert find_customer(house, person("dorothy"), search) == []


def test_a_process_owner_alone_finds_no_customer(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.decision(pen.case())
    assert decisions_of(house, person("olga"), "carter") == []
    assert find_customer(house, person("olga"), "carter") == []


def test_a_customer_is_found_and_their_open_case_for_those_who_see_it(
    both_houses: Database,
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        pen.case()
        pen.case(name="Jo Cartwright", closed_on=TODAY)
    found = find_customer(both_houses, person("amina"), "JO CART")
    assert [(one.name, one.case_reference) for one in found] == [
        ("Jo Carter", "SP-2026-001"),
        ("Jo Cartwright", ""),
    ]
    assert [one.case_id for one in find_customer(both_houses, person("carl"), "carter")] == [None]


def test_people_hold_the_roles_of_today_their_own_and_as_deputies_of_who_is_away(
    house: Database,
) -> None:
    with house.writing() as session:
        session.get_one(User, "pat").left_on = dt.date(2026, 4, 12)
        role = {"role": "legal", "user_name": "lee", "deputy": "tom"}
        session.add(RoleHolder(**role, from_on=TODAY, until_on=TODAY))
        session.add(RoleHolder(**role, from_on=dt.date(2026, 4, 14)))
        away(session, "lee", TODAY)
    assert somebody(house, "tom").roles == ("legal", "officer")
    everybody = {one.name: one.roles for one in people(house)}
    assert everybody["tom"] == ("legal", "officer")
    assert "pat" not in everybody
    with house.writing() as session:
        session.execute(delete(Absence))
    assert somebody(house, "tom").roles == ("officer",)
    assert {one.name: one.roles for one in people(house)}["tom"] == ("officer",)
    for name in ("pat", "nobody"):
        with pytest.raises(NotFound):
            somebody(house, name)


def test_a_letter_is_given_as_issued_with_its_proof(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.letter(pen.case(), pdf=b"%PDF")
    found = letter(house, 1, person("dorothy"))
    assert (found.html, found.channel, found.proof) == (
        "<p>Dear Jo Carter</p>",
        "Letter",
        "Certificate of posting 12",
    )
    assert (found.release_number, found.has_pdf, found.is_unchanged) == (1, True, False)
    assert letter_pdf(house, 1, person("dorothy")) == b"%PDF"
    with pytest.raises(NotFound):
        letter(house, 9, person("dorothy"))
    with pytest.raises(NotFound):
        letter_pdf(house, 9, person("dorothy"))


def test_answers_are_said_in_the_words_of_their_form_with_names_for_people(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.submission(pen.case(), by="dorothy")
    (page,) = submission(house, 1, person("dorothy")).pages
    assert [(a.question, a.text, a.is_restricted) for a in page.answers] == [
        ("Is it upheld?", "Yes", False),
        ("Who decides?", "Ann Abbot", False),
        ("What about their health?", "SECRET health", True),
    ]
    assert b"What about their health?" in FORM
    (page,) = submission(house, 1, person("colin")).pages
    assert [answer.question for answer in page.answers] == ["Is it upheld?", "Who decides?"]


def test_answers_to_a_form_that_is_gone_are_still_readable(house: Database) -> None:
    with house.writing() as session:
        answers = {"what_happened": "It rained", "rows": [{"a": "b"}, {"a": "c"}]}
        pen = Pen(session)
        pen.submission(pen.case(), form="old_form", answers=answers, restricted=None)
    found = submission(house, 1, person("amina"))
    assert found.title == "Old form"
    assert [(a.question, a.text) for a in found.pages[0].answers] == [
        ("What happened", "It rained"),
        ("Rows", "A: b; A: c"),
    ]
    with pytest.raises(NotFound):
        submission(house, 9, person("amina"))


def test_decisions_say_who_took_part_what_they_rest_on_and_what_became_of_an_appeal(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        cited = pen.evidence(row, "2026-03-03").id
        decision = pen.decision(row, cites=[cited])
        decided = {"decided_on": dt.date(2026, 4, 13), "outcome": "upheld", "effect": "cancelled"}
        pen.appeal(decision, director="ann", working_days_taken=6, answered_on=TODAY, **decided)
        pen.decision(row, kind="appeal", outcome="upheld", decided_on=TODAY, decided_by="ann")
    answer, found = case(house, 1, person("dorothy"), ["decisions"]).decisions
    assert answer.name == "Appeal decided: upheld"
    assert answer.appeal_words == "This is the answer to an appeal and cannot be appealed again."
    assert (found.name, found.decided_by, found.took_part) == (
        "Single point of contact agreed",
        "Mark Osei",
        "Pat Lowe and Tom Reed",
    )
    assert [one.on for one in found.cites] == [dt.date(2026, 3, 3)]
    (appeal,) = found.appeals
    assert (appeal.director, appeal.effect) == ("Ann Abbot", "The decision is cancelled")
    assert appeal.standing == (
        "Upheld, decided on Mon 13 Apr 2026, on working day 6, late by 1 working day"
    )


def test_what_we_owe_says_when_it_is_due_or_was_done(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        common = {"case_id": row.id, "owner": "tom", "opened_on": TODAY}
        pen.add(OwedAction(**common, what="Mend it", due_on=dt.date(2026, 4, 9)))
        pen.add(OwedAction(**common, what="Call back", due_on=TODAY, done_on=NOW.date()))
    owed = case(house, 1, person("amina"), ["overview"]).owed_actions
    assert [(one.what, one.owner, one.due_words) for one in owed] == [
        ("Mend it", "Tom Reed", "late by 2 working days"),
        ("Call back", "Tom Reed", ""),
    ]
