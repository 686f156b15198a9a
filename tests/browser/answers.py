"""What people answer in the story of one customer, from the first concern to an appeal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.browser.filling import ALL

CUSTOMER = "Rowan Ashby"

_DAY = dt.timedelta(days=1)


def concern(today: dt.date) -> dict[str, Any]:
    return {
        "customer_name": CUSTOMER,
        "customer_kind": "tenant",
        "address": "12 Lime Walk\nNorthfield",
        "tenancy_reference": "NF-200417",
        "email": "rowan.ashby@example.org",
        "phone": "01632 960 114",
        "concern_on": today - 3 * _DAY,
        "concern": "Calls to four teams on one morning, shouting at two people who answered.",
        "behaviour_kinds": ["unreasonable_behaviour", "excessive_demands"],
        "behaviour_types": ["abusive_language"],
        "demand_types": ["volume"],
        "allegation": "no",
        "owner": "amina",
    }


def conversation_begun(today: dt.date) -> dict[str, Any]:
    """The first section of the talk, filled in on the way home."""
    return {
        "talked_on": today,
        "channel": "visit",
        "behaviour": "Shouting at staff, and more than ten calls on one day about one repair.",
        "change_expected": "Speak calmly, and ring once about a matter and wait for the answer.",
        "what_may_follow": "A letter that says what we expect, and later one named person.",
    }


def conversation(today: dt.date, owed_by: dt.date) -> dict[str, Any]:
    """The other sections."""
    return {
        "verbal_warning": "yes",
        "warned_on": today,
        "days_to_change": 14,
        "root_cause": "yes",
        "root_cause_text": "The kitchen leak was reported twice and an appointment was missed.",
        "owed": [
            {"what": "Repair the kitchen leak", "owner": "tom", "due_on": owed_by},
            {"what": "Say sorry for the missed appointment", "owner": "grace"},
        ],
        "needs_known": "yes",
        "needs_detail": "Anxiety, which is worse on the telephone.",
        "support_offered": "yes",
        "support_agreed": "yes",
        "agency": "Northfield Wellbeing Centre",
        "third_party": "yes",
        "third_party_name": "Robin Ashby",
        "third_party_relationship": "Sister",
        "third_party_contact": "01632 960 115",
        "other_side": "no",
        "authority_given_on": today,
        "third_party_scope": "May ring about the repair and hear what we answer.",
        "mediation": "not_offered",
    }


def record(today: dt.date, what: str, **more: Any) -> dict[str, Any]:
    """A record of what happened, seen by the one who keeps it."""
    return {
        "happened_on": today,
        "channel": "telephone",
        "what_happened": what,
        "behaviour_kind": "unreasonable_behaviour",
        "witness": "Amina Diallo",
        "evidence_class": "first_hand",
        "service_withdrawn": "no",
        "attested": ALL,
        **more,
    }


def contact(day: dt.date | tuple[str, str, str]) -> dict[str, Any]:
    return {
        "contacted_on": day,
        "channel": "telephone",
        "direction": "in",
        "note": "Rang about the kitchen again.",
        "triage": "nothing_new",
    }


def both_told(customer_on: dt.date, third_party_on: dt.date) -> dict[str, Any]:
    return {
        "customer_told_on": customer_on,
        "customer_told_how": "telephone",
        "third_party_told_on": third_party_on,
        "third_party_told_how": "letter",
    }


def sent(today: dt.date, number: int) -> dict[str, Any]:
    """How every letter leaves."""
    return {"channel": "letter", "sent_on": today, "proof": f"Certificate of posting {number}"}


def comparison() -> dict[str, Any]:
    return {
        "counts_seen": ALL,
        "gaps": "Calls to mobile telephones are not counted.",
        "owed_actions_weighed": ALL,
        "warning_outcome": "refer",
        "reasons": "Contact rose after the warning.",
        "cites": ALL,
    }


def referral(today: dt.date, worst: dt.date, meet_by: dt.date) -> dict[str, Any]:
    return {
        "on_file": ALL,
        "history": [
            {
                "kind": "unreasonable_behaviour",
                "what": "Shouting at staff on the telephone",
                "frequency": "Most days",
                "first_on": worst,
                "last_on": today - _DAY,
            },
            {
                "kind": "excessive_demands",
                "what": "Many calls about one repair",
                "frequency": "Ten calls on one day",
                "first_on": worst,
                "last_on": today - _DAY,
            },
        ],
        "why_formal": "Neither the talk nor the letter changed how the customer rings.",
        "cites": ALL,
        "spoc": "priya",
        "cover": "tom",
        "restrictions": [
            {
                "kind": "named_staff",
                "limit": "Contact through Priya only",
                "reason": "So that answers agree and nobody else is shouted at.",
            }
        ],
        "discussed_with": "mo",
        "discussed_on": today - _DAY,
        "meet_by": meet_by,
    }


def invitation(on: dt.date) -> dict[str, Any]:
    return {
        "meeting_on": on,
        "meeting_time": "10:00",
        "place": "Room 2",
        "invited": ["mo", "amina", "priya", "ben"],
        "pack_ready": "yes",
    }


def meeting(today: dt.date) -> dict[str, Any]:
    """The first page: the meeting itself."""
    return {
        "held_on": today,
        "attendees": ["mo", "amina", "priya", "ben"],
        "owed_actions_weighed": ALL,
        "severity": "Two people went off sick after being shouted at.",
        "instances": "Six dated incidents since the warning.",
        "breadth_and_frequency": "Most working days, across three teams.",
        "why_difficult": "Each team gives its own answer and the customer rings the next one.",
        "needs_and_circumstances": "Letters and e-mail suit the customer better than calls.",
        "protected_characteristic": "A disability may play a part; e-mail takes the pressure out.",
        "equality_needs": "Written contact and one person who knows the matter.",
        "equality_conclusion": "One named person and e-mail is an adjustment as well as a limit.",
        "ways_to_mend": "A fortnightly call with Priya once things have settled.",
        "less_restrictive": "A talk, a third party and a letter have been tried.",
        "formal_outcome": "agreed",
        "reasons": [
            {
                "reason": "Staff were shouted at on most working days after the warning.",
                "evidence": ALL,
            }
        ],
        "proportionality": "Only the way in is limited, nothing the customer is owed.",
    }


def terms(from_on: dt.date) -> dict[str, Any]:
    """The second page: what was agreed; what the referral proposed is there already."""
    return {
        "spoc": "priya",
        "cover": "tom",
        "contact_method": "email",
        "contact_address": "priya@northfield-homes.example",
        "method_fits": "yes",
        "visiting": "Not limited",
        "from_on": from_on,
        "review_months": 6,
        "support": "The offer of the wellbeing centre stands.",
    }


ACCEPTED = {
    "spoc_accepts": "yes",
    "working_pattern": "full_time",
    "working_hours": "Monday to Friday 9am to 5pm",
    "role_understood": "yes",
}


def flag(today: dt.date, note: int) -> dict[str, Any]:
    return {"shows": ALL, "done_on": today, "reference": f"Note {note}"}


def shared(today: dt.date, agreed_until: dt.date) -> dict[str, Any]:
    return {
        "partner_scope": "yes",
        "agreement_until": agreed_until,
        "told": ALL,
        "shared_on": today,
    }


def disagreement(today: dt.date) -> dict[str, Any]:
    return {
        "said": "Nobody told me that the calls were counted.",
        "received_on": today,
        "received_by": "priya",
        "channel": "in_person",
        "meant": ["decision_wrong"],
    }


UPHELD = {
    "outcome": "upheld",
    "reasons": "The customer was not told what would count.",
    "appeal_effect": "cancelled",
}
