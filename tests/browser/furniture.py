"""A house with something in it: an arrangement, an appeal against it, late and done work."""

from __future__ import annotations

import datetime as dt

from engine.scenario import Scenario, add_people
from tests.browser.answers import contact, record
from tests.browser.house import House

CUSTOMER = "Jordan Carter"
#: A second Data Management Officer, beside the one of the demonstration.
COLLEAGUE = "daniel"


def furnish(house: House) -> None:
    """Let people do things here, some of them late."""
    house.begin_in_autumn()
    add_people(house.database, {COLLEAGUE: ["dmo"]})
    at_work = Scenario(house.database)
    at_work.receive("arrangement_taken_over", by="dorothy", answers=taken_over(house.today))
    for _ in range(3):
        at_work.act("log_contact", by="amina", answers=contact(house.today))
    what = "Rang five times in a morning."
    at_work.act("add_evidence", by="amina", answers=_ticked(record(house.today, what)))
    heard = record(house.today, "Said to have complained.", evidence_class="hearsay")
    at_work.act("add_evidence", by="amina", answers=_ticked(heard))
    at_work.receive("appeal_received", by="amina", answers=appeal(house.today))
    sent = {"channel": "letter", "sent_on": house.today, "proof": "Certificate of posting 1"}
    at_work.complete("issue_letter", by="dorothy", answers=sent)
    shown = {"shows": "all", "done_on": house.today, "reference": "Note 1"}
    at_work.complete("confirm_flag", about="JADU", by="sam", answers=shown)
    Scenario(house.database).start("spoc_case", by="amina")
    house.move_clock(house.working_day(3))


def _ticked(answers: dict[str, object]) -> dict[str, object]:
    return {**answers, "attested": ["relevant", "factual", "substantiated", "no_personal_comment"]}


def taken_over(today: dt.date, customer: str = CUSTOMER) -> dict[str, object]:
    """What is entered about an arrangement of an old register."""
    ago = today - dt.timedelta(days=14)
    return {
        "customer_name": customer,
        "address": "4 Elm Court\nNorthfield",
        "tenancy_reference": "NF-104233",
        "customer_kind": "tenant",
        "email": "jordan.carter@example.org",
        "decided_on": ago,
        "decided_by": "mo",
        "reasons": "More than forty calls a week about a matter already answered.",
        "letter_on": ago,
        "letter_complete": "yes",
        "owner": "amina",
        "spoc": "priya",
        "cover": "tom",
        "contact_method": "email",
        "contact_address": "priya@northfield-homes.example",
        "visiting": "Not limited",
        "response_days": 5,
        "restrictions": [
            {"kind": "subject", "limit": "Not about parking", "reason": "It was answered."}
        ],
        "from_on": ago,
        "next_review_on": today + dt.timedelta(days=170),
    }


def appeal(today: dt.date) -> dict[str, object]:
    """What is logged of an appeal against it."""
    return {
        "decision": "agreed",
        "received_on": today,
        "received_by": "priya",
        "channel": "in_person",
        "grounds": "I only ring because nobody rings me back.",
    }
