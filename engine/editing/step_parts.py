"""The parts of one step as they are written in BPMN: each is set, added or taken away as text."""

from __future__ import annotations

from collections.abc import Sequence

from engine.editing.source import Node, NotEditable, Source, in_attribute, in_text
from engine.spiff import BPMN, SPIFF

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
#: What goes when its last part is taken away.
_WRAPPERS = ("properties", "extensionElements", "parameters")
#: What stands before the extensions, and before everything else, in an element of BPMN.
_FIRST = ("documentation",)
_SECOND = ("documentation", "extensionElements")


class StepFile:
    """A file with one step in it that is being changed; ``source`` is how far it is."""

    def __init__(self, source: Source, element_id: str) -> None:
        """Begin with the file as it is."""
        self.source = source
        self.element_id = element_id

    @property
    def node(self) -> Node:
        """Give the element as it stands now."""
        return self.source.need(self.element_id)

    def set_attribute(self, name: str, text: str) -> None:
        """Set an attribute of the element; "" takes it away."""
        self.source = self.source.with_attribute(self.node, name, text or None)

    def set_name(self, text: str) -> None:
        """Set what it is called."""
        self.set_attribute("name", text)

    def set_flow_name(self, flow_id: str, text: str) -> None:
        """Set what is written at an arrow out of it."""
        self.source = self.source.with_attribute(self.source.need(flow_id), "name", text or None)

    def set_documentation(self, text: str) -> None:
        """Set what it is for, with its source."""
        node = self.node
        old = node.child("documentation")
        if old is not None and text:
            self.source = self.source.with_text(old, text)
        elif old is not None:
            self.source = self.source.without(old)
        elif text:
            tag = f"{node.prefix}documentation"
            self.source = self.source.with_child(node, [f"<{tag}>{in_text(text)}</{tag}>"])

    def set_property(self, name: str, text: str) -> None:
        """Set a property of ours; "" takes it away, since one without a value stops the engine."""
        self._declare()
        found = self._extension("properties")
        old = _with(found, "name", name)
        if old is not None and text:
            self.source = self.source.with_attribute(old, "value", text)
        elif old is not None:
            self._take_away(old)
        elif text:
            tag = f'<{self._ours}property name="{name}" value="{in_attribute(text)}" />'
            if found is not None:
                self.source = self.source.with_child(found, [tag], after=_last(found))
            else:
                self._extend_with(_inside(f"{self._ours}properties", [tag]))

    def set_operation(self, text: str) -> None:
        """Set which operation a service task calls; what the old one was told stays."""
        if not text:
            raise NotEditable("Expected an operation, but there is none. Choose one.")
        self._declare()
        old = self._extension("serviceTaskOperator")
        if old is not None:
            self.source = self.source.with_attribute(old, "id", text)
            return
        tag = f"{self._ours}serviceTaskOperator"
        begin = f'<{tag} id="{in_attribute(text)}">'
        self._extend_with([begin, f"  <{self._ours}parameters />", f"</{tag}>"])

    def set_result(self, text: str) -> None:
        """Set the variable that takes what the operation gives."""
        operator = self._need_operator()
        self.source = self.source.with_attribute(operator, "resultVariable", text or None)

    def set_parameter(self, name: str, text: str) -> None:
        """Set what the operation is told; "" takes it away."""
        operator = self._need_operator()
        found = operator.child("parameters")
        old = _with(found, "id", name)
        tag = f'<{self._ours}parameter id="{name}" type="str" value="{in_attribute(text)}" />'
        if old is not None and text:
            self.source = self.source.with_attribute(old, "value", text)
        elif old is not None:
            self.source = self.source.without(old)
        elif text and found is not None:
            self.source = self.source.with_child(found, [tag], after=_last(found))
        elif text:
            around = f"{self._ours}parameters"
            self.source = self.source.with_child(operator, _inside(around, [tag]))

    def set_decision(self, text: str) -> None:
        """Set which decision table is asked."""
        self._declare()
        old = self._extension("calledDecisionId")
        if old is not None and text:
            self.source = self.source.with_text(old, text)
        elif old is not None:
            self._take_away(old)
        elif text:
            tag = f"{self._ours}calledDecisionId"
            self._extend_with([f"<{tag}>{in_text(text)}</{tag}>"])

    def set_timer(self, text: str) -> None:
        """Set when it fires, where the time stands already, else as a date."""
        event = self._event("timerEventDefinition")
        for name in ("timeDate", "timeDuration"):
            old = event.child(name)
            if old is not None:
                self.source = self.source.with_text(old, text)
                return
        self.source = self.source.with_child(event, [self._formal(event, "timeDate", text)])

    def set_condition(self, flow_id: str, text: str) -> None:
        """Set when an arrow out of it is followed; "" takes the condition away."""
        flow = self.source.need(flow_id)
        old = flow.child("conditionExpression")
        if old is not None and text:
            self.source = self.source.with_text(old, text)
        elif old is not None:
            self.source = self.source.without(old)
        elif text:
            written = self._formal(flow, "conditionExpression", text)
            self.source = self.source.with_child(flow, [written], after=_last(flow))

    def set_message(self, text: str) -> None:
        """Set which message it sends or waits for; one nobody declares yet is declared."""
        if not text:
            raise NotEditable("Expected a message, but there is none. Choose one.")
        event = self._message_holder()
        old = event.attributes.get("messageRef", "")
        place = event.start
        reference = self._declared(text)
        event = next(node for node in self.source.root.walk() if node.start == place)
        self.source = self.source.with_attribute(event, "messageRef", reference)
        self._forget_message(old)

    def listed_in(self, lane_id: str) -> Source:
        """Give the file with the element listed in one lane and in no other."""
        source = self.source
        while (listed := _listing(source, self.element_id)) is not None:
            source = source.without(listed)
        lane = source.need(lane_id)
        before = [child for child in lane.children if child.name in (*_SECOND, "flowNodeRef")]
        tag = f"{lane.prefix}flowNodeRef"
        written = f"<{tag}>{in_text(self.element_id)}</{tag}>"
        return source.with_child(lane, [written], after=before[-1] if before else None)

    def forget(self, element_id: str, message: str) -> None:
        """Take what is gone off every lane, and the message nobody names any more."""
        while (listed := _listing(self.source, element_id)) is not None:
            self.source = self.source.without(listed)
        self._forget_message(message)

    # Extensions

    @property
    def _ours(self) -> str:
        """Give the prefix of our extensions with its colon."""
        prefixes = self.node.prefixes
        return next(f"{prefix}:" for prefix, space in prefixes.items() if space == SPIFF and prefix)

    def _declare(self) -> None:
        """Declare the namespace of our extensions where the file does not."""
        prefixes = self.node.prefixes
        if any(space == SPIFF and prefix for prefix, space in prefixes.items()):
            return
        name = "spiffworkflow" if "spiffworkflow" not in prefixes else "spoc_spiffworkflow"
        self.source = self.source.with_attribute(self.source.root, f"xmlns:{name}", SPIFF)

    def _extension(self, name: str) -> Node | None:
        extensions = self.node.child("extensionElements")
        return extensions.child(name, SPIFF) if extensions else None

    def _extend_with(self, lines: Sequence[str]) -> None:
        """Put an extension behind those that are there."""
        node = self.node
        found = node.child("extensionElements")
        if found is not None:
            self.source = self.source.with_child(found, lines, after=_last(found))
            return
        before = [child for child in node.children if child.name in _FIRST]
        around = _inside(f"{node.prefix}extensionElements", lines)
        self.source = self.source.with_child(node, around, after=before[-1] if before else None)

    def _take_away(self, node: Node) -> None:
        """Take a part away, and what was only there to hold it."""
        while node.parent and node.parent.name in _WRAPPERS and len(node.parent.children) == 1:
            node = node.parent
        self.source = self.source.without(node)

    def _need_operator(self) -> Node:
        self._declare()
        operator = self._extension("serviceTaskOperator")
        if operator is None:
            raise NotEditable("Expected an operation first. Choose one, then say what it is told.")
        return operator

    # Events and messages

    def _event(self, name: str) -> Node:
        event = self.node.child(name)
        if event is None:
            raise NotEditable("Expected an event that waits for a time. Draw it as one first.")
        return event

    def _formal(self, near: Node, name: str, text: str) -> str:
        """Write an expression with the type the standard asks for."""
        tag = f"{near.prefix}{name}"
        xsi = next((prefix for prefix, space in near.prefixes.items() if space == _XSI), "")
        type_ = f' {xsi}:type="{near.prefix}tFormalExpression"' if xsi else ""
        return f"<{tag}{type_}>{in_text(text)}</{tag}>"

    def _message_holder(self) -> Node:
        node = self.node
        if node.name in ("sendTask", "receiveTask"):
            return node
        return self._event("messageEventDefinition")

    def _declared(self, name: str) -> str:
        """Give the id of the declaration of a message, which is added when there is none."""
        root = self.source.root
        declared = [node for node in root.children if (node.space, node.name) == (BPMN, "message")]
        for node in declared:
            if node.attributes.get("name") == name and node.id:
                return node.id
        new = name
        while self.source.find(new) is not None:
            new = f"message_{new}"
        before = declared or [
            node for node in root.children if node.space == BPMN and node.name == "process"
        ]
        prefix = before[-1].prefix if before else self.node.prefix
        tag = f'<{prefix}message id="{in_attribute(new)}" name="{in_attribute(name)}" />'
        self.source = self.source.with_child(root, [tag], after=before[-1] if before else None)
        return new

    def _forget_message(self, reference: str) -> None:
        """Take away the declaration of a message nobody names any more."""
        node = self.source.find(reference)
        if node is None or node.name != "message" or node.parent is not self.source.root:
            return
        named = any(
            value == reference and name.endswith("Ref")
            for one in self.source.root.walk()
            for name, value in one.attributes.items()
        ) or any(
            one.name.endswith("MessageRef") and self.source.text_of(one) == reference
            for one in self.source.root.walk()
        )
        if not named and not node.children:
            self.source = self.source.without(node)


def _inside(tag: str, lines: Sequence[str]) -> list[str]:
    return [f"<{tag}>", *(f"  {line}" for line in lines), f"</{tag}>"]


def _with(around: Node | None, attribute: str, value: str) -> Node | None:
    children = around.children if around else []
    return next((one for one in children if one.attributes.get(attribute) == value), None)


def _last(node: Node) -> Node | None:
    return node.children[-1] if node.children else None


def _listing(source: Source, element_id: str) -> Node | None:
    for node in source.root.walk():
        if (node.space, node.name) == (BPMN, "flowNodeRef") and source.text_of(node) == element_id:
            return node
    return None
