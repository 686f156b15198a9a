"""The placeholders a letter template may use, and what each of them says."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence

from forms import Block, LetterTemplate

#: Placeholder -> what it says. One that ends in ``_code`` is for conditions, not for customers.
PLACEHOLDERS: Mapping[str, str] = {
    "customer_name": "the customer's name; on a shared tenancy everybody the case applies to",
    "customer_address": "the customer's postal address",
    "case_reference": "the reference of the case",
    "letter_date": "the day the letter leaves",
    "landlord_name": "the landlord's name, from the policy",
    "author_name": "who signs the letter",
    "author_title": "the job title of who signs",
    "decided_on": "the day of the decision",
    "reasons": "the reasons of the decision, as written when it was made",
    "appeal_until": "the customer's last day to appeal, counted from the letter",
    "appeal_addressee": "to whom an appeal goes, from the policy",
    "appeal_days": "within how many working days an appeal is answered",
    "appealable_code": "yes or no: whether the decision can be appealed",
    "emergency_route": "whom to contact in an emergency",
    "request_days": "within how many working days a request to look again is answered",
    "warning_letter_on": "the day of the Fair Treatment Letter",
    "look_again_on": "the day on which a case that was not agreed is looked at again",
    "contact_counts": "how often the customer got in touch before and after the warning, as a list",
    "contact_gaps": "what those numbers leave out",
    "arrangement_kind_code": "spoc or other_action",
    "start_on": "the day the arrangement takes effect, never before its letter",
    "review_on": "the day of the next review",
    "review_length": "after how many months it is reviewed",
    "end_on": "the day the arrangement ends",
    "old_letter_on": "the day of the letter of an arrangement taken over, if one was found",
    "old_letter_code": "found or none: the letter of an arrangement taken over",
    "old_review_code": "late or ahead: the review of an arrangement taken over",
    "spoc_name": "the single point of contact",
    "cover_name": "who stands in for the single point of contact",
    "contact_hours": "when the single point of contact can be reached",
    "contact_method": "how to get in touch: by e-mail, by telephone",
    "contact_address": "the address or number to use",
    "visiting": "what applies to visits to our offices",
    "response_time": "within what time the customer gets an answer",
    "restrictions": "the limits of the register, each with its reason, as a list",
    "terms": "how to get in touch and the limits, as one list",
    "support": "the help that goes with the arrangement",
    "change_required": "what must change, as the last decision or letter said",
    "findings": "what a review found",
    "what_changes": "what a review changes",
    "evidence_from": "the first day a review looked at",
    "evidence_to": "the last day a review looked at",
    "appeal_received_on": "the day we first received the appeal",
    "appeal_answer_on": "the last day for our answer to the appeal",
    "appeal_in_time_code": "yes or no: whether the appeal came in time",
    "appeal_outcome_code": "upheld, partly_upheld, not_upheld or not_taken",
    "appeal_effect_code": "none, terms, cancelled or look_again",
    "appeal_late_code": "yes or no: whether the appeal was decided late",
    "appealed_decision": "what was appealed, after “our decision of …”",
    "appealed_decision_on": "the day of the decision that was appealed",
    "appealed_until": "the last day to appeal against that decision, if its time has begun",
    "look_received_on": "the day we first received the request to look again",
    "look_answer_on": "the last day for our answer to that request",
    "refusal_decided_on": "the day it was decided to refuse contact",
    "refusal_stops": "the enquiries that stop while contact is refused, as a list",
    "refusal_until": "the last day on which contact is refused",
    "refusal_review_on": "the day by which the refusal is reviewed",
    "refusal_ended_on": "the day the refusal ended",
    "refusal_appeal_until": "the last day to appeal against the refusal, from its first letter",
    "data_request_received_on": "the day we first received the request for data",
    "data_request_answer_on": "the last day for our answer to the request for data",
    "data_request_identity_code": "clear, asked, proved or not_proved: whether we know who asks",
    "data_request_more_time_because": "why the answer to the request for data takes longer",
    "data_request_more_time_until": "the last day the law gives when more time is taken",
    "data_request_closed_because": "why nothing further is done about the request for data",
    "data_left_out": "what a copy of the data leaves out, and why, as a list",
    "lawful_basis": "on which basis in law we keep data about the customer, from the policy",
    "health_basis": "on which basis in law we keep what concerns health or addiction",
    "corrections": "what was decided of each thing said to be wrong, as a list",
    "ombudsman_code": "housing_ombudsman or local_government_ombudsman",
}
#: Placeholder for conditions -> what it can be. A part that waits for anything else is never said.
CODES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("appealable_code", "appeal_in_time_code", "appeal_late_code"), ("yes", "no")),
    "arrangement_kind_code": ("spoc", "other_action"),
    "old_letter_code": ("found", "none"),
    "old_review_code": ("late", "ahead"),
    "appeal_outcome_code": ("upheld", "partly_upheld", "not_upheld", "not_taken"),
    "appeal_effect_code": ("none", "terms", "cancelled", "look_again"),
    "data_request_identity_code": ("clear", "asked", "proved", "not_proved"),
    "ombudsman_code": ("housing_ombudsman", "local_government_ombudsman"),
}
#: The dates from which a template may have the day counted by which it must leave.
DUE_FROM = (
    *("decided_on", "asked_on", "appeal_received_on", "appeal_due", "look_received_on"),
    *("data_request_received_on", "data_request_due", "old_letter_from"),
)


def _instead(name: str, known: Collection[str]) -> str:
    """Say what to write for a name that nothing stands behind."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    if close:
        says = PLACEHOLDERS.get(close[0], "what its author fills in")
        return f"Did you mean “(({close[0]}))”? It says {says}."
    return "Ask for it under “asks”, or use a name that another letter uses."


def unknown_names(template: LetterTemplate, figures: set[str]) -> Iterator[tuple[int, str]]:
    """Give line and sentence for each name or value in a template that nothing stands behind.

    figures: the names of the policy's figures.
    """
    asked = {question.id for question in template.asks}
    known = PLACEHOLDERS.keys() | asked
    for block in template.blocks:
        for name in sorted(block.placeholders | ({block.when} - {""})):
            if name not in known:
                yield (
                    block.line,
                    f"Expected “(({name}))” to be something a letter can say, but it is not. "
                    f"{_instead(name, known)}",
                )
        yield from _values_that_never_come(block)
    for name in (template.due_within, template.appealable_if):
        if name and name not in figures:
            yield 0, _no_figure(template, name)
    if template.due_from not in DUE_FROM:
        yield (
            0,
            "Expected “due_from”, the date from which the day to send this letter is counted, to "
            f"be one of {', '.join(f'“{name}”' for name in DUE_FROM)}, but it is "
            f"“{template.due_from}”. Write one of them.",
        )


def _values_that_never_come(block: Block) -> Iterator[tuple[int, str]]:
    can_be = CODES.get(block.when)
    for value in block.when_values if can_be else ():
        if value not in (can_be or ()):
            yield (
                block.line,
                f"Expected “{block.when}” to be compared with {_any_of(can_be or ())}, but it is "
                f"compared with “{value}”, which it never is: this part would never be said. "
                "Write one of them.",
            )


def _any_of(values: Sequence[str]) -> str:
    quoted = [f"“{value}”" for value in values]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _no_figure(template: LetterTemplate, name: str) -> str:
    key = "due_within" if name == template.due_within else "appealable_if"
    return (
        f"Expected “{name}” to be a figure of the policy, but it is none. It stands at the top of "
        f"this letter, under “{key}”. Choose one of the names in the table of figures."
    )
