"""Ways through a diagram: from its starts to a step, passing around others."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping

from engine.spiff import Diagram
from engine.spiff.diagram import Element

_OUT = "#out"
_WHOLE = "#whole"
_TELL = "notices.tell"
_Where = tuple[str, str]


def carrying(diagram: Diagram, mark: str) -> list[str]:
    """Give the ids of the elements that carry a mark, in the order they are drawn.

    mark: a policy tag, or what a step is told by: ``form:referral``, ``letter:not_agreed``,
        ``operation:retention.delete``, ``tells:deletion_near``, ``calls:formal_stage``,
        ``decision:review_letter``,
        ``message:look_asked``, ``timer:case.start_on``, ``step:its_id``; several with a bar.
    """
    marks = mark.split("|")
    return [one.id for one in diagram.elements.values() if any(_carries(one, m) for m in marks)]


def _carries(one: Element, mark: str) -> bool:
    kind, _, name = mark.rpartition(":")
    if kind == "timer":
        return re.search(rf"{re.escape(name)}(?![\w.])", one.timer or "") is not None
    if kind == "tells":
        return one.operation == _TELL and one.parameters.get("about", "").strip("'") == name
    found = {
        "": one.properties.get("policy_tag"),
        "form": one.properties.get("form"),
        "letter": one.properties.get("letter"),
        "operation": one.operation,
        "calls": one.called,
        "decision": one.decision,
        "message": one.message,
        "step": one.id,
    }
    return found[kind] == name


def way_around(diagram: Diagram, avoided: Collection[str], wanted: str) -> list[str]:
    """Give a shortest way from a start to an element that passes none of the others, by name.

    [] when there is none: whoever gets there has passed one of them. What happens at a boundary
    can happen at any time while its host is open, also before an avoided host is done.
    """
    starts = [
        one.id
        for one in diagram.elements.values()
        if one.kind == "start_event" and one.parent is None
    ]
    return _way(diagram, [one for one in starts if one not in avoided], avoided, {wanted})


def way_past(
    diagram: Diagram, begin: str, avoided: Collection[str], wanted: Collection[str] = ()
) -> list[str]:
    """Give a shortest way from a step that is done to an end of the process past the others.

    wanted: where such a way leads, in place of the ends.

    [] when there is none: whatever comes after the step, one of them comes before the end.
    """
    ends = {
        one.id
        for one in diagram.elements.values()
        if one.kind == "end_event" and one.parent is None
    }
    done = [flow.target for flow in diagram.flows if flow.source == begin]
    if not done:
        done = _leads(diagram)[begin]
    begin_at = [one for one in done if one not in avoided]
    return _way(diagram, begin_at, avoided, wanted or ends, only_done=not wanted)


def _way(
    diagram: Diagram,
    begin: Iterable[str],
    avoided: Collection[str],
    wanted: Collection[str],
    *,
    only_done: bool = False,
) -> list[str]:
    """Search in breadth. Where: an element, and the subprocess that is not done by getting there.

    What comes beside a step that goes on does not end the subprocess, or the process, in which
    that step is open.
    """
    leads, attached = _leads(diagram), _attached(diagram)
    came: dict[_Where, _Where | None] = {(one, ""): None for one in begin}
    waiting = deque(came)
    while waiting:
        here = waiting.popleft()
        if here[0] in wanted and not (only_done and here[1]):
            return _names(diagram, came, here)
        for there in _steps(leads, attached, here, avoided):
            if there not in came:
                came[there] = here
                waiting.append(there)
    return []


def _steps(
    leads: Mapping[str, list[str]],
    attached: Mapping[str, list[_Where]],
    here: _Where,
    avoided: Collection[str],
) -> Iterator[_Where]:
    """Give what is reached; of a step that is to be avoided, what can happen while it is open."""
    at, not_done = here
    for there in leads[at]:
        if not_done and there == f"{not_done}{_OUT}":
            continue
        if there not in avoided:
            yield there, not_done
        else:
            yield from (one for one in attached[there] if one[0] not in avoided)
    yield from (one for one in attached[at] if one[0] not in avoided)


def _attached(diagram: Diagram) -> Mapping[str, list[_Where]]:
    """Give the boundary events of each host; beside it where the host goes on."""
    found: dict[str, list[_Where]] = defaultdict(list)
    for one in diagram.elements.values():
        if one.attached_to:
            host = diagram.elements[one.attached_to]
            beside = "" if one.interrupting else host.parent or _WHOLE
            found[host.id].append((one.id, beside))
    return found


def _leads(diagram: Diagram) -> dict[str, list[str]]:
    """Give where each element leads; a subprocess is left only through one of its ends."""
    leads: dict[str, list[str]] = defaultdict(list)
    inside = {one.parent for one in diagram.elements.values() if one.parent}
    for flow in diagram.flows:
        source = f"{flow.source}{_OUT}" if flow.source in inside else flow.source
        leads[source].append(flow.target)
    for one in diagram.elements.values():
        if one.parent and one.kind == "start_event":
            leads[one.parent].append(one.id)
        elif one.parent and one.kind == "end_event":
            leads[one.id].append(f"{one.parent}{_OUT}")
    return leads


def _names(diagram: Diagram, came: Mapping[_Where, _Where | None], last: _Where) -> list[str]:
    def back() -> Iterator[str]:
        here: _Where | None = last
        while here is not None:
            element = diagram.elements.get(here[0])
            if element is not None and element.name:
                yield element.name
            here = came[here]

    return list(back())[::-1]
