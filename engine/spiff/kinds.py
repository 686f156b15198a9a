"""What people call the kinds of drawn elements."""

from __future__ import annotations

from collections.abc import Mapping

#: Kind of an element -> what people call it.
KINDS: Mapping[str, str] = {
    "user_task": "Task",
    "service_task": "Done by the system",
    "business_rule_task": "Looked up in a table",
    "call_activity": "Process of its own",
    "subprocess": "Phase",
    "exclusive_gateway": "Question",
    "event_gateway": "Wait for what comes first",
    "start_event": "Beginning",
    "end_event": "End",
    "catch_event": "Wait",
    "throw_event": "Message sent",
    "boundary_event": "May happen meanwhile",
    "manual_task": "Task",
}
