"""How a letter leaves: by whom, to whom, and what it must not do (R-045, R-056, R-057)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import sendings
from engine.casework.outgoing_letters import NOTIFY_TAKES
from engine.tables.casefile import Customer, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Letter
from engine.tables.leaving import Sending
from engine.tables.process import Outbox
from tests.engine.casework.letter_desk import INTRODUCED, at, issue, problems, sent
from tests.engine.casework.new_case import Landlord, at_work

ON = "2026-03-27"
FROM_HERE: dict[str, Any] = {
    **INTRODUCED,
    **sent(ON, dispatch="system", proof=""),
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        cited = found.refer()
        found.answer("record_meeting", "2026-03-26", found.agreement(cited), "maya")
        found.ids["arrangement_id"] = found.rows(Arrangement)[0].id
        yield found


@pytest.fixture
def printed(landlord: Landlord) -> str:
    """Give the address that the letter prints."""
    customer = landlord.rows(Customer)[0]
    return f"{customer.name}\n{customer.address}"


def introduce(landlord: Landlord, answers: dict[str, Any], **more: Any) -> Letter:
    return issue(at(landlord, "introduction", ON, **more), answers)


def speaks(landlord: Landlord, contact: str) -> ThirdParty:
    third_party = ThirdParty(
        case_id=landlord.ids["case_id"],
        name="Sam Hill",
        relationship="Sister",
        contact=contact,
        scope="Letters and calls",
        authority_given_on=dt.date(2026, 1, 10),
        started_on=dt.date(2026, 1, 10),
    )
    landlord.session.add(third_party)
    landlord.session.flush()
    return third_party


def test_what_a_person_sends_is_kept_with_its_proof(landlord: Landlord) -> None:
    letter = introduce(landlord, {**INTRODUCED, **sent(ON)})
    [sending] = landlord.rows(Sending)
    assert (sending.letter_id, sending.way, sending.channel) == (letter.id, "person", "letter")
    assert (sending.to_name, sending.proof) == ("Jo Carter", "Certificate of posting 7")
    assert sending.left_on == dt.date(2026, 3, 27)
    assert letter.proof == "Certificate of posting 7"


def test_without_a_proof_it_has_not_left(landlord: Landlord) -> None:
    found = problems(at(landlord, "introduction", ON), {**INTRODUCED, **sent(ON, proof="")})
    assert found["proof"].startswith("Enter what proves that the letter left")


def test_an_e_mail_from_here_waits_in_the_outbox_without_a_word_of_the_letter(
    landlord: Landlord,
) -> None:
    before = len(landlord.rows(Outbox))
    mailed = {**FROM_HERE, "channel": "email", "sent_to": "jo@post.example"}
    letter = introduce(landlord, mailed)
    [row] = landlord.rows(Outbox)[before:]
    assert (row.kind, row.content["to"]) == ("email", "jo@post.example")
    assert row.content["letter_id"] == letter.id
    assert "path" not in row.content
    assert not any(word in str(row.content) for word in ("Carter", "contact", letter.title))
    assert landlord.rows(Sending)[0].outbox_id == row.id


def test_post_from_here_waits_to_be_printed(landlord: Landlord, printed: str) -> None:
    letter = introduce(landlord, {**FROM_HERE, "sent_to": printed})
    [sending] = landlord.rows(Sending)
    assert (sending.way, sending.left_on, sending.pack_id) == ("print_pack", None, None)
    assert "left from here" in letter.proof


@pytest.mark.parametrize(("takes", "way"), [("letter", "notify"), ("email", "print_pack")])
def test_notify_takes_what_the_installation_says(
    landlord: Landlord, printed: str, takes: str, way: str
) -> None:
    introduce(landlord, {**FROM_HERE, "sent_to": printed}, settings={NOTIFY_TAKES: takes})
    [sending] = landlord.rows(Sending)
    assert sending.way == way
    assert (sending.outbox_id is not None) == (way == "notify")


@pytest.mark.parametrize(
    ("changed", "question", "words"),
    [
        ({"channel": "email", "sent_to": "jo at post"}, "sent_to", "Enter one e-mail address"),
        ({"channel": "email", "sent_to": "a@b.example, c@d.example"}, "sent_to", "one e-mail"),
        ({"sent_to": "5 Oak Road"}, "sent_to", "printed in the letter"),
        ({"channel": "handed_over"}, "dispatch", "by somebody's hand"),
        ({"sent_on": "2026-03-26"}, "sent_on", "leaves from here now"),
        ({"format": "Large print"}, "dispatch", "needs (Large print)"),
    ],
)
def test_what_cannot_leave_from_here_says_why(
    landlord: Landlord, printed: str, changed: dict[str, Any], question: str, words: str
) -> None:
    answers = {**FROM_HERE, "sent_to": printed, **changed}
    assert words in problems(at(landlord, "introduction", ON), answers)[question]


@pytest.mark.parametrize(
    ("contact", "way", "channel"),
    [
        ("sam@post.example", "email", "email"),
        ("Sam Hill\n9 Mill Lane\nNorthfield", "print_pack", "letter"),
    ],
)
def test_a_copy_goes_to_who_speaks_for_the_customer(
    landlord: Landlord, printed: str, contact: str, way: str, channel: str
) -> None:
    third_party = speaks(landlord, contact)
    copied = {"copy_to_third_party": "yes", "copy_is_allowed": "yes"}
    introduce(landlord, {**FROM_HERE, "sent_to": printed, **copied})
    _own, copy = landlord.rows(Sending)
    assert (copy.third_party_id, copy.to_name) == (third_party.id, "Sam Hill")
    assert (copy.way, copy.channel, copy.sent_to) == (way, channel, contact)


def test_a_copy_from_here_needs_an_address(landlord: Landlord, printed: str) -> None:
    speaks(landlord, "07700 900123")
    copied = {"copy_to_third_party": "yes", "copy_is_allowed": "yes", "sent_to": printed}
    found = problems(at(landlord, "introduction", ON), {**FROM_HERE, **copied})
    assert "there is neither" in found["copy_sent_to"]


def test_nobody_gets_a_copy_after_their_authority_ended(landlord: Landlord) -> None:
    letter = introduce(landlord, {**INTRODUCED, **sent(ON)})
    speaks(landlord, "sam@post.example")
    again = {
        "letter": letter.template,
        "recipient": "third_party",
        "channel": "email",
        "dispatch": "system",
        "sent_to": "sam@post.example",
        "sent_on": "2026-04-08",
    }
    context = landlord.context("2026-04-08", "dorothy")
    assert sendings.letter_can_be_sent(context, again) == []
    for third_party in landlord.rows(ThirdParty):
        third_party.ended_on = dt.date(2026, 4, 7)
    landlord.session.flush()
    [problem] = sendings.letter_can_be_sent(context, again)
    assert problem.message.startswith("Expected somebody who speaks for the customer")


def test_a_letter_goes_again_as_it_was_and_its_time_to_appeal_stays(
    landlord: Landlord, printed: str
) -> None:
    letter = introduce(landlord, {**INTRODUCED, **sent(ON)})
    text = letter.html
    again = {
        "letter": letter.template,
        "recipient": "customer",
        "channel": "letter",
        "dispatch": "system",
        "sent_to": printed,
        "sent_on": "2026-04-08",
    }
    context = landlord.context("2026-04-08", "dorothy")
    assert sendings.letter_can_be_sent(context, again) == []
    sendings.send_letter_again(context, again, {})
    assert [one.way for one in landlord.rows(Sending)] == ["person", "print_pack"]
    assert (letter.html, letter.issued_on) == (text, dt.date(2026, 3, 27))


def test_a_letter_is_not_posted_again_to_an_address_the_customer_has_left(
    landlord: Landlord, printed: str
) -> None:
    letter = introduce(landlord, {**INTRODUCED, **sent(ON)})
    landlord.rows(Customer)[0].address = "9 Mill Lane\nNorthfield"
    landlord.session.flush()
    again = {
        "letter": letter.template,
        "recipient": "customer",
        "channel": "letter",
        "dispatch": "system",
        "sent_on": "2026-04-08",
    }
    context = landlord.context("2026-04-08", "dorothy")
    # The letter prints the old address: neither the new one nor the old one may be given.
    for address in ("Jo Carter\n9 Mill Lane\nNorthfield", printed):
        [problem] = sendings.letter_can_be_sent(context, {**again, "sent_to": address})
        assert problem.question == "sent_to"
    by_hand = {**again, "dispatch": "person", "proof": "Certificate 9", "sent_to": "9 Mill Lane"}
    assert sendings.letter_can_be_sent(context, by_hand) == []


def test_it_does_not_leave_before_it_was_issued(landlord: Landlord) -> None:
    letter = introduce(landlord, {**INTRODUCED, **sent(ON)})
    values = {"letter": letter.template, "recipient": "customer", **sent("2026-03-26")}
    [problem] = sendings.letter_can_be_sent(landlord.context("2026-04-08", "dorothy"), values)
    assert problem.question == "sent_on"
