"""The figures the product asks for or lives by: no edit takes one out or makes it untrue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import Finding
from engine.releases import POLICY_FILE, Bundle, Figure

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
        *("record.health_basis", "record.lawful_basis"),
        *("owed_action.within", "partner.agreement", "refusal.triage_within"),
        *("policy.desktop", "policy.formal", "policy.remind_first"),
        *("partner.name", "partner.share", "retention.notice", "retention.period"),
        "retention.period_no_arrangement",
        "take_over.letters_a_day",
        *("review.interval", "review.late_notice_within", "review.lead", "review.request_sla"),
        *("review.warn", "spoc.response_time", "warning.min_change_period"),
        "warning.review_after",
    }
)

#: Figures that say how the product works: the one value that is true, and what happens. Another
#: would be read by people as if it were so, while letters and clocks went on as before.
SAID_AS_IT_IS: Mapping[str, tuple[str, str]] = {
    "appeal.suspends": (
        "no",
        "a decision stays in force while an appeal runs, and each letter says so (R-080)",
    ),
    "appeal.window_start": ("issue", "the time to appeal runs from the day a letter leaves (X-5)"),
    "appeal.decider": (
        "assistant_director",
        "the lane of the appeal names who decides; change it there (R-075)",
    ),
    "review.overdue_action": (
        "escalate",
        "no clock ends or prolongs an arrangement; a person decides (R-062, R-110)",
    ),
    "stages.skip_allowed": ("no", "no formal decision goes around a stage (R-002)"),
    "calendar.nation": ("England and Wales", "the bank holidays are those of that nation (K-2)"),
}
#: A figure that sums up others -> those others, in its order.
SUMS_UP: Mapping[str, tuple[str, ...]] = {
    "orders.due": ("ombudsman.order_due",),
    "complaint.clocks": (
        *("complaint.acknowledge", "complaint.answer"),
        *("complaint.acknowledge", "complaint.answer_again"),
    ),
}


def check_figures(bundle: Bundle) -> list[Finding]:
    """Give a finding for each figure that is asked for and missing, and for each that is untrue.

    Untrue is one that says how the product works and names something else than what happens, and
    one that sums up others and differs from them.
    """
    if not bundle.knows_figures:
        return []
    return [*_missing(bundle), *_untrue(bundle)]


def _missing(bundle: Bundle) -> Iterator[Finding]:
    if not bundle.figures:
        message = (
            f"Expected the figures of the policy, but there are none. Put “{POLICY_FILE}” back."
        )
        yield Finding(POLICY_FILE, "", 0, message, "figure_asked_for")
    for parameter_set, figures in bundle.figures.items():
        for name in sorted(ASKED_FOR - set(figures)):
            yield Finding(
                POLICY_FILE,
                name,
                0,
                f"Expected a row for the figure “{name}” in the set “{parameter_set}”, because "
                "letters or dates are made from it, but there is none. Put the row back.",
                "figure_asked_for",
            )


def _untrue(bundle: Bundle) -> Iterator[Finding]:
    for parameter_set, figures in bundle.figures.items():
        for name, (value, happens) in SAID_AS_IT_IS.items():
            found = figures.get(name)
            if found is not None and found.text != value:
                yield _finding(
                    found,
                    f"Expected the figure “{name}” to be “{value}” in the set “{parameter_set}”, "
                    f"because {happens}, but it is “{found.text}”. Put “{value}” back.",
                )
        for name, parts in SUMS_UP.items():
            found = figures.get(name)
            told = "; ".join(figures[part].text for part in parts if part in figures)
            named = " and ".join(dict.fromkeys(f"“{part}”" for part in parts))
            has = "have" if len(set(parts)) > 1 else "has"
            if found is not None and found.text != told:
                yield _finding(
                    found,
                    f"Expected the figure “{name}” to be “{told}” in the set “{parameter_set}”, as "
                    f"{named} {has} it, but it is “{found.text}”. Dates are made from {named}: "
                    "change both.",
                )


def _finding(figure: Figure, message: str) -> Finding:
    return Finding(POLICY_FILE, figure.name, figure.line, message, "figure_is_true")
