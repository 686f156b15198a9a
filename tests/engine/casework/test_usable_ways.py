"""What is left to a customer must be a way they can use: a clash is resolved first (R-044)."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.usable_ways import problems, ways_left
from engine.tables.casefile import Customer


def customer(*cannot_use: str, email: str = "jo@mail.example") -> Customer:
    return Customer(name="Jo Carter", email=email, cannot_use=list(cannot_use))


def said(who: Customer | None, **answers: Any) -> dict[str, str]:
    return {one.question: one.message for one in problems(who, answers)}


def only(limit: str, kind: str = "channel") -> list[dict[str, str]]:
    return [{"kind": kind, "limit": limit, "reason": "Calls block the lines."}]


def test_email_only_needs_an_address_on_file() -> None:
    found = said(customer(email=""), contact_method="email", restrictions=only("E-mail only"))
    assert found == {
        "contact_method": "Expected a way the customer can use, but we have no e-mail address for "
        "them. Choose another way, or find out their address first.",
        "restrictions.0.limit": "Expected a limit that leaves a way the customer can use, but we "
        "have no e-mail address for them. Name another way, or say what we do so that they can.",
    }


@pytest.mark.parametrize("limit", ["In writing only", "Only by letter or e-mail", "Write to us"])
def test_written_only_is_refused_for_somebody_who_cannot_write(limit: str) -> None:
    cannot = customer("email", "letter")
    found = said(cannot, contact_method="telephone", restrictions=only(limit))
    assert list(found) == ["restrictions.0.limit"]
    assert "they cannot use e-mail and they cannot use letters" in found["restrictions.0.limit"]
    assert said(customer("email"), restrictions=only(limit)) == {}


def test_what_we_do_so_that_they_can_resolves_it() -> None:
    answers = {
        "contact_method": "letter",
        "restrictions": only("Letters only"),
        "method_adjustment": "We read every letter to her by telephone.",
    }
    assert said(customer("letter"), **answers) == {}
    # Nobody can be written to without an address, whatever else we do.
    answers["contact_method"] = "email"
    assert list(said(customer(email=""), **answers)) == ["contact_method"]


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        ("E-mail only", ("email",)),
        ("One call on Tuesdays", ("telephone",)),
        ("Only through the online portal", ("online",)),
        ("Telephone or front desk", ("telephone", "in_person")),
        ("No telephone calls", ()),
        ("Not by e-mail", ()),
        ("Through Priya Nair", ()),
        # What is taken away beside it leaves the other way as the only one.
        ("E-mail only, no telephone calls", ("email",)),
        ("Not by telephone but by e-mail", ("email",)),
        ("In writing instead of by telephone", ("email", "letter")),
        ("No contact except by e-mail", ("email",)),
        ("No calls; letters are answered", ("letter",)),
        ("Do not call or visit; write to us", ("email", "letter")),
        ("No telephone calls except on Tuesdays", ()),
        ("No telephone calls, visits or e-mails", ()),
    ],
)
def test_a_limit_names_the_ways_it_leaves(limit: str, left: tuple[str, ...]) -> None:
    assert ways_left({"limit": limit}) == left


def test_a_way_taken_away_beside_it_hides_no_clash() -> None:
    # The case of the requirement: e-mail only, and no address on file.
    found = said(customer(email=""), restrictions=only("E-mail only, no telephone calls"))
    assert list(found) == ["restrictions.0.limit"]


def test_only_limits_to_one_way_are_read_like_that() -> None:
    assert said(customer("telephone"), restrictions=only("One call a week", "times")) == {}


def test_a_customer_who_is_only_described_yet_is_judged_by_that() -> None:
    assert list(said(None, contact_method="email")) == ["contact_method"]
    assert said(None, contact_method="email", email="jo@mail.example") == {}
