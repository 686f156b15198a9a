"""The figures of the policy that the product itself asks for: no edit may take one out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.releases import POLICY_FILE, Bundle

#: Every name that ``context.policy`` is asked for in ``engine/casework``; a test compares them.
ASKED_FOR = frozenset(
    {
        *("appeal.addressee", "appeal.sla", "appeal.warning_letter", "appeal.window"),
        *("complaint.acknowledge", "complaint.answer", "complaint.answer_again"),
        *("complaint.extend", "complaint.extend_again"),
        *("cover.flags_follow", "cover.longest", "cover.notice", "cover.notice_sick"),
        *("cover.required", "outside.look_back"),
        *("data_request.forward_within", "data_request.warn", "partner.agreement_warn"),
        *("data_request.within", "hold.review"),
        *("arrangement.begin_within", "decision.decider", "emergency.route", "flags.systems"),
        *("flags.compare_every", "flags.compare_notice"),
        *("holding_letter.within", "landlord.email_domain", "landlord.name", "look_again.within"),
        *("letter.promise_words", "meeting.due", "meeting.length", "meeting.quorum"),
        *("owed_action.within", "partner.agreement", "refusal.triage_within"),
        *("policy.desktop", "policy.formal", "policy.remind_first"),
        *("partner.name", "partner.share", "retention.notice", "retention.period"),
        "take_over.letters_a_day",
        *("review.interval", "review.late_notice_within", "review.lead", "review.request_sla"),
        *("review.warn", "spoc.response_time", "warning.min_change_period"),
        "warning.review_after",
    }
)


def check_figures(bundle: Bundle) -> list[Finding]:
    """Give a finding for each figure that the product asks for and a set does not have."""
    return list(_missing(bundle)) if bundle.knows_figures else []


def _missing(bundle: Bundle) -> Iterator[Finding]:
    if not bundle.figures:
        message = "Expected the figures of the policy, but there are none. Put the table back."
        yield Finding(POLICY_FILE, "", 0, message, "figure_asked_for")
    for parameter_set, figures in bundle.figures.items():
        for name in sorted(ASKED_FOR - set(figures)):
            yield Finding(
                POLICY_FILE,
                name,
                0,
                f"Expected a row for {name} in {parameter_set}, because letters or dates are made "
                "from it, but there is none. Put it back.",
                "figure_asked_for",
            )
