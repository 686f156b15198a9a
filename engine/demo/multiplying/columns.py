"""What every column of a case's rows holds: an id of which table, a number, a date, a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import JSON, Column, Integer, Table

from engine.tables import Row

#: Tables that are about the landlord, its releases, its workers or changes of many runs: a copy of
#: a case shares their rows. The words a customer is found by are made anew from the customer.
_SHARED = frozenset(
    {
        "absence",
        "batch",
        "batch_item",
        "contact_import",
        "contact_import_row",
        "customer_word",
        "flag_difference",
        "flag_reconciliation",
        "holiday",
        "identity",
        "impact_assessment",
        "local_account",
        "mail_choice",
        "policy_distribution",
        "partner_comparison",
        "policy_document",
        "policy_of_release",
        "policy_reading",
        "policy_review",
        "policy_value",
        "policy_version",
        "print_pack",
        "release",
        "release_editor",
        "register_import",
        "register_import_row",
        "release_file",
        "role_holder",
        "setting",
        "sharing_agreement",
        "signed_in",
        "training_record",
        "user",
        "worker",
    }
)
#: Columns that place a row with its case -> the table that they lead to.
_PLACES: Mapping[str, str] = {
    "case_id": "case_file",
    "instance_id": "process_instance",
    "arrangement_id": "arrangement",
    "event_id": "audit_event",
}
#: Columns that place a row by the name of its chain.
CHAINED = "chain"
#: Names of ids without a foreign key, in columns and in JSON -> the table; None for what is shared.
REFERENCES: Mapping[str, str | None] = {
    "appeal_id": "appeal",
    "arrangement_id": "arrangement",
    "case_id": "case_file",
    "case_ids": "case_file",
    "third_party_cases": "case_file",
    "breaches": "evidence",
    "cites": "evidence",
    "corrects_id": "evidence",
    "corrects_contact_id": "contact",
    "customer_id": "customer",
    "data_copy_id": "data_copy",
    "data_request_id": "data_request",
    "decision_id": "decision",
    "determination_id": "determination",
    "delivered_to": "process_instance",
    "earlier_case_id": "case_file",
    "flag_request_id": "flag_request",
    "instance_id": "process_instance",
    "letter_id": "letter",
    "letter_ids": "letter",
    "message_id": "message",
    "outbox_id": "outbox",
    "outside_event_id": "outside_event",
    "promise_id": "promise",
    "release_id": None,
    "request_id": "look_request",
    "sender_instance_id": "process_instance",
    "stage_id": "stage",
    "stand_in_id": "stand_in",
    "stage_ids": "stage",
    "third_party_id": "third_party",
    "work_item_id": "work_item",
}
#: Ids of which another column of the row says what they are of.
_TOLD_BY: Mapping[str, str] = {
    "audit_event.object_id": "object_kind",
    "decision.owner_id": "owner_kind",
    "sla_breach.object_id": "kind",
}
#: What such a column says where it is not the name of the table.
_KINDS: Mapping[str, str] = {
    "case": "case_file",
    "refusal": "contact_refusal",
    "review": "arrangement",
}
#: Whole numbers that count something.
_NUMBERS = frozenset(
    {
        "appeal.working_days_taken",
        "arrangement.review_months",
        "audit_anchor.number",
        "audit_event.number",
        "case_file.audit_number",
        "complaint.stage",
        "data_copy.size_bytes",
        "data_copy_part.number",
        "evidence.duration_minutes",
        "evidence_file.size_bytes",
        "evidence_file_part.number",
        "incident.retries",
        "meeting.sequence",
        "ombudsman_item.amount",
        "outbox.attempts",
        "process_instance.state_format",
        "process_instance.version",
        "stage.looks",
    }
)
#: Names that a diagram gives.
_DRAWN = frozenset({"element_id", "process_id"})
#: The engine's own ids of tasks.
TASK_IDS = frozenset(
    {
        "element_instance.task_id",
        "element_instance.within_task_id",
        "subscription.task_id",
        "work_item.task_id",
    }
)
#: Keys by which others tell one thing from another: a copy has its own.
KEYS = frozenset(
    {"flag_request.reference", "meeting.uid", "outbox.key", "partner_notice.reference"}
)
#: The bytes of a run, for ``engine.spiff`` alone.
STATE = "process_instance.state"
#: What a copy begins without: the PDF is made when somebody asks, marks are of one page or file.
LEFT_OUT = frozenset(
    {"contact.source_mark", "letter.pdf", "sending.pack_id", "submission.page_mark"}
)


def tables() -> Iterator[Table]:
    """Give every table with rows of a case, those that others refer to first."""
    return (table for table in Row.metadata.sorted_tables if table.name not in _SHARED)


def table(name: str) -> Table:
    """Give a table by its name."""
    return Row.metadata.tables[name]


def places(table: Table) -> Mapping[str, str]:
    """Give the columns that place a row of this table with its case, and where they lead."""
    return {one.key: _PLACES[one.key] for one in table.columns if one.key in _PLACES}


def table_of(kind: str) -> str | None:
    """Name the table that a kind of object stands for, None when it stands for none."""
    name = _KINDS.get(kind, kind)
    return name if name in Row.metadata.tables else None


def leads_to(column: Column[Any], row: Mapping[str, Any]) -> str | None:
    """Name the table of a case whose id stands in this column of this row; None for no such id."""
    if _is_own_id(column):
        return str(column.table.name)
    told_by = _TOLD_BY.get(f"{column.table.name}.{column.name}")
    if told_by is not None:
        found = table_of(row[told_by])
        return None if found in _SHARED else found
    for key in column.foreign_keys:
        return None if key.column.table.name in _SHARED else str(key.column.table.name)
    return REFERENCES.get(column.name)


def unknown() -> list[str]:
    """Name tables and columns that nothing above speaks of, so that a copy could be wrong."""
    found = [
        table.name
        for table in tables()
        if not places(table)
        and CHAINED not in table.columns
        and table.name not in {"case_file", "customer"}
    ]
    for table in tables():
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            is_number = isinstance(column.type, Integer) or column.name.endswith("_id")
            is_known = (
                _is_own_id(column)
                or column.foreign_keys
                or column.name in {*REFERENCES, *_DRAWN}
                or name in {*_TOLD_BY, *_NUMBERS, *TASK_IDS}
            )
            if is_number and not isinstance(column.type, JSON) and not is_known:
                found.append(name)
    return found


def _is_own_id(column: Column[Any]) -> bool:
    return column.primary_key and not column.foreign_keys
