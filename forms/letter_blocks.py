"""The blocks no edit may take out of a letter, each with the requirement that asks for it."""

from __future__ import annotations

from collections.abc import Mapping

#: What a customer must be told of every arrangement that restricts their contact: the seven
#: points of the policy, the five of the ombudsman's case, and what both left out.
_TERMS = {
    "decision": "R-047",
    "formal_statement_and_date": "R-050",
    "reasons": "R-046",
    "change_required": "R-046",
    "spoc": "R-046",
    "method": "R-046",
    "restrictions": "R-046, R-055",
    "meaning": "R-047",
    "tone_and_hours": "R-053",
    "response_time": "R-049",
    "spoc_absent": "R-048",
    "emergency": "R-048",
    "unaffected": "R-052",
    "who_sees_your_messages": "R-007, C-12",
    "duration_and_review": "R-046, R-082",
    "how_to_ask_for_a_review": "R-047, R-086",
}
_APPEAL = {"appeal": "R-051, R-074, R-081"}
#: What is said whenever contact is refused: what is read all the same, and that it ends.
_REFUSAL = {
    "still_read": "R-095",
    "emergency": "R-048, X-12",
    "unaffected": "R-052",
    "how_long": "R-096",
    "ombudsman": "R-093",
}
_DECISION = {"decision": "R-031", "reasons": "R-031", "meaning": "R-047"}

#: Letter -> block -> requirement. A letter that is not named here keeps the rules of its front
#: matter: one that tells a decision says what, why and what it means; an appealable one how.
REQUIRED_BLOCKS: Mapping[str, Mapping[str, str]] = {
    "fair_treatment": {
        "reasons": "R-022, R-031",
        "expected_behaviour": "R-023",
        "spoc_may_follow": "R-023",
        "review_timescale": "R-023",
        "unaffected": "R-052",
        **_APPEAL,
    },
    "introduction": {**_TERMS, **_APPEAL},
    "taken_over": {**_TERMS, "why_now": "K-10", **_APPEAL},
    "review": {**_TERMS, "findings": "R-054", "evidence_period": "R-054", **_APPEAL},
    "variation": {**_TERMS, "what_changes": "R-087", **_APPEAL},
    "cease": {**_DECISION, "end_date": "R-089", "unaffected": "R-052", **_APPEAL},
    "not_agreed": {**_DECISION, "look_again": "R-042", **_APPEAL},
    "closed_without_action": {**_DECISION, **_APPEAL},
    "no_further_action": {**_DECISION, "contact_counted": "R-025, R-030", **_APPEAL},
    "matter_settled": {**_DECISION, **_APPEAL},
    "warning_withdrawn": {"decision": "R-031", "meaning": "R-047"},
    "appeal_acknowledgement": {
        "received": "R-073",
        "answer_date": "R-076",
        "stays_in_force": "R-080",
        "who_decides": "R-077",
        "appeal_and_complaint": "R-081",
    },
    "appeal_outcome": {
        "decision": "R-078",
        "reasons": "R-078",
        "meaning": "R-078",
        "what_you_can_do_next": "R-078, R-081",
    },
    "appeal_withdrawn": {"decision": "R-073", "meaning": "R-047"},
    "request_acknowledgement": {
        "received": "R-085",
        "answer_date": "R-085, C-14",
        "stays_in_force": "R-080",
    },
    "request_answer": {**_DECISION, **_APPEAL},
    "cease_and_desist": {
        **_DECISION,
        "change_required": "R-092",
        "enquiries_stopped": "R-091",
        "formal_statement_and_date": "R-050, R-092",
        **_REFUSAL,
        **_APPEAL,
    },
    "end_of_correspondence": {
        "points_answered": "R-094",
        "tried_to_resolve": "R-094",
        "nothing_to_add": "R-094",
        "no_purpose": "R-094",
        "correspondence_ends": "R-094",
        **_REFUSAL,
        "how_to_appeal": "R-074, R-096",
    },
    "data_request_received": {
        "received": "R-104, R-106",
        "answer_date": "R-104, K-9",
        "rights": "R-104",
    },
    "data_request_more_time": {
        "reasons": "R-104",
        "answer_date": "R-104, K-7",
        "rights": "R-104",
    },
    "data_request_copy": {
        "decision": "R-104",
        "what_it_holds": "R-104",
        "left_out": "R-104",
        "meaning": "R-104",
        "rights": "R-104",
    },
    "data_request_corrected": {"decision": "R-105", "meaning": "R-105", "rights": "R-105"},
    "data_request_closed": {"decision": "R-104", "reasons": "R-104", "rights": "R-104"},
    "refusal_ended": {
        "decision": "R-089, R-096",
        "meaning": "R-047",
        "arrangement_goes_on": "R-096",
        "emergency": "R-048, X-12",
    },
}


def required_blocks(letter: str, *, tells_decision: bool, appealable: bool) -> dict[str, str]:
    """Give the blocks a letter must hold, each with its requirement."""
    if letter in REQUIRED_BLOCKS:
        return dict(REQUIRED_BLOCKS[letter])
    return {**(_DECISION if tells_decision else {}), **(_APPEAL if appealable else {})}
