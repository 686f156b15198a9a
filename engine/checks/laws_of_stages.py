"""Laws of the case and of its three stages, which come in their order."""

from __future__ import annotations

from engine.checks.rules import After, Before, Issues, Law, There

_OF_CASES: tuple[Law, ...] = (
    Law(
        "spoc_case",
        "The three stages come in their order: a warning only after talking",
        "R-002",
        Before("calls:informal_stage", "calls:warning_stage"),
    ),
    Law(
        "spoc_case",
        "The three stages come in their order: a referral only after a warning",
        "R-002",
        Before("calls:warning_stage", "calls:formal_stage"),
    ),
    Law(
        "spoc_case",
        "Whatever is closed is kept and deleted by its process",
        "R-107",
        After("operation:cases.close", "message:case_closed"),
    ),
    Law(
        "spoc_case",
        "Nothing is closed before it is known what is open",
        "R-067",
        Before("operation:cases.find_open_matters", "operation:cases.close"),
    ),
    Law(
        "spoc_case",
        "Every concern becomes a case with its customer",
        "R-010",
        Before("form:open_case", "calls:informal_stage"),
    ),
    Law(
        "spoc_case",
        "What was settled is looked at again before closing",
        "R-067",
        There("message:something_was_settled"),
    ),
    Law(
        "spoc_case", "An agreed arrangement is begun", "R-045", There("message:arrangement_agreed")
    ),
    Law(
        "spoc_case",
        "A case stays open until its arrangement has ended",
        "R-107",
        There("message:arrangement_ended"),
    ),
    Law(
        "spoc_case",
        "Who appealed a warning successfully is told that it is withdrawn",
        "R-078",
        After("message:decision_changed", "letter:warning_withdrawn"),
    ),
)
_OF_WARNINGS: tuple[Law, ...] = (
    Law(
        "warning_stage",
        "The Fair Treatment Letter comes before its time to change is looked back on",
        "R-022, R-023",
        Before("letter:fair_treatment", "form:compare_contact"),
    ),
    Law(
        "warning_stage",
        "The customer has the time to change before anybody compares",
        "R-014, R-023",
        Before("timer:case.warning_review_on", "form:compare_contact"),
    ),
    Law(
        "warning_stage",
        "A person compares the contact before a case goes on to a referral",
        "R-026, R-110",
        Before("form:compare_contact", "step:referral_is_needed"),
    ),
    Law(
        "warning_stage",
        "A person compares the contact before the case is closed",
        "R-025, R-110",
        Before("form:compare_contact", "letter:no_further_action"),
    ),
    Law(
        "warning_stage",
        "A warning can be overturned on appeal, and the customer is told",
        "R-078",
        After("message:decision_changed", "letter:warning_withdrawn"),
    ),
    Law(
        "warning_stage",
        "What happens after a warning is kept as evidence",
        "R-024",
        Before("operation:evidence.start_log", "form:compare_contact"),
    ),
    Law(
        "warning_stage",
        "A comparison that is late is told to the officer",
        "R-023",
        There("tells:comparison_late"),
    ),
)
_REFERRED, _MET = "form:referral", "form:record_meeting|referral_decided"
_OF_FORMAL_STAGES: tuple[Law, ...] = (
    Law("formal_stage", "A meeting rests on a written referral", "R-032", Before(_REFERRED, _MET)),
    Law(
        "formal_stage",
        "The officer checks a referral before the meeting",
        "R-032, R-033",
        Before("form:check_referral", _MET),
    ),
    Law(
        "formal_stage",
        "A meeting is arranged before it is recorded",
        "R-038",
        Before("form:arrange_meeting", _MET),
    ),
    Law(
        "formal_stage",
        "People weigh the seven factors before a contact is agreed",
        "R-040, R-110",
        Before(_MET, "step:spoc_was_agreed"),
    ),
    Law(
        "formal_stage",
        "People weigh the seven factors before a contact is refused or the case is closed",
        "R-040, R-110",
        Before(_MET, "letter:not_agreed|letter:closed_without_action"),
    ),
    Law(
        "formal_stage",
        "Whoever is to be the contact accepts it first",
        "R-043",
        Before("form:accept_spoc_role", "step:spoc_was_agreed"),
    ),
    Law(
        "formal_stage",
        "What was not agreed has a date on which it is looked at again",
        "R-042",
        There("timer:case.look_again_on"),
    ),
    Law(
        "formal_stage",
        "What was not agreed is looked at again, and the customer knows why it was not",
        "R-088",
        After("look_again_set", "operation:stages.look_again"),
    ),
    Law(
        "formal_stage",
        "What was not agreed is told with the letter that says why and until when",
        "R-042",
        Issues("look_again_set", "not_agreed"),
    ),
    Law(
        "formal_stage",
        "Who is told that nothing follows has a letter that says so",
        "R-031",
        Before("letter:closed_without_action", "step:closed_without_action"),
    ),
    Law(
        "formal_stage",
        "Another contact can be named by a person",
        "R-043",
        There("form:name_another_spoc"),
    ),
    Law(
        "formal_stage",
        "The customer can ask for an earlier look",
        "R-086",
        There("message:earlier_look"),
    ),
    Law(
        "formal_stage",
        "A successful appeal brings another look",
        "R-078",
        There("message:decision_changed"),
    ),
    Law(
        "formal_stage",
        "A meeting that is late is told",
        "R-038",
        After("timer:case.meeting_due", "tells:meeting_late"),
    ),
)
#: All of them.
OF_STAGES: tuple[Law, ...] = (*_OF_CASES, *_OF_WARNINGS, *_OF_FORMAL_STAGES)
