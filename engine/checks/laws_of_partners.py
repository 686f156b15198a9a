"""Laws of what stands between the partner and us: its arrangements, what it is told, agreements."""

from __future__ import annotations

from engine.checks.rules import After, Before, Law, There

_HELD, _AGREED = "partner_arrangement", "sharing_agreement"
_ENDED = "operation:partner_notices.end|operation:arrangements.end"
_NEAR, _OVER = "timer:case.agreement_warn_on", "timer:case.agreement_until"
_REMIND = "operation:agreements.remind"
_FLAGS = "message:flag_change_wanted"
_OF_NOTICES: tuple[Law, ...] = (
    Law(
        _HELD,
        "A person answers every notice of the partner",
        "R-098, R-110",
        Before("form:answer_partner_notice", "step:partner_was_answered"),
    ),
    Law(
        _HELD,
        "A notice that is not answered in time is told",
        "R-098",
        After("timer:partner.ack", "tells:partner_answer_late"),
    ),
    Law(
        _HELD,
        "What is sent back ends here",
        "R-099",
        Before("message:partner_ended", "step:notice_was_sent_back"),
    ),
    Law(
        _HELD,
        "An appeal about the partner's arrangement is passed on by a person",
        "R-100",
        Before("form:appeal_passed_on", "step:partner_has_the_appeal"),
    ),
    Law(
        _HELD,
        "An appeal that is not passed on in time is told",
        "R-100",
        After("timer:partner.pass_appeal_within", "tells:partner_appeal_late"),
    ),
)
_OF_HOLDING: tuple[Law, ...] = (
    Law(
        _HELD,
        "The flags are asked for when the partner starts an arrangement",
        "R-100",
        After("message:partner_started", _FLAGS, "step:hold_arrangement"),
    ),
    Law(
        _HELD,
        "The partner's arrangement is in force from its day",
        "R-100",
        After("timer:case.start_on", "operation:partner_notices.put_in_force"),
    ),
    Law(_HELD, "A change of the partner is taken up", "R-098", There("message:partner_changed")),
    Law(
        _HELD,
        "A change of the partner reaches the flags",
        "R-098, R-100",
        After("message:partner_changed", _FLAGS, "message:partner_reviewed"),
    ),
    Law(_HELD, "A review of the partner is taken up", "R-098", There("message:partner_reviewed")),
    Law(
        _HELD,
        "The partner's arrangement goes on until the partner ends it",
        "R-100, R-110",
        Before("step:partner_ended_it", "operation:partner_notices.end"),
    ),
    Law(
        _HELD,
        "It ends when its customer has left",
        "R-064, R-100",
        After("message:customer_left", "operation:arrangements.end"),
    ),
    Law(
        _HELD,
        "It is ended before its case is closed",
        "R-100",
        Before(_ENDED, "operation:cases.close"),
    ),
    Law(_HELD, "The flags go when it ends", "R-067", After(_ENDED, _FLAGS)),
    Law(
        _HELD,
        "Its case stays open until every flag is confirmed as removed",
        "R-067",
        Before("message:flags_removed", "operation:cases.close"),
    ),
    Law(
        _HELD,
        "Its case is closed before its time to be kept begins",
        "R-107",
        Before("operation:cases.close", "message:case_closed"),
    ),
    Law(
        _HELD,
        "What was closed is deleted in its time",
        "R-107",
        After("operation:cases.close", "message:case_closed"),
    ),
)
_OF_AGREEMENTS: tuple[Law, ...] = (
    Law(_AGREED, "The end of an agreement is seen coming", "R-099", There(_NEAR)),
    Law(
        _AGREED,
        "Somebody is reminded before an agreement ends",
        "R-099",
        After(_NEAR, _REMIND, _OVER),
    ),
    Law(_AGREED, "Nobody is told of an end that has not come", "R-099", There(_OVER)),
    Law(_AGREED, "Everybody hears that an agreement has ended", "R-099", After(_OVER, _REMIND)),
)
_OF_SHARING: tuple[Law, ...] = (
    Law(
        "partner_share",
        "Nothing is acknowledged that no person has shared",
        "R-098, R-099",
        Before("form:share_with_partner", "form:partner_acknowledgement"),
    ),
)
#: All of them.
OF_PARTNERS: tuple[Law, ...] = (*_OF_NOTICES, *_OF_HOLDING, *_OF_AGREEMENTS, *_OF_SHARING)
