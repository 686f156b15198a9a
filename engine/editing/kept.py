"""What the browser editors write and take away themselves, so that its going is no loss."""

from __future__ import annotations

from lxml import etree

from engine.spiff import (
    BPMN,
    EDITED_EXTENSIONS,
    PROPERTIES,
    SPIFF,
    is_dmn,
    local_name,
    namespace,
)

#: Attributes of the standard that a field, a menu or the drawing sets.
_ATTRIBUTES = frozenset(
    {
        *("name", "default", "calledElement", "isSequential", "cancelActivity", "isInterrupting"),
        *("messageRef", "signalRef", "errorRef", "escalationRef", "attachedToRef"),
        *("sourceRef", "targetRef", "processRef", "triggeredByEvent", "associationDirection"),
    }
)
#: Parts of an element that a field, a menu or the drawing takes away whole.
_PARTS = frozenset(
    {
        *("documentation", "conditionExpression", "timeDate", "timeDuration", "text"),
        *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "loopCondition"),
    }
)
#: What only holds other parts: what is inside counts, not the holder.
_HOLDERS = frozenset({"extensionElements", "properties", "parameters", "laneSet", "childLaneSet"})
_TABLE_ATTRIBUTES = frozenset({"name", "label", "typeRef", "hitPolicy", "aggregation"})
_TABLE_PARTS = frozenset({"text", "inputEntry", "outputEntry", "inputValues", "outputValues"})
#: Shapes and labels of diagrams; the table editor draws nothing.
_DRAWN_ANEW = ("http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/")
_SHAPES = ("http://www.omg.org/spec/", "https://www.omg.org/spec/", "http://bpmn.io/schema/")


def is_edited_attribute(node: etree._Element, name: str) -> bool:
    """Tell whether an editor can take an attribute away."""
    if name.startswith("{"):
        return False
    if namespace(node) == SPIFF:
        return local_name(node) in EDITED_EXTENSIONS
    if namespace(node) == BPMN:
        return name in _ATTRIBUTES
    if is_dmn(node):
        return name in _TABLE_ATTRIBUTES
    return is_drawing(node)


def is_edited_part(node: etree._Element) -> bool:
    """Tell whether an editor can take away a part of an element, with all that is in it."""
    name = local_name(node)
    if namespace(node) == SPIFF:
        return name in EDITED_EXTENSIONS and (
            name != "property" or node.get("name") in (None, *PROPERTIES)
        )
    if namespace(node) == BPMN:
        return name in _PARTS or name.endswith("EventDefinition")
    if is_dmn(node):
        parent = node.getparent()
        is_note = name == "description" and parent is not None and local_name(parent) == "rule"
        return name in _TABLE_PARTS or is_note
    return namespace(node).startswith(_DRAWN_ANEW)


def is_edited_text(node: etree._Element) -> bool:
    """Tell whether an editor can empty the text of a node."""
    return is_edited_part(node)


def is_holder(node: etree._Element) -> bool:
    """Tell whether a node only holds other parts."""
    return namespace(node) in (BPMN, SPIFF) and local_name(node) in _HOLDERS


def is_drawing(node: etree._Element) -> bool:
    """Tell whether a node only says where something is drawn."""
    return namespace(node).startswith(_SHAPES) and namespace(node) != BPMN and not is_dmn(node)
