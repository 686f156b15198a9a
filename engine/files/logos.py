"""Whether a file can be the logo on letters: a small PNG or SVG that only shows itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.casework.letter_logo import LARGEST, PNG, content_of
from engine.errors import Rejected
from engine.files.kinds import kind_of

_SVG = "{http://www.w3.org/2000/svg}"
#: What draws, and does nothing else: whatever is not here has no place in a logo.
_DRAWS = frozenset(
    {
        *("svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
        *("symbol", "use"),
    }
)
_LINKS = frozenset({"href", "base", "src"})
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|script:|\\", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\+?([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:px|pt|mm|cm|in)?\s*", re.ASCII)
#: Wider than that it does not fit beside the sender's address.
_WIDEST = 5
_LONGEST_SIDE = 2000
_BOX = 4


def fault_of_logo(name: str) -> str:
    """Say what is wrong with the file of a logo and what to do; "" where it can be used."""
    try:
        content = content_of(name)
    except OSError as failed:
        return f"Expected a picture in {name}, but it cannot be read: {failed.strerror}."
    if len(content) > LARGEST:
        return f"Expected at most {LARGEST // 1024} KB, but {name} has more. Save it smaller."
    if not content.startswith(PNG):
        return _fault_of_svg(name, content)
    try:
        kind_of(content, name)
    except Rejected as refused:
        return str(refused)
    sides = [int.from_bytes(content[place : place + 4], "big") for place in (16, 20)]
    if max(sides) > _LONGEST_SIDE:
        return (
            f"Expected at most {_LONGEST_SIDE} pixels a side, but {name} has {sides[0]} by "
            f"{sides[1]}. Save it smaller."
        )
    return _fault_of_shape(name, *map(float, sides))


def _fault_of_svg(name: str, content: bytes) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return f"Expected a PNG or an SVG picture in {name}, but it is neither. Save it as one."
    held = next(_held_beside(root), "")
    if held:
        return (
            f"Expected {name} to be a picture and nothing else, but it {held}. Save it as plain "
            "SVG, with shapes alone, or as PNG."
        )
    return next(filter(None, (_fault_of_shape(name, *sides) for sides in _shapes(root))), "")


def _shapes(root: etree._Element) -> Iterator[tuple[float, float]]:
    """Give how wide and high an SVG says it is, in each way it says so; nothing is 0 by 0.

    Both count where both are given: a browser takes the width and height before the box.
    """
    box = root.get("viewBox", "").replace(",", " ").split()
    sides = [root.get("width", ""), root.get("height", "")]
    if len(box) == _BOX:
        yield _number(box[2]), _number(box[3])
    if len(box) != _BOX or all(map(_NUMBER.fullmatch, sides)):
        yield _number(sides[0]), _number(sides[1])


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else 0.0


def _fault_of_shape(name: str, width: float, height: float) -> str:
    if not width or not height:
        return f"Expected {name} to say how wide and high it is, but it does not. Save it anew."
    if width > _WIDEST * height:
        return (
            f"Expected a logo at most {_WIDEST} times as wide as high, but {name} is wider. Take "
            "one that is."
        )
    return ""


def _held_beside(root: etree._Element) -> Iterator[str]:
    """Say of each thing beside shapes what it is: a script, another's address, a document type."""
    if root.tag != f"{_SVG}svg":
        yield "does not begin with svg"
    if root.getroottree().docinfo.internalDTD is not None:
        yield "has a document type"
    # Notes before and after the picture are met too.
    for one in root.getroottree().getroot().itersiblings(preceding=True):
        yield from _of_element(one)
    for one in root.iter():
        yield from _of_element(one)


def _of_element(element: etree._Element) -> Iterator[str]:
    if isinstance(element, etree._Comment):
        return
    if isinstance(element, etree._Entity | etree._ProcessingInstruction):
        yield "holds an instruction or an entity"
        return
    named = etree.QName(element)
    if not element.tag.startswith(_SVG) or named.localname not in _DRAWS:
        yield f"holds “{named.localname}”"
    for name, value in element.attrib.items():
        local, text = etree.QName(str(name)).localname.lower(), str(value)
        if local.startswith("on"):
            yield f"holds a script in “{local}”"
        elif (local in _LINKS and not text.startswith("#")) or _ELSEWHERE.search(text):
            yield f"refers to something elsewhere in “{local}”"
