"""Files of a release as somebody keeps them on their own machine."""

from __future__ import annotations

from flask import Response

_TYPES = {
    ".bpmn": "application/xml",
    ".dmn": "application/xml",
    ".yaml": "text/plain",
    ".md": "text/plain",
}


def mimetype_of(path: str) -> str:
    """Give what a browser is told a file of a release is; never something that it would run."""
    return next((kind for ending, kind in _TYPES.items() if path.endswith(ending)), "text/plain")


def downloaded(content: bytes, name: str, mimetype: str) -> Response:
    """Give an answer that the browser keeps as a file of that name."""
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
