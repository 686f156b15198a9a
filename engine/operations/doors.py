"""The doors: messages that people bring in from outside, with the form each one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """One message a person may bring: its form, and which id its receiver is found by."""

    form: str
    #: ``case``, ``arrangement``, ``appeal``, ``stage``, ``absence``; None when the message
    #: starts a process.
    about: str | None
    #: Roles that may bring it; empty: any member of staff.
    roles: frozenset[str] = frozenset()
    #: False for the one that begins a case of its own.
    needs_case: bool = True
    #: False where no process waits for it by this name: its recorder sends what is to be sent.
    is_message: bool = True
    #: True where it is about somebody who works here and never about a case.
    of_people: bool = False


_OF_THE_POLICY = frozenset({"process_owner"})
_OWNERS = frozenset({"team_leader", "manager", "dmo"})

#: Message name -> door.
DOORS: Mapping[str, Door] = {
    "customer_disagrees": Door("customer_disagrees", None, is_message=False),
    "absence_booked": Door("book_absence", None, needs_case=False, of_people=True),
    "absence_changed": Door("change_absence", "absence", needs_case=False, of_people=True),
    "policy_version_recorded": Door(
        "record_policy_version",
        None,
        _OF_THE_POLICY,
        needs_case=False,
        is_message=False,
        of_people=True,
    ),
    "policy_document_recorded": Door(
        "record_policy_document",
        None,
        _OF_THE_POLICY,
        needs_case=False,
        is_message=False,
        of_people=True,
    ),
    "policy_review_wanted": Door(
        "policy_review_wanted", None, _OF_THE_POLICY, needs_case=False, of_people=True
    ),
    "policy_read": Door("policy_read", None, needs_case=False, is_message=False, of_people=True),
    "training_recorded": Door(
        "record_training",
        None,
        _OF_THE_POLICY | {"manager"},
        needs_case=False,
        is_message=False,
        of_people=True,
    ),
    "appeal_received": Door("log_appeal", None),
    "data_request_received": Door("log_data_request", None),
    "look_asked": Door("ask_for_a_look", "arrangement"),
    "earlier_look": Door("ask_for_a_look", "stage"),
    "contact_changed": Door("change_contact", "arrangement", frozenset({"manager", "dmo"})),
    "arrangement_taken_over": Door(
        "take_over_arrangement", None, frozenset({"dmo"}), needs_case=False
    ),
    "partner_appeal_received": Door("pass_appeal", None),
    "partner_notice": Door(
        "partner_notice",
        None,
        frozenset({"dmo", "partner_liaison"}),
        needs_case=False,
        is_message=False,
    ),
    "agreement_recorded": Door("sharing_agreement", None, frozenset({"dmo"}), needs_case=False),
    "appeal_withdrawn": Door("withdraw_appeal", "appeal"),
    "customer_left": Door("customer_left", "case", _OWNERS),
    "case_opened_in_error": Door("opened_in_error", "case", _OWNERS),
    "matter_settled": Door("matter_settled", "case", _OWNERS),
}

#: Roles that may start a stuck step again.
MAY_RETRY = frozenset({"manager", "dmo", "complaints_manager"})

#: Actions of the case page: each is a form with a recorder, and nothing runs but that.
ACTIONS: Mapping[str, frozenset[str]] = {
    "add_evidence": frozenset(),
    "correct_evidence": frozenset(),
    "class_evidence": frozenset(),
    "log_contact": frozenset(),
    "add_third_party": _OWNERS,
    "withdraw_third_party": _OWNERS,
    "change_customer": _OWNERS,
    "customer_moved": _OWNERS,
    "change_meeting": frozenset({"dmo", "manager"}),
    "owed_action_done": frozenset(),
    "complaint_step": frozenset({"complaints_manager", "manager", "dmo"}),
    "outside_event": frozenset(),
    "ombudsman_report": frozenset({"complaints_manager"}),
    "record_delivery": frozenset(),
    "send_letter_again": frozenset(),
    "place_hold": frozenset({"dmo", "complaints_manager", "legal"}),
    "lift_hold": frozenset({"dmo", "complaints_manager", "legal"}),
}
