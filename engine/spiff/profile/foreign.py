"""Rules on what other tools leave in a file: it is kept, and said to do nothing here."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.documents import BPMN, SPIFF, Document, is_dmn, local_name, namespace
from engine.spiff.profile.drawn import Drawn, called, warning

#: What is ours, what XML itself uses, and what the drawing libraries remember of their pictures.
_KNOWN = (
    BPMN,
    SPIFF,
    "http://www.w3.org/",
    "http://www.omg.org/spec/",
    "https://www.omg.org/spec/",
    "http://bpmn.io/schema/",
)


def foreign_extensions(drawn: Drawn) -> Iterator[Finding]:
    """What another tool wrote beside the standard does nothing here."""
    for document in drawn.documents:
        for node in document.root.iter():
            names = list(_foreign(node)) if _is_drawn(node) else []
            if names:
                yield _said(document, node, names)


def _is_drawn(node: etree._Element) -> bool:
    return namespace(node) == BPMN or is_dmn(node)


def _foreign(node: etree._Element) -> Iterator[str]:
    """Give the names of foreign attributes of a node and of foreign elements right inside it."""
    yield from (etree.QName(name).localname for name in node.attrib if _is_foreign(name))
    for child in node:
        if isinstance(child.tag, str) and _is_foreign(child.tag):
            yield etree.QName(child.tag).localname


def _is_foreign(name: str | bytes) -> bool:
    where = etree.QName(name).namespace
    return where is not None and not where.startswith(_KNOWN)


def _said(document: Document, node: etree._Element, names: list[str]) -> Finding:
    owner = node.getparent() if local_name(node) == "extensionElements" else node
    about = node if owner is None else owner
    return warning(
        document,
        about,
        "foreign_extension",
        f"Expected nothing of another tool in {called(about)}, but there is "
        f"{', '.join(dict.fromkeys(names))}. It is kept and does nothing here.",
    )


RULES = (foreign_extensions,)
