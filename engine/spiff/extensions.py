"""What our diagrams carry in extension elements: the one list of what the product reads."""

from __future__ import annotations

from collections.abc import Mapping

#: Property of an element or lane -> what people call it.
PROPERTIES: Mapping[str, str] = {
    "about": "About",
    "author": "Written by",
    "clock": "Whose clock it is",
    "due": "Due date",
    "fallback_key": "Message goes else to",
    "form": "Form",
    "held_by": "Held by",
    "letter": "Letter",
    "letter_from": "Letter comes from",
    "message_key": "Message is about",
    "payload": "Message says",
    "policy_tag": "Policy tag",
}
#: Extension elements of ours that the browser editor writes, with what stands inside them.
EDITED_EXTENSIONS = (
    *("properties", "property"),
    *("serviceTaskOperator", "parameters", "parameter"),
    "calledDecisionId",
)
#: Extension elements that the engine reads; no editor of ours writes these last two.
READ_EXTENSIONS = (*EDITED_EXTENSIONS, "preScript", "postScript")
