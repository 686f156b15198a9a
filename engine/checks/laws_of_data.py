"""Laws of requests for data, of holds and deletion, and of the policy's own review."""

from __future__ import annotations

from engine.checks.rules import After, Before, Law, There

_ASKED = "message:data_request_received"
_LOOK, _ANSWER = "form:check_data_request", "operation:data_requests.record_answer"
_PASS_ON = "operation:corrections.pass_on"
_LATE = "timer:after(case.data_request_due)"
_REVIEW = "policy_review"
_REMIND = "operation:policy_reviews.remind"
#: They are part of ``LAWS`` like those of the stages.
OF_DATA: tuple[Law, ...] = (
    Law(
        "data_request",
        "A person looks at every request for data",
        "R-104, R-110",
        After(_ASKED, _LOOK),
    ),
    Law(
        "data_request",
        "Every request for data is acknowledged before it is answered",
        "R-104",
        Before("letter:data_request_received", _ANSWER),
    ),
    Law(
        "data_request",
        "A request that nobody looked at is told",
        "R-106",
        After("timer:case.data_request_forward_due", "tells:data_request_unread"),
    ),
    Law(
        "data_request",
        "Who asks can prove who they are",
        "R-104",
        There("form:prove_identity"),
    ),
    Law(
        "data_request",
        "That nobody proved it is told by letter",
        "R-104",
        Before("letter:data_request_closed", "step:nobody_proved_it"),
    ),
    Law(
        "data_request",
        "A person gives the copy before it is sent",
        "R-104, R-110",
        Before("form:give_copy", "letter:data_request_copy"),
    ),
    Law("data_request", "The copy goes by letter", "R-104", There("letter:data_request_copy")),
    Law(
        "data_request",
        "That the copy went is recorded",
        "R-104",
        After("letter:data_request_copy", _ANSWER),
    ),
    Law(
        "data_request",
        "A person decides each correction before others are told",
        "R-105, R-110",
        Before("form:decide_corrections", _PASS_ON),
    ),
    Law(
        "data_request",
        "Others hear of a correction before the person does",
        "R-105",
        Before(_PASS_ON, "letter:data_request_corrected"),
    ),
    Law(
        "data_request",
        "What was decided of each item is told by letter",
        "R-105",
        There("letter:data_request_corrected"),
    ),
    Law(
        "data_request",
        "That a correction was answered is recorded",
        "R-105",
        After("letter:data_request_corrected", _ANSWER),
    ),
    Law(
        "data_request",
        "Somebody is reminded of the answer",
        "R-104",
        After("timer:case.data_request_warn_on", "tells:data_request_near"),
    ),
    Law(
        "data_request",
        "That an answer is late is recorded",
        "R-104",
        After(_LATE, "operation:data_requests.record_breach"),
    ),
    Law(
        "data_request",
        "That an answer is late is told",
        "R-104",
        After(_LATE, "tells:data_request_late"),
    ),
    Law(
        "data_request",
        "More time is taken only by a letter that says why",
        "R-104",
        Before("letter:data_request_more_time", "operation:data_requests.extend"),
    ),
    Law(
        "data_request",
        "Who was told of more time has it",
        "R-104",
        After("letter:data_request_more_time", "operation:data_requests.extend"),
    ),
    Law(
        "data_request",
        "That a request was taken back is confirmed by letter",
        "R-104",
        There("step:tell_it_is_closed"),
    ),
    Law(
        "data_request",
        "A request that is over lets go of its cases",
        "R-107, R-108",
        After(_ASKED, "operation:data_requests.close"),
    ),
    Law(
        "hold_review",
        "Every hold is looked at again until it is lifted",
        "R-108",
        After("message:hold_placed", "form:look_at_hold|message:hold_lifted"),
    ),
    Law(
        "hold_review",
        "A person says whether a hold is still needed",
        "R-108, R-110",
        There("form:look_at_hold"),
    ),
    Law(
        "hold_review",
        "A hold is looked at again once its review date has come",
        "R-108",
        Before("timer:on(case.hold_review_on)", "form:look_at_hold"),
    ),
    Law(
        "hold_review",
        "That the review of a hold is late is told",
        "R-108",
        After("timer:after(case.hold_review_on)", "tells:hold_review_late"),
    ),
    Law(
        "retention",
        "Whether anything still holds a case is asked every day",
        "R-107, R-108",
        After("timer:case.holds_looked_at_on", "operation:retention.find_holds"),
    ),
    Law(
        _REVIEW,
        "A review of the policy is approved by a person",
        "R-112, R-110",
        After("form:policy_look", "form:approve_policy_review"),
    ),
    Law(
        _REVIEW,
        "Somebody looks through the policy before it is approved",
        "R-112",
        Before("form:policy_look", "form:approve_policy_review"),
    ),
    Law(
        _REVIEW,
        "The impact on people is assessed before it is reviewed",
        "R-115, R-121",
        Before("form:impact_assessment", "form:review_impact_assessment"),
    ),
    Law(
        _REVIEW,
        "Somebody else reviews the assessment",
        "R-122",
        After("form:impact_assessment", "form:review_impact_assessment"),
    ),
    Law(
        _REVIEW,
        "A review of the policy is reminded of for the first time",
        "R-112",
        After("timer:policy.remind_first", _REMIND),
    ),
    Law(
        _REVIEW,
        "A review of the policy is reminded of once more",
        "R-112",
        After("timer:policy.remind_second", _REMIND),
    ),
    Law(
        _REVIEW,
        "That a review of the policy is late is told",
        "R-112",
        After("timer:after(case.policy_review_due)", _REMIND),
    ),
)
