"""Files of a release as somebody keeps them on their own machine."""

from __future__ import annotations

from flask import Response

#: What a browser is told a file of a release is, whatever is in it: it draws an XML file that says
#: it is a page as one, and people would take that for a page of ours.
AS_TEXT = "text/plain"
#: The same of a file that is kept: no browser changes the ending of its name.
TO_KEEP = "application/octet-stream"


def downloaded(content: bytes, name: str, mimetype: str) -> Response:
    """Give an answer that the browser keeps as a file of that name."""
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
