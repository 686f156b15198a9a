"""Laws of what runs beside the stages: letters, promises, flags, orders, refusals, messages."""

from __future__ import annotations

from engine.checks.rules import After, Before, Law, There

_TALK, _OUTCOME = "form:informal_conversation", "form:informal_outcome"
_REFUSED, _LAST_DAY = "contact_refused", "refusal_last_day"
#: They are part of ``LAWS`` like those of the stages.
BESIDE: tuple[Law, ...] = (
    Law(
        "informal_stage",
        "Somebody talks with the customer before the informal stage is decided",
        "R-013",
        Before(_TALK, _OUTCOME),
    ),
    Law(
        "informal_stage",
        "What we owe the customer is somebody's task",
        "R-015",
        After(_TALK, "operation:owed_actions.open"),
    ),
    Law(
        "informal_stage",
        "A person decides how the informal stage ends",
        "R-021, R-110",
        Before(_OUTCOME, "step:behaviour_continued"),
    ),
    Law(
        "informal_stage",
        "Who was warned has the time to change",
        "R-014",
        There("timer:case.time_to_change_ends_on"),
    ),
    Law(
        "informal_stage",
        "What is settled early does not wait",
        "R-021",
        There("message:matter_settled"),
    ),
    Law(
        "informal_stage",
        "That a matter is settled is told by letter",
        "R-031",
        Before("letter:matter_settled", "step:settled"),
    ),
    Law(
        "informal_stage",
        "What came of mediation is recorded",
        "R-020",
        There("form:mediation_result"),
    ),
    Law(
        "informal_stage",
        "A first talk that is late is told",
        "R-013",
        After("timer:informal.contact_target", "tells:informal_contact_late"),
    ),
    Law(
        "issue_a_letter",
        "A person writes a letter before it is issued",
        "R-110",
        Before("form:issue_letter", "operation:letters.issue"),
    ),
    Law(
        "issue_a_letter",
        "Every letter is kept as it was sent",
        "R-057",
        After("form:issue_letter", "operation:letters.issue"),
    ),
    Law(
        "issue_a_letter",
        "What a letter promises is somebody's task",
        "R-058",
        After("operation:letters.issue", "operation:promises.open"),
    ),
    Law(
        "issue_a_letter",
        "A letter that is late is told",
        "R-031",
        After("timer:case.letter_due", "tells:letter_late"),
    ),
    Law(
        "promise",
        "Every promise is somebody's task",
        "R-058",
        After("message:promise_made", "form:promise_kept"),
    ),
    Law(
        "owed_action",
        "Everything we owe is somebody's task until it is settled",
        "R-015",
        After("message:action_is_owed", "form:what_we_owe"),
    ),
    Law(
        "owed_action",
        "That something we owe is late is told",
        "R-015",
        After("timer:after(case.owed_action_due)", "tells:owed_action_late"),
    ),
    Law(
        "owed_action",
        "What ends on the page of the case is nobody's task any more",
        "R-015",
        There("message:owed_action_settled"),
    ),
    Law(
        "owed_action",
        "What we no longer owe lets go of its case",
        "R-108",
        After("message:action_is_owed", "message:something_was_settled"),
    ),
    Law(
        "flags",
        "The flags are asked for in every system",
        "R-065",
        After("message:flag_change_wanted", "operation:flags.request"),
    ),
    Law(
        "flags", "A person confirms what stands in each system", "R-065", There("form:confirm_flag")
    ),
    Law(
        "flags",
        "A flag that is not confirmed in time is told",
        "R-065",
        After("timer:flags.confirm_within", "tells:flag_late"),
    ),
    Law(
        "flags",
        "That flags were removed is told to whoever waits for it",
        "R-067",
        After("message:flags_removed", "message:something_was_settled"),
    ),
    Law(
        "flags",
        "That flags were removed is told to the arrangement",
        "R-067",
        There("message:flags_removed"),
    ),
    Law(
        "flag_comparison",
        "A person compares our flags with what each system shows",
        "R-068",
        After("message:flag_comparison_wanted", "form:compare_flags"),
    ),
    Law(
        "flag_comparison",
        "A comparison that is late is told",
        "R-068",
        After("timer:after(case.flag_comparison_due)", "operation:flag_comparisons.remind"),
    ),
    Law(
        "ombudsman_order",
        "A person decides whether a recommendation is taken up",
        "R-129",
        There("form:decide_recommendation"),
    ),
    Law(
        "ombudsman_order", "An order is done only with its proof", "R-125", There("form:order_done")
    ),
    Law(
        "ombudsman_order",
        "That an order is late is recorded",
        "R-125",
        After("timer:after(case.order_due)", "operation:ombudsman.record_breach"),
    ),
    Law(
        "ombudsman_order",
        "That an order is late is told",
        "R-125",
        After("timer:after(case.order_due)", "tells:order_late"),
    ),
    Law(
        "ombudsman_order",
        "Whoever sees to an order is reminded",
        "R-125",
        After("timer:ombudsman.warn_first", "tells:order_near"),
    ),
    Law(
        "ombudsman_order",
        "What is settled lets go of its case",
        "R-108",
        After("message:ombudsman_item_recorded", "message:something_was_settled"),
    ),
    Law(
        "unread_contact",
        "A person reads and sorts every message",
        "R-095",
        After("message:contact_to_be_read", "form:sort_contact"),
    ),
    Law(
        "unread_contact",
        "A record that was corrected is nobody's to read any more",
        "R-105",
        There("message:contact_was_corrected"),
    ),
    Law(
        "unread_contact",
        "A message that nobody read in time is told",
        "R-095",
        After("timer:case.contact_read_by", "tells:contact_unread"),
    ),
    Law(
        "passed_on",
        "What a customer waits for is somebody's task",
        "R-007, R-010",
        After("message:contact_passed_on", "form:passed_on_answer"),
    ),
    Law(
        "passed_on",
        "An answer that is late is told",
        "R-007",
        After("timer:case.passed_on_due", "tells:answer_late"),
    ),
    Law(
        "third_party_notice",
        "Both are told when somebody no longer speaks for the customer",
        "R-019",
        After("message:third_party_withdrawn", "form:third_party_notice"),
    ),
    Law(
        "contact_refusal",
        "A refusal that ended is recorded",
        "R-096",
        After(_REFUSED, "operation:refusals.end"),
    ),
    Law(
        "contact_refusal",
        "A refusal that an appeal overturned is lifted",
        "R-096",
        After("message:decision_changed", "refusal_lifted_on_appeal"),
    ),
    Law(
        "contact_refusal",
        "A refusal can end before its day",
        "R-096",
        After("message:refusal_over", "operation:refusals.end"),
    ),
    Law(
        "contact_refusal",
        "The customer is told by letter when a refusal ends",
        "R-096",
        Before("letter:refusal_ended", "message:something_was_settled"),
    ),
    Law(
        "contact_refusal",
        "The card says that contact is refused",
        "R-095",
        After(_REFUSED, "message:terms_changed", _LAST_DAY),
    ),
    Law(
        "contact_refusal",
        "The flags say that contact is refused",
        "R-095",
        After(_REFUSED, "message:flag_change_wanted", _LAST_DAY),
    ),
    Law(
        "contact_refusal",
        "The partner knows that contact is refused",
        "R-095",
        After(_REFUSED, "message:partner_notice_wanted", _LAST_DAY),
    ),
    Law(
        "contact_refusal",
        "The card says when contact is open again",
        "R-096",
        After("letter:refusal_ended", "message:terms_changed"),
    ),
    Law(
        "contact_refusal",
        "The flags go when contact is open again",
        "R-096",
        After("letter:refusal_ended", "message:flag_change_wanted"),
    ),
    Law(
        "contact_refusal",
        "The partner knows when contact is open again",
        "R-096",
        After("letter:refusal_ended", "message:partner_notice_wanted"),
    ),
    Law(
        "partner_share",
        "Whether the partner is told is decided by a person",
        "R-069, R-110",
        There("form:share_with_partner"),
    ),
    Law(
        "partner_share",
        "That the partner knows is recorded",
        "R-069",
        There("form:partner_acknowledgement"),
    ),
    Law(
        "partner_share",
        "A partner who does not answer in time is chased",
        "R-069",
        After("timer:partner.ack", "tells:partner_ack_late"),
    ),
)
