"""The door for XML: small, without DOCTYPE, entities or depth, or refused with line and reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from engine.errors import Finding

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_DMN = re.compile(r"^https?://www\.omg\.org/spec/DMN/\d+/(MODEL/?|dmn\.xsd)$")

#: Where a parser says it stopped; the finding has its line.
_PLACE = re.compile(r",? (line \d+, column \d+ )?\(<string>, line \d+\)$")

LARGEST_FILE = 2_000_000
DEEPEST = 100
MOST_PROCESSES = 50
#: The library that reads XML looks through all of an element's attributes for each of them.
MOST_ATTRIBUTES = 200
_SOURCE = "BPMN 2.0.2 and DMN 1.3 interchange"


@dataclass(frozen=True)
class Document:
    """One file that was read, with its root element."""

    file: str
    data: bytes
    root: etree._Element

    def finding(self, node: etree._Element | None, rule: str, message: str) -> Finding:
        """Give an error about a node of this file, with its id and line."""
        at = self.root if node is None else node
        return Finding(self.file, at.get("id") or "", line_of(at), message, rule)


def open_document(file: str, data: bytes) -> Document | Finding:
    """Read one file without trusting it; what cannot be read comes back as the finding."""
    if len(data) > LARGEST_FILE:
        return _refused(
            file,
            f"Expected at most {LARGEST_FILE // 1_000_000} MB, but it has {len(data)} bytes. "
            "Split the diagram.",
            "file_size",
        )
    if not data.strip():
        return _refused(file, "Expected a diagram, but the file is empty. Save it again.", "empty")
    try:
        root = etree.fromstring(data, _reader())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        return _not_xml(file, error)
    return _checked(Document(file, data, root))


def local_name(node: etree._Element) -> str:
    """Give the tag of a node without its namespace."""
    return etree.QName(node).localname


def namespace(node: etree._Element) -> str:
    """Give the namespace of a node, "" if it has none."""
    return etree.QName(node).namespace or ""


def line_of(node: etree._Element) -> int:
    """Give the line a node begins on, 0 if it was not read from a file."""
    return int(getattr(node, "sourceline", None) or 0)


def is_dmn(node: etree._Element) -> bool:
    """Tell whether a node belongs to DMN, of whichever version."""
    return bool(_DMN.match(namespace(node)))


def _reader() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _not_xml(file: str, error: Exception) -> Finding:
    line = getattr(error, "lineno", None) or 0
    said = _PLACE.sub("", str(error).split("\n", maxsplit=1)[0])
    return Finding(
        file,
        "",
        line,
        f"Expected XML, but it cannot be read: {said}. Save the diagram again from its editor.",
        "not_xml",
        _SOURCE,
    )


def _checked(document: Document) -> Document | Finding:
    root = document.root
    if getattr(root.getroottree().docinfo, "doctype", ""):
        return _refused(
            document.file,
            "Expected no DOCTYPE, but there is one. Remove it.",
            "doctype",
        )
    if any(isinstance(node, etree._Entity) for node in root.iter()):
        return _refused(
            document.file, "Expected no entities, but there are some. Write the text out.", "entity"
        )
    if _depth(root) > DEEPEST:
        return _refused(
            document.file,
            f"Expected at most {DEEPEST} levels, but it is nested deeper. Draw it flatter.",
            "depth",
        )
    if _most_names(root) > MOST_ATTRIBUTES:
        return _refused(
            document.file,
            f"Expected at most {MOST_ATTRIBUTES} attributes and names of namespaces on an element, "
            "but one has more. Save the diagram again from its editor.",
            "attributes",
        )
    if len(root.findall(f"{{{BPMN}}}process")) > MOST_PROCESSES:
        return _refused(
            document.file,
            f"Expected at most {MOST_PROCESSES} processes in a file. Use a file for each.",
            "too_large",
        )
    return _expected_kind(document)


def _expected_kind(document: Document) -> Document | Finding:
    root = document.root
    wants_dmn = document.file.endswith(".dmn")
    is_it = is_dmn(root) if wants_dmn else namespace(root) == BPMN
    if is_it and local_name(root) == "definitions":
        return document
    kind = "decision table (DMN definitions)" if wants_dmn else "diagram (BPMN 2.0 definitions)"
    return document.finding(
        None, "wrong_kind", f"Expected a {kind}, but the file holds {root.tag}. Save it again."
    )


def _depth(root: etree._Element) -> int:
    deepest, level = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def _most_names(root: etree._Element) -> int:
    """Give the most attributes, or the most names of namespaces, that one element declares."""
    attributes = max(len(node.attrib) for node in root.iter(etree.Element))
    # An attribute's value never holds "<": each piece has one start tag, with all it declares.
    return max(attributes, *(tag.count(b"xmlns") for tag in etree.tostring(root).split(b"<")))


def _refused(file: str, message: str, rule: str) -> Finding:
    return Finding(file, "", 0, message, rule, _SOURCE)
