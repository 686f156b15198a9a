"""What pages offer outside any task: each door leads into a process, each form is there."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.operations import ACTIONS, DOORS
from engine.operations.expression_words import plain
from engine.releases import Bundle

_RECEIVING = frozenset({"start_event", "catch_event", "boundary_event", "receive_task"})


def check_doors(bundle: Bundle) -> list[Finding]:
    """Give a finding for each door or action of the pages that the release leaves without end."""
    return [*_doors(bundle), *_actions(bundle)]


def _doors(bundle: Bundle) -> Iterator[Finding]:
    taken = {
        element.message
        for diagram in bundle.definitions.diagrams.values()
        for element in diagram.elements.values()
        if element.kind in _RECEIVING
    }
    is_whole = not any(path.endswith(".bpmn") for path in bundle.unread)
    for message, door in DOORS.items():
        yield from _form(bundle, door.form, f"the message “{plain(message)}” is told with it")
        if door.is_message and message not in taken and is_whole:
            yield Finding(
                "bpmn",
                "",
                0,
                f"Expected a process that begins with the message “{plain(message)}” or waits for "
                f"it, because pages offer to tell it, but there is none. Draw one; its message has "
                f"the name “{message}”.",
                "door_leads_somewhere",
            )


def _actions(bundle: Bundle) -> Iterator[Finding]:
    for action in ACTIONS:
        yield from _form(bundle, action, "the page of a case asks it")


def _form(bundle: Bundle, name: str, why: str) -> Iterator[Finding]:
    if name not in bundle.form_names:
        yield Finding(
            f"forms/definitions/{name}.yaml",
            name,
            0,
            f"Expected the form “{name}” to exist, because {why}, but it does not. Put the file "
            f"“forms/definitions/{name}.yaml” back.",
            "form_of_a_page",
        )
