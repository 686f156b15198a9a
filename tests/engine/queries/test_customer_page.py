"""The customer of a case: what is known of them, who speaks for them, what they cannot do."""

from __future__ import annotations

import datetime as dt

from engine.queries import CasePage, case
from engine.queries.customer_page import CustomerPage
from engine.tables.casefile import FormerHome, ThirdParty
from engine.tables.database import Database
from tests.engine.queries.landlord import Pen, person


def page_of(house: Database, name: str = "dorothy", case_id: int = 1) -> CustomerPage:
    page: CasePage = case(house, case_id, person(name), ["customer"])
    assert page.customer is not None
    return page.customer


def test_a_page_says_what_is_known_and_what_they_cannot_do(both_houses: Database) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        row = pen.case()
        arrangement = pen.arrangement(row)
        pen.limit(arrangement, kind="channel", limit="E-mail only")
        them = pen.customer_of(row)
        them.language, them.formats, them.cannot_use = "Polish", ["large_print"], ["telephone"]
        them.tenancy_reference = "unknown"
    found = page_of(both_houses)
    assert (found.language, found.formats) == ("Polish", ("Large print",))
    assert found.reference_is_odd
    assert found.unusable == {
        "The telephone": "",
        "E-mail": "we have no e-mail address for them",
    }
    assert found.clashes == (
        "They are to get in touch by e-mail, but we have no e-mail address for them.",
        "The limit “E-mail only” leaves no way they can use: we have no e-mail address for them.",
    )


def test_who_shares_the_tenancy_is_told_to_those_who_see_their_case(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        for name, owner in (("Jo Carter", "amina"), ("Al Carter", "carl"), ("Bo Carter", "amina")):
            pen.customer_of(pen.case(name=name, owner=owner)).tenancy_reference = "204518/02"
        other = pen.case(name="Jo Carter", closed_on=dt.date(2026, 3, 1), stage="closed")
        other.customer_id = 1
    assert [one.customer for one in page_of(house).tenancy_cases] == ["Bo Carter", "Al Carter"]
    assert [one.customer for one in page_of(house, "amina").tenancy_cases] == ["Bo Carter"]
    assert [(one.reference, one.is_closed) for one in page_of(house).own_cases] == [
        ("SP-2026-004", True)
    ]


def test_the_contact_learns_who_may_speak_but_not_why_somebody_may_not(house: Database) -> None:
    day = dt.date(2026, 3, 2)
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.arrangement(row)
        said = {"relationship": "Sister", "contact": "01632 960 002", "scope": "Repairs only"}
        dates = {"authority_given_on": day, "started_on": day}
        pen.add(ThirdParty(case_id=row.id, name="Lena", authority_proof="written", **said, **dates))
        pen.add(
            ThirdParty(
                case_id=row.id, name="Ron", ended_on=day, end_reason="SECRET", **said, **dates
            )
        )
    lena, ron = page_of(house, "priya").representatives
    assert (lena.name, lena.scope, lena.proof) == ("Lena", "Repairs only", "in writing")
    assert (ron.name, ron.end_reason) == ("Ron", "")
    assert page_of(house).representatives[1].end_reason == "SECRET"


def test_a_case_without_a_customer_has_no_page_of_one(house: Database) -> None:
    with house.writing() as session:
        row = Pen(session).case()
        row.customer_id = None
    assert case(house, 1, person("amina"), ["customer"]).customer is None


def test_homes_they_left_stay_on_the_page_the_last_one_first(house: Database) -> None:
    with house.writing() as session:
        row = Pen(session).case()
        for month, street in ((2, "1 Ash Road"), (3, "2 Beech Road")):
            on = dt.date(2026, month, 2)
            session.add(
                FormerHome(
                    case_id=row.id,
                    address=street,
                    tenancy_reference=f"20{month}/1",
                    until_on=on,
                    recorded_on=on,
                )
            )
    found = [(one.address, one.tenancy_reference) for one in page_of(house).former_homes]
    assert found == [("2 Beech Road", "203/1"), ("1 Ash Road", "202/1")]


def test_the_page_says_to_whom_on_a_shared_tenancy_it_applies(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        row = pen.case()
        pen.customer_of(row).other_tenants = "Sam Carter, Alex Carter"
        row.also_applies_to = ["Sam Carter"]
    page: CasePage = case(house, 1, person("dorothy"), ["customer"])
    assert page.brief.applies_to.startswith("Applies only to Jo Carter and Sam Carter. Anybody")
