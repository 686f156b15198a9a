"""Laws of appeals, of absences, and of what is kept and deleted."""

from __future__ import annotations

from engine.checks.rules import After, Before, Law, There

_OF_THE_ONE: tuple[Law, ...] = (
    Law(
        "appeal",
        "The customer is told that the appeal came before anybody decides it",
        "R-076",
        Before("letter:appeal_acknowledgement", "form:decide_appeal|appeal_decided"),
    ),
    Law(
        "appeal",
        "An appeal is given to a director who took no part before it is decided",
        "R-075, R-077",
        Before("form:allocate_director", "form:decide_appeal|appeal_decided"),
    ),
    Law(
        "appeal",
        "A person decides an appeal before its letter goes",
        "R-078, R-110",
        Before(
            "appeal_decided|form:decide_appeal|form:decide_late_appeal", "letter:appeal_outcome"
        ),
    ),
    Law(
        "appeal",
        "Every decision on an appeal ends in the letter with its outcome",
        "R-078",
        After("form:decide_appeal|appeal_decided", "letter:appeal_outcome"),
    ),
    Law(
        "appeal",
        "A decided appeal is recorded and lets go of its case",
        "R-108",
        After("letter:appeal_outcome", "message:something_was_settled"),
    ),
    Law(
        "appeal",
        "An appeal that is upheld reaches the decision it is about",
        "R-078",
        There("message:decision_changed"),
    ),
    Law(
        "appeal",
        "The days to answer an appeal are those of the policy",
        "R-076",
        There("appeal_deadline", "case.appeal_due"),
    ),
    Law(
        "appeal",
        "That an answer is late is recorded",
        "R-076",
        After("appeal_deadline", "operation:appeals.record_breach"),
    ),
    Law(
        "appeal",
        "A customer whose answer is late is told so",
        "R-076",
        After("appeal_deadline", "form:holding_letter"),
    ),
    Law(
        "appeal",
        "A person decides whether a late appeal is heard",
        "R-079, R-110",
        Before("form:decide_late_appeal", "operation:appeals.record_not_taken"),
    ),
    Law(
        "appeal",
        "The dates of an appeal are worked out from its receipt",
        "R-076",
        Before("operation:appeals.work_out_dates", "form:decide_appeal|appeal_decided"),
    ),
    Law(
        "appeal",
        "What was decided on an appeal is recorded",
        "R-078",
        After("letter:appeal_outcome", "operation:appeals.record_outcome"),
    ),
    Law(
        "appeal",
        "An appeal that was withdrawn is recorded",
        "R-073",
        After("message:appeal_withdrawn", "operation:appeals.record_withdrawal"),
    ),
    Law(
        "appeal",
        "Who withdraws an appeal has a letter that says so",
        "R-031",
        After("message:appeal_withdrawn", "letter:appeal_withdrawn"),
    ),
    Law(
        "appeal",
        "An appeal that was withdrawn lets go of its case",
        "R-108",
        After("message:appeal_withdrawn", "message:something_was_settled"),
    ),
    Law(
        "appeal",
        "The director is reminded before the days are over",
        "R-076",
        After("timer:appeal.remind_first", "tells:appeal_day_three"),
    ),
    Law(
        "appeal",
        "Everybody is reminded before the days are over",
        "R-076",
        After("timer:appeal.remind_second", "tells:appeal_day_four"),
    ),
)
_OF_ABSENCES: tuple[Law, ...] = (
    Law(
        "cover_notice",
        "The customer is told who stands in before the notice is done",
        "R-071",
        Before("cover_notice_given", "step:customer_was_told"),
    ),
    Law(
        "cover_notice",
        "Somebody is named and then the customer is told",
        "R-071",
        After("form:name_stand_in", "form:tell_customer|message:cover_notice_dropped"),
    ),
    Law(
        "cover_notice",
        "A notice that is late is told to the officer",
        "R-071",
        After("timer:case.cover_notice_due", "tells:cover_notice_late"),
    ),
    Law(
        "absence_cover",
        "Who stands in is worked out for every absence",
        "R-070",
        After("message:absence_booked", "stand_in_worked_out"),
    ),
    Law(
        "absence_cover",
        "The tasks go to whoever stands in",
        "R-072",
        After("stand_in_worked_out", "routing_follows_cover"),
    ),
    Law(
        "cover_notice",
        "The tasks go at once to who was named",
        "R-072",
        After("form:name_stand_in", "operation:absences.hand_over|message:cover_notice_dropped"),
    ),
    Law(
        "cover_notice",
        "The flags follow at once who was named",
        "R-072",
        After("form:name_stand_in", "operation:absences.want_flags|message:cover_notice_dropped"),
    ),
    Law(
        "absence_cover",
        "The flags follow whoever stands in",
        "R-072",
        After("stand_in_worked_out", "operation:absences.want_flags"),
    ),
    Law(
        "absence_cover",
        "An absence that changed is looked at again",
        "R-072",
        There("message:absence_changed"),
    ),
)
_DELETED = "operation:retention.delete"
_OF_RETENTION: tuple[Law, ...] = (
    Law(
        "retention",
        "Nothing is deleted before the months of the policy are over",
        "R-107",
        Before("timer:case.delete_after", _DELETED),
    ),
    Law(
        "retention",
        "The officer is told before anything is deleted",
        "R-107",
        Before("tells:deletion_near", _DELETED),
    ),
    Law(
        "retention",
        "The notice comes its days before the deletion",
        "R-107",
        Before("timer:case.deletion_notice_on", "tells:deletion_near"),
    ),
    Law(
        "retention",
        "Nothing is deleted before holds were looked for",
        "R-108",
        Before("operation:retention.find_holds", _DELETED),
    ),
    Law(
        "retention",
        "Holds are looked for again whenever one was lifted",
        "R-108",
        After("message:something_was_settled", "operation:retention.find_holds"),
    ),
    Law(
        "retention",
        "Every closed case is deleted in the end",
        "R-107",
        After("message:case_closed", _DELETED),
    ),
    Law(
        "retention",
        "The last day is worked out by the policy",
        "R-107",
        Before("operation:retention.plan", "operation:retention.delete"),
    ),
)
#: All of them.
OF_APPEALS: tuple[Law, ...] = (*_OF_THE_ONE, *_OF_ABSENCES, *_OF_RETENTION)
