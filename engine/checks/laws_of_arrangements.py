"""Laws of an arrangement in force and of its periodic reviews."""

from __future__ import annotations

from engine.checks.rules import After, Before, Law, There

_IN_FORCE, _ENDED = "arrangement_in_force", "operation:arrangements.end"
_REVIEW = "timer:case.review_opens_on"
_OF_THE_ONE: tuple[Law, ...] = (
    Law(
        "arrangement",
        "The customer has the letter before an arrangement is in force",
        "R-045",
        Before("letter:introduction|message:arrangement_taken_over", _IN_FORCE),
    ),
    Law(
        "arrangement",
        "An arrangement is not in force before its first day",
        "R-050",
        Before("timer:case.start_on", _IN_FORCE),
    ),
    Law(
        "arrangement",
        "Whatever is in force waits for the date of its review",
        "R-082",
        There("timer:case.review_opens_on"),
    ),
    Law(
        "arrangement",
        "Nothing that is in force ends by itself without a review",
        "R-083, R-110",
        After(_IN_FORCE, "calls:periodic_review"),
    ),
    Law(
        "arrangement",
        "A request to look again is acknowledged and decided by a person",
        "R-086, R-110",
        After("message:look_asked", "form:decide_request"),
    ),
    Law(
        "arrangement",
        "A request to look again is acknowledged",
        "R-085",
        After("message:look_asked", "letter:request_acknowledgement"),
    ),
    Law(
        "arrangement",
        "A successful appeal changes or ends the arrangement",
        "R-078",
        After("message:decision_changed", "operation:arrangements.apply_appeal|" + _ENDED),
    ),
    Law(
        "arrangement",
        "The flags go when an arrangement ends",
        "R-067",
        After(_ENDED, "message:flag_change_wanted"),
    ),
    Law(
        "arrangement",
        "Nothing is over before every flag is confirmed as removed",
        "R-067",
        After(_ENDED, "message:flags_removed"),
    ),
    Law(
        "arrangement",
        "The partner is told when an arrangement ends",
        "R-069",
        After(_ENDED, "message:partner_notice_wanted"),
    ),
    Law(
        "arrangement",
        "The case hears that its arrangement has ended",
        "R-064",
        After(_ENDED, "message:arrangement_ended"),
    ),
    Law(
        "arrangement",
        "An arrangement taken over has its case",
        "R-059",
        After("message:arrangement_taken_over", "message:case_taken_over"),
    ),
    Law(
        "arrangement",
        "Who was never told how to appeal is told by letter",
        "K-10",
        There("letter:taken_over"),
    ),
    Law(
        "arrangement",
        "The flags are asked for before an arrangement is in force",
        "R-065",
        Before("message:flag_change_wanted", _IN_FORCE),
    ),
    Law(
        "arrangement",
        "The partner is told before an arrangement is in force",
        "R-069",
        Before("message:partner_notice_wanted", _IN_FORCE),
    ),
    Law(
        "arrangement",
        "Changed terms are taken up while an arrangement runs",
        "R-087",
        There("message:terms_changed"),
    ),
    Law(
        "arrangement",
        "Another contact is told to the customer by letter",
        "R-069",
        After("message:contact_changed", "letter:variation"),
    ),
    Law(
        "arrangement",
        "A refusal of contact can be proposed at a request",
        "R-090",
        There("message:refusal_proposed"),
    ),
    Law(
        "arrangement",
        "A request that changes nothing is answered by letter",
        "R-085",
        There("letter:request_answer"),
    ),
    Law(
        "arrangement",
        "Changed terms reach the flags",
        "R-069",
        After("letter:variation|calls:periodic_review", "message:flag_change_wanted", _REVIEW),
    ),
    Law(
        "arrangement",
        "Changed terms reach the partner",
        "R-069",
        After("letter:variation|calls:periodic_review", "message:partner_notice_wanted", _REVIEW),
    ),
    Law(
        "arrangement",
        "What an appeal changed is put into the arrangement",
        "R-078",
        There("operation:arrangements.apply_appeal"),
    ),
    Law(
        "arrangement",
        "What an appeal changed reaches the flags",
        "R-069",
        After(
            "operation:arrangements.apply_appeal",
            "message:flag_change_wanted",
            "timer:case.start_on",
        ),
    ),
    Law(
        "arrangement",
        "What an appeal changed reaches the partner",
        "R-069",
        After(
            "operation:arrangements.apply_appeal",
            "message:partner_notice_wanted",
            "timer:case.start_on",
        ),
    ),
    Law(
        "arrangement",
        "An arrangement runs to the day that was decided",
        "R-061",
        Before("timer:case.end_on", "step:arrangement_ran_out"),
    ),
    Law("arrangement", "What ran out is ended", "R-064", After(_IN_FORCE, "arrangement_ceased")),
    Law(
        "arrangement",
        "An arrangement ends when its customer has left",
        "R-064",
        After("message:customer_left", "customer_left"),
    ),
)
_REVIEWED = "periodic_review_held"
_OF_REVIEWS: tuple[Law, ...] = (
    Law(
        "periodic_review",
        "A review rests on what was kept since the last one",
        "R-084",
        Before("operation:reviews.build_pack", _REVIEWED),
    ),
    Law(
        "periodic_review",
        "The contact reports before a review is decided",
        "R-084",
        Before("form:spoc_report", _REVIEWED),
    ),
    Law(
        "periodic_review",
        "The pack is complete before a review is decided",
        "R-084",
        Before("form:review_pack", _REVIEWED),
    ),
    Law(
        "periodic_review",
        "A person decides a review before its letter goes",
        "R-083, R-110",
        Before("form:decide_review|periodic_review_held", "decision_letter_sent"),
    ),
    Law(
        "periodic_review",
        "The letter of a review is the one its outcome asks for",
        "R-054",
        Before("decision:review_letter", "decision_letter_sent"),
    ),
    Law(
        "periodic_review",
        "Every review ends in a letter to the customer",
        "R-054",
        After(_REVIEWED, "decision_letter_sent"),
    ),
    Law(
        "periodic_review",
        "A review that is late is recorded, and the customer is told",
        "R-062",
        After("operation:reviews.record_breach", "form:review_late_notice"),
    ),
    Law(
        "periodic_review",
        "A review is late after the date of the policy",
        "R-062",
        There("timer:case.review_due"),
    ),
    Law(
        "periodic_review",
        "A review that is near is told",
        "R-062",
        After("timer:case.review_warn_on", "tells:review_near"),
    ),
)
#: All of them.
OF_ARRANGEMENTS: tuple[Law, ...] = (*_OF_THE_ONE, *_OF_REVIEWS)
