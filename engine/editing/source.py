"""An XML file as it is written: changed in one place, everything else left byte for byte.

A library that reads and writes XML changes quotes, entities and spaces of the whole file; then a
comparison shows what nobody changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

#: As the browser's editor writes them, so that a file it saves next looks the same.
_IN_ATTRIBUTE = {
    "&": "&#38;",
    "<": "&#60;",
    ">": "&#62;",
    '"': "&#34;",
    "'": "&#39;",
    "\n": "&#10;",
    "\t": "&#9;",
}
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What no XML file can hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"']([^\"']+)[\"']")
_START_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=<>"'/]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_UNIT = "  "


class NotEditable(ValueError):
    """The file cannot be changed as text; the message says why."""


@dataclass(eq=False)
class Node:
    """One element as it stands in the file, by the places of its bytes."""

    #: With its prefix, as written: ``bpmn:userTask``.
    raw: str
    #: Namespace and name.
    space: str
    name: str
    attributes: Mapping[str, str]
    #: Prefix -> namespace, as it holds inside.
    prefixes: Mapping[str, str]
    parent: Node | None
    #: Where its start tag begins and ends.
    start: int
    inner: int
    #: Where its end tag begins and ends; both are ``inner`` of one without content.
    close: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Give its id, "" if it has none."""
        return self.attributes.get("id", "")

    @property
    def prefix(self) -> str:
        """Give the prefix with its colon, "" without one."""
        return self.raw[: -len(self.name)]

    def walk(self) -> Iterator[Node]:
        """Give it and everything inside, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def child(self, name: str, space: str | None = None) -> Node | None:
        """Give the first child of a name, of its own namespace unless another is given."""
        wanted = self.space if space is None else space
        return next((c for c in self.children if (c.space, c.name) == (wanted, name)), None)


class Source:
    """One file; every change gives a new one."""

    def __init__(self, data: bytes) -> None:
        """Read a file that was let in as XML before. Raises NotEditable."""
        declared = _ENCODING.match(data)
        if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
            raise NotEditable(
                f"Expected the file in UTF-8, but it says {declared[1].decode('ascii', 'replace')}."
                " Save it again in UTF-8."
            )
        self.data = data
        self.root = _Reader(data).root
        self._by_id: dict[str, Node] = {}
        #: Ids that stand there more than once.
        self.twice: set[str] = set()
        for node in self.root.walk():
            if node.id in self._by_id:
                self.twice.add(node.id)
            elif node.id:
                self._by_id[node.id] = node

    def find(self, element_id: str) -> Node | None:
        """Give the element of an id, the first if there are two; None if there is none."""
        return self._by_id.get(element_id)

    def need(self, element_id: str) -> Node:
        """Give the element of an id. Raises KeyError."""
        return self._by_id[element_id]

    def text_of(self, node: Node) -> str:
        """Give the text of an element without children, entities read, outer space off."""
        inside = self.data[node.inner : node.close]
        return _plain_text(inside).strip()

    # Changes

    def with_attribute(self, node: Node, name: str, value: str | None) -> Source:
        """Set an attribute, add it behind the others, or take it off with None."""
        tag = tag_with(self.data[node.start : node.inner], name, value)
        return self._spliced(node.start, node.inner, tag)

    def with_text(self, node: Node, text: str) -> Source:
        """Set the text of an element that has no children."""
        written = in_text(text).encode()
        if node.end == node.inner:
            return self._spliced(node.start, node.end, self._opened(node, written))
        return self._spliced(node.inner, node.close, written)

    def with_child(
        self, parent: Node, lines: Sequence[str], *, after: Node | None = None
    ) -> Source:
        """Put one element, written out, behind a child, or before all of them with None.

        lines: indented below each other as they shall be below the parent.
        """
        place = after.end if after is not None else parent.inner
        indent = self._indent_of(parent, parent.children)
        if indent is None:
            written = "".join(line.lstrip(" ") for line in lines).encode()
        else:
            written = "".join(f"\n{indent}{line}" for line in lines).encode()
        if parent.end == parent.inner:
            outer = self._line_indent(parent)
            end = b"" if indent is None else b"\n" + (outer or "").encode()
            return self._spliced(parent.start, parent.end, self._opened(parent, written + end))
        if indent is not None and not self.data[parent.inner : parent.close].strip():
            outer = self._line_indent(parent) or ""
            return self._spliced(parent.inner, parent.close, written + f"\n{outer}".encode())
        return self._spliced(place, place, written)

    def without(self, node: Node) -> Source:
        """Take an element out with the line it stands on; a parent left empty is closed."""
        parent = node.parent
        assert parent is not None
        if len(parent.children) == 1 and not self._has_text(parent, node):
            tag = self.data[parent.start : parent.inner - 1].rstrip() + b" />"
            return self._spliced(parent.start, parent.end, tag)
        start = node.start
        before = self.data[:start]
        start -= len(before) - len(before.rstrip(b" \t"))
        line_starts = before.rstrip(b" \t").endswith(b"\n")
        start = start - 1 if line_starts else node.start
        if line_starts and self.data[start - 1 : start] == b"\r":
            start -= 1
        return self._spliced(start, node.end, b"")

    def with_edits(self, edits: Iterable[tuple[int, int, bytes]]) -> Source:
        """Put bytes in the place of others, at several places that do not overlap."""
        data = self.data
        for start, end, written in sorted(edits, reverse=True):
            data = data[:start] + written + data[end:]
        return Source(data)

    def indent_of(self, node: Node) -> str:
        """Give the space before an element that begins its line, "" for one that does not."""
        return self._line_indent(node) or ""

    def _spliced(self, start: int, end: int, written: bytes) -> Source:
        return Source(self.data[:start] + written + self.data[end:])

    def _opened(self, node: Node, content: bytes) -> bytes:
        """Write an element that was closed at once with content."""
        tag = self.data[node.start : node.inner]
        return tag[:-2].rstrip() + b">" + content + f"</{node.raw}>".encode()

    def _has_text(self, parent: Node, child: Node) -> bool:
        around = self.data[parent.inner : child.start] + self.data[child.end : parent.close]
        return bool(around.strip())

    def _indent_of(self, parent: Node, siblings: list[Node]) -> str | None:
        for sibling in siblings:
            indent = self._line_indent(sibling)
            if indent is not None:
                return indent
        outer = self._line_indent(parent)
        return None if outer is None or siblings else outer + _UNIT

    def _line_indent(self, node: Node) -> str | None:
        """Give the space before an element that begins its line, None for one that does not."""
        before = self.data[: node.start]
        line = before[before.rfind(b"\n") + 1 :]
        return line.decode() if not line.strip() and b"\n" in before else None


def tag_with(tag: bytes, name: str, value: str | None) -> bytes:
    """Give a start tag with an attribute set, added behind the others, or taken off with None."""
    written = b"" if value is None else f' {name}="{in_attribute(value)}"'.encode()
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name.encode():
            return tag[: found.start()] + written + tag[found.end() :]
    closing = b"/>" if tag.endswith(b"/>") else b">"
    inside = tag[: -len(closing)]
    rest = inside[len(inside.rstrip()) :]
    return inside.rstrip() + written + rest + closing


def in_attribute(value: str) -> str:
    """Write a value so that it can stand in quotes. Raises NotEditable."""
    return _escaped(value, _IN_ATTRIBUTE)


def in_text(value: str) -> str:
    """Write a value so that it can stand between tags. Raises NotEditable."""
    return _escaped(value, _IN_TEXT)


def _escaped(value: str, entities: Mapping[str, str]) -> str:
    if _FORBIDDEN.search(value):
        raise NotEditable(
            "Expected text, but it holds a character that no file can keep. Type it again."
        )
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(entities.get(character, character) for character in plain)


def _plain_text(inside: bytes) -> str:
    """Read text with its entities; what is no text there is left out."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = found.append
    try:
        parser.Parse(b"<x>" + inside + b"</x>", True)
    except expat.ExpatError:
        return ""
    return "".join(found)


class _Reader:
    """Reads where each element begins and ends."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.open: list[Node] = []
        self.found: Node | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise NotEditable(f"Expected XML, but it cannot be read: {error}.") from None

    @property
    def root(self) -> Node:
        assert self.found is not None
        return self.found

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        parent = self.open[-1] if self.open else None
        prefixes = dict(parent.prefixes) if parent else {}
        for name, value in attributes.items():
            if name == "xmlns" or name.startswith("xmlns:"):
                prefixes[name.partition(":")[2]] = value
        prefix, _, name = raw.rpartition(":")
        start = self.parser.CurrentByteIndex
        tag = _START_TAG.match(self.data, start)
        assert tag is not None
        node = Node(
            raw, prefixes.get(prefix, ""), name, attributes, prefixes, parent, start, tag.end()
        )
        node.close = node.end = node.inner
        if parent is not None:
            parent.children.append(node)
        else:
            self.found = node
        self.open.append(node)

    def _end(self, raw: str) -> None:
        node = self.open.pop()
        if self.data[node.inner - 2 : node.inner] == b"/>":
            return
        node.close = self.parser.CurrentByteIndex
        node.end = self.data.index(b">", node.close) + 1
