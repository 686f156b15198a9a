"""Ways through a diagram: from its starts to a step, passing around others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator

from engine.spiff import Diagram

_OUT = "#out"


def carrying(diagram: Diagram, tag: str) -> list[str]:
    """Give the ids of the elements that carry a policy tag."""
    return [one.id for one in diagram.elements.values() if one.properties.get("policy_tag") == tag]


def way_around(diagram: Diagram, avoided: Collection[str], wanted: str) -> list[str]:
    """Give a shortest way from a start to an element that passes none of the others, by name.

    [] when there is none: whoever gets there has passed one of them. What happens at a boundary
    can happen at any time while its host is open.
    """
    leads = _leads(diagram)
    starts = [
        one.id
        for one in diagram.elements.values()
        if one.kind == "start_event" and one.parent is None
    ]
    came: dict[str, str] = dict.fromkeys(starts, "")
    waiting = deque(starts)
    while waiting:
        here = waiting.popleft()
        if here == wanted:
            return _names(diagram, came, here)
        for there in leads[here]:
            if there not in came and there not in avoided:
                came[there] = here
                waiting.append(there)
    return []


def _leads(diagram: Diagram) -> dict[str, list[str]]:
    """Give where each element leads; a subprocess is left only through one of its ends."""
    leads: dict[str, list[str]] = defaultdict(list)
    inside = {one.parent for one in diagram.elements.values() if one.parent}
    for flow in diagram.flows:
        source = f"{flow.source}{_OUT}" if flow.source in inside else flow.source
        leads[source].append(flow.target)
    for one in diagram.elements.values():
        if one.attached_to:
            leads[one.attached_to].append(one.id)
        elif one.parent and one.kind == "start_event":
            leads[one.parent].append(one.id)
        elif one.parent and one.kind == "end_event":
            leads[one.id].append(f"{one.parent}{_OUT}")
    return leads


def _names(diagram: Diagram, came: dict[str, str], last: str) -> list[str]:
    def back() -> Iterator[str]:
        here = last
        while here:
            element = diagram.elements.get(here)
            if element is not None and element.name:
                yield element.name
            here = came[here]

    return list(back())[::-1]
