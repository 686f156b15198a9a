"""Changes of a drawn process, made in its file: a step more, a step less, another date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from engine.spiff import BPMN, SPIFF

#: So far away that it never comes before the run ends.
NEVER = "P90000D"
_TIMES = ("timeDuration", "timeDate")


def inserted(data: bytes, before: str, name: str = "new_step", form: str = "") -> bytes:
    """Put a task before an element, on every flow that leads there; form: what it asks."""
    root = etree.fromstring(data)
    flows = [one for one in _all(root, "sequenceFlow") if one.get("targetRef") == before]
    scope = flows[0].getparent()
    task = _add(scope, "userTask", id=name)
    task.set("name", "Look once more")
    if form:
        said = etree.SubElement(task, _tag("extensionElements"))
        properties = etree.SubElement(said, f"{{{SPIFF}}}properties")
        etree.SubElement(properties, f"{{{SPIFF}}}property", name="form", value=form)
    for flow in flows:
        flow.set("targetRef", name)
        etree.SubElement(task, _tag("incoming")).text = flow.get("id")
    _add(scope, "sequenceFlow", id=f"{name}_on", sourceRef=name, targetRef=before)
    etree.SubElement(task, _tag("outgoing")).text = f"{name}_on"
    _reconnect(root, before, [flow.get("id") for flow in flows], f"{name}_on")
    _show(root, task, flows)
    return _written(root)


def removed(data: bytes, step: str) -> bytes:
    """Take a step without events at its edge out; what led to it leads past it."""
    root = etree.fromstring(data)
    (out,) = [one for one in _all(root, "sequenceFlow") if one.get("sourceRef") == step]
    target = out.get("targetRef")
    for flow in _all(root, "sequenceFlow"):
        if flow.get("targetRef") == step:
            flow.set("targetRef", target)
            _reconnect(root, target, [out.get("id")], flow.get("id"), keep=True)
    for node in list(root.iter()):
        is_shape = node.get("bpmnElement") in (step, out.get("id"))
        is_said = etree.QName(node).localname == "flowNodeRef" and node.text == step
        if node.get("id") in (step, out.get("id")) or is_shape or is_said:
            _take_out(node)
    _forget_flow(root, out.get("id"))
    return _written(root)


def watched(data: bytes, step: str, duration: str = NEVER, name: str = "new_watch") -> bytes:
    """Put a timer that does not interrupt at the edge of a step."""
    root = etree.fromstring(data)
    (node,) = [one for one in root.iter() if one.get("id") == step]
    scope = node.getparent()
    event = _add(scope, "boundaryEvent", id=name, attachedToRef=step, cancelActivity="false")
    etree.SubElement(event, _tag("outgoing")).text = f"{name}_on"
    timer = etree.SubElement(event, _tag("timerEventDefinition"), id=f"{name}_timer")
    etree.SubElement(timer, _tag("timeDuration")).text = duration
    end = _add(scope, "endEvent", id=f"{name}_end")
    etree.SubElement(end, _tag("incoming")).text = f"{name}_on"
    flow = _add(scope, "sequenceFlow", id=f"{name}_on", sourceRef=name, targetRef=f"{name}_end")
    for one in (event, end):
        _show(root, one, [flow])
    return _written(root)


def dated(data: bytes, duration: str = "P4001D") -> bytes:
    """Give every timer another date, near enough for a run that waits for hundreds of them."""
    root = etree.fromstring(data)
    for name in _TIMES:
        for when in _all(root, name):
            when.tag = _tag("timeDuration")
            when.text = duration
    return _written(root)


def renamed(data: bytes, old: str, new: str) -> bytes:
    """Call an element otherwise everywhere."""
    return data.replace(f'"{old}"'.encode(), f'"{new}"'.encode()).replace(
        f">{old}<".encode(), f">{new}<".encode()
    )


def tasks_of(data: bytes) -> list[str]:
    """Give the ids of the user tasks."""
    return [node.get("id", "") for node in _all(etree.fromstring(data), "userTask")]


def plain_tasks_of(data: bytes) -> list[str]:
    """Give the ids of the user tasks that nothing happens at meanwhile, with one way out."""
    root = etree.fromstring(data)
    watched_ = {node.get("attachedToRef") for node in _all(root, "boundaryEvent")}
    return [
        node.get("id", "")
        for node in _all(root, "userTask")
        if node.get("id") not in watched_
        and node.find(_tag("multiInstanceLoopCharacteristics")) is None
    ]


def _take_out(node: Any) -> None:
    node.getparent().remove(node)


def _all(root: Any, name: str) -> Iterator[Any]:
    return iter(list(root.iter(_tag(name))))


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _add(scope: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(scope, _tag(tag), attributes)


def _reconnect(root: Any, target: str, old: list[Any], new: str, *, keep: bool = False) -> None:
    """Let an element name the flow that leads to it now, where it names them."""
    (node,) = [one for one in root.iter() if one.get("id") == target]
    named = [one for one in node.findall(_tag("incoming")) if one.text in old]
    if not named:
        return
    more = etree.Element(_tag("incoming"))
    more.text = new
    named[0].addprevious(more)
    for one in named if not keep else []:
        node.remove(one)


def _forget_flow(root: Any, flow: str) -> None:
    for name in ("incoming", "outgoing"):
        for one in _all(root, name):
            if one.text == flow:
                _take_out(one)


def _show(root: Any, node: Any, flows: list[Any]) -> None:
    """Let a new element stand in the lane of where it comes from."""
    sources = {flow.get("sourceRef") for flow in flows} | {node.get("attachedToRef")}
    for said in _all(root, "flowNodeRef"):
        if said.text in sources:
            more = etree.SubElement(said.getparent(), _tag("flowNodeRef"))
            more.text = node.get("id")
            return


def _written(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
