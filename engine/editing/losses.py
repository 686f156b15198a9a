"""Names what a drawing program dropped between two versions of one diagram or table.

The browser editors keep what they know. What else a file says must survive them or be named
before it goes; this is the server's word on it, whatever the browser noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.differences import attributes_of, texts_of
from engine.editing.counterparts import Counterparts, attribute_name, name_of
from engine.editing.kept import (
    is_drawing,
    is_edited_attribute,
    is_edited_part,
    is_edited_text,
    is_holder,
)
from engine.errors import Finding
from engine.spiff import Document, line_of, open_document

#: Losses that are named; behind these a sentence says how many more there are.
MOST_NAMED = 50


@dataclass(frozen=True)
class Loss:
    """One thing that a save would drop: where it stands, what it is, and its line before."""

    #: The element that would lose it; "" for the file itself.
    element_id: str
    #: A sentence that names the element and what it loses.
    what: str
    #: Line in the version before; 0 when the place is not a line.
    line: int


def losses(before: bytes, after: bytes) -> tuple[Loss, ...]:
    """Give what was dropped from a diagram or table on the way from one version to the next.

    Named is what our editors cannot take away themselves: extensions of other tools, parts of the
    standard they do not show, variables of several instances, comments. An element that was deleted
    takes what it carried along; formatting, order and prefixes are no losses. Nothing is raised;
    where a version cannot be read, one sentence says so.
    """
    if before == after:
        return ()
    name = "before.dmn" if b"/spec/DMN/" in before[:4000] else "before.bpmn"
    old, new = open_document(name, before), open_document(name, after)
    if isinstance(old, Finding):
        return (Loss("", f"What was left out cannot be told. As it was: {old.message}", old.line),)
    if isinstance(new, Finding):
        return (Loss("", f"All of the file is left out. As it is now: {new.message}", 0),)
    found = list(_Losing(old, new).found())
    if len(found) > MOST_NAMED:
        more = Loss("", f"{len(found) - MOST_NAMED} more things are left out.", 0)
        return (*found[:MOST_NAMED], more)
    return tuple(found)


class _Losing:
    """One comparison: every element of the old file with its counterpart in the new one."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.pairs = Counterparts(old.root, new.root)

    def found(self) -> Iterator[Loss]:
        for node in self.pairs.elements:
            other = self.pairs.of(node)
            if other is not None:
                yield from self._inside(node, node, other)
            elif self.pairs.is_dropped(node):
                yield self._loss(node, node, f"{name_of(node)} is left out")
        yield from self._remarks()

    def _inside(
        self, owner: etree._Element, node: etree._Element, other: etree._Element | None
    ) -> Iterator[Loss]:
        """Give what one node says and its counterpart does not; None: there is no counterpart."""
        if other is not None and self.pairs.print(node) == self.pairs.print(other):
            return
        for name in _attributes_gone(node, other):
            said = f'{attribute_name(node, name)}="{_short(str(node.get(name)))}"'
            yield self._loss(owner, node, f"the attribute {said} is left out")
        text = texts_of(node)
        if text and (other is None or not texts_of(other)) and not is_edited_text(node):
            yield self._loss(
                owner, node, f"the text of {name_of(node)}, {_short(text)}, is left out"
            )
        for child, match in self.pairs.children(node, other):
            if match is not None or is_holder(child):
                yield from self._inside(owner, child, match)
            elif not is_edited_part(child) and self.pairs.is_missed(child):
                yield self._loss(owner, child, f"{_part(child)} is left out")

    def _remarks(self) -> Iterator[Loss]:
        """Give the comments and instructions that are gone."""
        left = [text for text, _ in _remarks_of(self.new)]
        for text, line in _remarks_of(self.old):
            if text in left:
                left.remove(text)
            else:
                yield Loss("", f'The comment "{_short(text)}" is left out.', line)

    def _loss(self, owner: etree._Element, node: etree._Element, what: str) -> Loss:
        id_ = owner.get("bpmnElement") if is_drawing(owner) else owner.get("id")
        is_file = owner is self.old.root
        return Loss("" if is_file else id_ or "", f"{_called(owner)}: {what}.", line_of(node))


def _attributes_gone(node: etree._Element, other: etree._Element | None) -> Iterator[str]:
    left = set() if other is None else {str(name) for name in other.attrib}
    is_another_kind = other is None or name_of(other) != name_of(node)
    for name, _ in attributes_of(node):
        if name in left or is_edited_attribute(node, name):
            continue
        if name.startswith("{") or not is_another_kind:
            yield name


def _called(node: etree._Element) -> str:
    """Give an element in words: its name and id, else what it is."""
    if node.getparent() is None:
        return "The file"
    if is_drawing(node):
        return f"The drawing of {node.get('bpmnElement') or 'the diagram'}"
    name, id_ = " ".join((node.get("name") or "").split()), node.get("id") or ""
    if name and id_ and name != id_:
        return f'"{name}" ({id_})'
    return id_ or name or f"{name_of(node)} without an id"


def _part(node: etree._Element) -> str:
    said = node.get("name") or node.get("id") or texts_of(node)
    return f'{name_of(node)} "{_short(said)}"' if said else name_of(node)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


_LONGEST = 80


def _remarks_of(document: Document) -> list[tuple[str, int]]:
    """Give comments and instructions with their lines."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(document.data, parser)
    beside = (*root.itersiblings(preceding=True), *root.itersiblings())
    nodes = (*beside, *root.iter(etree.Comment, etree.ProcessingInstruction))
    return [((node.text or "").strip(), line_of(node)) for node in nodes]
