"""Finds each element of one version of a file again in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine.differences import attributes_of, entry_key, texts_of
from engine.editing.kept import is_drawing
from engine.spiff import BPMN, KIND_OF_TAG, is_dmn, local_name, namespace

#: Beside the flow nodes: what stands for itself and is found again by its id.
_ELEMENTS = frozenset(
    {
        *("process", "participant", "lane", "sequenceFlow", "messageFlow", "association"),
        *("textAnnotation", "group", "dataObject", "dataObjectReference", "dataStore"),
        *("dataStoreReference", "message", "signal", "error", "escalation", "property"),
    }
)
_TABLE_ELEMENTS = frozenset(
    {
        *("decision", "inputData", "businessKnowledgeModel", "knowledgeSource"),
        *("decisionService", "input", "output", "annotation", "rule", "textAnnotation"),
    }
)
_SHAPES = ("BPMNDiagram", "BPMNShape", "BPMNEdge")
#: What an editor writes again by itself from the flows and the drawing.
_WRITTEN_AGAIN = ("incoming", "outgoing", "flowNodeRef")
#: Rows and columns that the table editor takes away.
_TAKEN_AWAY = ("input", "output", "rule")
#: What goes with an element: a flow with its ends, an event with what it is at the edge of.
_ENDS = ("sourceRef", "targetRef", "attachedToRef")
_NAMES = ("id", "name", "label")
#: Written by its other name: the library knows one of the two.
_ALSO_CALLED = {"formalExpression": "expression"}

Pair = tuple[etree._Element, etree._Element | None]
#: Name, attributes, text and prints of what is inside.
Print = tuple[object, ...]


class Counterparts:
    """The elements of an old file, each with what it became in the new one."""

    def __init__(self, old: etree._Element, new: etree._Element) -> None:
        before, after = _by_key(old), _by_key(new)
        self.elements = list(before.values())
        self._prints: dict[etree._Element, Print] = {}
        self._match = {node: after.get(key) for key, node in before.items()}
        self._pair_renamed_process(before, after)
        self._drawn = {
            str(node.get("bpmnElement")) for node in old.iter("{*}BPMNShape", "{*}BPMNEdge")
        }
        self._named_before, self._named_after = _references(old), _references(new)
        self._ids_after = {str(node.get("id")) for node in after.values()}

    def of(self, node: etree._Element) -> etree._Element | None:
        """Give what an element became, None when it is gone."""
        return self._match[node]

    def is_dropped(self, node: etree._Element) -> bool:
        """Tell whether an element that is gone can only have been dropped, not deleted."""
        around = (each for each in node.iterancestors() if each in self._match)
        if any(self._match[each] is None for each in around) or is_drawing(node):
            return False
        if is_dmn(node):
            return local_name(node) not in _TAKEN_AWAY
        if any(node.get(end, "") not in self._ids_after for end in _ENDS if node.get(end)):
            return False
        is_drawn = (node.get("id") or "") in self._drawn
        return not is_drawn if local_name(node) in KIND_OF_TAG else self.is_missed(node)

    def is_missed(self, node: etree._Element) -> bool:
        """Tell whether nothing that was deleted explains why something with an id is gone.

        What is drawn was deleted there; what others named went when nobody named it any more.
        """
        id_ = node.get("id") or ""
        if id_ in self._drawn:
            return False
        return id_ not in self._named_before or id_ in self._named_after

    def children(self, node: etree._Element, other: etree._Element | None) -> Iterator[Pair]:
        """Give each part of a node with its counterpart, those that stand for themselves left out.

        What the standard says of one kind of element goes when it becomes another kind.
        """
        kind = "" if other is None else name_of(other)
        left = _Left([] if other is None else list(_parts(other)), self.print)
        waiting = []
        for child in _parts(node):
            match = left.take("print", self.print(child))
            if match is None:
                waiting.append(child)
            else:
                yield child, match
        for child in waiting:
            match = left.take("key", _key(child)) if _key(child) else None
            if match is None and entry_key(child) is None:
                match = left.take("name", _full_name(child))
            is_of_kind = namespace(child) == BPMN and local_name(child) != "extensionElements"
            if match is not None or not (is_of_kind and kind not in ("", name_of(node))):
                yield child, match

    def print(self, node: etree._Element) -> Print:
        """Give what a node says, however it is written: the same for two that say the same."""
        if node not in self._prints:
            self._prints[node] = (
                _full_name(node),
                tuple(sorted(attributes_of(node))),
                texts_of(node),
                tuple(self.print(child) for child in node if isinstance(child.tag, str)),
            )
        return self._prints[node]

    def _pair_renamed_process(
        self, before: dict[str, etree._Element], after: dict[str, etree._Element]
    ) -> None:
        """Take the one process that is gone and the one that is new for the same.

        Unless nothing of the old one is in the new: then its pool was deleted.
        """
        gone = [node for key, node in before.items() if _is_process(node) and key not in after]
        come = [node for key, node in after.items() if _is_process(node) and key not in before]
        if len(gone) == len(come) == 1:
            old, new = ({each.get("id") for each in node.iter()} for node in (gone[0], come[0]))
            if (old & new) - {None}:
                self._match[gone[0]] = come[0]


def name_of(node: etree._Element) -> str:
    """Give the name of a node: of the standard's as it is, of another's with its prefix."""
    if namespace(node) == BPMN or is_dmn(node) or is_drawing(node):
        return local_name(node)
    return f"{node.prefix}:{local_name(node)}" if node.prefix else local_name(node)


def attribute_name(node: etree._Element, name: str) -> str:
    """Give the name of an attribute, of another's with its prefix."""
    where = etree.QName(name).namespace
    prefix = next((short for short, long in node.nsmap.items() if long == where and short), None)
    return f"{prefix}:{etree.QName(name).localname}" if prefix else etree.QName(name).localname


def _by_key(root: etree._Element) -> dict[str, etree._Element]:
    found = {"(file)": root}
    for node in root.iter():
        if not isinstance(node.tag, str) or node is root or not _is_element(node):
            continue
        name = local_name(node)
        key = node.get("id") or f"{name} without an id"
        if is_drawing(node):
            key = f"{name} of {node.get('bpmnElement') or ''}"
        at, count = key, 1
        while at in found:
            count += 1
            at = f"{key} ({count})"
        found[at] = node
    return found


def _is_element(node: etree._Element) -> bool:
    name = local_name(node)
    if is_dmn(node):
        return name in _TABLE_ELEMENTS
    if namespace(node) == BPMN:
        return name in _ELEMENTS or name in KIND_OF_TAG
    return is_drawing(node) and name in _SHAPES


def _is_process(node: etree._Element) -> bool:
    return node.tag == f"{{{BPMN}}}process"


def _references(root: etree._Element) -> set[str]:
    """Give every text that could name an element."""
    found: set[str] = set()
    for node in root.iter():
        found.update(str(value) for name, value in node.attrib.items() if name not in _NAMES)
        if isinstance(node.tag, str) and not len(node):
            found.add((node.text or "").strip())
    return found


def _parts(node: etree._Element) -> Iterator[etree._Element]:
    for child in node:
        if not isinstance(child.tag, str) or _is_element(child):
            continue
        is_clean = not child.attrib and not len(child)
        if not (is_clean and namespace(child) == BPMN and local_name(child) in _WRITTEN_AGAIN):
            yield child


class _Left:
    """Parts that have no counterpart yet, to be taken by what they say, their key or name."""

    def __init__(self, nodes: list[etree._Element], print_of: Callable[..., Print]) -> None:
        self._taken: set[etree._Element] = set()
        self._by: dict[object, list[etree._Element]] = {}
        for node in reversed(nodes):
            self._by.setdefault(("print", print_of(node)), []).append(node)
            self._by.setdefault(("key", _key(node)), []).append(node)
            if entry_key(node) is None:
                self._by.setdefault(("name", _full_name(node)), []).append(node)

    def take(self, by: str, wanted: object) -> etree._Element | None:
        """Take the first that fits, None if none is left."""
        fitting = self._by.get((by, wanted), [])
        while fitting:
            node = fitting.pop()
            if node not in self._taken:
                self._taken.add(node)
                return node
        return None


def _key(node: etree._Element) -> object:
    key = entry_key(node) or node.get("id")
    return key and (_full_name(node), key)


def _full_name(node: etree._Element) -> tuple[str, str]:
    """Give a name that no prefix and no version of the standard changes."""
    is_standard = is_dmn(node) or is_drawing(node)
    return "" if is_standard else namespace(node), _local(node)


def _local(node: etree._Element) -> str:
    return _ALSO_CALLED.get(local_name(node), local_name(node))
