"""A shared tenancy: to whom a case applies, who can be added, what letters and flags say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import contact_card, joint_tenants, letter_facts, shared_tenancies
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Letter
from tests.engine.casework.letter_desk import WARNED, at, issue, preview, sent
from tests.engine.casework.new_case import COMPARED, OPENED, REFERRED, Landlord, at_work

SHARED: dict[str, Any] = {
    "customer_kind": "joint_tenant",
    "other_tenants": "Sam Carter, Alex Carter and Kim Lowe",
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


def case_of(landlord: Landlord) -> CaseFile:
    (case,) = landlord.rows(CaseFile)
    assert isinstance(case, CaseFile)
    return case


def test_names_are_told_apart_however_people_write_them() -> None:
    assert shared_tenancies.names_in("Sam  Carter,Alex Carter\nand Kim Lowe & SAM CARTER;") == [
        *("SAM CARTER", "Alex Carter", "Kim Lowe")
    ]
    assert shared_tenancies.names_in("Sandra Anderson") == ["Sandra Anderson"]
    assert shared_tenancies.names_in(" ") == []


def test_a_case_applies_to_its_customer_alone_unless_somebody_says_more(
    landlord: Landlord,
) -> None:
    landlord.open(**SHARED)
    meant = joint_tenants.meant(landlord.context("2026-01-12"))
    assert (case_of(landlord).also_applies_to, meant) == ([], ["Jo Carter"])


def test_who_is_not_on_the_tenancy_cannot_be_meant(landlord: Landlord) -> None:
    answers = {**OPENED, **SHARED, "also_applies_to": "Sam Carter, Robin Quirk"}
    found = landlord.problems("open_case", "2026-01-12", answers)
    assert set(found) == {"also_applies_to"}
    assert "Robin Quirk does not" in found["also_applies_to"]


def test_who_has_a_case_of_their_own_is_not_added_to_another(landlord: Landlord) -> None:
    landlord.open(**{**SHARED, "customer_name": "Sam Carter", "other_tenants": "Jo Carter"})
    landlord.ids["case_id"] = None
    answers = {**OPENED, **SHARED, "also_applies_to": "sam carter"}
    found = landlord.problems("open_case", "2026-01-12", answers)
    assert "SP-2026-001 is open for sam carter" in found["also_applies_to"]


def test_nobody_is_added_once_the_warning_was_given_and_anybody_can_be_left_out(
    landlord: Landlord,
) -> None:
    landlord.open(**SHARED, also_applies_to="Sam Carter")
    landlord.answer("change_customer", "2026-01-13", known(also_applies_to="Sam Carter, Kim Lowe"))
    landlord.warn()
    added = known(also_applies_to="Alex Carter, Kim Lowe")
    found = landlord.problems("change_customer", "2026-02-17", added)
    assert "Alex Carter was not among them" in found["also_applies_to"]
    landlord.answer("change_customer", "2026-02-17", known(also_applies_to="Kim Lowe"))
    assert case_of(landlord).also_applies_to == ["Kim Lowe"]


def known(**changed: Any) -> dict[str, Any]:
    """Give what is known of the customer, as the form that changes it asks."""
    asked = ("customer_name", "address", "tenancy_reference", "email")
    return {**SHARED, **{name: OPENED[name] for name in asked}, **changed}


def test_a_referral_names_the_customer_and_only_who_was_warned(landlord: Landlord) -> None:
    landlord.open(**SHARED, also_applies_to="Sam Carter, Alex Carter")
    landlord.warn()
    cited = [landlord.evidence("2026-03-10")]
    landlord.answer("compare_contact", "2026-03-16", {**COMPARED, "cites": cited})
    answers = {**REFERRED, "cites": cited}

    def problem(*ticked: str) -> str:
        asked = {**answers, "applies_to": list(ticked)}
        return landlord.problems("referral", "2026-03-17", asked).get("applies_to", "")

    assert "Expected Jo Carter to be ticked" in problem("Sam Carter")
    assert "Kim Lowe was not among them" in problem("Jo Carter", "Kim Lowe")
    landlord.answer(
        "referral", "2026-03-17", {**answers, "applies_to": ["Jo Carter", "Sam Carter"]}
    )
    assert case_of(landlord).also_applies_to == ["Sam Carter"]


def test_a_letter_is_written_to_those_it_applies_to_and_frees_the_others(
    landlord: Landlord,
) -> None:
    landlord.open(**SHARED, also_applies_to="Sam Carter")
    landlord.warn()
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    html = preview(context, WARNED).html
    assert "Dear Jo Carter and Sam Carter" in html
    assert "This letter is for Jo Carter and Sam Carter only." in html
    assert "they can contact us as always" in html
    assert letter_facts.customer_address(context) == (
        "Jo Carter and Sam Carter\n4 Elm Court\nNorthfield"
    )


def test_a_letter_on_a_tenancy_of_one_says_nothing_of_others(landlord: Landlord) -> None:
    landlord.warn()
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    assert "This letter is for" not in preview(context, WARNED).html
    issue(context, {**WARNED, **sent("2026-02-16")})
    assert len(landlord.rows(Letter)) == 1


@pytest.mark.parametrize(
    ("also", "says"),
    [
        ([], "Applies only to Jo Carter. Anybody else on the tenancy contacts us as always."),
        (
            ["Sam Carter"],
            "Applies only to Jo Carter and Sam Carter. Anybody else on the tenancy contacts us "
            "as always.",
        ),
        (
            ["Sam Carter", "Alex Carter", "Kim Lowe"],
            "Applies to Jo Carter, Sam Carter, Alex Carter and Kim Lowe.",
        ),
    ],
)
def test_a_flag_says_to_whom_on_the_tenancy_it_applies(
    landlord: Landlord, also: list[str], says: str
) -> None:
    landlord.open(**SHARED, also_applies_to=", ".join(also))
    lines = contact_card.lines(landlord.session, arrangement_of(landlord), dt.date(2026, 3, 26))
    assert lines["who"] == says


def test_a_flag_on_a_tenancy_of_one_names_nobody(landlord: Landlord) -> None:
    landlord.open()
    assert "who" not in contact_card.lines(
        landlord.session, arrangement_of(landlord), dt.date(2026, 3, 26)
    )


def arrangement_of(landlord: Landlord) -> Arrangement:
    case = case_of(landlord)
    return Arrangement(
        case_id=case.id,
        kind="spoc",
        contact_method="email",
        contact_address="contact@homes.example",
        emergency_route="01632 960 100",
    )
