"""Everything the XML of one element says, flattened, so that nothing in it can differ unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.spiff import BPMN, SPIFF, is_dmn, local_name, namespace

#: Where something is said, from the element down: ``documentation/text``, ``@name``.
Facts = dict[str, str]
IsApart = Callable[[etree._Element], bool]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
#: Values that mean the same as leaving the attribute out, which editors do (BPMN 2.0.2, DMN 1.3).
DEFAULTS = {
    "associationDirection": "None",
    "behavior": "All",
    "cancelActivity": "true",
    "cancelRemainingInstances": "true",
    "completionQuantity": "1",
    "eventGatewayType": "Exclusive",
    "expressionLanguage": "http://www.w3.org/1999/XPath",
    "gatewayDirection": "Unspecified",
    "hitPolicy": "UNIQUE",
    "instantiate": "false",
    "isCollection": "false",
    "isForCompensation": "false",
    "isInterrupting": "true",
    "isSequential": "false",
    "isUnlimited": "true",
    "parallelMultiple": "false",
    "startQuantity": "1",
    "testBefore": "false",
    "textFormat": "text/plain",
    "triggeredByEvent": "false",
    "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "waitForCompletion": "true",
}
#: Extension elements of ours whose entries are told apart by an attribute.
_KEYED = {"property": "name", "parameter": "id"}


#: Parts whose own id nothing refers to; beside these, every ``...EventDefinition``.
_ID_SAYS_NOTHING = (
    *("laneSet", "childLaneSet", "extensionElements", "text", "documentation"),
    *("conditionExpression", "timeDate", "timeDuration", "timeCycle", "condition"),
    *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
    *("loopCardinality", "completionCondition", "loopCondition"),
    *("decisionTable", "inputExpression", "inputEntry", "outputEntry", "annotationEntry"),
    *("inputValues", "outputValues", "defaultOutputEntry"),
)

#: What only holds other parts, and says nothing when it is empty.
_HOLDERS = ("extensionElements", "properties", "parameters", "laneSet", "childLaneSet")


def label_of(path: str, labels: Mapping[str, str]) -> str:
    """Give what a path is called; one without a label is called by itself.

    labels: path -> label; ``[]`` in the path and ``{}`` in the label stand for the key of an entry.
    """
    plain, key = _without_key(path)
    for known in (path, plain):
        if known in labels:
            return labels[known].replace("{}", key)
    return f"Other part of the file: {path}"


def facts_of(node: etree._Element, is_apart: IsApart) -> Facts:
    """Give every attribute and text of a node and of what is inside it.

    is_apart: tells which nodes inside are elements of their own and so are left out.
    """
    found: Facts = {}
    for path, value in _flattened(node, "", is_apart):
        at, count = path, 1
        while at in found:
            count += 1
            at = f"{path} ({count})"
        found[at] = value
    return found


def own_name(node: etree._Element) -> str:
    """Give the name of a node in a path: without a namespace if it is the standard's or ours."""
    if namespace(node) in (BPMN, SPIFF) or is_dmn(node):
        return local_name(node)
    return str(node.tag)


def attributes_of(node: etree._Element) -> Iterator[tuple[str, str]]:
    """Give the attributes that mean something, those with the standard's default value left out."""
    for name, value in node.attrib.items():
        said = str(name)
        if said.startswith(f"{{{XSI}}}"):
            continue
        if DEFAULTS.get(said) == value and own_name(node) == local_name(node):
            continue
        if (said == "id" and _id_says_nothing(node)) or (said == _key_of(node)):
            continue
        yield said, str(value)


def texts_of(node: etree._Element) -> str:
    """Give the text of a node itself, without the space around it."""
    parts = [node.text, *(child.tail for child in node)]
    return "\n".join(part.strip() for part in parts if part and part.strip())


def _flattened(node: etree._Element, at: str, is_apart: IsApart) -> Iterator[tuple[str, str]]:
    children = [child for child in node if isinstance(child.tag, str) and not is_apart(child)]
    text, attributes = texts_of(node), list(attributes_of(node))
    for name, value in attributes:
        yield f"{at}@{name}", value
    if text:
        yield f"{at}text", text
    if at and not (text or attributes or len(node) or own_name(node) in _HOLDERS):
        yield at.removesuffix("/"), "yes"
    for child in children:
        yield from _flattened(child, f"{at}{_step(child)}/", is_apart)


def _id_says_nothing(node: etree._Element) -> bool:
    name = own_name(node)
    return name in _ID_SAYS_NOTHING or name.endswith("EventDefinition")


def entry_key(node: etree._Element) -> str | None:
    """Give what tells a property or parameter from its neighbours; None for anything else."""
    key = _key_of(node)
    return node.get(key) if key else None


def _step(child: etree._Element) -> str:
    key = entry_key(child)
    return own_name(child) if key is None else f"{own_name(child)}[{key}]"


def _key_of(node: etree._Element) -> str | None:
    """Give the attribute that tells an entry from its neighbours, None if it has none."""
    key = _KEYED.get(local_name(node)) if namespace(node) == SPIFF else None
    return key if key and node.get(key) else None


def _without_key(path: str) -> tuple[str, str]:
    """Give a path with its key taken out, and the key."""
    before, bracket, rest = path.partition("[")
    key, closing, after = rest.partition("]")
    return (f"{before}[]{after}", key) if bracket and closing else (path, "")
