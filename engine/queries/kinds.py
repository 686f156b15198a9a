"""What people call the things that rows keep as short names."""

from __future__ import annotations

from collections.abc import Mapping

from engine.casework.appeal_receipts import DECISION_NAMES
from engine.casework.letter_words import RESTRICTIONS
from engine.casework.matrix import ROLES

#: What kind of thing -> its kept name -> what people say.
NAMES: Mapping[str, Mapping[str, str]] = {
    "role": {**ROLES, "spoc": "Single point of contact"},
    "policy_review": {"desktop": "Desk-top review", "formal": "Formal review"},
    "document_owner": {"ours": "Ours", "partner": "The partner's"},
    "policy_outcome": {"stays": "Stays as it is", "new_version": "A new version is made"},
    "training": {
        "policy": "The policy",
        "equality": "Equality and adjustments",
        "safeguarding": "Safeguarding and mental health",
        "communication": "Teams keep each other informed",
    },
    "decision": {**DECISION_NAMES, "appeal": "Appeal decided"},
    "outcome": {
        "upheld": "Upheld",
        "partly_upheld": "Partly upheld",
        "not_upheld": "Not upheld",
        "not_taken": "Not taken, it came too late",
        "withdrawn": "Withdrawn",
        "continue": "Goes on",
        "change": "Goes on with changed terms",
        "other_contact": "Goes on with another contact",
        "end": "Ends",
    },
    "effect": {
        "none": "The decision stands",
        "terms": "The terms change",
        "cancelled": "The decision is cancelled",
        "look_again": "It is looked at again",
    },
    "evidence_class": {
        "first_hand": "First-hand",
        "trusted_third_party": "Trusted third party",
        "hearsay": "Hearsay",
        "opinion": "Opinion",
    },
    "file": {"pdf": "PDF", "png": "Picture (PNG)", "jpeg": "Picture (JPEG)", "eml": "E-mail"},
    #: Ticked for each record (R-029).
    "attestation": {
        "relevant": "relevant",
        "factual": "factual",
        "substantiated": "can be substantiated",
        "no_personal_comment": "free of personal comment",
    },
    "channel": {
        "telephone": "Telephone",
        "email": "E-mail",
        "letter": "Letter",
        "visit": "Visit",
        "office": "At our offices",
        "in_person": "In person",
        "online": "Online",
        "video": "Video call",
    },
    "restriction": RESTRICTIONS,
    "behaviour": {
        "unreasonable_behaviour": "Unreasonable behaviour",
        "excessive_demands": "Demands that go too far",
        "unreasonable_persistence": "Unreasonable persistence",
    },
    "triage": {
        "new_matter": "New matter",
        "emergency": "Emergency",
        "safeguarding": "Safeguarding",
        "appeal_or_complaint": "Appeal or complaint",
        "legal_or_data": "Legal letter or request for data",
        "to_be_read": "Not read yet",
        "nothing_new": "Nothing new",
    },
    "ending": {
        "ceased": "ended after a review",
        "cancelled_on_appeal": "cancelled on appeal",
        "customer_left": "the customer has left",
        "opened_in_error": "it was opened in error",
        "not_agreed": "formal action was not agreed",
        "ended_by_partner": "the partner ended it",
        "sent_back": "its notice was sent back to the partner",
        "never_in_force": "it never came into force",
    },
    "refusal_ending": {
        "not_refused": "Contact was not refused",
        "ran_out": "Its last day is over",
        "lifted_on_appeal": "Lifted on appeal",
        "ended_by_review": "Ended by a review",
        "arrangement_ended": "The arrangement has ended",
    },
    "advice": {
        "for": "Contact may be refused",
        "with_limits": "It may be refused within limits",
        "against": "It should not be refused",
    },
    "refusal_ombudsman": {
        "housing_ombudsman": "Housing Ombudsman",
        "local_government_ombudsman": "Local Government and Social Care Ombudsman",
    },
    #: How a customer who disagrees can be heard.
    "way": {"appeal": "Appeal", "look": "Earlier review", "complaint": "Complaint"},
    "outside_event": {
        "letter": "Letter or e-mail that is not on this case",
        "told": "Decision told outside a letter of its own",
        "arrangement": "Arrangement begun or changed",
        "ground_rules": "Ground rules set",
        "away": "Contact away, nobody stood in",
        "review": "Arrangement looked at again",
        "complaint": "Complaint dealt with",
        "promise": "Promise made",
        "two_dates": "Two dates for the same thing",
        "two_classes": "The same matter treated in two ways",
        "more_time": "More time to appeal agreed",
        "counted": "Contact counted",
        "rarely_there": "Contact could often not be reached",
        "passed_on": "Messages passed on",
        "staff_contact": "Contact by somebody other than the contact",
        "held_against": "Held against the customer",
        "wish": "Something the customer asked for",
    },
    "known_how": {
        "our_files": "In our own files",
        "customer": "The customer said so",
        "colleague": "Whoever did it said so",
        "ombudsman": "An Ombudsman found it",
        "other": "In another way",
    },
    "ombudsman": {
        "housing": "Housing Ombudsman",
        "local_government": "Local Government and Social Care Ombudsman",
    },
    "ombudsman_item": {"order": "Order", "recommendation": "Recommendation"},
    "ombudsman_outcome": {
        "severe_maladministration": "Severe maladministration",
        "maladministration": "Maladministration",
        "service_failure": "Service failure",
        "reasonable_redress": "We had put it right already",
        "no_maladministration": "No maladministration",
        "resolved": "Resolved with the Ombudsman's help",
    },
    "customer_kind": {
        "tenant": "Tenant",
        "joint_tenant": "Joint tenant",
        "leaseholder": "Leaseholder",
        "representative": "Representative",
        "staff_tenant": "Member of staff and tenant",
    },
}
