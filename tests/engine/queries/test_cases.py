"""Cases as a list and as a page: where they stand, what can be done, how little is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.errors import NotFound
from engine.queries import case, case_list
from engine.queries.case_page import SECTIONS
from engine.tables.casefile import Customer, LegalHold, OwedAction, ThirdParty
from engine.tables.database import Database
from engine.tables.process import Subscription
from tests.engine.queries.landlord import NOW, TODAY, Pen, full_case, person

A_DAY, LATER = dt.date(2026, 3, 2), dt.date(2026, 4, 30)


def standing(house: Database, write: Any) -> str:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        write(pen, row)
    return case_list(house, person("dorothy")).items[0].standing


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ({"kind": "informal"}, "Informal stage since Mon 12 Jan 2026"),
        (
            {"kind": "informal", "look_on": LATER},
            "Informal stage: time to change until Thu 30 Apr 2026",
        ),
        (
            {"kind": "informal", "look_on": A_DAY},
            "Informal stage: time to change was over on Mon 2 Mar 2026; "
            "how it ended is to be decided",
        ),
        ({"kind": "warning"}, "Warning stage: the letter is being written"),
        (
            {"kind": "warning", "look_on": LATER},
            "Warned in writing; contact is looked at again on Thu 30 Apr 2026",
        ),
        (
            {"kind": "warning", "look_on": A_DAY},
            "Warned in writing; contact is to be compared since Mon 2 Mar 2026",
        ),
        (
            {"kind": "formal"},
            "Formal stage since Mon 12 Jan 2026: the referral is being written",
        ),
        (
            {"kind": "formal", "referred_on": A_DAY},
            "Formal stage: referred on Mon 2 Mar 2026, no meeting is arranged yet",
        ),
        (
            {"kind": "formal", "referred_on": A_DAY, "meeting_on": LATER},
            "Formal stage: decision meeting on Thu 30 Apr 2026",
        ),
        (
            {"kind": "formal", "referred_on": A_DAY, "meeting_on": A_DAY},
            "Formal stage: the meeting of Mon 2 Mar 2026 is not written down yet",
        ),
        (
            {"kind": "formal", "outcome": "not_agreed", "look_on": A_DAY},
            "Formal action was not agreed; a new look is due since Mon 2 Mar 2026",
        ),
        (
            {"kind": "formal", "outcome": "not_agreed", "look_on": LATER},
            "Formal action was not agreed; it is looked at again on Thu 30 Apr 2026",
        ),
        ({"kind": "formal", "closed_on": A_DAY}, "Open since Mon 12 Jan 2026"),
    ],
)
def test_a_stage_says_where_the_case_stands(
    house: Database, stage: dict[str, Any], said: str
) -> None:
    assert standing(house, lambda pen, row: pen.stage(row, **stage)) == said


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, "In force until the review on Thu 1 Oct 2026"),
        ({"next_review_on": A_DAY}, "In force; its review is late, it was due on Mon 2 Mar 2026"),
        ({"next_review_on": None}, "In force since Wed 1 Apr 2026"),
        ({"end_on": TODAY}, "In force until it ends on Mon 13 Apr 2026"),
        ({"end_on": A_DAY}, "In force; it was due to end on Mon 2 Mar 2026"),
        ({"in_force_on": None, "from_on": LATER}, "Agreed, in force from Thu 30 Apr 2026"),
        ({"in_force_on": None}, "Agreed; it was due to begin on Wed 1 Apr 2026"),
        (
            {"in_force_on": None, "letter_issued_on": None},
            "Agreed from Wed 1 Apr 2026, the letter is not sent yet",
        ),
        (
            {"ended_on": TODAY, "end_reason": "ceased"},
            "Ended on Mon 13 Apr 2026: after a review",
        ),
    ],
)
def test_an_arrangement_says_where_the_case_stands(
    house: Database, terms: dict[str, Any], said: str
) -> None:
    assert standing(house, lambda pen, row: pen.arrangement(row, **terms)) == said


def test_an_open_appeal_stands_beside_it_with_its_date(house: Database) -> None:
    def write(pen: Pen, row: Any) -> None:
        pen.arrangement(row)
        pen.appeal(pen.decision(row))

    assert standing(house, write) == (
        "In force until the review on Thu 1 Oct 2026; under appeal, "
        "answer due Fri 10 Apr 2026, late by 1 working day"
    )


def test_a_case_just_opened_says_that_nothing_is_known_yet(house: Database) -> None:
    def write(pen: Pen, row: Any) -> None:
        row.customer_id = None

    said = "Opened on Mon 12 Jan 2026; the concern is not written down yet"
    assert standing(house, write) == said
    assert case_list(house, person("dorothy")).items[0].customer == "Customer not known yet"


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (
            {"closed_reason": "settled_informally", "delete_after": TODAY},
            "settled informally; kept until Mon 13 Apr 2026",
        ),
        ({"closed_reason": "ceased"}, "ended after a review"),
        (
            {"closed_reason": "opened_in_error", "delete_after": A_DAY},
            "it was opened in error; it was due to be deleted on Mon 2 Mar 2026",
        ),
    ],
)
def test_a_closed_case_says_why_and_how_long_it_is_kept(
    house: Database, closed: dict[str, Any], said: str
) -> None:
    with house.writing() as session:
        Pen(session).case(closed_on=A_DAY, **closed)
    (brief,) = case_list(house, person("dorothy"))
    assert brief.standing == f"Closed on Mon 2 Mar 2026: {said}"


@pytest.mark.parametrize("search", ["carter", "ELM court", "2045/9", "SP-2026-001", " Jo "])
def test_a_case_is_found_by_what_a_caller_says(both_houses: Database, search: str) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        pen.case()
        other = pen.case(name="Alexandra Malik-Osei")
        other.reference = "OLD-7"
        session.get_one(Customer, other.customer_id).address = "1 Oak Way"
    found = case_list(both_houses, person("dorothy"), search)
    assert [brief.customer for brief in found] == ["Jo Carter"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1", "nobody"])
def test_what_is_no_part_of_anything_finds_nothing(house: Database, search: str) -> None:
    with house.writing() as session:
        Pen(session).case()
    assert len(case_list(house, person("dorothy"), search)) == 0


def test_a_case_without_a_customer_is_listed_and_opens(house: Database) -> None:
    with house.writing() as session:
        row = Pen(session).case()
        row.customer_id, row.deleted_on = None, TODAY
        case_id = row.id
    (brief,) = case_list(house, person("dorothy"))
    assert (brief.customer, brief.standing) == (
        "Customer deleted",
        "Deleted on Mon 13 Apr 2026",
    )
    assert case(house, case_id, person("dorothy")).actions == ()


def test_lists_and_pages_ask_the_same_few_things_at_any_size(
    both_houses: Database, statements: list[str]
) -> None:
    asked: list[tuple[int, int]] = []
    case_list(both_houses, person("amina"))
    for more in (1, 30):
        with both_houses.writing() as session:
            pen = Pen(session)
            cases = [full_case(pen) for _ in range(more)]
            first = cases[0].id
            for day in range(1, 29):
                pen.contact(cases[0], f"2026-02-{day:02d}")
                pen.evidence(cases[0], f"2026-02-{day:02d}", "hearsay")
        case(both_houses, first, person("amina"))
        statements.clear()
        case_list(both_houses, person("amina"))
        listed = len(statements)
        statements.clear()
        case(both_houses, first, person("amina"))
        asked.append((listed, len(statements)))
    assert asked[0] == asked[1]
    assert asked[0][0] <= 8
    assert asked[0][1] <= 74


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_reads_no_more_than_it_shows(
    house: Database, statements: list[str], section: str
) -> None:
    with house.writing() as session:
        case_id = full_case(Pen(session)).id
    case(house, case_id, person("dorothy"), [section])
    statements.clear()
    page = case(house, case_id, person("dorothy"), [section])
    assert len(statements) <= 25
    shown = {
        "open": page.open_matters,
        "customer": page.customer,
        "timeline": page.timeline,
        "contacts": page.contacts,
        "evidence": page.evidence,
        "letters": page.letters,
        "decisions": page.decisions,
        "where": page.processes,
        "audience": page.audience,
        "overview": page.people,
    }
    assert {name for name, rows in shown.items() if rows} == {section}


def test_the_page_offers_what_is_waited_for_and_what_can_be_done(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        instance = pen.instance(row)
        for name, key in (("matter_settled", "case:1"), ("look_asked", "arrangement:7")):
            pen.add(
                Subscription(
                    instance_id=instance.id, name=name, key=key, element_id="e", task_id="t"
                )
            )
        pen.letter(row)
        pen.add(
            OwedAction(case_id=row.id, what="Mend it", owner="tom", due_on=TODAY, opened_on=TODAY)
        )
    actions = {action.name: action for action in case(house, 1, person("amina")).actions}
    assert list(actions) == [
        "log_contact",
        "add_evidence",
        "customer_disagrees",
        "matter_settled",
        "look_asked",
        "owed_action_done",
        "outside_event",
        "record_delivery",
        "send_letter_again",
        "change_customer",
        "customer_moved",
        "add_third_party",
        "data_request_received",
    ]
    assert actions["look_asked"].is_door
    assert actions["look_asked"].refs == {"case_id": 1, "arrangement_id": 7}
    assert not actions["record_delivery"].is_door


def test_a_case_leads_to_the_customers_other_cases_that_one_may_see(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        old = pen.case(closed_on=TODAY, closed_reason="customer_left")
        new = pen.case(earlier_case_id=old.id)
        new.customer_id = old.customer_id
        theirs = pen.case(owner="tom", opened_by="tom")
        theirs.customer_id = old.customer_id
        numbers = (old.id, new.id, theirs.id)
    old_id, new_id, theirs_id = numbers
    seen = case(house, new_id, person("amina"), ["overview"]).other_cases
    assert [(one.id, one.closed_because) for one in seen] == [(old_id, "the customer has left")]
    every = case(house, new_id, person("dorothy"), ["overview"]).other_cases
    assert [one.id for one in every] == [theirs_id, old_id]


HOLDS = ("place_hold", "lift_hold")


def test_a_hold_is_placed_and_lifted_by_those_who_may(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case(closed_on=TODAY)
        pen.add(LegalHold(case_id=row.id, reason="Claim", opened_on=TODAY, opened_by="lee"))
    names = {who: {a.name for a in case(house, 1, person(who)).actions} for who in WHO}
    assert names == {
        "dorothy": {"customer_disagrees", "data_request_received", "outside_event", *HOLDS},
        "lee": {"customer_disagrees", "data_request_received", "outside_event", *HOLDS},
        "mark": set(),  # nobody of his service carries it
    }
    assert case(house, 1, person("lee")).holds == ("Claim, since Mon 13 Apr 2026",)
    assert case(house, 1, person("mark")).holds == ()


WHO = ("dorothy", "lee", "mark")


def test_the_overview_names_who_has_a_part(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case(allegation_against=["carl"])
        pen.add(
            ThirdParty(
                case_id=row.id,
                name="Lena Carter",
                relationship="Sister",
                contact="",
                scope="Repairs only",
                authority_given_on=A_DAY,
                started_on=A_DAY,
            )
        )
    people = case(house, 1, person("dorothy")).people
    assert [(one.part, one.name, one.note) for one in people] == [
        ("Carries the case", "Amina Diallo", ""),
        ("Opened it", "Amina Diallo", "Mon 12 Jan 2026"),
        ("Complained about; takes no part", "Carl Boyd", ""),
        (
            "Speaks for the customer",
            "Lena Carter",
            "Sister, since Mon 2 Mar 2026; agreed to: repairs only",
        ),
    ]


def test_a_case_that_is_not_there_is_not_found(house: Database) -> None:
    with pytest.raises(NotFound):
        case(house, 99, person("dorothy"))


def test_the_card_says_how_and_who_and_that_a_system_does_not_show_it_yet(
    house: Database,
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        arrangement = pen.arrangement(row)
        pen.limit(arrangement)
        pen.limit(arrangement, limit="An old one", until_on=TODAY)
        pen.flag(arrangement, "JADU CRM", set_on=NOW.date())
        pen.flag(arrangement)
    card = case(house, 1, person("priya")).card
    assert card is not None
    assert (card.spoc, card.cover, card.contact_method) == ("Priya Nair", "Tom Reed", "E-mail")
    assert [(limit.kind, limit.limit) for limit in card.limits] == [
        ("Only at certain times", "One call on Tuesdays")
    ]
    assert [(flag.system, flag.text, flag.is_settled) for flag in card.flags] == [
        ("JADU CRM", "set on Mon 13 Apr 2026", True),
        ("Open Housing", "asked for on Fri 27 Mar 2026, not confirmed yet", False),
    ]
    assert card.is_amber
