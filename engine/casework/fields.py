"""The matrix field by field: every column with words in it, and the part that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.casework.matrix import Part


class Shown(StrEnum):
    """Where a field is shown that belongs to no part of a case."""

    #: Only in the form it was typed into, to the person who has that task.
    OWN = "own"
    #: On no page, in no list, in no export.
    NEVER = "never"
    #: On the log page, to those who watch over the record.
    LOG = "log"
    #: To those who take in files of contacts, until their rows are logged.
    IMPORTS = "imports"
    #: To those who take over old registers, until a row is taken over.
    REGISTERS = "registers"
    #: To those who compare flags with what other systems show, and who set them there.
    FLAGS = "flags"
    #: To those who look after changes of many runs.
    BATCHES = "batches"


def _of(table: str, where: Part | Shown, *columns: str) -> dict[str, Part | Shown]:
    return {f"{table}.{column}": where for column in columns}


#: ``table.column`` -> where it is shown. A column with words that is not here is shown to nobody,
#: and a test says so.
FIELDS: Mapping[str, Part | Shown] = {
    **_of("customer", Part.CARD, "name", "address", "tenancy_reference", "email", "phone", "needs"),
    **_of("customer", Part.CARD, "other_tenants", "language", "formats", "cannot_use"),
    **_of("case_file", Part.CARD, "reference", "also_applies_to"),
    **_of("former_home", Part.LETTERS, "address", "tenancy_reference"),
    **_of("case_file", Part.TIMELINE, "behaviour_kinds", "allegation_against"),
    **_of("stage", Part.DECISIONS, "sent_back_because"),
    **_of("third_party", Part.TIMELINE, "name", "relationship", "contact", "scope"),
    **_of("third_party", Part.TIMELINE, "authority_proof", "end_reason"),
    **_of("contact", Part.CONTACTS, "note", "correction_reason", "own_view"),
    **_of("comment", Part.TIMELINE, "text"),
    **_of("complaint", Part.DECISIONS, "reference", "about", "acknowledge_due_reason"),
    **_of("complaint", Part.DECISIONS, "answer_due_reason", "extended_reason"),
    **_of("determination", Part.DECISIONS, "reference", "findings"),
    **_of("ombudsman_item", Part.DECISIONS, "what", "due_reason", "decision_reason", "proof"),
    **_of("outside_event", Part.DECISIONS, "what", "done_by", "proof", "details"),
    **_of("evidence", Part.EVIDENCE, "witness", "text", "behaviour_kind", "correction_reason"),
    **_of("evidence", Part.EVIDENCE, "own_view"),
    # A file that is marked restricted: for who added it, and with restricted answers.
    **_of("evidence_file", Part.EVIDENCE, "name", "removed_reason"),
    **_of("evidence_file_part", Part.EVIDENCE, "content"),
    **_of("submission", Part.TIMELINE, "answers"),
    **_of("submission", Part.RESTRICTED, "restricted"),
    **_of("support_offer", Part.TIMELINE, "agency", "outcome"),
    **_of("owed_action", Part.LETTERS, "what", "due_reason", "withdrawn_reason"),
    **_of("data_request", Part.RETENTION, "what", "identity_note", "due_reason"),
    **_of("data_request", Part.RETENTION, "more_time_because"),
    **_of("data_mark", Part.RETENTION, "name", "reason"),
    **_of("data_copy_part", Part.RESTRICTED, "content"),
    **_of("legal_hold", Part.RETENTION, "reason"),
    **_of("decision", Part.DECISIONS, "reasons", "appeal_reason", "details"),
    **_of("arrangement", Part.CARD, "contact_address", "visiting", "emergency_route"),
    **_of("arrangement", Part.CARD, "response_time", "support", "owner_organisation"),
    **_of("arrangement", Part.CARD, "partner_contact"),
    **_of("restriction", Part.CARD, "limit"),
    **_of("restriction", Part.DECISIONS, "reason"),
    **_of("flag", Part.CARD, "text", "proof"),
    **_of("flag_request", Part.CARD, "text", "person_key", "former_person_key", "failed_because"),
    **_of("flag_request", Part.CARD, "confirmed_there", "evidence_ref"),
    **_of("flag_reconciliation", Shown.FLAGS, "file_name"),
    **_of("flag_difference", Shown.FLAGS, "person_key", "shown", "evidence_ref"),
    **_of("flag_difference", Shown.FLAGS, "failed_because", "done_there"),
    **_of("letter", Part.LETTERS, "title", "html", "pdf", "sent_to", "proof"),
    **_of("passed_on", Part.LETTERS, "what", "due_reason", "later_because", "outcome_note"),
    **_of("promise", Part.LETTERS, "what", "withdrawn_because"),
    **_of("sending", Part.LETTERS, "to_name", "sent_to", "proof"),
    **_of("meeting", Part.TIMELINE, "place", "called_off_because"),
    **_of("appeal", Part.DECISIONS, "grounds", "reasons", "complaint_reference"),
    **_of("appeal", Part.DECISIONS, "answer_due_reason"),
    **_of("look_request", Part.TIMELINE, "why"),
    **_of("contact_refusal", Part.DECISIONS, "why", "why_no_change", "advice_reference", "stopped"),
    **_of("partner_event", Part.CARD, "told"),
    **_of("partner_event", Part.TIMELINE, "agreement_reference", "not_shared_reason"),
    **_of("partner_notice", Part.CARD, "reference"),
    **_of("partner_notice", Part.TIMELINE, "arrangement_reference"),
    **_of("partner_notice", Part.TIMELINE, "sent_back_because"),
    **_of("ownership_change", Part.CARD, "was", "becomes", "legal_basis"),
    **_of("passed_appeal", Part.DECISIONS, "said", "proof"),
    **_of("stand_in", Part.TIMELINE, "nobody_because"),
    **_of("cover_notice", Part.LETTERS, "due_reason", "proof"),
    **_of("emergency_access", Part.TIMELINE, "reason"),
    **_of("work_item", Part.TASKS, "name", "due_reason"),
    **_of("work_item", Shown.OWN, "draft"),
    **_of("work_item", Shown.NEVER, "calling", "variables"),
    **_of("element_instance", Part.DIAGRAMS, "name"),
    **_of("incident", Part.DIAGRAMS, "reason", "settled_reason"),
    **_of("message", Shown.NEVER, "refs", "payload"),
    **_of("process_instance", Shown.NEVER, "state"),
    **_of("outbox", Part.LETTERS, "content", "last_error", "given_up_reason"),
    **_of("audit_detail", Shown.LOG, "old", "new"),
    **_of("audit_detail", Shown.NEVER, "salt"),
    **_of("contact_import", Shown.IMPORTS, "file_name", "headings"),
    **_of("contact_import_row", Shown.IMPORTS, "cells", "answers", "problems"),
    **_of("register_import", Shown.REGISTERS, "file_name", "sheets", "mapping", "choices"),
    **_of("register_import_row", Shown.REGISTERS, "cells", "answers", "exceptions", "problems"),
    **_of("register_import_row", Shown.REGISTERS, "waits"),
    **_of("customer_word", Shown.NEVER, "word"),
    **_of("batch_item", Shown.BATCHES, "planned", "result"),
    **_of("batch_item", Shown.NEVER, "kept"),
}
#: Columns, by name or as ``table.column``, that hold a code, a user name, a name a diagram gives, a
#: time or a hash: nothing anybody typed.
CODES = frozenset(
    {
        # What kind of thing it is, and how it came.
        *("kind", "channel", "direction", "triage", "effect", "asked_by", "evidence_class"),
        *("attested", "stage", "form", "template", "partner", "parameter_set", "contact_method"),
        *("owner_kind", "object_kind", "cites", "at_time", "role"),
        *(
            "arrangement.end_reason",
            "appeal.outcome",
            "complaint.outcome",
            "audit_event.action",
            "batch_item.outcome",
        ),
        *(
            "batch_item.status",
            "contact_import_row.status",
            "register_import_row.status",
            "case_file.closed_reason",
            "decision.outcome",
            "flag.system",
            *("flag_request.system", "flag_request.adapter", "flag_request.action"),
            *("flag_request.reference", "flag_request.confirmed_via", "flag_request.answer_key"),
            "flag_reconciliation.system",
            *("flag_difference.reference", "flag_difference.adapter"),
            *("flag_difference.done_via", "flag_difference.answer_key"),
            *("contact_refusal.change_first", "contact_refusal.advice", "contact_refusal.outcome"),
            *("contact_refusal.matter", "contact_refusal.ombudsman", "contact_refusal.end_reason"),
        ),
        *("element_history.what", "look_request.outcome", "outbox.about", "partner_event.action"),
        *("message.name", "stage.outcome", "subscription.name"),
        *("meeting.uid", "sending.way", "sending.status"),
        *("passed_on.to_user", "passed_on.to_role", "passed_on.outcome"),
        *("determination.ombudsman", "determination.outcome", "ombudsman_item.proof_kind"),
        *("ombudsman_item.decision", "data_request.identity", "data_request.outcome"),
        *("data_request.third_party_cases", "data_copy.case_ids", "data_mark.decision"),
        *("ombudsman_item.decision", "outside_event.known_how", "outside_event.lacked"),
        # Members of staff, by user name.
        *("owner", "author", "by", "actor", "spoc", "cover", "director", "discussed_with"),
        *("opened_by", "logged_by", "lifted_by", "issued_by", "decided_by", "received_by"),
        *("referred_by", "proposed_spoc", "proposed_cover", "attendees", "took_part", "barred"),
        *("instead_of", "told_by", "assignee"),
        *("confirmed_by", "shared_by", "started_by", "stopped_by", "sent_by", "completed_by"),
        *("draft_saved_by", "tried_by", "settled_by", "given_up_by", "user_name", "ended_by"),
        *("proposed_by", "advised_by", "breaches"),
        *("invited", "handed_to", "seen_by", "made_by", "added_by", "removed_by", "corrected_by"),
        *("recorded_by", "kept_by", "done_by", "answered_by", "passed_by"),
        # Names of diagrams, messages and keys; hashes.
        *("process_id", "element_id", "task_id", "path", "ended_with", "fallback_key", "key"),
        *("order_key", "page_mark", "chain", "detail_hash", "previous_hash", "hash", "sha256"),
        *("audit_head", "contact.source_mark", "contact_import_row.content"),
        *("contact_import_row.mark", "register_import_row.mark", "register_import.counts"),
    }
)
#: Tables without a word about a case: the landlord, its people, its releases, its workers.
OUTSIDE = frozenset(
    {
        *("batch", "holiday", "policy_value", "release", "release_editor", "release_file"),
        *("role_holder", "setting", "sharing_agreement", "user", "worker"),
        *("identity", "local_account", "mail_choice", "print_pack", "signed_in"),
        *("policy_version", "policy_distribution", "policy_reading", "policy_review"),
        *("impact_assessment", "policy_of_release", "training_record"),
        *("partner_comparison", "policy_document"),
    }
)
